-- name: count()
-- How many matters wait for a person: causes of dead changes, held runs, pauses, shops with failed pictures, alarms of
-- other sorts as they were last noticed. Each page asks it, so it steps from cause to cause over the index.
with recursive cause as (
  (
    select shop_id, cause
    from syncd.change
    where cause is not null
    order by shop_id, cause
    limit 1
  )
  union all
  select n.shop_id, n.cause
  from cause c
  cross join lateral (
    select d.shop_id, d.cause
    from syncd.change d
    where d.cause is not null
      and (d.shop_id, d.cause) > (c.shop_id, c.cause)
    order by d.shop_id, d.cause
    limit 1
  ) as n
)
select
  (select count(*) from cause)
  + (select count(*) from syncd.run where ended_at is null and state = 'held' and decided_at is null)
  + (select count(*) from syncd.shop where enabled and paused_until > syncd.clock())
  + (
    select count(*)
    from syncd.shop s
    where exists (
      select
      from syncd.file f
      join syncd.link l
        on l.shop_id = f.shop_id
        and l.kind = 'product'
        and l.key = f.key
        and l.files ->> f.ref = f.gid
      where f.shop_id = s.shop_id
        and f.state = 'failed'
    )
  )
  + (
    select count(*)
    from syncd.alert
    where cleared_at is null
      and gone_at is null
      and alarm not in ('change_dead', 'run_held', 'shop_paused', 'app_removed')
  );

-- name: is_watched()
-- Whether a node holds the router, and so looks at the alarms every ten seconds.
select exists (
  select
  from syncd.leases
  where name = 'router'
    and is_held
);

-- name: noticed()
-- What needs a person beside dead changes, held runs and paused shops, which have places of their own; as it was last
-- noticed, which costs nothing.
select
  alarm,
  shop_id,
  domain,
  key,
  severity,
  given
from syncd.alert
where cleared_at is null
  and gone_at is null
  and alarm not in ('change_dead', 'run_held', 'shop_paused', 'app_removed')
order by severity, domain nulls first, alarm, key;

-- name: standing()
-- The same as it is: all that waits is looked through.
select
  alarm,
  shop_id,
  domain,
  key,
  severity,
  given
from syncd.alarm
where alarm not in ('change_dead', 'run_held', 'shop_paused', 'app_removed')
order by severity, domain nulls first, alarm, key;

-- name: causes()
-- Dead changes by shop and cause, the most frequent first; of the index alone.
select
  c.shop_id,
  s.domain,
  c.cause,
  c.changes
from (
  select
    shop_id,
    cause,
    count(*) as changes
  from syncd.change
  where cause is not null
  group by shop_id, cause
) as c
join syncd.shop s on s.shop_id = c.shop_id
order by c.changes desc, s.domain, c.cause;

-- name: dead(shop_id int4, cause text, after_kind text, after_key text, most int8)
-- Dead changes of a cause in order, after one of them, with the product that each is about as we last knew it. Keys
-- of changes have another collation than those of links, whose indexes would not be used.
with found as materialized (
  select
    d.kind,
    d.key,
    d.last_error as error,
    d.last_error_at as died_at,
    d.failures,
    case d.kind
      when 'product' then d.key
      when 'stock' then (
        select w.product_key
        from syncd.variant_link w
        where w.shop_id = d.shop_id
          and w.variant_key = d.key collate "default"
        limit 1
      )
    end as product_key
  from syncd.change d
  where d.shop_id = $1
    and d.cause = $2
    and (d.kind, d.key) > ($3, $4)
  order by d.kind, d.key
  limit $5
)
select
  f.kind,
  f.key,
  f.error,
  f.died_at,
  f.failures,
  f.product_key,
  l.known ->> 'title' as title,
  array(
    select v ->> 'sku'
    from jsonb_array_elements(l.known -> 'variants') as v
    where v ->> 'sku' <> ''
      and (f.kind = 'product' or v ->> 'key' = f.key)
    limit 4
  ) as skus
from found f
left join syncd.link l
  on l.shop_id = $1
  and l.kind = 'product'
  and l.key = f.product_key collate "default"
order by f.kind, f.key;

-- name: pictures(shop_id int4, most int8)
-- Pictures that Shopify could not fetch and that their product still shows, the first of them in order.
select
  f.ref,
  f.key,
  f.error,
  l.known ->> 'title' as title
from syncd.file f
join syncd.link l
  on l.shop_id = f.shop_id
  and l.kind = 'product'
  and l.key = f.key
  and l.files ->> f.ref = f.gid
where f.shop_id = $1
  and f.state = 'failed'
order by f.key, f.ref
limit $2;

-- name: questions(run_id int8)
-- Products of a link that nobody has decided about.
select count(*)
from syncd.link_finding
where run_id = $1
  and proposal = 'ask'
  and decision is null;

-- name: paused()
-- Shops that are paused. A pause without an end reaches to the last year that Python knows.
select
  shop_id,
  domain,
  case when paused_until = 'infinity' then '9999-01-01 00:00:00+00' else paused_until end as paused_until,
  coalesce(paused_reason, '–') as reason
from syncd.shop
where enabled
  and paused_until > syncd.clock()
order by domain;
