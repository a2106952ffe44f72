-- The reference Backoffice, 5 of 7: the views of syncd's contract. Repeatable.
-- Each key is compared as the text that an index holds, so that a handful of products is read by index.

create schema if not exists syncd_contract;
comment on schema syncd_contract is 'What syncd reads and calls in this Backoffice; see syncd.contract';

create or replace view syncd_contract.product as
select
  p.account_id,
  p.product_id::text as product_key,
  p.title,
  s.name as vendor,
  p.description_html,
  p.is_active,
  p.updated_at
from retail.product p
join retail.store s on s.store_id = p.store_id;

create or replace view syncd_contract.option as
select
  p.account_id,
  o.product_id::text as product_key,
  o.position::integer as position,
  o.name
from retail.product_option o
join retail.product p on p.product_id = o.product_id;

create or replace view syncd_contract.variant as
select
  p.account_id,
  v.product_id::text as product_key,
  v.variant_id::text as variant_key,
  v.position,
  v1.value as option1,
  v2.value as option2,
  v3.value as option3,
  v.sku,
  b.code as barcode,
  v.is_tracked,
  v.image_id::text as image_key,
  v.is_blocked
from retail.variant v
join retail.product p on p.product_id = v.product_id
left join retail.option_value v1 on v1.option_value_id = v.option1_value_id
left join retail.option_value v2 on v2.option_value_id = v.option2_value_id
left join retail.option_value v3 on v3.option_value_id = v.option3_value_id
left join retail.barcode b on b.variant_id = v.variant_id and b.is_primary;

create or replace view syncd_contract.image as
select
  p.account_id,
  i.product_id::text as product_key,
  i.image_id::text as image_key,
  i.position,
  i.address,
  i.alt,
  i.version
from retail.image i
join retail.product p on p.product_id = i.product_id;

create or replace view syncd_contract.price as
select
  r.account_id,
  r.department_id as department_key,
  r.variant_id::text as variant_key,
  r.list_price,
  r.offer_price,
  r.offer_from,
  r.offer_until,
  a.currency,
  c.percent as vat_percent
from retail.price r
join retail.variant v on v.variant_id = r.variant_id
join retail.product p on p.product_id = v.product_id and p.account_id = r.account_id
join retail.account a on a.account_id = r.account_id
join retail.vat_code c on c.vat_code = p.vat_code;

create or replace view syncd_contract.stock as
select
  s.account_id,
  s.warehouse_id as warehouse_key,
  s.variant_id::text as variant_key,
  s.quantity
from retail.stock s;

create or replace view syncd_contract.department as
select
  account_id,
  department_id as department_key,
  name
from retail.department;

create or replace view syncd_contract.warehouse as
select
  account_id,
  warehouse_id as warehouse_key,
  name
from retail.warehouse;

create or replace view syncd_contract.order_completion as
select
  o.account_id,
  o.order_id::text as order_key,
  o.completed_at,
  o.tracking_company,
  o.tracking_number,
  o.tracking_url,
  (
    select jsonb_agg(jsonb_build_object('id', l.external_ref, 'quantity', l.handed_over) order by l.external_ref)
    from retail.sales_order_line l
    where l.order_id = o.order_id
      and l.handed_over is not null
  ) as lines
from retail.sales_order o
where o.completed_at is not null
  and o.external_ref is not null;

-- The views say of themselves what the contract says of them.
do $$
declare
  told record;
begin
  for told in
    select name, column_name, meaning
    from syncd.contract
    where kind = 'view'
  loop
    execute format('comment on view syncd_contract.%I is %L', told.name, 'Fulfils syncd''s contract: ' || told.name);
    execute format('comment on column syncd_contract.%I.%I is %L', told.name, told.column_name, told.meaning);
  end loop;
end $$;
