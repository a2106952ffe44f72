-- name: note(node text, gauges jsonb, calls jsonb)
-- What this node's clients did since the last time: the buckets as they are, the calls, counted back from the last one.
with told as (
  insert into syncd.gauge as g (shop_id, node, level_points, maximum_points, restore_points_s, read_at, told)
  select
    r.shop_id,
    $1,
    r.level_points,
    r.maximum_points,
    r.restore_points_s,
    syncd.clock(),
    r.calls
  from jsonb_to_recordset($2) as r (
    shop_id integer, level_points float8, maximum_points float8, restore_points_s float8, calls integer
  )
  join syncd.shop s on s.shop_id = r.shop_id
  order by r.shop_id
  on conflict (shop_id) do update set
    node = excluded.node,
    level_points = excluded.level_points,
    maximum_points = excluded.maximum_points,
    restore_points_s = excluded.restore_points_s,
    read_at = excluded.read_at,
    told = g.told + excluded.told
  returning shop_id, told
)
insert into syncd.call as c (shop_id, place, called_at, document, lane, points, took_ms, outcome, request_id)
select
  r.shop_id,
  ((t.told + 200 - r.back) % 200)::integer,
  syncd.clock() - make_interval(secs => r.age_s),
  r.document,
  r.lane,
  r.points,
  r.took_ms,
  r.outcome,
  r.request_id
from jsonb_to_recordset($3) as r (
  shop_id integer, back integer, age_s float8, document text, lane text, points integer, took_ms integer, outcome text, request_id text
)
join told t on t.shop_id = r.shop_id
on conflict (shop_id, place) do update set
  called_at = excluded.called_at,
  document = excluded.document,
  lane = excluded.lane,
  points = excluded.points,
  took_ms = excluded.took_ms,
  outcome = excluded.outcome,
  request_id = excluded.request_id;

-- name: gauges()
-- The cost buckets as they were last told of, with what was restored since.
select
  shop_id,
  least(
    maximum_points,
    level_points + restore_points_s * greatest(extract(epoch from syncd.clock() - read_at), 0)
  )::float8 as level_points,
  maximum_points,
  restore_points_s,
  read_at
from syncd.gauge
where maximum_points > 0;  -- Shopify has not said yet

-- name: calls(most int8)
-- The last calls of each shop, the newest first.
select
  c.shop_id,
  c.called_at,
  c.document,
  c.lane,
  c.points,
  c.took_ms,
  c.outcome,
  c.request_id
from syncd.shop s
cross join lateral (
  select
    r.shop_id,
    r.called_at,
    r.document,
    r.lane,
    r.points,
    r.took_ms,
    r.outcome,
    r.request_id
  from syncd.call r
  where r.shop_id = s.shop_id
  order by r.called_at desc
  limit $1
) as c
order by c.shop_id, c.called_at desc;

-- name: span()
-- What to count next: from the mark, five minutes before it once more; an hour at most. Without a mark the last day.
with now as (
  select
    syncd.clock() as at,
    date_bin('5 minutes', syncd.clock(), '2000-01-01 00:00:00+00') as open_at
),
mark as (
  select coalesce(
    (select greatest(least(m.until, n.open_at), n.open_at - interval '8 days') from syncd.delay_mark m),
    n.open_at - interval '1 day'
  ) as at
  from now n
)
select
  m.at - interval '5 minutes' as from_at,
  least(m.at + interval '1 hour', n.at + interval '1 minute') as until_at,
  least(m.at + interval '1 hour', n.open_at) as mark_at,
  m.at + interval '1 hour' <= n.at as is_behind
from now n
cross join mark m;

-- name: count(from_at timestamptz, until_at timestamptz, mark_at timestamptz, bounds float8[])
-- Count what the history holds of that time, whole fives of minutes. Repeatable: what is counted again takes the place of
-- what was, unless there were more, since the history was pruned meanwhile.
with measured as materialized (
  select
    h.shop_id,
    date_bin('5 minutes', h.settled_at, '2000-01-01 00:00:00+00') as began_at,
    h.accepted_at,
    case
      when h.events > 0
        then width_bucket(greatest(extract(epoch from h.accepted_at - h.first_event_at), 0)::float8, $4)
    end as bucket
  from syncd.history h
  where h.settled_at >= $1
    and h.settled_at < $2
    and h.writes <> '{receive_stock}'  -- went the other way
),
counted as materialized (
  select
    shop_id,
    began_at,
    bucket,
    count(*)::integer as writes,
    max(accepted_at) as last_at
  from measured
  group by shop_id, began_at, bucket
),
kept as (
  insert into syncd.delay as d (shop_id, began_at, writes, last_at, buckets)
  select
    c.shop_id,
    c.began_at,
    sum(c.writes)::integer,
    max(c.last_at),
    array(
      select coalesce(o.writes, 0)
      from generate_series(0, max(c.bucket)) as n (bucket)
      left join counted o
        on o.shop_id = c.shop_id
        and o.began_at = c.began_at
        and o.bucket = n.bucket
      order by n.bucket
    )
  from counted c
  group by c.shop_id, c.began_at
  order by c.shop_id, c.began_at
  on conflict (shop_id, began_at) do update set
    writes = excluded.writes,
    last_at = excluded.last_at,
    buckets = excluded.buckets
  where excluded.writes > d.writes
  returning shop_id
),
marked as (
  insert into syncd.delay_mark as m (name, until)
  values ('main', $3)
  on conflict (name) do update set
    until = excluded.until
  where excluded.until > m.until
),
forgotten as (
  delete from syncd.delay
  where began_at < syncd.clock() - interval '8 days'
)
select count(*)
from kept;

