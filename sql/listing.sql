-- name: linked(shop_id int4, after_shop int4, after_key text, most int8)
-- Linked products of a shop, of all if null, in order of shop and key, with what waits of them.
select
  l.shop_id,
  l.key,
  case
    when l.gone_at is not null then 'gone'
    when c.state = 'dead' then 'dead'
    when c.state is not null and starts_with(c.last_error, 'held by run') then 'held'
    when c.state is not null then 'waits'
    when l.known ->> 'status' = 'ARCHIVED' then 'archived'
    else 'in step'
  end as state,
  l.known ->> 'title' as title,
  array(
    select v.one ->> 'sku'
    from jsonb_array_elements(l.known -> 'variants') with ordinality as v (one, at)
    where v.at <= 3
      and v.one ->> 'sku' <> ''
    order by v.at
  ) as skus,
  jsonb_array_length(l.known -> 'variants') as variants,
  l.known #>> '{pictures,0,address}' as picture,
  l.accepted_at as changed_at
from syncd.link l
left join syncd.change c on c.shop_id = l.shop_id and c.kind = 'product' and c.key = l.key
where l.kind = 'product'
  and l.shop_id = coalesce($1::int4, l.shop_id)
  and (l.shop_id, l.kind, l.key) > ($2, 'product', $3)
order by l.shop_id, l.kind, l.key
limit $4;

-- name: waiting(shop_id int4, state text, after_shop int4, after_key text, most int8)
-- Products of which something waits in this state (dead, held, waits), or that are not linked, in order of shop and key.
with picked as (
  select c.shop_id, c.key
  from syncd.change c
  where c.kind = 'product'
    and c.shop_id = coalesce($1::int4, c.shop_id)
    and (c.shop_id, c.key) > ($3, $4)
    and case $2::text
      when 'dead' then c.cause is not null
      when 'held' then c.cause is null and starts_with(c.last_error, 'held by run')
      when 'waits' then c.cause is null and not coalesce(starts_with(c.last_error, 'held by run'), false)
      else not exists (select from syncd.link l where l.shop_id = c.shop_id and l.kind = 'product' and l.key = c.key)
    end
  union
  select o.shop_id, o.key
  from syncd.left_out o
  where $2 = 'not linked'
    and o.shop_id = coalesce($1::int4, o.shop_id)
    and (o.shop_id, o.key) > ($3, $4)
    and not exists (select from syncd.link l where l.shop_id = o.shop_id and l.kind = 'product' and l.key = o.key)
  order by shop_id, key
  limit $5
)
select
  p.shop_id,
  p.key,
  $2 as state,
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
from picked p
left join syncd.link l on l.shop_id = p.shop_id and l.kind = 'product' and l.key = p.key
left join syncd.change c on c.shop_id = p.shop_id and c.kind = 'product' and c.key = p.key
order by p.shop_id, p.key;

-- name: unlinked(shop_id int4, keys text[])
-- Those of these products that the shop is not linked with, with what waits of each.
select
  k.key,
  case
    when c.cause is not null then 'dead'
    when starts_with(c.last_error, 'held by run') then 'held'
    when c.state is not null then 'waits'
    else 'not linked'
  end as state,
  c.first_event_at as changed_at
from unnest($2::text[]) as k (key)
left join syncd.change c on c.shop_id = $1 and c.kind = 'product' and c.key = k.key
where not exists (select from syncd.link l where l.shop_id = $1 and l.kind = 'product' and l.key = k.key)
order by k.key;
