-- name: add(domain text, account_id text, credentials bytea, state text, price_department text, stock_warehouse text, location text, publish_to text[], sync_stock bool, sync_description bool, inactive_as text, currency text, taxes_included bool, image_mode text, price_only_when_changed bool, unknown_variants text, blocked_as text, stock_direction text, enabled bool)
-- Add a shop; returns nothing when its domain is there already.
insert into syncd.shop (
  domain,
  account_id,
  credentials,
  state,
  price_department,
  stock_warehouse,
  location,
  publish_to,
  sync_stock,
  sync_description,
  inactive_as,
  currency,
  taxes_included,
  image_mode,
  price_only_when_changed,
  unknown_variants,
  blocked_as,
  stock_direction,
  enabled
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
on conflict (domain) do nothing
returning shop_id;

-- name: settings(domain text, is_ready bool)
-- The shops of a domain that are ready or not, in the order they were added; a null asks for any. Ready: it may be
-- sent to now, since it is switched on, not paused, and linked or being linked.
select
  shop_id,
  domain,
  account_id,
  state,
  enabled,
  sync_products,
  sync_stock,
  sync_description,
  price_department,
  stock_warehouse,
  location,
  publish_to,
  inactive_as,
  currency,
  taxes_included,
  image_mode,
  price_only_when_changed,
  unknown_variants,
  blocked_as,
  creates_paused_until,
  runs_by,
  stock_direction,
  first_counts,
  sync_customers,
  sync_orders,
  fulfil_orders,
  notify_customer
from syncd.shop
cross join lateral (
  select
    enabled
    and (
      state = 'linked'
      or exists (
        select
        from syncd.run r
        where r.shop_id = syncd.shop.shop_id
          and r.kind = 'link'
          and r.ended_at is null
          and (r.state <> 'held' or r.decided_at is not null)
      )
    )
    and coalesce(paused_until, '-infinity') <= syncd.clock() as is_ready
) as r
where domain = coalesce($1, domain)
  and r.is_ready = coalesce($2, r.is_ready)
order by shop_id;

-- name: declare_empty(shop_id int4)
-- A person says that the shop holds nothing of ours yet, so there is nothing to link.
update syncd.shop
set state = 'linked'
where shop_id = $1;

-- name: pause(shop_id int4, wait_s float8, reason text)
-- Leave the shop alone for a while; a longer pause that runs already stays, with its reason.
update syncd.shop
set
  paused_until = syncd.clock() + make_interval(secs => $2),
  paused_reason = $3
where shop_id = $1
  and coalesce(paused_until, '-infinity') < syncd.clock() + make_interval(secs => $2);

-- name: resume(shop_id int4)
-- End the pause, whatever its reason.
update syncd.shop
set
  paused_until = null,
  paused_reason = null
where shop_id = $1
  and paused_until is not null;

-- name: pause_creates(shop_id int4, wait_s float8)
-- Make no new variants for a while; a longer pause that runs already stays.
update syncd.shop
set creates_paused_until = greatest(creates_paused_until, syncd.clock() + make_interval(secs => $2))
where shop_id = $1;

-- name: set_own(shop_id int4, currency text, taxes_included bool)
-- Store what a shop says of itself; returns nothing when that was known.
update syncd.shop
set
  currency = $2,
  taxes_included = $3
where shop_id = $1
  and (currency, taxes_included) is distinct from ($2, $3)
returning shop_id;