-- name: delays(hours int4)
-- Per shop what was counted in the last hours, oldest first.
select
  shop_id,
  began_at,
  writes,
  last_at,
  buckets
from syncd.delay
where began_at > syncd.clock() - make_interval(hours => $1) - interval '15 minutes'
order by shop_id, began_at;

-- name: newest()
-- When Shopify last accepted something, by shop: of the newest hundred rows of its history, else of what was counted.
select
  s.shop_id,
  coalesce(
    (
      select max(n.accepted_at)
      from (
        select
          h.accepted_at,
          h.writes
        from syncd.history h
        where h.shop_id = s.shop_id
        order by h.history_id desc
        limit 100
      ) as n
      where n.writes <> '{receive_stock}'  -- went the other way
    ),
    (
      select d.last_at
      from syncd.delay d
      where d.shop_id = s.shop_id
      order by d.began_at desc
      limit 1
    )
  ) as last_at
from syncd.shop s;

-- name: running()
-- Runs that have not ended, the oldest first; `sending_s` is for how long one has been sending.
select
  r.shop_id,
  r.run_id,
  r.kind,
  r.state,
  r.state = 'held' and r.decided_at is null as is_asking,
  r.done,
  r.total,
  r.points,
  r.asked_at,
  case when r.state = 'sending' then extract(epoch from syncd.clock() - r.sending_at)::float8 end as sending_s
from syncd.run r
where r.ended_at is null
order by r.run_id;

-- name: shops()
-- What each shop is set to, as far as it says whether anything is sent. A pause without an end reaches to the last year that
-- Python knows.
select
  shop_id,
  domain,
  state,
  enabled,
  sync_products,
  sync_stock,
  case when paused_until = 'infinity' then '9999-01-01 00:00:00+00' else paused_until end as paused_until,
  paused_reason
from syncd.shop
order by shop_id;

-- name: waiting()
-- All that is due, in one pass: by shop, counts apart from all else, by what killed it (null: not dead).
with now as materialized (
  select syncd.clock() as at
)
select
  c.shop_id,
  c.kind = 'stock' as is_stock,
  c.cause,
  count(*) as changes,
  count(*) filter (where c.claimed_until > n.at) as in_flight,
  count(*) filter (where c.state = 'due' and c.due_at > n.at and c.failures > 0) as retrying,
  min(c.first_event_at) as oldest_at
from syncd.change c
cross join now n
group by 1, 2, 3
order by 1, 2, 3;

-- name: troubles()
-- What needs a person now, of a shop or of the router; what only DBAs are told is left out by its name, so that it is not even
-- looked for.
select
  alarm,
  shop_id,
  domain,
  key,
  severity,
  given
from syncd.alarm
where alarm not in ('schema_changed', 'partitions_end', 'transaction_long', 'alert_unsent');

-- name: apart_examples(shop_ids int4[], most int8)
-- A few of them, those that need a person first.
select
  s.shop_id,
  e.key,
  e.why,
  e.since,
  l.product_key,
  (
    select v ->> 'sku'
    from syncd.link p
    cross join lateral jsonb_array_elements(p.known -> 'variants') as v
    where p.shop_id = s.shop_id
      and p.kind = 'product'
      and p.key = l.product_key
      and v ->> 'key' = e.key
    limit 1
  ) as sku,
  p.known ->> 'title' as title,
  a.quantity as agreed
from unnest($1::int4[]) as s (shop_id)
cross join lateral (
  (
    select
      c.key,
      c.cause as why,
      c.first_event_at as since
    from syncd.change c
    where c.shop_id = s.shop_id
      and c.kind = 'stock'
      and c.cause is not null
    order by c.key
    limit $2
  )
  union all
  (
    select
      c.key,
      'waits',
      c.first_event_at
    from syncd.change c
    where c.shop_id = s.shop_id
      and c.kind = 'stock'
      and c.cause is null
    order by c.lane, c.due_at
    limit $2
  )
  limit $2
) as e
left join lateral (
  select v.product_key
  from syncd.variant_link v
  where v.shop_id = s.shop_id
    and v.variant_key = e.key
  limit 1
) as l on true
left join syncd.link p on p.shop_id = s.shop_id and p.kind = 'product' and p.key = l.product_key
left join syncd.agreed_count a on a.shop_id = s.shop_id and a.variant_key = e.key
order by s.shop_id, e.why = 'waits', e.key;
