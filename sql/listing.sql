-- name: linked(shop_id int4, query text, after_shop int4, after_key text, most int8)
-- Linked products of a shop, of all if null, in order of shop and key; all, or those with the words. A walk along the key, for
-- words that many products have: see is_common.
select l.shop_id, l.key
from syncd.link l
where l.kind = 'product'
  and l.shop_id >= coalesce($1::int4, 0)
  and l.shop_id <= coalesce($1::int4, 2147483647)
  and (l.shop_id, l.kind, l.key) > ($3, 'product', $4)
  and coalesce(l.words @@ to_tsquery('simple', nullif($2::text, '')), true)
order by l.shop_id, l.kind, l.key
limit $5;

-- name: is_common(query text, many int8)
-- Whether so many linked products have the words.
select count(*) >= $2
from (
  select from syncd.link l
  where l.words @@ to_tsquery('simple', $1)
  limit $2
) as found;

-- name: dead(shop_id int4, query text, after_shop int4, after_key text, most int8)
-- Products of which something was given up, in order of shop and key; all, or linked ones with the words.
select c.shop_id, c.key
from syncd.change c
where c.kind = 'product'
  and c.cause is not null
  and c.shop_id >= coalesce($1::int4, 0)
  and c.shop_id <= coalesce($1::int4, 2147483647)
  and (c.shop_id, c.kind, c.key) > ($3, 'product', $4)
  and ($2::text = '' or exists (
    select from syncd.link l
    where l.shop_id = c.shop_id
      and l.kind = 'product'
      and l.key = c.key
      and l.words @@ to_tsquery('simple', nullif($2::text, ''))
  ))
order by c.shop_id, c.kind, c.key
limit $5;

-- name: waiting(shop_id int4, query text, is_held bool, after_shop int4, after_key text, most int8)
-- Products of which something waits, or is held, in order of key and shop; all, or linked ones with the words.
select c.shop_id, c.key
from syncd.change c
where c.kind = 'product'
  and c.cause is null
  and c.shop_id = coalesce($1::int4, c.shop_id)
  and coalesce(starts_with(c.last_error, 'held by run'), false) = $3
  and (c.key, c.shop_id) > ($5, $4)
  and ($2::text = '' or exists (
    select from syncd.link l
    where l.shop_id = c.shop_id
      and l.kind = 'product'
      and l.key = c.key
      and l.words @@ to_tsquery('simple', nullif($2::text, ''))
  ))
order by c.key, c.shop_id
limit $6;

-- name: not_linked(shop_id int4, after_shop int4, after_key text, most int8)
-- Products that wait, were given up, or were left out by a link, and that the shop does not have, in order of key and shop.
(
  select c.shop_id, c.key
  from syncd.change c
  where c.kind = 'product'
    and c.shop_id = coalesce($1::int4, c.shop_id)
    and (c.key, c.shop_id) > ($3, $2)
    and not exists (select from syncd.link l where l.shop_id = c.shop_id and l.kind = 'product' and l.key = c.key)
  order by c.key, c.shop_id
  limit $4
)
union
(
  select o.shop_id, o.key
  from syncd.left_out o
  where o.shop_id = coalesce($1::int4, o.shop_id)
    and (o.key, o.shop_id) > ($3, $2)
    and not exists (select from syncd.link l where l.shop_id = o.shop_id and l.kind = 'product' and l.key = o.key)
  order by o.key, o.shop_id
  limit $4
)
order by key, shop_id
limit $4;

-- name: shown(shops int4[], keys text[])
-- These products of these shops, in that order, with what waits of each.
select
  p.shop_id,
  p.key,
  case
    when l.gone_at is not null then 'gone'
    when c.cause is not null then 'dead'
    when c.state is not null and starts_with(c.last_error, 'held by run') then 'held'
    when c.state is not null then 'waits'
    when l.key is null then 'not linked'
    when l.known ->> 'status' = 'ARCHIVED' then 'archived'
    else 'in step'
  end as state,
  coalesce(l.known ->> 'title', '') as title,
  array(
    select v.one ->> 'sku'
    from jsonb_array_elements(l.known -> 'variants') with ordinality as v (one, at)
    where v.at <= 3
      and v.one ->> 'sku' <> ''
    order by v.at
  ) as skus,
  coalesce(jsonb_array_length(l.known -> 'variants'), 0) as variants,
  l.known #>> '{pictures,0,address}' as picture,
  coalesce(l.accepted_at, c.first_event_at) as changed_at
from unnest($1::int4[], $2::text[]) with ordinality as p (shop_id, key, place)
left join syncd.link l on l.shop_id = p.shop_id and l.kind = 'product' and l.key = p.key
left join syncd.change c on c.shop_id = p.shop_id and c.kind = 'product' and c.key = p.key
order by p.place;

-- name: strangers(shop_id int4, keys text[])
-- Those of these products that the shop is not linked with.
select $1::int4 as shop_id, k.key
from unnest($2::text[]) as k (key)
where not exists (select from syncd.link l where l.shop_id = $1 and l.kind = 'product' and l.key = k.key)
order by k.key;
