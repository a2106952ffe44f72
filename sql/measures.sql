-- name: measured(refused text[])
-- The database's metrics in one statement: the name (syncd/metrics.py), its labels in their order, the value. Each shop has all
-- its rows, zeros too: a series that comes and goes is hard to alert on. `refused`: pauses (like) that mean a dead token.
with now as materialized (
  select syncd.clock() as at
),
sorts as materialized (  -- grouped by columns alone, so that it is hashed: the dearest part, in one pass
  select
    c.shop_id,
    c.kind,
    c.lane,
    count(*) filter (where c.cause is null) as alive,
    count(*) filter (where c.claimed_until > n.at) as claimed,
    count(*) filter (where c.cause is null and coalesce(c.claimed_until, c.due_at) <= n.at) as due,
    count(*) filter (where c.cause is not null) as dead,
    count(*) filter (where c.cause = 'stock_to_zero') as held,
    count(*) filter (where c.cause = 'first_count') as unanswered,
    min(c.first_event_at) filter (where c.cause is null) as oldest_at,
    min(coalesce(c.claimed_until, c.due_at)) filter (where c.cause is null) as due_since
  from syncd.change c
  cross join now n
  group by c.shop_id, c.kind, c.lane
),
shops as materialized (
  select
    s.shop_id,
    s.domain,
    s.enabled,
    s.enabled and s.sync_products and s.state = 'linked' as is_sending,
    coalesce(s.paused_until > n.at, false) as is_paused,
    s.enabled and (
      -- It is renewed long before; but nobody calls a paused shop.
      coalesce(s.token_ends_at <= n.at - interval '1 minute' and coalesce(s.paused_until, '-infinity') <= n.at, false)
      -- A moment longer: between two pauses for the same trouble the shop is tried.
      or coalesce(s.paused_until > n.at - interval '15 seconds' and s.paused_reason like any ($1), false)
    ) as is_refused,
    s.token_ends_at
  from syncd.shop s
  cross join now n
)
select
  'backlog_changes' as name,
  array[s.domain, k.kind, v.state] as labels,
  coalesce(sum(v.changes), 0)::float8 as value
from shops s
cross join (values ('product'), ('stock'), ('order')) as k (kind)
left join sorts c on c.shop_id = s.shop_id and c.kind = k.kind
cross join lateral (
  values ('due', c.due), ('claimed', c.claimed), ('later', c.alive - c.claimed - c.due), ('dead', c.dead)
) as v (state, changes)
group by s.domain, k.kind, v.state
union all
select
  'oldest_due_seconds',
  array[s.domain, l.lane::text],
  coalesce(greatest(extract(epoch from (select at from now) - min(c.due_since)), 0), 0)::float8
from shops s
cross join unnest(enum_range(null::syncd.lane)) as l (lane)
left join sorts c on c.shop_id = s.shop_id and c.lane = l.lane
group by s.domain, l.lane
union all
select
  'oldest_change_seconds',
  array[s.domain, k.kind],
  coalesce(greatest(extract(epoch from (select at from now) - min(c.oldest_at)), 0), 0)::float8
from shops s
cross join (values ('product'), ('stock'), ('order')) as k (kind)
left join sorts c on c.shop_id = s.shop_id and c.kind = k.kind
group by s.domain, k.kind
union all
select
  'stock_apart_variants',
  array[s.domain, v.state],
  coalesce(sum(v.changes), 0)::float8
from shops s
left join sorts c on c.shop_id = s.shop_id and c.kind = 'stock'
cross join lateral (
  values
    ('waiting', c.alive), ('held', c.held), ('unanswered', c.unanswered),
    ('stopped', c.dead - c.held - c.unanswered)
) as v (state, changes)
group by s.domain, v.state
union all
select
  f.name,
  array[s.domain],
  f.value
from shops s
cross join now n
cross join lateral (
  values
    ('shop_sending', s.is_sending::integer::float8),
    ('shop_paused', s.is_paused::integer::float8),
    ('token_valid', (not s.is_refused)::integer::float8),
    ('token_left_seconds', extract(epoch from s.token_ends_at - n.at)::float8)
) as f (name, value)
where f.value is not null
union all
select
  f.name,
  array[s.domain],
  f.value
from syncd.gauge g
join shops s on s.shop_id = g.shop_id
cross join now n
cross join lateral (
  values
    ('points_available', least(
      g.maximum_points, g.level_points + g.restore_points_s * greatest(extract(epoch from n.at - g.read_at), 0)
    )::float8),
    ('points_maximum', g.maximum_points),
    ('points_restored_per_second', g.restore_points_s)
) as f (name, value)
where g.maximum_points > 0  -- Shopify has not said yet
union all
select
  'runs',
  array[s.domain, t.state],
  count(r.run_id)::float8
from shops s
cross join (values ('asked'), ('reading'), ('comparing'), ('held'), ('sending')) as t (state)
left join syncd.run r on r.shop_id = s.shop_id and r.state = t.state and r.ended_at is null
group by s.domain, t.state
union all
select
  'bulk_operations',
  array[s.domain, t.phase],
  count(o.operation_id)::float8
from shops s
cross join (values ('write'), ('start'), ('wait'), ('fetch')) as t (phase)
left join syncd.bulk_operation o on o.shop_id = s.shop_id and o.phase = t.phase and o.ended_at is null
group by s.domain, t.phase
union all
select
  f.name,
  f.labels,
  f.value
from shops s
cross join now n
left join (
  select
    shop_id,
    count(*) filter (where state <> 'dead') as waiting,
    count(*) filter (where state = 'dead') as dead,
    min(received_at) filter (where state <> 'dead') as oldest_at
  from syncd.inbox
  where done_at is null
  group by shop_id
) as i on i.shop_id = s.shop_id
cross join lateral (
  values
    ('inbox_deliveries', array[s.domain, 'waiting'], coalesce(i.waiting, 0)::float8),
    ('inbox_deliveries', array[s.domain, 'dead'], coalesce(i.dead, 0)::float8),
    ('inbox_oldest_seconds', array[s.domain], coalesce(greatest(extract(epoch from n.at - i.oldest_at), 0), 0)::float8)
) as f (name, labels, value)
union all
select
  'lease_held',
  array[w.lease],
  coalesce(l.lease_until > n.at, false)::integer::float8
from (
  select 'router' as lease, 'router' as name
  union all
  select domain, 'shop ' || shop_id from shops where enabled
) as w
cross join now n
left join syncd.lease l on l.name = w.name
union all
select
  'nodes_alive',
  '{}',
  count(*)::float8
from syncd.node
where seen_at > syncd.clock() - interval '15 seconds'
union all
select
  'router_lag_seconds',
  '{}',
  lag_s
from syncd.router_lag
union all
select
  'alarms',
  array[coalesce(s.domain, ''), a.alarm],
  count(*)::float8
from syncd.alert a
left join syncd.shop s on s.shop_id = a.shop_id
where a.cleared_at is null
group by 2;
