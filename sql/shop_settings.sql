-- name: stored(shop_id int4)
-- The settings of a shop by column; of secrets only whether there is one, intervals in seconds.
select syncd.settings_of(s) || jsonb_build_object(
  'credentials', true,
  'app_secret', s.app_secret is not null,
  'compare_every', extract(epoch from s.compare_every)::int8
)
from syncd.shop s
where s.shop_id = $1;

-- name: lock(shop_id int4)
-- Nobody else changes the settings of this shop until the transaction ends; nothing when there is no such shop.
select shop_id
from syncd.shop
where shop_id = $1
for no key update;

-- name: sign(author text)
-- Who changes settings in this transaction; an empty name: the database user.
select set_config('syncd.changed_by', $1, true);

-- name: change(shop_id int4, given jsonb)
-- Give columns other values, those that are not named stay. Triggers write it down, and make due what it concerns.
update syncd.shop s
set (
  enabled,
  account_id,
  sync_products,
  price_department,
  price_only_when_changed,
  image_mode,
  sync_description,
  inactive_as,
  publish_to,
  unknown_variants,
  blocked_as,
  sync_stock,
  stock_direction,
  first_counts,
  stock_warehouse,
  location,
  sync_customers,
  sync_orders,
  fulfil_orders,
  notify_customer,
  webhooks,
  webhook_address,
  compare_every,
  runs_by,
  guard_inactive_percent,
  guard_price_fall_percent,
  guard_price_falls_percent,
  guard_deletions,
  guard_shrink_percent,
  guard_row_errors,
  guard_zero_percent
) = (
  select
    n.enabled,
    n.account_id,
    n.sync_products,
    n.price_department,
    n.price_only_when_changed,
    n.image_mode,
    n.sync_description,
    n.inactive_as,
    n.publish_to,
    n.unknown_variants,
    n.blocked_as,
    n.sync_stock,
    n.stock_direction,
    n.first_counts,
    n.stock_warehouse,
    n.location,
    n.sync_customers,
    n.sync_orders,
    n.fulfil_orders,
    n.notify_customer,
    n.webhooks,
    n.webhook_address,
    n.compare_every,
    n.runs_by,
    n.guard_inactive_percent,
    n.guard_price_fall_percent,
    n.guard_price_falls_percent,
    n.guard_deletions,
    n.guard_shrink_percent,
    n.guard_row_errors,
    n.guard_zero_percent
  from jsonb_populate_record(s, $2) as n
)
where s.shop_id = $1;

-- name: remove_app_secret(shop_id int4)
-- No webhook of the shop is accepted any more.
update syncd.shop
set
  app_secret = null,
  app_secret_before = null,
  app_secret_changed_at = null
where shop_id = $1;

-- name: is_linked(shop_id int4)
-- Whether any product of the shop is linked.
select exists (
  select
  from syncd.link
  where shop_id = $1
);

-- name: log(domain text, most int8)
-- Who changed what of a shop, the newest first; also of one that is removed.
select at, setting, old, new, changed_by
from syncd.setting_change
where domain = $1
order by setting_change_id desc
limit $2;

-- name: belongings(shop_id int4)
-- How many rows a shop has that people would miss.
select
  (select count(*) from syncd.link where shop_id = $1) as links,
  (select count(*) from syncd.change where shop_id = $1) as changes,
  (select count(*) from syncd.received where shop_id = $1) as received,
  (select count(*) from syncd.inbox where shop_id = $1) as deliveries,
  (select count(*) from syncd.history where shop_id = $1) as history;

-- name: remove(shop_id int4)
-- The shop with all that is stored of it, but audit, receipts, the log of its settings.
delete from syncd.shop
where shop_id = $1;
