-- name: lock()
-- One installation at a time, until the end of the transaction.
select pg_advisory_xact_lock(hashtext('retail.installed'));

-- name: has_release()
-- Whether the reference Backoffice is here, of whichever release.
select to_regclass('retail.installed') is not null;

-- name: release()
-- Which release is here.
select digest
from retail.installed;

-- name: installed(digest text)
-- Note the release, in the transaction that made it.
insert into retail.installed (digest)
values ($1)
on conflict (is_only) do update set
  digest = excluded.digest,
  installed_at = now();

-- name: open_account(account_id text, name text, currency text)
-- The retailer, if new; an old one keeps name and currency.
insert into retail.account (account_id, name, currency)
values ($1, $2, $3)
on conflict (account_id) do nothing;

-- name: add_departments(account_id text, departments jsonb)
-- Departments (key, name) that are not there yet.
insert into retail.department (account_id, department_id, name)
select $1, r.key, r.name
from jsonb_to_recordset($2) as r (key text, name text)
on conflict (account_id, department_id) do nothing;

-- name: add_warehouses(account_id text, warehouses jsonb)
-- Warehouses (key, name) that are not there yet.
insert into retail.warehouse (account_id, warehouse_id, name)
select $1, r.key, r.name
from jsonb_to_recordset($2) as r (key text, name text)
on conflict (account_id, warehouse_id) do nothing;

-- name: add_stores(account_id text, names text[])
-- Stores that are not there yet.
insert into retail.store (account_id, name)
select distinct $1::text, n.name
from unnest($2::text[]) as n (name)
on conflict (account_id, name) do nothing;

-- name: put_products(account_id text, rows jsonb)
-- Add or change products by handle; returns those touched. xmax is 0 only in a row that was just added.
insert into retail.product as p (account_id, store_id, external_ref, title, description_html, is_active)
select $1, s.store_id, r.handle, r.title, r.description_html, r.is_active
from jsonb_to_recordset($2) as r (handle text, store text, title text, description_html text, is_active boolean)
join retail.store s on s.account_id = $1 and s.name = r.store
order by r.handle
on conflict (account_id, external_ref) do update set
  store_id = excluded.store_id,
  title = excluded.title,
  description_html = excluded.description_html,
  is_active = excluded.is_active
where (p.store_id, p.title, p.description_html, p.is_active)
  is distinct from (excluded.store_id, excluded.title, excluded.description_html, excluded.is_active)
returning
  p.product_id,
  null::bigint as variant_id,
  p.xmax = 0 as is_new;

-- name: product_ids(account_id text, handles text[])
-- The numbers of products by handle.
select
  external_ref as handle,
  product_id
from retail.product
where account_id = $1
  and external_ref = any($2);

-- name: defer()
-- Let options change places within this transaction: that their names differ is looked at in the end.
set constraints retail.product_option_product_id_name_key deferred;

-- name: put_options(rows jsonb)
-- Add or rename options of products.
insert into retail.product_option as o (product_id, position, name)
select r.product_id, r.position, r.name
from jsonb_to_recordset($1) as r (product_id bigint, position smallint, name text)
order by r.product_id, r.position
on conflict (product_id, position) do update set
  name = excluded.name
where o.name <> excluded.name
returning
  o.product_id,
  null::bigint as variant_id,
  false as is_new;

-- name: put_option_values(rows jsonb)
-- Values that the options lack.
insert into retail.option_value (product_id, option_position, value)
select distinct r.product_id, r.position, r.value
from jsonb_to_recordset($1) as r (product_id bigint, position smallint, value text)
order by r.product_id, r.position, r.value
on conflict (product_id, option_position, value) do nothing;

-- name: put_images(rows jsonb)
-- Add or change pictures of products by address.
insert into retail.image as i (product_id, position, address, alt)
select r.product_id, r.position, r.address, r.alt
from jsonb_to_recordset($1) as r (product_id bigint, position integer, address text, alt text)
order by r.product_id, r.position
on conflict (product_id, address) do update set
  position = excluded.position,
  alt = excluded.alt
where (i.position, i.alt) is distinct from (excluded.position, excluded.alt)
returning
  i.product_id,
  null::bigint as variant_id,
  false as is_new;

-- name: drop_images(product_ids int8[], rows jsonb)
-- Pictures that these products no longer have.
delete from retail.image i
where i.product_id = any($1)
  and not exists (
    select from jsonb_to_recordset($2) as r (product_id bigint, address text)
    where r.product_id = i.product_id
      and r.address = i.address
  )
returning
  i.product_id,
  null::bigint as variant_id,
  false as is_new;

-- name: put_variants(rows jsonb)
-- Add or change variants by their option values.
insert into retail.variant as v (
  product_id, position, option1_value_id, option2_value_id, option3_value_id, sku, is_tracked, image_id
)
select
  r.product_id,
  r.position,
  v1.option_value_id,
  v2.option_value_id,
  v3.option_value_id,
  r.sku,
  r.is_tracked,
  i.image_id
