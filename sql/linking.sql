-- name: ask(shop_id int4, asked_by text)
-- Ask for a link; returns nothing while another run of the shop is under way.
insert into syncd.run (shop_id, kind, asked_by, asked_at)
values ($1, 'link', coalesce($2::text, session_user), syncd.clock())
on conflict (shop_id) where ended_at is null and kind <> 'guard' do nothing
returning run_id;

-- name: begin(run_id int8, fence int8, total int4, products int4)
-- The report is written, from the beginning: what an earlier attempt wrote is forgotten.
with ours as (
  update syncd.run r
  set
    state = 'comparing',
    total = $3,
    done = 0,
    products = $4,
    same = 0,
    differs = 0,
    only_here = 0,
    only_there = 0,
    conflict = 0
  where r.run_id = $1
    and r.kind = 'link'
    and r.decided_at is null
    and r.state in ('reading', 'comparing')
    and syncd.holds(r.shop_id, $2)
  returning r.run_id
),
forgotten as (
  delete from syncd.link_finding f
  using ours
  where f.run_id = ours.run_id
)
select run_id
from ours;

-- name: note(run_id int8, fence int8, rows jsonb)
-- Rows of the report.
with ours as materialized (
  select r.run_id, r.shop_id
  from syncd.run r
  where r.run_id = $1
    and r.state = 'comparing'
    and syncd.holds(r.shop_id, $2)
  for update
),
noted as (
  insert into syncd.link_finding (
    run_id, shop_id, number, bucket, group_number, key, gid, title_here, title_there, skus, skus_there, folded, choices,
    counts_differ, proposal, reason
  )
  select
    o.run_id,
    o.shop_id,
    g.number,
    g.bucket,
    g.group_number,
    g.key,
    g.gid,
    g.title_here,
    g.title_there,
    g.skus,
    g.skus_there,
    g.folded,
    g.choices,
    g.counts_differ,
    g.proposal,
    g.reason
  from jsonb_to_recordset($3) as g (
    number integer, bucket text, group_number integer, key text, gid text, title_here text, title_there text, skus text[],
    skus_there text[], folded text[], choices jsonb, counts_differ integer, proposal text, reason text
  )
  cross join ours o
)
update syncd.run r
set
  done = r.done + jsonb_array_length($3),
  differs = r.differs + (select count(*) from jsonb_array_elements($3) as g where g ->> 'proposal' = 'link'),
  only_here = r.only_here + (select count(*) from jsonb_array_elements($3) as g where g ->> 'bucket' = 'only_here'),
  only_there = r.only_there + (select count(*) from jsonb_array_elements($3) as g where g ->> 'bucket' = 'only_there'),
  conflict = r.conflict + (select count(*) from jsonb_array_elements($3) as g where g ->> 'proposal' = 'ask')
from ours
where r.run_id = ours.run_id
returning r.run_id;

-- name: same(run_id int8, same int4)
-- So many products are linked already.
update syncd.run
set same = $2
where run_id = $1;

-- name: begin_send(run_id int8, fence int8)
-- A person approved it, and the shop was read anew: links are written. Whatever is not linked or imported is left.
with ours as (
  update syncd.run r
  set state = 'sending', sending_at = coalesce(r.sending_at, syncd.clock())
  where r.run_id = $1
    and r.kind = 'link'
    and r.decided_at is not null
    and r.state in ('reading', 'sending')
    and syncd.holds(r.shop_id, $2)
  returning r.run_id
),
left_alone as (
  update syncd.link_finding f
  set outcome = 'left'
  from ours o
  where f.run_id = o.run_id
    and f.outcome is null
    and coalesce(f.decision, f.proposal) not in ('link', 'import')
)
select run_id
from ours;

-- name: to_link(run_id int8)
-- Rows that are to be linked and are not yet, with what they are to be linked with.
select
  number,
  key,
  coalesce(chosen, gid) as gid,
  first_counts,
  choices
from syncd.link_finding
where run_id = $1
  and outcome is null
  and coalesce(decision, proposal) = 'link'
order by number;

-- name: to_import(run_id int8)
-- Rows whose products are to come into the Backoffice and have not yet, by Shopify id.
select
  number,
  gid
from syncd.link_finding
where run_id = $1
  and outcome is null
  and decision = 'import'
order by number;

