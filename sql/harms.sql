-- name: look(shop_id int4, keys text[])
-- What the guards know when these products are about to be sent: the shop's numbers; the hold that waits for an answer; what
-- was done to other products within the last hour, or waits with them; which of these are held; which of these a run is
-- sending, with the digests of the forms that were judged then (null: any).
select
  s.guard_inactive_percent as inactive_percent,
  s.guard_price_fall_percent as price_fall_percent,
  s.guard_price_falls_percent as price_falls_percent,
  s.guard_deletions as deletions,
  s.guard_shrink_percent as shrink_percent,
  s.guard_row_errors as row_errors,
  (
    select r.run_id
    from syncd.run r
    where r.shop_id = s.shop_id
      and r.kind = 'guard'
      and r.state = 'held'
  ) as open_run,
  coalesce((
    select jsonb_object_agg(l.harm, jsonb_build_array(l.products, l.count))
    from (
      select h.harm, count(*) as products, sum(h.count) as count
      from syncd.harm h
      left join syncd.run r on r.run_id = h.run_id
      where h.shop_id = s.shop_id
        and not h.key = any($2)
        and case when h.run_id is null then h.at > syncd.clock() - interval '1 hour' else r.state = 'held' end
      group by h.harm
    ) as l
  ), '{}') as lately,
  coalesce((
    select jsonb_object_agg(
      k.key,
      jsonb_build_object('run_id', r.run_id, 'is_rejected', r.state = 'rejected', 'harms', k.harms, 'hold', r.hold)
    )
    from (
      select h.key, h.run_id, array_agg(h.harm) as harms
      from syncd.harm h
      where h.shop_id = s.shop_id
        and h.key = any($2)
        and h.run_id is not null
      group by h.key, h.run_id
    ) as k
    join syncd.run r on r.run_id = k.run_id
  ), '{}') as held,
  coalesce((
    select jsonb_object_agg(k.key, k.digests)
    from (
      select d.key, jsonb_agg(case when d.restored is null then d.wanted_digest end) as digests
      from syncd.run_difference d
      join syncd.run r on r.run_id = d.run_id and r.state = 'sending'
      where d.shop_id = s.shop_id
        and d.key = any($2)
        and d.outcome is null
        and d.verdict in ('same', 'differs', 'only_here')
        -- Whether it is to be made anew was no question while it was there.
        and (
          'deleted' = any(d.harms)
          or not exists (
            select
            from syncd.link l
            where l.shop_id = d.shop_id
              and l.kind = 'product'
              and l.key = d.key
              and l.gone_at is not null
          )
        )
      group by d.key
    ) as k
  ), '{}') as sending
from syncd.shop s
where s.shop_id = $1;

-- name: base(shop_id int4)
-- How many products are linked, and how many of them were on sale an hour ago, as far as we took them off sale.
select
  count(*)::int4 as linked,
  count(*) filter (where l.known ->> 'status' in ('ACTIVE', 'UNLISTED') or h.key is not null)::int4 as on_sale
from syncd.link l
left join syncd.harm h
  on h.shop_id = l.shop_id
  and h.key = l.key
  and h.harm = 'inactive'
  and h.run_id is null
  and h.at > syncd.clock() - interval '1 hour'
where l.shop_id = $1
  and l.kind = 'product';

-- name: lock(shop_id int4, run_ids int8[])
-- The hold that waits for an answer, and those of these that were rejected, with their states: no answer comes between now.
select run_id, state
from syncd.run
where shop_id = $1
  and kind = 'guard'
  and (state = 'held' or state = 'rejected' and run_id = any($2))
order by run_id
for update;

-- name: open(shop_id int4, reasons text[])
-- Begin a hold; returns nothing when there is one.
insert into syncd.run (shop_id, kind, state, hold, asked_by, asked_at, started_at)
values ($1, 'guard', 'held', $2, 'guard', syncd.clock(), syncd.clock())
on conflict (shop_id) where kind = 'guard' and state = 'held' do nothing
returning run_id;

-- name: tell(run_id int8, reasons text[])
-- There is more to the hold by now.
update syncd.run
set hold = $2
where run_id = $1;

