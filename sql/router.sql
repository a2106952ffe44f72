-- name: standing(since timestamptz, until timestamptz, patience_s float8)
-- Where the cursor stands: is_here, since, is_old, has_news. See sql/engine.sql.
select
  is_here,
  moved_until as since,
  is_old,
  has_news
from syncd.standing($1, $2, $3);

-- name: lock_router(fence int8)
-- The cursor, held for this transaction, so that one router moves at a time; is_ours: it is the lease's holder;
-- is_astray: the clock was set back since, so that events may be of any day.
-- Four settings for the rest of it. A crash undoes events and cursor together, so the commit need not wait for the
-- disk. Sizes inside move can only be guessed, and a wrong guess is a nested loop; so can those of a day that nobody
-- has analyzed yet, where next_snapshot would read all of it. What is forbidden and done all the same counts as so
-- dear that it would be compiled each time.
select
  set_config('synchronous_commit', 'off', true) as commits,
  set_config('enable_nestloop', 'off', true) as nests,
  set_config('enable_seqscan', 'off', true) as scans,
  set_config('jit', 'off', true) as compiles,
  r.snap,
  r.at > syncd.clock() as is_astray,
  now() + interval '1 day' as until,
  r.system_id = (select system_identifier from pg_control_system()) as is_here,
  exists (
    select
    from syncd.lease l
    where l.name = 'router'
      and l.fence = $1
      and l.lease_until > syncd.clock()
  ) as is_ours
from syncd.router r
where r.name = 'main'
for update of r;

