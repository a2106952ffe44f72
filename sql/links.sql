-- name: known(shop_id int4, keys text[])
-- What Shopify last accepted of these products, with the ids of their variants and files.
select
  l.key,
  l.gid,
  l.known,
  l.digest,
  l.files,
  l.published_at,
  coalesce((
    select jsonb_object_agg(v.variant_key, jsonb_build_array(v.gid, v.inventory_item))
    from syncd.variant_link v
    where v.shop_id = l.shop_id
      and v.product_key = l.key
  ), '{}') as variants
from syncd.link l
where l.shop_id = $1
  and l.kind = 'product'
  and l.key = any($2);

-- name: keys(shop_id int4)
-- The keys of all linked products, shorter ones first, so that numbers are in order.
select key
from syncd.link
where shop_id = $1
  and kind = 'product'
order by length(key), key;

-- name: keys_of(shop_id int4, gids text[])
-- The products of ours that are linked with these GIDs.
select
  gid,
  key
from syncd.link
where shop_id = $1
  and gid = any($2);

-- name: save(shop_id int4, key text, gid text, known jsonb, digest text, files jsonb, published_at timestamptz, accepted_at timestamptz)
-- Write a product's link, or what Shopify accepted anew.
insert into syncd.link as l (shop_id, kind, key, gid, known, digest, files, published_at, accepted_at)
values ($1, 'product', $2, $3, $4, $5, $6, $7, $8)
on conflict (shop_id, kind, key) do update set
  gid = excluded.gid,
  known = excluded.known,
  digest = excluded.digest,
  files = excluded.files,
  published_at = excluded.published_at,
  accepted_at = excluded.accepted_at;

-- name: forget_variants(shop_id int4, product_key text, variant_keys text[], gids text[])
-- Drop what save_variants could collide with: this product's rows, and any other product's of these GIDs, that are
-- not exactly as given. A variant that moved to another product keeps its row there until that one is saved.
delete from syncd.variant_link v
where v.shop_id = $1
  and (v.product_key = $2 or v.gid = any($4))
  and not exists (
    select
    from unnest($3::text[], $4::text[]) as k (variant_key, gid)
    where v.product_key = $2
      and v.variant_key = k.variant_key
      and v.gid = k.gid
  );

-- name: save_variants(shop_id int4, product_key text, variant_keys text[], gids text[], inventory_items text[])
-- Write the links of a product's variants, after forget_variants.
insert into syncd.variant_link as v (shop_id, product_key, variant_key, gid, inventory_item)
select
  $1,
  $2,
  k.variant_key,
  k.gid,
  k.inventory_item
from unnest($3::text[], $4::text[], $5::text[]) as k (variant_key, gid, inventory_item)
on conflict (shop_id, product_key, variant_key) do update set
  inventory_item = excluded.inventory_item
where v.inventory_item <> excluded.inventory_item;
