-- name: standing()
-- Where the cursor stands: whether this cluster wrote it, and whether an event waits behind it.
-- Reads only, so an idle system writes nothing. Order and limit keep the plan on the index: to a mere `exists` a
-- scan of the table looks cheap, and with nothing to find it reads all of it.
select
  r.system_id = (select system_identifier from pg_control_system()) as is_here,
  (
    select o.xid
    from syncd.outbox o
    where o.xid >= pg_snapshot_xmax(r.snap)
    order by o.xid, o.event_id
    limit 1
  ) is not null or exists (
    select
    from pg_snapshot_xip(r.snap) as x (xid)
    cross join lateral (
      select
      from syncd.outbox o
      where o.xid = x.xid
      order by o.xid, o.event_id
      limit 1
    ) as late
  ) as has_news
from syncd.router r
where r.name = 'main';

-- name: lock_router()
-- The cursor, held for this transaction, so that one router moves at a time.
select
  snap,
  system_id = (select system_identifier from pg_control_system()) as is_here
from syncd.router
where name = 'main'
for update;

-- name: next_snapshot(snap pg_snapshot, most int8)
-- How far to move: the present, or less, so that about `most` events are moved and no transaction is split.
-- A transaction larger than `most` is taken whole; never beyond the present, or a late commit would be missed.
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
  select least(
    pg_snapshot_xmax(present.snap),
    case when beyond.xid = first.xid then ((beyond.xid::text::int8 + 1)::text)::xid8 else beyond.xid end
  ) as xid
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

-- name: wide_accounts(snap pg_snapshot, next pg_snapshot)
-- Accounts with an event for every key (*) between the two snapshots.
select distinct account_id
from syncd.outbox
where key = '*'
  and kind = 'product'
  and (
    (xid >= pg_snapshot_xmax($1) and xid < pg_snapshot_xmax($2))
    or xid = any(array(select pg_snapshot_xip($1)))
  )
  and pg_visible_in_snapshot(xid, $2);

-- name: move(snap pg_snapshot, next pg_snapshot, account_ids text[], keys text[])
-- Events between the two snapshots become changes of each shop they concern; a thousand events are one change.
-- $3 and $4 are the keys of wide_accounts, pair by pair; what is linked but gone from the Backoffice counts too.
-- News leave due_at alone (back-off and leases stay) but re-arm a dead change. Kinds that no flow carries yet
-- are passed over. One insert in the order of the keys: settle locks in the same order, so neither waits in a ring.
-- No common table expression is joined with another: their sizes are guessed, and a wrong guess is a nested loop.
-- A key has at most two rows in concerned, its own and that of *: min and max are both.
with batch as materialized (
  select
    event_id,
    account_id,
    kind,
    key,
    changed,
    created_at
  from syncd.outbox
  where (
    (xid >= pg_snapshot_xmax($1) and xid < pg_snapshot_xmax($2))
    or xid = any(array(select pg_snapshot_xip($1)))
  )
    and pg_visible_in_snapshot(xid, $2)
),
told as materialized (
  select
    b.account_id,
    b.key,
    count(distinct b.event_id) as events,
    bool_or(b.changed = '{}') as is_unknown,
    array_agg(distinct l.label) filter (where l.label is not null) as labels,
    min(b.created_at) as first_event_at,
    max(b.created_at) as last_event_at
  from batch b
  left join lateral unnest(b.changed) as l (label) on true
  where b.kind = 'product'
  group by b.account_id, b.key
),
concerned as (
  select
    s.shop_id,
    t.key,
    t.events,
    t.is_unknown,
    t.labels,
    t.first_event_at,
    t.last_event_at
  from told t
  join syncd.shop s on s.account_id = t.account_id and s.sync_products
  where t.key <> '*'
  union all
  select
    s.shop_id,
    k.key,
    t.events,
    t.is_unknown,
    t.labels,
    t.first_event_at,
    t.last_event_at
  from told t
  join syncd.shop s on s.account_id = t.account_id and s.sync_products
  cross join lateral (
    select g.key
    from unnest($3::text[], $4::text[]) as g (account_id, key)
    where g.account_id = s.account_id
    union
    select l.key
    from syncd.link l
    where l.shop_id = s.shop_id
      and l.kind = 'product'
  ) as k
  where t.key = '*'
),
merged as (
  select
    shop_id,
    key,
    sum(events)::int8 as events,
    bool_or(is_unknown) as is_unknown,
    array(
      select distinct x.label
      from unnest(min(labels) || max(labels)) as x (label)
      order by x.label
    ) as labels,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
  from concerned
  group by shop_id, key
),
moved as (
  insert into syncd.change as c (shop_id, kind, key, changed, lane, events, first_event_at, last_event_at)
  select
    shop_id,
    'product',
    key,
    case when is_unknown then '{}' else labels end,
    case when 'price' = any(labels) then 'price' else 'product' end,
    events,
    first_event_at,
    last_event_at
  from merged
  order by shop_id, key
  on conflict (shop_id, kind, key) do update set
    generation = c.generation + 1,
    events = c.events + excluded.events,
    changed = case
      when c.changed = '{}' or excluded.changed = '{}' then '{}'
      else array(select distinct x.label from unnest(c.changed || excluded.changed) as x (label) order by x.label)
    end,
    lane = case when excluded.urgency < c.urgency then excluded.lane else c.lane end,
    last_event_at = greatest(c.last_event_at, excluded.last_event_at),
    news_at = case when c.state = 'claimed' then least(c.news_at, excluded.first_event_at) end,
    state = case when c.state = 'dead' then 'due' else c.state end,
    due_at = case when c.state = 'dead' or (c.state = 'due' and c.ends_with_news) then syncd.clock() else c.due_at end,
    failures = case when c.state = 'dead' then 0 else c.failures end,
    deliveries = case when c.state = 'dead' then 0 else c.deliveries end
  returning c.shop_id
)
select
  (select count(*) from batch) as events,
  array(select distinct shop_id from moved order by shop_id) as shops;

-- name: advance(next pg_snapshot, moved int8)
-- The cursor moves in the same transaction as the events.
update syncd.router
set
  snap = $1,
  moved = moved + $2,
  at = syncd.clock()
where name = 'main';

-- name: rebase()
-- After a restore into another cluster: stand at the present. Events written there with transaction ids that are
-- still to come here are dropped, or they would count as news for ever; whoever calls this makes every key due.
-- One statement, so one snapshot: no event of this cluster can be among them.
with foreign_event as (
  delete from syncd.outbox
  where xid >= pg_snapshot_xmax(pg_current_snapshot())
)
insert into syncd.router as r (name, snap, system_id)
select
  'main',
  pg_current_snapshot(),
  system_identifier
from pg_control_system()
on conflict (name) do update set
  snap = excluded.snap,
  system_id = excluded.system_id,
  at = syncd.clock();

-- name: product_shops()
-- The shops that products are sent to, with their accounts, in the order in which changes are locked.
select
  shop_id,
  account_id
from syncd.shop
where sync_products
order by shop_id;
