-- name: add(shop_id int4, key text, gid text, writes text[], request_ids text[], before jsonb, after jsonb, events int8, first_event_at timestamptz, accepted_at timestamptz, note text)
-- Note one accepted write of a product.
insert into syncd.history
  (shop_id, kind, key, gid, writes, request_ids, before, after, events, first_event_at, accepted_at, note)
values ($1, 'product', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: since(shop_id int4, key text, history_id int8)
-- Accepted writes of one product after a given row, oldest first.
select
  history_id,
  gid,
  writes,
  events,
  first_event_at,
  accepted_at
from syncd.history
where shop_id = $1
  and kind = 'product'
  and key = $2
  and history_id > $3
order by history_id;

-- name: newest(shop_id int4)
-- The newest row's number, 0 when there is none.
select coalesce(max(history_id), 0)
from syncd.history
where shop_id = $1;

-- name: add_all(shop_id int4, write text, request_ids text[], rows jsonb, accepted_at timestamptz)
-- Note products that one bulk operation wrote; no event waited for them.
insert into syncd.history
  (shop_id, kind, key, gid, writes, request_ids, before, after, events, first_event_at, accepted_at)
select $1, 'product', g.key, g.gid, array[$2], $3, g.before, g.after, 0, $5, $5
from jsonb_to_recordset($4) as g (key text, gid text, before jsonb, after jsonb);

-- name: add_order(shop_id int4, key text, gid text, writes text[], request_ids text[], sent jsonb, events int8, first_event_at timestamptz)
-- Note what Shopify accepted of a completed order.
insert into syncd.history
  (shop_id, kind, key, gid, writes, request_ids, before, after, events, first_event_at, accepted_at)
values ($1, 'order', $2, $3, $4, $5, null, $6, $7, $8, syncd.clock());