-- name: link(shop_id int4, accepted_at timestamptz, rows jsonb)
-- Links with products that were in the shop already; those of a product that has one, here or there, or is on its way
-- there, are left alone. The merchant decides where such a product is to be seen: it counts as published. Returns the keys.
with given as materialized (
  select *
  from jsonb_to_recordset($3) as g (key text, gid text, known jsonb, digest text, files jsonb, variants jsonb)
),
added as (
  insert into syncd.link (shop_id, kind, key, gid, known, digest, files, published_at, accepted_at)
  select $1, 'product', g.key, g.gid, g.known, g.digest, g.files, $2, $2
  from given g
  where not exists (
    select
    from syncd.change c
    where c.shop_id = $1
      and c.kind = 'product'
      and c.key = g.key
      and c.claimed_until > syncd.clock()
  )
  on conflict do nothing
  returning key
),
with_variants as (
  insert into syncd.variant_link (shop_id, product_key, variant_key, gid, inventory_item)
  select $1, a.key, v.key, v.value ->> 0, v.value ->> 1
  from added a
  join given g on g.key = a.key
  cross join jsonb_each(g.variants) as v
  on conflict do nothing
),
awaited as (
  delete from syncd.left_out l
  using added a
  where l.shop_id = $1
    and l.key = a.key
)
select key
from added;

-- name: settle(run_id int8, rows jsonb)
-- What became of rows.
update syncd.link_finding f
set outcome = g.outcome, error = g.error, key = coalesce(f.key, g.key)
from jsonb_to_recordset($2) as g (number integer, outcome text, error text, key text)
where f.run_id = $1
  and f.number = g.number;

-- name: unnamed(run_id int8, most int8)
-- Linked products that may not carry our identity in the shop yet.
select
  f.number,
  f.key,
  coalesce(f.chosen, f.gid) as gid
from syncd.link_finding f
where f.run_id = $1
  and f.outcome in ('linked', 'imported')
  and f.key is not null
  and not f.is_named
order by f.number
limit $2;

-- name: named(run_id int8, numbers int4[], error text)
-- These carry it now; with an error Shopify refused it.
update syncd.link_finding
set is_named = true, error = coalesce($3, error)
where run_id = $1
  and number = any($2);

-- name: progress(run_id int8)
-- How far it is, in rows.
update syncd.run r
set
  sent = f.wanted,
  total = f.wanted,
  done = f.ended,
  ok = f.ok,
  failed = f.changed,
  parked = f.refused
from (
  select
    count(*) as wanted,
    count(*) filter (where outcome is not null) as ended,
    count(*) filter (where outcome in ('linked', 'imported')) as ok,
    count(*) filter (where outcome in ('changed', 'left')) as changed,
    count(*) filter (where outcome = 'refused') as refused
  from syncd.link_finding
  where run_id = $1
    and (coalesce(decision, proposal) = 'link' or decision = 'import')
) as f
where r.run_id = $1;

-- name: finish(run_id int8, fence int8)
-- It has ended well: the shop is linked, what was left has no product made for it, and the shop is compared.
with ended as (
  update syncd.run r
  set state = 'done', ended_at = syncd.clock()
  where r.run_id = $1
    and r.kind = 'link'
    and r.state = 'sending'
    and syncd.holds(r.shop_id, $2)
  returning r.run_id, r.shop_id
),
linked as (
  update syncd.shop s
  set state = 'linked'
  from ended e
  where s.shop_id = e.shop_id
    and s.state <> 'linked'
),
created as (
  delete from syncd.left_out l
  using syncd.link_finding f, ended e
  where f.run_id = e.run_id
    and l.shop_id = e.shop_id
    and l.key = f.key
    and coalesce(f.decision, f.proposal) = 'create'
),
left_out as (
  insert into syncd.left_out as l (shop_id, key, is_decided, run_id, left_at)
  select
    e.shop_id,
    f.key,
    coalesce(f.decision = 'leave', false),
    e.run_id,
    syncd.clock()
  from ended e
  join syncd.link_finding f on f.run_id = e.run_id
  where f.key is not null
    and f.outcome in ('left', 'changed', 'refused')
    and coalesce(f.decision, f.proposal) not in ('create', 'import')
  on conflict (shop_id, key) do update set
    is_decided = excluded.is_decided,
    run_id = excluded.run_id,
    left_at = excluded.left_at
)
select shop_id
from ended;

-- name: links(shop_id int4)
-- Which product of the shop each product of ours is linked with.
select
  key,
  gid
from syncd.link
where shop_id = $1
  and kind = 'product';

-- name: is_due(run_id int8)
-- Whether something is to be linked or imported yet.
select exists (
  select
  from syncd.link_finding
  where run_id = $1
    and outcome is null
);

-- name: at(run_id int8, fence int8)
-- The moment at which links are written, as long as the run is being sent and the shop is ours.
select syncd.clock()
from syncd.run r
where r.run_id = $1
  and r.state = 'sending'
  and syncd.holds(r.shop_id, $2)
for update;