from jsonb_to_recordset($1) as r (
  product_id bigint, position integer, value1 text, value2 text, value3 text,
  sku text, is_tracked boolean, image_address text
)
left join retail.option_value v1 on v1.product_id = r.product_id and v1.option_position = 1 and v1.value = r.value1
left join retail.option_value v2 on v2.product_id = r.product_id and v2.option_position = 2 and v2.value = r.value2
left join retail.option_value v3 on v3.product_id = r.product_id and v3.option_position = 3 and v3.value = r.value3
left join retail.image i on i.product_id = r.product_id and i.address = r.image_address
order by r.product_id, r.position
on conflict (product_id, option1_value_id, option2_value_id, option3_value_id) do update set
  position = excluded.position,
  sku = excluded.sku,
  is_tracked = excluded.is_tracked,
  image_id = excluded.image_id
where (v.position, v.sku, v.is_tracked, v.image_id)
  is distinct from (excluded.position, excluded.sku, excluded.is_tracked, excluded.image_id)
returning
  v.product_id,
  v.variant_id,
  v.xmax = 0 as is_new;

-- name: variant_ids(product_ids int8[])
-- The variants of products, with their values.
select
  v.product_id,
  v.variant_id,
  array_remove(array[v1.value, v2.value, v3.value], null) as option_values
from retail.variant v
left join retail.option_value v1 on v1.option_value_id = v.option1_value_id
left join retail.option_value v2 on v2.option_value_id = v.option2_value_id
left join retail.option_value v3 on v3.option_value_id = v.option3_value_id
where v.product_id = any($1);

-- name: drop_variants(variant_ids int8[])
-- Variants that their products no longer have.
delete from retail.variant
where variant_id = any($1)
returning
  product_id,
  null::bigint as variant_id,
  false as is_new;

-- name: drop_options(product_ids int8[], rows jsonb)
-- Options that these products no longer have, with their values.
delete from retail.product_option o
where o.product_id = any($1)
  and not exists (
    select from jsonb_to_recordset($2) as r (product_id bigint, position smallint)
    where r.product_id = o.product_id
      and r.position = o.position
  )
returning
  o.product_id,
  null::bigint as variant_id,
  false as is_new;

-- name: drop_barcodes(variant_ids int8[], rows jsonb)
-- Primary barcodes that are now another; the others that a variant has are left to it.
delete from retail.barcode b
using retail.variant v
where b.variant_id = any($1)
  and b.is_primary
  and v.variant_id = b.variant_id
  and not exists (
    select from jsonb_to_recordset($2) as r (variant_id bigint, code text, is_primary boolean)
    where r.variant_id = b.variant_id
      and r.code = b.code
      and r.is_primary
  )
returning
  v.product_id,
  v.variant_id,
  false as is_new;

-- name: put_barcodes(rows jsonb)
-- Add barcodes, or make them primary.
with touched as (
  insert into retail.barcode as b (variant_id, code, is_primary)
  select r.variant_id, r.code, r.is_primary
  from jsonb_to_recordset($1) as r (variant_id bigint, code text, is_primary boolean)
  order by r.variant_id, r.code
  on conflict (variant_id, code) do update set
    is_primary = excluded.is_primary
  where b.is_primary <> excluded.is_primary
  returning variant_id
)
select
  v.product_id,
  v.variant_id,
  false as is_new
from touched
join retail.variant v on v.variant_id = touched.variant_id;

-- name: put_prices(account_id text, rows jsonb)
-- Add or change prices by variant and department.
with touched as (
  insert into retail.price as p (
    variant_id, account_id, department_id, list_price, offer_price, offer_from, offer_until
  )
  select r.variant_id, $1, r.department, r.list_price, r.offer_price, r.offer_from, r.offer_until
  from jsonb_to_recordset($2) as r (
    variant_id bigint, department text, list_price numeric, offer_price numeric,
    offer_from timestamptz, offer_until timestamptz
  )
  order by r.variant_id, r.department
  on conflict (variant_id, account_id, department_id) do update set
    list_price = excluded.list_price,
    offer_price = excluded.offer_price,
    offer_from = excluded.offer_from,
    offer_until = excluded.offer_until
  where (p.list_price, p.offer_price, p.offer_from, p.offer_until)
    is distinct from (excluded.list_price, excluded.offer_price, excluded.offer_from, excluded.offer_until)
  returning variant_id
)
select distinct
  v.product_id,
  v.variant_id,
  false as is_new
from touched
join retail.variant v on v.variant_id = touched.variant_id;

-- name: put_counts(account_id text, rows jsonb)
-- Where a count differs from the balance, the difference becomes a movement.
with added as (
  insert into retail.movement (variant_id, account_id, warehouse_id, quantity, reason)
  select r.variant_id, $1, r.warehouse, r.quantity - coalesce(s.quantity, 0), 'count'
  from jsonb_to_recordset($2) as r (variant_id bigint, warehouse text, quantity integer)
  left join retail.stock s on s.variant_id = r.variant_id and s.account_id = $1 and s.warehouse_id = r.warehouse
  where r.quantity <> coalesce(s.quantity, 0)
  order by r.variant_id, r.warehouse
  returning variant_id
)
select distinct
  v.product_id,
  v.variant_id,
  false as is_new
from added
join retail.variant v on v.variant_id = added.variant_id;

-- name: analyze()
-- Tell the planner what was loaded; autovacuum would, a minute later.
analyze retail.product, retail.product_option, retail.option_value, retail.image, retail.variant, retail.barcode,
  retail.price, retail.stock, retail.movement;
