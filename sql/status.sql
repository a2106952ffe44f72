-- name: backlog()
-- What waits, by shop.
select
  shop_id,
  domain,
  state,
  enabled,
  paused_until,
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
