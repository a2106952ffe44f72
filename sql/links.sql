-- name: known(shop_id int4, keys text[])
-- What Shopify last accepted of these products, with the ids of their variants and files.
select
  l.key,
  l.gid,
  l.known,
  l.digest,
  l.files,
  l.published_at,
  l.gone_at is not null as is_gone,
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

-- name: save(shop_id int4, key text, gid text, known jsonb, digest text, files jsonb, published_at timestamptz, accepted_at timestamptz, is_gone bool)
-- Write a product's link, or what Shopify accepted anew; or that it is gone there.
insert into syncd.link as l (shop_id, kind, key, gid, known, digest, files, published_at, accepted_at, gone_at)
values ($1, 'product', $2, $3, $4, $5, $6, $7, $8, case when $9 then syncd.clock() end)
on conflict (shop_id, kind, key) do update set
  gid = excluded.gid,
  known = excluded.known,
  digest = excluded.digest,
  files = excluded.files,
  published_at = excluded.published_at,
  accepted_at = excluded.accepted_at,
  gone_at = case when $9 then coalesce(l.gone_at, excluded.gone_at) end;

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

-- name: count(shop_id int4)
-- How many products are linked.
select count(*)::integer
from syncd.link
where shop_id = $1
  and kind = 'product';

-- name: accepted_since(shop_id int4, keys text[], since timestamptz)
-- Of these products those that Shopify accepted something of since then, and those on their way now.
select l.key
from syncd.link l
where l.shop_id = $1
  and l.kind = 'product'
  and l.key = any($2)
  and l.accepted_at >= $3
union
select c.key
from syncd.change c
where c.shop_id = $1
  and c.kind = 'product'
  and c.key = any($2)
  and c.claimed_until > syncd.clock();

-- name: add_all(shop_id int4, rows jsonb, accepted_at timestamptz)
-- Links of products that were made, those left alone that are there by now; returns the new keys.
with given as materialized (
  select *
  from jsonb_to_recordset($2) as g (key text, gid text, known jsonb, digest text, variants jsonb)
),
added as (
  insert into syncd.link (shop_id, kind, key, gid, known, digest, files, published_at, accepted_at)
  select $1, 'product', g.key, g.gid, g.known, g.digest, '{}', null, $3
  from given g
  on conflict do nothing
  returning key
),
with_variants as (
  insert into syncd.variant_link (shop_id, product_key, variant_key, gid, inventory_item)
  select $1, a.key, v.key, v.value ->> 0, v.value ->> 1
  from added a
  join given g on g.key = a.key
  cross join jsonb_each(g.variants) as v
  on conflict do nothing
)
select key
from added;

-- name: know(shop_id int4, rows jsonb, accepted_at timestamptz)
-- What Shopify accepted anew of products that are linked; returns their GIDs.
update syncd.link l
set known = g.known, digest = g.digest, accepted_at = $3
from jsonb_to_recordset($2) as g (key text, known jsonb, digest text)
where l.shop_id = $1
  and l.kind = 'product'
  and l.key = g.key
returning l.key, l.gid;

-- name: published(shop_id int4, keys text[], published_at timestamptz)
-- These products are to be seen in the shop's sales channels.
update syncd.link
set published_at = $3
where shop_id = $1
  and kind = 'product'
  and key = any($2)
  and published_at is null;

-- name: stay_away(shop_id int4, keys text[])
-- These products were deleted in Shopify, and are not to be there.
update syncd.link
set gone_at = syncd.clock()
where shop_id = $1
  and kind = 'product'
  and key = any($2)
  and gone_at is null;

-- name: back(shop_id int4, keys text[])
-- These products are in the shop again, under the same ids: a backup brought them back. What was agreed on is not believed.
with back as (
  update syncd.link
  set gone_at = null
  where shop_id = $1
    and kind = 'product'
    and key = any($2)
    and gone_at is not null
  returning key
)
delete from syncd.agreed_count a
where a.shop_id = $1
  and a.variant_key in (
    select v.variant_key
    from syncd.variant_link v
    join back b on b.key = v.product_key
    where v.shop_id = $1
  );

-- name: forget(shop_id int4, keys text[], gids text[])
-- These products, as long as they are linked with these GIDs, are in the shop no more: nothing that was said of them there
-- holds. Counts begin anew, and none is held as reverted.
with gone as (
  delete from syncd.link l
  using unnest($2::text[], $3::text[]) as k (key, gid)
  where l.shop_id = $1
    and l.kind = 'product'
    and l.key = k.key
    and l.gid = k.gid
  returning l.key
),
variant as materialized (
  select
    v.variant_key,
    v.inventory_item
  from syncd.variant_link v
  where v.shop_id = $1
    and v.product_key = any(array(select key from gone))
),
uncounted as (
  delete from syncd.agreed_count a
  where a.shop_id = $1
    and a.variant_key = any(array(select variant_key from variant))
),
released as (
  delete from syncd.held_count h
  where h.shop_id = $1
    and h.inventory_item = any(array(select inventory_item from variant))
),
followed as (
  delete from syncd.reverted r
  where r.shop_id = $1
    and r.key = any(array(select key from gone))
)
select count(*)
from gone;
