-- name: add(domain text, account_id text, credentials bytea, state text, price_department text, stock_warehouse text, location text, publish_to text[], sync_stock bool, sync_description bool, inactive_as text, currency text)
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
  currency
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict (domain) do nothing
returning
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
  currency;

-- name: every()
-- Every shop with its settings, in the order they were added.
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
  currency
from syncd.shop
order by shop_id;

-- name: find(domain text)
-- The shop of a domain with its settings.
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
  currency
from syncd.shop
where domain = $1;

-- name: ready()
-- The shops that products may be sent to now: switched on, linked and not paused.
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
  currency
from syncd.shop
where enabled
  and sync_products
  and state = 'linked'
  and (paused_until is null or paused_until <= syncd.clock())
order by shop_id;

-- name: credentials(shop_id int4)
-- The sealed credentials of a shop.
select credentials
from syncd.shop
where shop_id = $1;

-- name: set_credentials(shop_id int4, credentials bytea)
-- Give a shop other credentials, and end a pause that the old ones may have caused.
update syncd.shop
set
  credentials = $2,
  paused_until = null,
  paused_reason = null
where shop_id = $1;

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
