-- name: exact(account_id text, word text, barcode text)
-- The Backoffice's variants and products that bear this word: as SKU, barcode, or key. Each question by itself, so that
-- each can use an index of the Backoffice's.
select 'sku' as how, v.product_key, v.variant_key, v.sku
from syncd_contract.variant v
where v.account_id = $1
  and v.sku = $2
union all
select 'barcode', v.product_key, v.variant_key, v.sku
from syncd_contract.variant v
where v.account_id = $1
  and v.barcode = $3
union all
select 'key', p.product_key, null, null
from syncd_contract.product p
where p.account_id = $1
  and p.product_key = $2
union all
select 'variant', v.product_key, v.variant_key, v.sku
from syncd_contract.variant v
where v.account_id = $1
  and v.variant_key = $2
limit 200;

-- name: folded(account_id text, folded text, title text)
-- The Backoffice's variants whose SKU is this one but for case and white space, its products of this name: all are read.
select 'folded' as how, v.product_key, v.variant_key, v.sku
from syncd_contract.variant v
where v.account_id = $1
  and lower(regexp_replace(v.sku, '\s', '', 'g')) = $2
union all
select 'title', p.product_key, null, null
from syncd_contract.product p
where p.account_id = $1
  and lower(p.title) = lower($3)
limit 200;

-- name: known(shop_id int4, word text, folded text)
-- What is not in the Backoffice any more, or cannot be read there: products that are linked, by a SKU or barcode as Shopify
-- last accepted them, or by key; keys that a change or the history knows.
select
  'known' as how,
  l.key as product_key,
  v.one ->> 'key' as variant_key,
  v.one ->> 'sku' as sku
from syncd.link l
cross join lateral jsonb_array_elements(l.known -> 'variants') as v (one)
where l.shop_id = $1
  and l.kind = 'product'
  and (lower(regexp_replace(v.one ->> 'sku', '\s', '', 'g')) = $3 or v.one ->> 'barcode' = $2)
union all
select 'key', l.key, null, null
from syncd.link l
where l.shop_id = $1
  and l.kind = 'product'
  and l.key = $2
union all
select 'key', c.key, null, null
from syncd.change c
where c.shop_id = $1
  and c.kind = 'product'
  and c.key = $2
union all
(
  select 'key', h.key, null, null
  from syncd.history h
  where h.shop_id = $1
    and h.kind = 'product'
    and h.key = $2
  limit 1
)
limit 200;

-- name: linked(shop_id int4, gids text[])
-- The products of ours that are, or have, one of these: a product, a variant, an inventory item of Shopify's.
select 'gid' as how, l.key as product_key, null as variant_key, null as sku
from syncd.link l
where l.shop_id = $1
  and l.gid = any($2)
union all
select 'gid', v.product_key, v.variant_key, null
from syncd.variant_link v
where v.shop_id = $1
  and v.gid = any($2)
union all
select 'gid', v.product_key, v.variant_key, null
from syncd.variant_link v
where v.shop_id = $1
  and v.inventory_item = any($2);

-- name: titles(account_id text, keys text[])
-- The names of these products, with the SKUs that tell them from others.
select
  p.product_key as key,
  p.title,
  array(
    select distinct v.sku
    from syncd_contract.variant v
    where v.account_id = $1
      and v.product_key = p.product_key
      and v.sku <> ''
    order by v.sku
    limit 4
  ) as skus
from syncd_contract.product p
where p.account_id = $1
  and p.product_key = any($2);

-- name: near(account_id text, start text, part text)
-- SKUs that begin alike or hold the word, names that hold it: what may have been meant.
(
  select v.sku as word
  from syncd_contract.variant v
  where v.account_id = $1
    and (starts_with(lower(v.sku), $2) or strpos(lower(v.sku), $3) > 0)
  limit 2000
)
union
(
  select p.title
  from syncd_contract.product p
  where p.account_id = $1
    and strpos(lower(p.title), $3) > 0
  limit 100
);
