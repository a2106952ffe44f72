-- name: save(shop_id int4, key text, gids text[], refs text[], alts text[], accepted_at timestamptz)
-- Note files that Shopify took; it fetches them afterwards, so it is asked for the first time half a minute later.
insert into syncd.file as f (shop_id, gid, ref, alt, key, accepted_at, look_at)
select
  $1,
  k.gid,
  k.ref,
  k.alt,
  $2,
  $6,
  syncd.clock() + interval '30 seconds'
from (
  select distinct on (gid)
    gid,
    ref,
    alt
  from unnest($3::text[], $4::text[], $5::text[]) as given (gid, ref, alt)
  order by gid, ref
) as k
on conflict (shop_id, gid) do update set
  alt = excluded.alt
where f.key = excluded.key
  and f.alt <> excluded.alt;

-- name: shared(shop_id int4, refs text[], alts text[])
-- Files that show these pictures with the same words.
select distinct on (f.ref)
  f.ref,
  f.gid
from syncd.file f
join unnest($2::text[], $3::text[]) as k (ref, alt)
  on k.ref = f.ref
  and k.alt = f.alt
where f.shop_id = $1
  and f.state <> 'failed'
order by f.ref, f.accepted_at, f.gid;

-- name: refs(shop_id int4, gids text[])
-- The pictures that these files were made of; of two of the same picture the newer one comes last.
select
  ref,
  gid
from syncd.file
where shop_id = $1
  and gid = any($2)
order by accepted_at, gid;

-- name: borrowed(shop_id int4, key text, gids text[])
-- Of these files those that another product brought.
select gid
from syncd.file
where shop_id = $1
  and gid = any($3)
  and key <> $2;

-- name: due(shop_id int4, most int8)
-- Files to ask Shopify about, the longest due first.
select gid
from syncd.file
where shop_id = $1
  and state = 'pending'
  and look_at <= syncd.clock()
order by look_at, gid
limit $2;

-- name: told(shop_id int4, ready text[], failed text[], errors text[], pending text[])
-- What Shopify said of files. One that it still fetches is asked for again after as long as it has taken, an hour at most.
with said as (
  select gid, 'ready' as state, null as error
  from unnest($2::text[]) as k (gid)
  union all
  select gid, 'failed', error
  from unnest($3::text[], $4::text[]) as k (gid, error)
  union all
  select gid, 'pending', null
  from unnest($5::text[]) as k (gid)
)
update syncd.file f
set
  state = s.state,
  error = s.error,
  look_at = case
    when s.state = 'pending'
      then syncd.clock() + least(syncd.clock() - f.accepted_at, interval '1 hour')
  end
from said s
where f.shop_id = $1
  and f.gid = s.gid
  and f.state = 'pending'
returning f.gid, f.ref, f.key, f.error, f.state = 'failed' as is_failed;

-- name: failed(shop_id int4, key text)
-- Files that Shopify could not fetch and that their product still shows; of all products when the key is null.
select
  f.gid,
  f.ref,
  f.key,
  f.error
from syncd.file f
join syncd.link l
  on l.shop_id = f.shop_id
  and l.kind = 'product'
  and l.key = f.key
  and l.files ? f.ref
  and l.files ->> f.ref = f.gid
where f.shop_id = $1
  and f.state = 'failed'
  and ($2::text is null or f.key = $2)
order by f.key, f.ref;

-- name: brought(shop_id int4, gids text[])
-- The pictures that these files were made of, and the product that brought each; of two of the same picture the newer
-- one comes last.
select
  gid,
  ref,
  key
from syncd.file
where shop_id = $1
  and gid = any($2)
order by accepted_at, gid;

-- name: learn(shop_id int4, rows jsonb, ready text[])
-- Files of products that were made without learning their ids; a link that has any by now stays as it is. Those that are
-- not seen to be ready are asked for at once.
with given as materialized (
  select *
  from jsonb_to_recordset($2) as g (key text, files jsonb)
),
learned as (
  update syncd.link l
  set files = g.files
  from given g
  where l.shop_id = $1
    and l.kind = 'product'
    and l.key = g.key
    and l.files = '{}'
  returning l.key, l.files, l.known, l.accepted_at
)
insert into syncd.file (shop_id, gid, ref, alt, key, state, accepted_at, look_at)
select distinct on (f.value)
  $1,
  f.value,
  f.key,
  coalesce((
    select p ->> 'alt'
    from jsonb_array_elements(l.known -> 'pictures') as p
    where f.key = (p ->> 'address') || coalesce('#' || (p ->> 'version'), '')
    limit 1
  ), ''),
  l.key,
  case when f.value = any($3) then 'ready' else 'pending' end,
  l.accepted_at,
  case when f.value = any($3) then null else syncd.clock() end
from learned l
cross join jsonb_each_text(l.files) as f
order by f.value, f.key
on conflict (shop_id, gid) do nothing;
