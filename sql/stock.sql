-- name: shelves(shop_id int4, account_id text, warehouse_key text, location text, keys text[])
-- What both the Backoffice and we know of these variants, those that are linked with a product that is there; one that moved to another product as
-- the Backoffice has it now. Stopped: its sale is, or was until the product is sent; then its count in Shopify says nothing.
with variant as materialized (
  select
    variant.product_key,
    variant.variant_key,
    variant.sku,
    variant.is_tracked,
    variant.is_blocked
  from syncd_contract.variant as variant
  where variant.account_id = $2
    and variant.variant_key = any($5)
),
stock as materialized (
  select
    stock.variant_key,
    stock.quantity
  from syncd_contract.stock as stock
  where stock.account_id = $2
    and stock.warehouse_key = $3
    and stock.variant_key = any($5)
),
link as materialized (
  select
    product_key,
    variant_key,
    inventory_item
  from syncd.variant_link
  where shop_id = $1
    and variant_key = any($5)
),
agreed as materialized (
  select
    variant_key,
    quantity
  from syncd.agreed_count
  where shop_id = $1
    and variant_key = any($5)
    and warehouse_key = $3
    and location = $4
)
select distinct on (l.variant_key)
  l.variant_key as key,
  l.inventory_item as item,
  l.product_key,
  coalesce(v.sku, '') as sku,
  coalesce(s.quantity, 0) as quantity,
  v.variant_key is not null as is_here,
  coalesce(v.is_tracked, false) as is_tracked,
  coalesce(v.is_blocked, false) or p.known -> 'variants' @> jsonb_build_array(
    jsonb_build_object('key', l.variant_key, 'stopped', true)
  ) as is_stopped,
  a.variant_key is not null as is_known,
  a.quantity as agreed
from link l
join syncd.link p
  on p.shop_id = $1
  and p.kind = 'product'
  and p.key = l.product_key
  and p.gone_at is null
left join variant v on v.variant_key = l.variant_key
left join stock s on s.variant_key = l.variant_key
left join agreed a on a.variant_key = l.variant_key
order by l.variant_key, (l.product_key = v.product_key) desc nulls last;

-- name: note(shop_id int4, warehouse_key text, location text, keys text[], quantities int4[])
-- What new variants are given along, before they are; a null: they are not counted.
insert into syncd.agreed_count as a (shop_id, variant_key, warehouse_key, location, quantity)
select
  $1,
  k.key,
  $2,
  $3,
  k.quantity
from unnest($4::text[], $5::int4[]) as k (key, quantity)
order by k.key collate "C"
on conflict (shop_id, variant_key) do update set
  warehouse_key = excluded.warehouse_key,
  location = excluded.location,
  quantity = excluded.quantity,
  agreed_at = excluded.agreed_at;

-- name: uncount(shop_id int4, keys text[])
-- Nothing is agreed on of these variants any more.
delete from syncd.agreed_count
where shop_id = $1
  and variant_key = any($2);

-- name: receive(shop_id int4, account_id text, warehouse_key text, location text, rows jsonb)
-- Take in what moved in Shopify. See sql/engine.sql.
select
  variant,
  outcome,
  error
from syncd.receive_counts($1, $2, $3, $4, $5);

-- name: writing(shop_id int4)
-- The call under way, if any, and whether Shopify still remembers its key.
select
  write_id,
  location,
  rows,
  written_at,
  written_at > syncd.clock() - interval '23 hours' as is_remembered
from syncd.stock_write
where shop_id = $1;

-- name: begin(shop_id int4, fence int8, write_id uuid, location text, rows jsonb)
-- Write a call down before it is sent; nothing comes back when the shop is another node's by now.
insert into syncd.stock_write (shop_id, write_id, location, rows)
select
  $1,
  $3,
  $4,
  $5
where syncd.holds($1, $2)
returning write_id;

-- name: end(write_id uuid, done_keys text[])
-- The answer to a call: of these variants Shopify has the new count, of the others the old one. Taken in once: whoever
-- comes second finds no call. Returns what was done.
with ended as materialized (
  delete from syncd.stock_write
  where write_id = $1
  returning shop_id, location, rows
),
done as materialized (
  select
    e.shop_id,
    e.location,
    r.key,
    r.item,
    r.before,
    r.after
  from ended e
  cross join lateral jsonb_to_recordset(e.rows) as r (key text, item text, before integer, after integer)
  where r.key = any($2)
),
locked as materialized (
  select
    a.shop_id,
    a.variant_key
  from syncd.agreed_count a
  join done d
    on d.shop_id = a.shop_id
    and d.key = a.variant_key
    and d.location = a.location
  order by a.variant_key collate "C"
  for update of a
),
moved as (
  update syncd.agreed_count a
  set
    quantity = a.quantity + d.after - d.before,
    agreed_at = syncd.clock()
  from done d, locked l
  where a.shop_id = d.shop_id
    and a.variant_key = d.key
    and l.shop_id = d.shop_id
    and l.variant_key = d.key
)
select
  key,
  item,
  before,
  after
from done
order by key collate "C";

-- name: remember(shop_id int4, rows jsonb)
-- Note counts that moved, in the history of their variants.
insert into syncd.history
  (shop_id, kind, key, gid, writes, request_ids, before, after, events, first_event_at, accepted_at)
