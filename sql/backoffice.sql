-- name: products(account_id text, department_key text, warehouse_key text, keys text[])
-- Everything a shop needs of these products, as one JSON document: an array of rows a view; what is gone is absent.
-- No view is joined with another, so that no plan can go wrong; the arrays carry the keys into each view, so
-- that it can use its indexes.
with variant as materialized (
  select
    variant.product_key,
    variant.variant_key,
    variant.position,
    variant.option1,
    variant.option2,
    variant.option3,
    variant.sku,
    variant.barcode,
    variant.is_tracked,
    variant.image_key,
    variant.is_blocked
  from syncd_contract.variant as variant
  where variant.account_id = $1
    and variant.product_key = any($4)
),
product as (
  select
    product.product_key,
    product.title,
    product.vendor,
    product.description_html,
    product.is_active
  from syncd_contract.product as product
  where product.account_id = $1
    and product.product_key = any($4)
),
option as (
  select
    option.product_key,
    option.position,
    option.name
  from syncd_contract.option as option
  where option.account_id = $1
    and option.product_key = any($4)
),
image as (
  select
    image.product_key,
    image.image_key,
    image.position,
    image.address,
    image.alt,
    image.version
  from syncd_contract.image as image
  where image.account_id = $1
    and image.product_key = any($4)
),
price as (
  select
    price.variant_key,
    price.list_price::text as list_price,
    price.offer_price::text as offer_price,
    price.offer_price is not null
      and coalesce(price.offer_from <= syncd.clock(), true)
      and coalesce(price.offer_until > syncd.clock(), true) as is_on_offer,
    price.currency,
    price.vat_percent::text as vat_percent
  from syncd_contract.price as price
  where price.account_id = $1
    and price.department_key = $2
    and price.variant_key = any(array(select variant.variant_key from variant))
),
stock as (
  select
    stock.variant_key,
    stock.quantity
  from syncd_contract.stock as stock
  where stock.account_id = $1
    and stock.warehouse_key = $3
    and stock.variant_key = any(array(select variant.variant_key from variant))
)
select json_build_object(
  'product', (select coalesce(json_agg(product), '[]') from product),
  'option', (select coalesce(json_agg(option order by option.position), '[]') from option),
  'variant', (
    select coalesce(
      json_agg(variant order by variant.position, length(variant.variant_key), variant.variant_key), '[]'
    )
    from variant
  ),
  'image', (
    select coalesce(json_agg(image order by image.position, length(image.image_key), image.image_key), '[]')
    from image
  ),
  'price', (select coalesce(json_agg(price), '[]') from price),
  'stock', (select coalesce(json_agg(stock), '[]') from stock)
)::text;

-- name: product_keys(account_id text)
-- All products of an account.
select product_key
from syncd_contract.product
where account_id = $1
order by length(product_key), product_key;

-- name: accounts()
-- The retailers that have a department.
select distinct account_id
from syncd_contract.department
order by account_id;

-- name: departments(account_id text)
-- The departments of an account with their names.
select
  department_key as key,
  name
from syncd_contract.department
where account_id = $1
order by name;

-- name: warehouses(account_id text)
-- The warehouses of an account with their names.
select
  warehouse_key as key,
  name
from syncd_contract.warehouse
where account_id = $1
order by name;

-- name: currencies(account_id text, department_key text)
-- The currencies of a price list; more than one is a mistake.
select distinct currency
from syncd_contract.price
where account_id = $1
  and department_key = $2
order by currency;