-- name: forget(shop_id int4, keys text[])
-- What was held of these products is about to be noted anew.
delete from syncd.harm
where shop_id = $1
  and key = any($2)
  and run_id is not null;

-- name: note(run_id int8, rows jsonb)
-- These changes are held by the run: a difference each, renewed where there is one.
with given as materialized (
  select *
  from jsonb_to_recordset($2) as g (key text, gid text, title text, fields jsonb, harms text[], wanted_digest text)
),
ours as materialized (
  select r.run_id, r.shop_id, r.differs
  from syncd.run r
  where r.run_id = $1
),
harmed as (
  insert into syncd.harm as h (shop_id, key, harm, count, at, run_id)
  select o.shop_id, g.key, k.harm, count(*), syncd.clock(), o.run_id
  from ours o
  cross join given g
  cross join unnest(g.harms) as k (harm)
  group by o.shop_id, g.key, k.harm, o.run_id
  order by g.key, k.harm
  on conflict (shop_id, key, harm) do update set
    count = excluded.count,
    at = excluded.at,
    run_id = excluded.run_id
),
renewed as (
  update syncd.run_difference d
  set title = g.title, fields = g.fields, harms = g.harms, wanted_digest = g.wanted_digest, noted_at = syncd.clock()
  from given g, ours o
  where d.run_id = o.run_id
    and d.shop_id = o.shop_id
    and d.key = g.key
    and d.outcome is null
  returning d.key
),
added as (
  insert into syncd.run_difference (
    run_id, shop_id, place, verdict, key, gid, title, fields, who, harms, wanted_digest, noted_at
  )
  select
    o.run_id,
    o.shop_id,
    o.differs + row_number() over (order by g.key),
    'differs',
    g.key,
    g.gid,
    g.title,
    g.fields,
    'backoffice',
    g.harms,
    g.wanted_digest,
    syncd.clock()
  from ours o
  cross join given g
  where g.key not in (select key from renewed)
  returning 1
)
update syncd.run r
set differs = r.differs + (select count(*) from added)
from ours o
where r.run_id = o.run_id;

-- name: unmake(run_id int8)
-- Nothing is held by it after all: the claims were lost meanwhile.
delete from syncd.run
where run_id = $1
  and differs = 0;

-- name: release(shop_id int4, keys text[])
-- These products wait for no answer any more; a hold that keeps nothing has ended.
with runs as materialized (
  select r.run_id
  from syncd.run r
  where r.shop_id = $1
    and r.run_id = any(array(
      select h.run_id
      from syncd.harm h
      where h.shop_id = $1
        and h.key = any($2)
        and h.run_id is not null
    ))
  order by r.run_id
  for update
),
freed as (
  delete from syncd.harm h
  using runs
  where h.run_id = runs.run_id
    and h.key = any($2)
  returning h.run_id, h.key
),
told as (
  update syncd.run_difference d
  set outcome = 'failed', error = 'it is held no more: the Backoffice wants something else by now, or another run sends it'
  from (select distinct run_id, key from freed) as f
  where d.run_id = f.run_id
    and d.shop_id = $1
    and d.key = f.key
    and d.outcome is null
)
update syncd.run r
set state = 'done', ended_at = syncd.clock()
from runs
where r.run_id = runs.run_id
  and r.state = 'held'
  and not exists (
    select
    from syncd.harm h
    where h.run_id = r.run_id
      and not h.key = any($2)
  );

-- name: done(shop_id int4, rows jsonb)
-- Harm that Shopify has accepted; what is older than an hour counts no more.
with given as materialized (
  select g.key, k.harm, count(*) as many
  from jsonb_to_recordset($2) as g (key text, harms text[])
  cross join unnest(g.harms) as k (harm)
  group by g.key, k.harm
),
forgotten as (
  delete from syncd.harm h
  where h.shop_id = $1
    and h.run_id is null
    and h.at <= syncd.clock() - interval '1 hour'
    and not exists (
      select
      from given g
      where g.key = h.key
    )
)
insert into syncd.harm as h (shop_id, key, harm, count, at)
select $1, g.key, g.harm, g.many, syncd.clock()
from given g
order by g.key, g.harm
on conflict (shop_id, key, harm) do update set
  count = excluded.count,
  at = excluded.at,
  run_id = null;
