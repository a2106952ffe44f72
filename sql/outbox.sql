-- name: base(name text)
-- The router's row; the first call sets its cursor to before everything. Returns false when another cluster wrote it.
insert into syncd.router as r (name, snap, system_id)
values ($1, '1:1:', (select system_identifier from pg_control_system()))
on conflict (name) do update set name = r.name
returning r.system_id = (select system_identifier from pg_control_system());

-- name: lock_router(name text)
-- The cursor, held for this transaction, so that one router moves at a time.
select snap
from syncd.router
where name = $1
for update;

-- name: anything(snap pg_snapshot)
-- Whether an event may wait behind the cursor; reads only, so an idle system writes nothing.
select exists (
  select from syncd.outbox
  where xid >= pg_snapshot_xmax($1)
) or exists (
  select from syncd.outbox
  where xid = any(array(select pg_snapshot_xip($1)))
);

-- name: next_snapshot(snap pg_snapshot, most int8)
-- How far to move: the present, or less, so that about `most` events are moved and no transaction is split.
-- A transaction larger than `most` is taken whole. See shared design note in ARCHITECTURE.md, "The snapshot cursor".
with present as (
  select pg_current_snapshot() as snap
),
first as (
  select min(xid) as xid
  from syncd.outbox
  where xid >= pg_snapshot_xmax($1)
),
beyond as (
  select xid
  from syncd.outbox
  where xid >= pg_snapshot_xmax($1)
  order by xid, event_id
  offset $2
  limit 1
),
high as (
  select case
    when beyond.xid is null then pg_snapshot_xmax(present.snap)
    when beyond.xid = first.xid then ((beyond.xid::text::int8 + 1)::text)::xid8
    else beyond.xid
  end as xid
  from present
  cross join first
  left join beyond on true
)
select (
  least(pg_snapshot_xmin(present.snap), high.xid)::text
  || ':' || high.xid::text
  || ':' || coalesce((
    select string_agg(x.xid::text, ',' order by x.xid)
    from pg_snapshot_xip(present.snap) as x (xid)
    where x.xid < high.xid
  ), '')
)::pg_snapshot
from present
cross join high;

-- name: move(snap pg_snapshot, next pg_snapshot)
-- Events between the two snapshots become changes of each shop they concern; a thousand events are one change.
-- News leave due_at alone (back-off and leases stay) but re-arm a dead change.
with batch as (
  select account_id, kind, key, changed, created_at
  from syncd.outbox
  where ((xid >= pg_snapshot_xmax($1) and xid < pg_snapshot_xmax($2))
    or xid = any(array(select pg_snapshot_xip($1))))
    and pg_visible_in_snapshot(xid, $2)
),
wide as (
  select e.account_id, e.kind, k.key, e.changed, e.created_at
  from batch e
  cross join lateral (
    select p.product_key as key
    from syncd_contract.product p
    where p.account_id = e.account_id
    union
    select l.key
    from syncd.link l
    join syncd.shop s on s.shop_id = l.shop_id
    where s.account_id = e.account_id
  ) as k
  where e.key = '*' and e.kind = 'product'
  union all
  select b.account_id, b.kind, b.key, b.changed, b.created_at
  from batch b
  where b.key <> '*'
),
merged as (
  select
    s.shop_id,
    w.kind,
    w.key,
    count(*) as events,
    bool_or(w.changed = '{}') as is_unknown,
    array(select distinct c from unnest(string_to_array(string_agg(array_to_string(w.changed, ' '), ' '), ' ')) as c where c <> '' order by c) as changed,
    min(w.created_at) as first_event_at,
    max(w.created_at) as last_event_at
  from wide w
  join syncd.shop s on s.account_id = w.account_id and s.sync_products
  where w.kind = 'product'
  group by s.shop_id, w.kind, w.key
),
moved as (
  insert into syncd.change as c (shop_id, kind, key, changed, lane, events, first_event_at, last_event_at)
  select
    shop_id,
    kind,
    key,
    case when is_unknown then '{}' else changed end,
    case when changed = '{price}' and not is_unknown then 'price' else 'product' end,
    events,
    first_event_at,
    last_event_at
  from merged
  order by shop_id, kind, key
  on conflict (shop_id, kind, key) do update set
    generation = c.generation + 1,
    events = c.events + excluded.events,
    changed = case
      when c.changed = '{}' or excluded.changed = '{}' then '{}'
      else array(select distinct x from unnest(c.changed || excluded.changed) as x order by x)
    end,
    lane = case when excluded.lane = 'price' or c.lane = 'price' then 'price' else excluded.lane end,
    last_event_at = greatest(c.last_event_at, excluded.last_event_at),
    state = case when c.state = 'dead' then 'due' else c.state end,
    due_at = case when c.state = 'dead' then syncd.clock() else c.due_at end,
    failures = case when c.state = 'dead' then 0 else c.failures end,
    deliveries = case when c.state = 'dead' then 0 else c.deliveries end
  returning c.shop_id
)
select
  (select count(*) from batch) as events,
  array(select distinct shop_id from moved order by shop_id) as shops;

