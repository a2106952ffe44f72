-- name: standing(shop_id int4)
-- Whether the shop is sent to now, by whom, and when all of it is compared the next time.
select
  s.enabled,
  s.sync_products,
  s.state = 'linked' as is_linked,
  case when s.paused_until > syncd.clock() then s.paused_until end as paused_until,
  s.paused_reason,
  syncd.clock() as now,
  coalesce(l.lease_until > syncd.clock(), false) as is_held,
  o.run_id as open_run,
  o.state as open_state,
  greatest(syncd.clock(), s.compare_every + greatest(
    s.created_at,
    (select max(r.asked_at) from syncd.run r where r.shop_id = s.shop_id and r.kind <> 'guard' and not r.is_dry)
  )) as next_compare_at,
  (select g.waiting_since from syncd.router_lag g) as router_waits_since
from syncd.shop s
left join syncd.lease l on l.shop_id = s.shop_id
left join syncd.run o
  on o.shop_id = s.shop_id
  and o.kind <> 'guard'
  and o.ended_at is null
where s.shop_id = $1;

-- name: changes(shop_id int4, key text, variant_keys text[])
-- What waits of a product, of the counts of its variants.
select
  c.kind,
  c.key,
  c.lane::text as lane,
  case when c.state = 'claimed' and c.claimed_until <= syncd.clock() then 'due' else c.state end as state,
  c.changed,
  c.events,
  c.first_event_at,
  c.due_at,
  c.claimed_by,
  c.claimed_until,
  c.failures,
  c.deliveries,
  c.cause,
  c.last_error as error,
  c.last_error_at as failed_at
from syncd.change c
where c.shop_id = $1
  and (c.kind = 'product' and c.key = $2 or c.kind = 'stock' and c.key = any($3))
order by c.kind, c.key;

-- name: accepted(shop_id int4, key text, variant_keys text[], most int8)
-- What Shopify accepted of a product, what counts moved, the latest first. Rows are numbered by the index of keys before any
-- is read: walking all of the history backwards would find those of a quiet product at its far end.
with own as materialized (
  select h.history_id
  from syncd.history h
  where h.shop_id = $1
    and h.kind = 'product'
    and h.key = $2
  union all
  select h.history_id
  from syncd.history h
  where h.shop_id = $1
    and h.kind = 'stock'
    and h.key = any($3)
)
select
  h.history_id,
  h.accepted_at,
  h.kind,
  h.key,
  h.writes,
  h.request_ids,
  h.before,
  h.after,
  h.events,
  h.note
from syncd.history h
where h.history_id = any(array(select o.history_id from own o order by o.history_id desc limit $4))
order by h.history_id desc;

-- name: events(account_id text, key text, variant_keys text[], most int8)
-- What the Backoffice touched of a product, of the counts of its variants, the latest first. Days that are over are searched
-- by index, today is read.
select o.created_at, o.kind, o.key, o.changed, o.actor
from syncd.outbox o
where o.account_id = $1
  and (o.kind = 'product' and o.key = $2 or o.kind = 'stock' and o.key = any($3))
order by o.created_at desc
limit $4;

-- name: deeds(shop_id int4, key text, most int8)
-- What runs found or did, what people did of this product, the latest first.
(
  select
    d.noted_at as at,
    case when r.kind = 'guard' then 'held' when r.kind = 'revert' then 'revert' else d.verdict end as what,
    r.run_id,
    r.asked_by as actor,
    d.fields,
    d.reason
  from syncd.run_difference d
  join syncd.run r on r.run_id = d.run_id
  where d.shop_id = $1
    and d.key = $2
  order by d.run_id desc
  limit $3
)
union all
(
  select a.acted_at, a.action, null, a.actor, '[]', null
  from syncd.audit a
  where a.shop_id = $1
    and a.given ->> 'key' = $2
  order by a.acted_at desc
  limit $3
)
order by at desc
limit $3;

-- name: pictures(shop_id int4, gids text[])
-- Whether Shopify has fetched these files.
select f.gid, f.ref, f.state, f.error, f.look_at
from syncd.file f
where f.shop_id = $1
  and f.gid = any($2)
order by f.ref;

-- name: counts(shop_id int4, warehouse_key text, location text, variant_keys text[])
-- The counts that warehouse and location last agreed on, and the one that a call is setting now.
select
  k.variant_key as key,
  a.quantity as agreed,
  a.agreed_at,
  w.after as sending,
  w.written_at as sending_since
from unnest($4::text[]) as k (variant_key)
left join syncd.agreed_count a
  on a.shop_id = $1
  and a.variant_key = k.variant_key
  and a.warehouse_key = $2
  and a.location = $3
left join lateral (
  select r.after, s.written_at
  from syncd.stock_write s
  cross join lateral jsonb_to_recordset(s.rows) as r (key text, after integer)
  where s.shop_id = $1
    and r.key = k.variant_key
) as w on true;

-- name: stamp(shop_id int4, key text)
-- Another text as soon as something of a product has happened that its page shows. Asked every second while somebody looks.
select concat_ws(
  ' ',
  (
    select h.history_id
    from syncd.history h
    where h.shop_id = $1
      and h.kind = 'product'
      and h.key = $2
    order by h.history_id desc
    limit 1
  ),
  (
    select concat_ws(' ', c.change_id, c.state, c.events, c.due_at, c.last_error_at)
    from syncd.change c
    where c.shop_id = $1
      and c.kind = 'product'
      and c.key = $2
  ),
  (
    select d.run_id || coalesce(d.outcome, '') || r.state
    from syncd.run_difference d
    join syncd.run r on r.run_id = d.run_id
    where d.shop_id = $1
      and d.key = $2
    order by d.run_id desc
    limit 1
  ),
  (select concat_ws(' ', s.state, s.enabled, s.sync_products, s.paused_until) from syncd.shop s where s.shop_id = $1)
);
