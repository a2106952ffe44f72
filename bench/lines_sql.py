"""The statements by which the hand-written ways of bench/resync.py read the Backoffice.

Straight from its tables, with the keys that join them: what syncd reads are the contract's views.
"""

from __future__ import annotations

PRICES = """
  case
    when r.offer_price is not null
      and coalesce(r.offer_from <= now(), true)
      and coalesce(r.offer_until > now(), true)
      then r.offer_price
    else r.list_price
  end::text as price,
  case
    when r.offer_price is not null
      and coalesce(r.offer_from <= now(), true)
      and coalesce(r.offer_until > now(), true)
      then r.list_price
  end::text as compare_at_price
"""
VARIANTS = f"""
select
  v.product_id,
  v.variant_id::text as key,
  v.position,
  o1.value as value1,
  o2.value as value2,
  v.sku,
  coalesce(b.code, '') as barcode,
  v.is_tracked,
  i.address as image,
  i.alt as image_alt,
  coalesce(s.quantity, 0) as quantity,
  {PRICES}
from retail.variant v
join retail.price r
  on r.variant_id = v.variant_id
  and r.account_id = 'fjord'
  and r.department_id = 'nett'
left join retail.option_value o1 on o1.option_value_id = v.option1_value_id
left join retail.option_value o2 on o2.option_value_id = v.option2_value_id
left join retail.barcode b on b.variant_id = v.variant_id and b.is_primary
left join retail.image i on i.image_id = v.image_id
left join retail.stock s
  on s.variant_id = v.variant_id
  and s.account_id = 'fjord'
  and s.warehouse_id = 'hoved'
"""
# A row a product, everything below it as arrays; the next so many behind a number.
ARRAYS = f"""
select
  p.product_id,
  p.title,
  t.name as vendor,
  p.description_html,
  p.is_active,
  o.names,
  i.addresses,
  i.alts,
  v.*
from (
  select *
  from retail.product
  where account_id = 'fjord'
    and product_id > $1
  order by product_id
  limit $2
) as p
join retail.store t on t.store_id = p.store_id
cross join lateral (
  select array_agg(name order by position) as names
  from retail.product_option
  where product_id = p.product_id
) as o
cross join lateral (
  select array_agg(address order by position) as addresses, array_agg(alt order by position) as alts
  from retail.image
  where product_id = p.product_id
) as i
cross join lateral (
  select
    array_agg(key order by position) as keys,
    array_agg(value1 order by position) as values1,
    array_agg(value2 order by position) as values2,
    array_agg(sku order by position) as skus,
    array_agg(barcode order by position) as barcodes,
    array_agg(is_tracked order by position) as tracked,
    array_agg(image order by position) as images,
    array_agg(image_alt order by position) as image_alts,
    array_agg(quantity order by position) as quantities,
    array_agg(price order by position) as prices,
    array_agg(compare_at_price order by position) as compare_at_prices
  from ({VARIANTS}) as one
  where one.product_id = p.product_id
) as v
order by p.product_id
"""
# A row a variant, with all of its product in each.
ROWS = f"""
select
  p.product_id,
  p.title,
  t.name as vendor,
  p.description_html,
  p.is_active,
  o.names,
  i.addresses,
  i.alts,
  v.*
from retail.product p
join retail.store t on t.store_id = p.store_id
cross join lateral (
  select array_agg(name order by position) as names
  from retail.product_option
  where product_id = p.product_id
) as o
cross join lateral (
  select array_agg(address order by position) as addresses, array_agg(alt order by position) as alts
  from retail.image
  where product_id = p.product_id
) as i
join ({VARIANTS}) as v on v.product_id = p.product_id
where p.account_id = 'fjord'
order by p.product_id, v.position
"""
