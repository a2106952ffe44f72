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