select
  $1,
  'stock',
  r.key,
  r.item,
  array[r.write],
  array_remove(array[r.request_id], ''),
  jsonb_build_object('quantity', r.before),
  jsonb_build_object('quantity', r.after),
  r.events,
  coalesce(r.first_event_at, syncd.clock()),
  syncd.clock()
from jsonb_to_recordset($2) as r (
  key text, item text, write text, request_id text, before integer, after integer, events bigint, first_event_at timestamptz
);

-- name: differing(shop_id int4, warehouse_key text, location text, items text[], quantities int4[])
-- Of these inventory items the variants whose count in Shopify is not the one last agreed on, or is none any more (null);
-- those that are not counted, or wait for a person, left out. Each table is read by index before anything is joined, so
-- that no plan can go wrong while it is being filled.
with link as materialized (
  select
    variant_key,
    inventory_item
  from syncd.variant_link
  where shop_id = $1
    and inventory_item = any($4)
),
agreed as materialized (
  select
    variant_key,
    quantity
  from syncd.agreed_count
  where shop_id = $1
    and variant_key = any(array(select variant_key from link))
    and warehouse_key = $2
    and location = $3
),
dead as materialized (
  select key
  from syncd.change
  where shop_id = $1
    and kind = 'stock'
    and state = 'dead'
    and key = any(array(select variant_key from link))
)
select distinct l.variant_key as key
from unnest($4::text[], $5::int4[]) as k (item, quantity)
join link l on l.inventory_item = k.item
left join agreed a on a.variant_key = l.variant_key
where (a.variant_key is null or a.quantity <> k.quantity or (k.quantity is null and a.quantity is not null))
  and l.variant_key not in (select key from dead)
order by l.variant_key;

-- name: behind(shop_id int4, account_id text, warehouse_key text, location text, keys text[])
-- Of these variants those whose count in the warehouse is not the one last agreed on; those that wait for a person left
-- out.
with stock as materialized (
  select
    stock.variant_key,
    stock.quantity
  from syncd_contract.stock as stock
  where stock.account_id = $2
    and stock.warehouse_key = $3
    and stock.variant_key = any($5)
),
agreed as materialized (
  select
    variant_key,
    quantity
  from syncd.agreed_count
  where shop_id = $1
    and variant_key = any($5)
    and warehouse_key = $3
    and location = $4
),
dead as materialized (
  select key
  from syncd.change
  where shop_id = $1
    and kind = 'stock'
    and state = 'dead'
    and key = any($5)
)
select a.variant_key as key
from agreed a
left join stock s on s.variant_key = a.variant_key
where a.quantity <> coalesce(s.quantity, 0)
  and a.variant_key not in (select key from dead)
order by a.variant_key;

-- name: emptied(shop_id int4, keys text[])
-- How many variants were sold out by us within the last five minutes, or wait with those that are held; these left out.
select
  (
    select count(distinct h.key)
    from syncd.history h
    where h.shop_id = $1
      and h.kind = 'stock'
      and h.settled_at > syncd.clock() - interval '5 minutes'
      and h.writes = '{InventorySetQuantities}'
      and (h.before ->> 'quantity')::integer > 0
      and (h.after ->> 'quantity')::integer <= 0
      and h.key <> all($2)
  ) + (
    select count(*)
    from syncd.change c
    where c.shop_id = $1
      and c.kind = 'stock'
      and c.cause = 'stock_to_zero'
      and c.key <> all($2)
  ) as emptied,
  s.guard_zero_percent as percent,
  coalesce(s.zeros_until > syncd.clock(), false) as are_let_go
from syncd.shop s
where s.shop_id = $1;

-- name: sellable(shop_id int4)
-- How many variants there were some of when the two sides last agreed.
select count(*)
from syncd.agreed_count
where shop_id = $1
  and quantity > 0;

-- name: let_zeros_go(shop_id int4, hours float8)
-- A person says that counts may go to nothing for a while; those that are held are tried again. Returns how many.
with let as (
  update syncd.shop
  set zeros_until = syncd.clock() + make_interval(hours => 1) * $2
  where shop_id = $1
),
due as materialized (
  select syncd.arm(array(
    select row(c.shop_id, c.kind, c.key, '{}', c.lane, false, 1, syncd.clock(), syncd.clock())::syncd.news
    from syncd.change c
    where c.shop_id = $1
      and c.kind = 'stock'
      and c.cause = 'stock_to_zero'
  )) as shops
)
select
  (select count(*) from syncd.change c where c.shop_id = $1 and c.kind = 'stock' and c.cause = 'stock_to_zero'),
  case when shops <> '{}' then pg_notify('syncd', array_to_string(shops, ' ')) end
from due;

-- name: recount(shop_id int4)
-- Make the count of every linked variant of a shop due; returns how many.
select syncd.recount($1);

-- name: standing(shop_id int4)
-- How many counts are agreed on, how many are on their way, how many wait for a person.
select
  (select count(*) from syncd.agreed_count a where a.shop_id = $1 and a.quantity is not null) as agreed,
  count(*) filter (where c.cause is null) as waiting,
  count(*) filter (where c.cause is not null) as dead
from syncd.change c
where c.shop_id = $1
  and c.kind = 'stock';
