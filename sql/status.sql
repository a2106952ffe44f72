-- name: backlog()
-- What waits, by shop. A pause without an end reaches to the last year that Python knows.
select
  shop_id,
  domain,
  state,
  enabled,
  case when paused_until = 'infinity' then '9999-01-01 00:00:00+00' else paused_until end as paused_until,
  paused_reason,
  waiting,
  due,
  in_flight,
  retrying,
  dead,
  oldest_event_at,
  linked
from syncd.backlog
order by shop_id;

-- name: last_errors()
-- The error to look at first, for each shop that has one.
select
  shop_id,
  kind,
  key,
  state,
  error,
  failed_at,
  failures,
  deliveries,
  due_at
from syncd.last_error;

-- name: router_lag()
-- How far the router is behind.
select
  moved,
  moved_at,
  waiting_since,
  lag_s
from syncd.router_lag;

-- name: soon(shop_id int4, wait_s float8)
-- How many changes are claimed, or will be within wait_s.
select count(*)
from syncd.change
where shop_id = $1
  and state <> 'dead'
  and (state = 'claimed' or due_at <= syncd.clock() + make_interval(secs => $2));

-- name: alarms()
-- What needs a person now.
select
  alarm,
  what
from syncd.alarm;

-- name: drift()
-- What is not as the last migration left it.
select
  thing,
  was,
  is_now
from syncd.drift;

-- name: lanes()
-- What waits, by shop and lane.
select
  shop_id,
  domain,
  lane::text as lane,
  waiting,
  due,
  in_flight,
  retrying,
  events,
  oldest_s,
  due_since
from syncd.lanes;

-- name: in_flight()
-- What each node has claimed.
select
  node,
  shop_id,
  domain,
  changes,
  first_ends_at,
  overdue
from syncd.in_flight
order by shop_id, node;

-- name: dead(shop_id int4, cause text, keys text[])
-- Changes that wait for a person: all, or those of a shop, of a cause, of some keys.
select
  shop_id,
  domain,
  kind,
  key,
  cause,
  error,
  died_at,
  failures
from syncd.dead
where ($1::int4 is null or shop_id = $1)
  and ($2::text is null or cause = $2)
  and ($3::text[] is null or key = any($3))
order by shop_id, cause, key;

-- name: dead_by_cause()
-- Dead changes by what killed them.
select
  shop_id,
  domain,
  cause,
  changes,
  first_at,
  last_at,
  example_key,
  example
from syncd.dead_by_cause;

-- name: leases()
-- Which node works at what; a lease that was given back ended long ago.
select
  name,
  shop_id,
  domain,
  node,
  fence,
  taken_at,
  greatest(lease_until, '2000-01-01 00:00:00+00') as lease_until,
  is_held
from syncd.leases;

-- name: throughput(minutes int4)
-- What Shopify accepted in the last minutes, the one that runs counted as well.
select
  minute,
  shop_id,
  accepted,
  events,
  median_s,
  longest_s
from syncd.throughput
where minute > syncd.clock() - make_interval(mins => $1);
