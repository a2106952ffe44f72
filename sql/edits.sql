-- name: count_active(account_id text)
-- How many active products have a price.
select count(*)
from retail.product p
where p.account_id = $1
  and p.is_active
  and exists (
    select
    from retail.variant v
    join retail.price r on r.variant_id = v.variant_id
    where v.product_id = p.product_id
  );

-- name: active(account_id text, place int8)
-- The active product at this place, counted from 0, among those with a price.
select
  p.product_id,
  p.title
from retail.product p
where p.account_id = $1
  and p.is_active
  and exists (
    select
    from retail.variant v
    join retail.price r on r.variant_id = v.variant_id
    where v.product_id = p.product_id
  )
order by p.product_id
offset $2
limit 1;

-- name: raise_price(product_id int8)
-- Put up the list prices of a product by ten.
update retail.price p
set list_price = p.list_price + 10
from retail.variant v
where v.variant_id = p.variant_id
  and v.product_id = $1;

-- name: put_inactive(product_id int8)
-- Take a product off sale.
update retail.product
set is_active = false
where product_id = $1;

-- name: add_product(account_id text, title text)
-- A new product of the account's first store.
insert into retail.product (account_id, store_id, title, description_html)
select
  account_id,
  store_id,
  $2,
  '<p>Laget mens du så på.</p>'
from retail.store
where account_id = $1
order by store_id
limit 1
returning product_id;

-- name: add_variant(product_id int8)
-- Its one variant.
insert into retail.variant (product_id, position, sku)
values ($1, 1, 'DEMO-' || ($1::int8)::text)
returning variant_id;

-- name: add_prices(variant_id int8, account_id text)
-- A price in each department.
insert into retail.price (variant_id, account_id, department_id, list_price)
select
  $1,
  account_id,
  department_id,
  249
from retail.department
where account_id = $2;

-- name: ware(shop_id int4, warehouse_key text)
-- Something that both sides count and sell.
select
  v.variant_id,
  p.title,
  l.gid,
  s.quantity
from retail.stock s
join retail.variant v on v.variant_id = s.variant_id
join retail.product p on p.product_id = v.product_id
join syncd.variant_link l
  on l.shop_id = $1
  and l.variant_key = v.variant_id::text
join syncd.link k
  on k.shop_id = l.shop_id
  and k.key = l.product_key
  and k.published_at is not null
join syncd.agreed_count a
  on a.shop_id = l.shop_id
  and a.variant_key = l.variant_key
  and a.quantity = s.quantity
where s.warehouse_id = $2
  and s.quantity >= 2
  and p.is_active
  and v.is_tracked
  and not v.is_blocked
order by v.variant_id
limit 1;

-- name: counted(variant_id int8, warehouse_key text)
-- How many of a variant lie in a warehouse.
select quantity
from retail.stock
where variant_id = $1
  and warehouse_id = $2;

-- name: sell(variant_id int8, warehouse_key text)
-- One is sold at the till.
insert into retail.movement (variant_id, account_id, warehouse_id, quantity, reason)
select variant_id, account_id, warehouse_id, -1, 'sale'
from retail.stock
where variant_id = $1
  and warehouse_id = $2;

-- name: sent_count(shop_id int4, key text, history_id int8)
-- When Shopify took a count of this variant after a given row, and when that was asked for.
select
  first_event_at,
  accepted_at
from syncd.history
where shop_id = $1
  and kind = 'stock'
  and key = $2
  and history_id > $3
  and writes = '{InventorySetQuantities}'
limit 1;
