-- name: linked(shop_id int4, query text, word text, gids text[], state text, most int8, after_shop int4, after_key text)
-- Linked products that have all these words (beginnings of words will do), this key or id; null: of every shop, in any state.
with found as (
  select l.shop_id, l.key
  from syncd.link l
  where l.kind = 'product'
    and l.words @@ to_tsquery('simple', $2)
  union
  select l.shop_id, l.key
  from syncd.link l
  where l.kind = 'product'
    and l.key = $3
  union
  select l.shop_id, l.key
  from syncd.link l
  where l.gid = any($4)
),
told as (
  select
    f.shop_id,
    f.key,
    case
      when l.gone_at is not null then 'gone'
      when c.state = 'dead' then 'dead'
      when c.state is not null and starts_with(c.last_error, 'held by run') then 'held'
      when c.state is not null then 'waits'
      when l.known ->> 'status' = 'ARCHIVED' then 'archived'
      else 'in step'
    end as state
  from found f
  join syncd.link l on l.shop_id = f.shop_id and l.kind = 'product' and l.key = f.key
  left join syncd.change c on c.shop_id = f.shop_id and c.kind = 'product' and c.key = f.key
  where f.shop_id = coalesce($1::int4, f.shop_id)
),
page as (
  select t.shop_id, t.key, t.state
  from told t
  where t.state = coalesce($5::text, t.state)
    and (t.shop_id, t.key collate "C") > ($7, $8 collate "C")
  order by t.shop_id, t.key collate "C"
  limit $6
)
select
  p.shop_id,
  p.key,
  p.state,
  l.gid,
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
from page p
join syncd.link l on l.shop_id = p.shop_id and l.kind = 'product' and l.key = p.key
order by p.shop_id, p.key collate "C";
