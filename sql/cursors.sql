-- name: find(shop_id int4, kind text)
-- How far a kind was read, with since when something may have been missed.
select
  c.until,
  coalesce(c.is_full, false) as is_full,
  c.operation,
  c.operation_at,
  c.listed_at,
  c.pulled_at,
  c.last_error,
  g.since as gap_since,
  syncd.clock() as now
from (select) as one
left join syncd.cursor c
  on c.shop_id = $1
  and c.kind = $2
left join syncd.gap g
  on g.shop_id = $1
  and g.kind = $2;

-- name: asked(shop_id int4, kind text, operation text, fence int8)
-- A list of all is asked for, by this operation, or one whose answer is not here yet. Only for who holds the shop.
insert into syncd.cursor as c (shop_id, kind, operation, operation_at)
select $1, $2, $3, syncd.clock()
where syncd.holds($1, $4)
on conflict (shop_id, kind) do update set
  operation = excluded.operation,
  operation_at = case when excluded.operation is null then excluded.operation_at else coalesce(c.operation_at, excluded.operation_at) end
returning shop_id;

-- name: moved(shop_id int4, kind text, until timestamptz, fence int8)
-- All that was changed up to then is stored. Only for who holds the shop; never backwards.
insert into syncd.cursor as c (shop_id, kind, until, is_full, listed_at, pulled_at)
select $1, $2, $3, true, syncd.clock(), syncd.clock()
where syncd.holds($1, $4)
on conflict (shop_id, kind) do update set
  until = greatest(c.until, excluded.until),
  is_full = true,
  operation = null,
  operation_at = null,
  listed_at = case when c.is_full then c.listed_at else excluded.listed_at end,
  pulled_at = excluded.pulled_at,
  last_error = null
returning shop_id;

-- name: rewind(shop_id int4, kind text, fence int8)
-- Too much was missed to go back page by page, or the list was lost: all is listed anew.
insert into syncd.cursor as c (shop_id, kind)
select $1, $2
where syncd.holds($1, $3)
on conflict (shop_id, kind) do update set
  is_full = false,
  operation = null,
  operation_at = null
returning shop_id;

-- name: failed(shop_id int4, kind text, error text)
-- A pull did not come to its end: it is tried again after a while.
insert into syncd.cursor as c (shop_id, kind, pulled_at, failing_since, last_error)
values ($1, $2, syncd.clock(), syncd.clock(), $3)
on conflict (shop_id, kind) do update set
  pulled_at = excluded.pulled_at,
  failing_since = case when c.last_error is null then excluded.failing_since else coalesce(c.failing_since, excluded.failing_since) end,
  last_error = excluded.last_error;

-- name: ask(shop_id int4, kind text, since timestamptz)
-- A person wants a pull now, back to a moment, without one back to where the last one came. Wakes the shop's pumps.
with asked as (
  insert into syncd.gap as g (shop_id, kind, since)
  values ($1, $2, coalesce($3, syncd.clock()))
  on conflict (shop_id, kind) do update set
    since = least(g.since, excluded.since)
  returning shop_id
)
select pg_notify('syncd', shop_id::text)
from asked;

-- name: holds(shop_id int4, fence int8)
-- Whether the shop is still that of the node which took its lease under this number.
select syncd.holds($1, $2);