-- name: next_snapshot(snap pg_snapshot, most int8, since timestamptz, until timestamptz)
-- How far to move: the present, or less, so that about `most` events are moved and no transaction is split.
-- A transaction larger than `most` is taken whole; never beyond the present, or a late commit would be missed.
-- In the end it allows again, for move, what lock_router forbade for it.
with present as (
  select pg_current_snapshot() as snap
),
first as (
  select min(xid) as xid
  from syncd.outbox
  where xid >= pg_snapshot_xmax($1)
    and created_at >= $3
    and created_at < $4
),
beyond as (
  select xid
  from syncd.outbox
  where xid >= pg_snapshot_xmax($1)
    and created_at >= $3
    and created_at < $4
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
cross join high
where set_config('enable_seqscan', 'on', true) = 'on';

-- name: move(snap pg_snapshot, next pg_snapshot, since timestamptz, until timestamptz)
-- Events between the two snapshots become changes of each shop they concern; a thousand events are one change.
-- Kinds that no shop wants yet are passed over. What news do to a change that is there already stands in syncd.arm.
-- Where one of them is for every key (*) nothing is armed here, but in move_to, shop by shop: changes are locked in the
-- order of shop, kind, key, so a step must not begin anew from the first key. Returns the shops, in order.
-- Grouped twice: first by equal sets of labels, so that only a few of them are joined for each key.
with batch as materialized (
  select
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
    and created_at >= $3
    and created_at < $4
),
alike as (
  select
    account_id,
    kind,
    key,
    changed,
    count(*) as events,
    min(created_at) as first_event_at,
    max(created_at) as last_event_at
  from batch
  where key <> '*'
  group by account_id, kind, key, changed
),
told as materialized (
  select
    account_id,
    kind,
    key,
    sum(events)::int8 as events,
    bool_or(changed = '{}') as is_unknown,
    syncd.array_cat_agg(changed) as labels,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
  from alike
  group by account_id, kind, key
),
wide as materialized (
  select array(
    select distinct b.account_id
    from batch b
    join syncd.interest i
      on i.account_id = b.account_id
      and i.kind = b.kind
    where b.key = '*'
    order by b.account_id
  ) as account_ids
)
select
  (select count(*) from batch) as events,
  wide.account_ids as wide_accounts,
  case
    when wide.account_ids = '{}' then syncd.arm(array(
      select row(
        i.shop_id,
        t.kind,
        t.key,
        case when t.is_unknown then '{}' else syncd.labels(t.labels) end,
        syncd.lane(t.kind, t.labels),
        false,
        t.events,
        t.first_event_at,
        t.last_event_at
      )::syncd.news
      from told t
      join syncd.interest i
        on i.account_id = t.account_id
        and i.kind = t.kind
    ))
    else array(
      select distinct i.shop_id
      from batch b
      join syncd.interest i
        on i.account_id = b.account_id
        and i.kind = b.kind
      order by i.shop_id
    )
  end as shops
from wide;

-- name: move_to(snap pg_snapshot, next pg_snapshot, since timestamptz, until timestamptz, shop_id int4, keys text[])
-- As move, for one shop, where an event is for every key (*): that becomes a change of each of these keys, those of the
-- account's products; what is linked but gone from the Backoffice counts too. Of stock: of each linked variant;
-- of orders: of each that came from the shop.
with batch as materialized (
  select
    o.kind,
    o.key,
    o.changed,
    o.created_at
  from syncd.outbox o
  join syncd.interest i
    on i.account_id = o.account_id
    and i.kind = o.kind
    and i.shop_id = $5
  where (
    (o.xid >= pg_snapshot_xmax($1) and o.xid < pg_snapshot_xmax($2))
    or o.xid = any(array(select pg_snapshot_xip($1)))
  )
    and pg_visible_in_snapshot(o.xid, $2)
    and o.created_at >= $3
    and o.created_at < $4
),
told as materialized (
  select
    kind,
    key,
    count(*) as events,
    bool_or(changed = '{}') as is_unknown,
    syncd.array_cat_agg(changed) as labels,
    min(created_at) as first_event_at,
    max(created_at) as last_event_at
  from batch
  group by kind, key
),
each as (
  select *
  from told
  where key <> '*'
  union all
  select
    t.kind,
    k.key,
    t.events,
    t.is_unknown,
    t.labels,
    t.first_event_at,
    t.last_event_at
  from told t
  cross join (
    select g.key collate "C"
    from unnest($6::text[]) as g (key)
    union
    select l.key collate "C"
    from syncd.link l
    where l.shop_id = $5
      and l.kind = 'product'
  ) as k (key)
  where t.kind = 'product'
    and t.key = '*'
  union all
  select
    t.kind,
    v.variant_key,
    t.events,
    t.is_unknown,
    t.labels,
    t.first_event_at,
    t.last_event_at
  from told t
  join syncd.variant_link v on v.shop_id = $5
  where t.kind = 'stock'
    and t.key = '*'
  union all
  select
    t.kind,
    r.key,
    t.events,
    t.is_unknown,
    t.labels,
    t.first_event_at,
    t.last_event_at
  from told t
  join syncd.received r
    on r.shop_id = $5
    and r.kind = 'order'
    and r.key is not null
  where t.kind = 'order'
    and t.key = '*'
),
news as (
  select
    kind,
    key,
    sum(events)::int8 as events,
    bool_or(is_unknown) as is_unknown,
    syncd.array_cat_agg(labels) as labels,
    min(first_event_at) as first_event_at,
    max(last_event_at) as last_event_at
  from each
  group by kind, key
)
select syncd.arm(array(
  select row(
    $5::int4,
    kind,
    key,
    case when is_unknown then '{}' else syncd.labels(labels) end,
    syncd.lane(kind, labels),
    false,
    events,
    first_event_at,
    last_event_at
  )::syncd.news
  from news
));

-- name: accounts_of(shop_ids int4[])
-- These shops with their accounts, in the order in which changes are locked.
select
  shop_id,
  account_id
from syncd.shop
where shop_id = any($1)
order by shop_id;

-- name: advance(next pg_snapshot, moved int8)
-- The cursor moves in the same transaction as the events. `since` follows: when no transaction older than the mark is
-- open any more, nothing written before it can be missing, and the present becomes the next mark.
update syncd.router
set
  snap = $1,
  moved = moved + $2,
  at = greatest(at, syncd.clock()),
  since = case when pg_snapshot_xmin($1) >= mark_xid then mark_at else since end,
  mark_at = case when pg_snapshot_xmin($1) >= mark_xid or mark_xid is null then now() else mark_at end,
  mark_xid = case
    when pg_snapshot_xmin($1) >= mark_xid or mark_xid is null then pg_snapshot_xmax(pg_current_snapshot())
    else mark_xid
  end
where name = 'main';

-- name: tell(shops text[])
-- Wake the pumps of these shops in other processes when this transaction commits. One message a step of the router,
-- none a row: a commit with a message waits for every other one. Postgres takes less than 8,000 bytes; a message that
-- names no shop wakes all.
select pg_notify('syncd', case when length(s.named) < 7900 then s.named else '' end)
from array_to_string($1::text[], ' ') as s (named);

-- name: rebase()
-- After a restore into another cluster: stand at the present. Events written there with transaction ids that are
-- still to come here are dropped, or they would count as news for ever; whoever calls this makes every key due.
-- One statement, so one snapshot: no event of this cluster can be among them. The log lets nobody else delete.
with allowed as materialized (
  select set_config('syncd.may_delete', 'on', true) as is_on
),
foreign_event as (
  delete from syncd.outbox
  where xid >= pg_snapshot_xmax(pg_current_snapshot())
    and (select is_on from allowed) = 'on'
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
  at = syncd.clock(),
  since = '-infinity',
  mark_xid = null,
  mark_at = null;

-- name: product_shops()
-- The shops that products are sent to, with their accounts, in the order in which changes are locked.
select
  shop_id,
  account_id
from syncd.interest
where kind = 'product'
order by shop_id;

-- name: stock_shops()
-- The shops whose counts are kept in step.
select shop_id
from syncd.interest
where kind = 'stock'
order by shop_id;

-- name: recount(shop_id int4)
-- Make the count of every linked variant of a shop due; returns how many.
select syncd.recount($1);

-- name: order_shops()
-- The shops whose completed orders are fulfilled, with their accounts.
select
  shop_id,
  account_id
from syncd.interest
where kind = 'order'
order by shop_id;

-- name: completed(shop_id int4, account_id text)
-- Orders of a shop that were completed of late.
select r.key
from syncd.received r
where r.shop_id = $1
  and r.kind = 'order'
  and r.key in (
    select order_completion.order_key
    from syncd_contract.order_completion as order_completion
    where order_completion.account_id = $2
      and order_completion.completed_at > syncd.clock() - interval '30 days'
  )
order by r.key;