-- name: advance(name text, next pg_snapshot, moved int8)
-- The cursor moves in the same transaction as the events.
update syncd.router
set
  snap = $2,
  moved = moved + $3,
  at = syncd.clock()
where name = $1;

-- name: rebase(name text)
-- After a restore into another cluster: forget the old transaction ids and stand at the present.
update syncd.router
set
  snap = pg_current_snapshot(),
  system_id = (select system_identifier from pg_control_system()),
  at = syncd.clock()
where name = $1;

-- name: enqueue(shop_id int4, kind text, keys text[])
-- Make these keys due for one shop, in the resync lane; what is due already keeps its place. Returns how many.
with added as (
  insert into syncd.change as c (shop_id, kind, key, changed, lane, first_event_at, last_event_at)
  select $1, $2, k.key, '{}', 'resync', syncd.clock(), syncd.clock()
  from unnest($3::text[]) as k (key)
  order by k.key
  on conflict (shop_id, kind, key) do update set
    generation = c.generation + 1,
    last_event_at = excluded.last_event_at,
    changed = '{}',
    state = case when c.state = 'dead' then 'due' else c.state end,
    due_at = case when c.state = 'dead' then syncd.clock() else c.due_at end,
    failures = case when c.state = 'dead' then 0 else c.failures end,
    deliveries = case when c.state = 'dead' then 0 else c.deliveries end
  returning 1
)
select count(*) from added;

-- name: claim(shop_id int4, kind text, worker text, lease_s float8, token int8, most int8)
-- Lease the most urgent due changes of a shop to one node; a lease that ran out is due again by itself.
-- SKIP LOCKED lets several claim at once; the array keeps the limit exact and the plan on the index.
update syncd.change c
set
  state = 'claimed',
  claimed_by = $3,
  claim_token = $5,
  due_at = syncd.clock() + make_interval(secs => $4),
  deliveries = c.deliveries + 1
where c.change_id = any(array(
  select change_id
  from syncd.change
  where shop_id = $1
    and kind = $2
    and state <> 'dead'
    and due_at <= syncd.clock()
  order by urgency, due_at, change_id
  limit $6
  for update skip locked
))
returning
  c.change_id,
  c.kind,
  c.key,
  c.changed,
  c.lane,
  c.generation,
  c.events,
  c.first_event_at,
  c.deliveries,
  c.failures;

-- name: hold(change_ids int8[], token int8)
-- First step of settle: lock what this claim still holds, in the router's order, and say which these are.
select change_id
from syncd.change
where change_id = any($1)
  and claim_token = $2
order by shop_id, kind, key
for update;

-- name: ack(change_ids int8[], generations int8[])
-- Done: gone, unless news came while it was in flight.
delete from syncd.change c
using unnest($1::int8[], $2::int8[]) as k (change_id, generation)
where c.change_id = k.change_id
  and c.generation = k.generation;

-- name: again(change_ids int8[])
-- What is left after ack has news: due at once, with a clean slate.
update syncd.change
set
  state = 'due',
  claimed_by = null,
  claim_token = null,
  due_at = syncd.clock(),
  first_event_at = last_event_at,
  deliveries = 0,
  failures = 0,
  last_error = null
where change_id = any($1);

-- name: retry(change_id int8, wait_s float8, blame int4, error text)
-- Later: due after the wait; `blame` is 1 when the row may be at fault, else 0 and the delivery is given back.
update syncd.change
set
  state = 'due',
  claimed_by = null,
  claim_token = null,
  due_at = syncd.clock() + make_interval(secs => $2),
  failures = failures + $3,
  deliveries = deliveries - (1 - $3),
  last_error = $4
where change_id = $1;

-- name: die(change_id int8, generation int8, error text)
-- Never as it stands: waits for a person or a new event; if news came meanwhile it is simply due.
update syncd.change
set
  state = case when generation = $2 then 'dead' else 'due' end,
  claimed_by = null,
  claim_token = null,
  due_at = syncd.clock(),
  failures = case when generation = $2 then failures + 1 else 0 end,
  last_error = $3
where change_id = $1;

-- name: give_back(change_ids int8[], token int8)
-- A clean stop, or the shop refused us: due at once, nothing counted.
update syncd.change
set
  state = 'due',
  claimed_by = null,
  claim_token = null,
  due_at = syncd.clock(),
  deliveries = deliveries - 1
where change_id = any($1)
  and claim_token = $2;
