-- name: receiving()
-- The shops that webhooks are accepted for, with the secrets that may sign them; the one before the present one for a
-- day after the change.
select
  shop_id,
  domain,
  app_secret as secret,
  case when app_secret_changed_at > syncd.clock() - interval '1 day' then app_secret_before end as secret_before
from syncd.shop
where app_secret is not null;

-- name: settings(shop_id int4)
-- How a shop is to tell us; the secret sealed.
select
  webhooks as is_on,
  webhook_address as address,
  app_secret as secret,
  app_secret_changed_at as secret_changed_at
from syncd.shop
where shop_id = $1;

-- name: set_secret(shop_id int4, secret bytea)
-- Another secret; the present one is accepted beside it for a day.
update syncd.shop
set
  app_secret_before = app_secret,
  app_secret = $2,
  app_secret_changed_at = syncd.clock()
where shop_id = $1;

-- name: set_address(shop_id int4, address text)
-- Where webhooks are to go; null: Shopify is asked for none. The subscriptions are looked at anew at once.
with looked as (
  delete from syncd.webhook_round
  where shop_id = $1
)
update syncd.shop
set webhook_address = $2
where shop_id = $1;

-- name: switch(shop_id int4, is_on bool)
-- Webhooks on or off; the subscriptions are looked at anew at once.
with looked as (
  delete from syncd.webhook_round
  where shop_id = $1
)
update syncd.shop
set webhooks = $2
where shop_id = $1;

-- name: last_round(shop_id int4)
-- How many seconds ago the subscriptions were verified, and for which address; nothing before the first time.
select
  extract(epoch from syncd.clock() - verified_at)::float8 as age_s,
  address
from syncd.webhook_round
where shop_id = $1;

-- name: verified(shop_id int4, address text)
-- The subscriptions were held against what they should be.
insert into syncd.webhook_round (shop_id, address)
values ($1, $2)
on conflict (shop_id) do update set
  verified_at = syncd.clock(),
  address = excluded.address;

-- name: known(shop_id int4)
-- The subscriptions of a shop as they were last seen.
select topic, gid, address, verified_at, missing_since, refusal
from syncd.webhook
where shop_id = $1
order by topic;

-- name: keep(shop_id int4, topics text[], gids text[], addresses text[], refusals text[])
-- Subscriptions as they stand now, the missing ones with a null as gid; other topics are forgotten.
with seen as materialized (
  select w.topic, w.gid, w.address, w.refusal
  from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as w (topic, gid, address, refusal)
),
forgotten as (
  delete from syncd.webhook w
  where w.shop_id = $1
    and w.topic <> all($2)
)
insert into syncd.webhook as w (shop_id, topic, gid, address, verified_at, missing_since, refusal)
select
  $1,
  s.topic,
  s.gid,
  s.address,
  case when s.gid is not null then syncd.clock() end,
  case when s.gid is null then syncd.clock() end,
  s.refusal
from seen s
on conflict (shop_id, topic) do update set
  gid = excluded.gid,
  address = excluded.address,
  verified_at = coalesce(excluded.verified_at, w.verified_at),
  missing_since = case when excluded.gid is null then coalesce(w.missing_since, excluded.missing_since) end,
  refusal = excluded.refusal;

-- name: forget(shop_id int4)
-- The app is gone from the shop, and its subscriptions with it.
with rounds as (
  delete from syncd.webhook_round
  where shop_id = $1
)
delete from syncd.webhook
where shop_id = $1;

-- name: look_anew(shop_id int4)
-- The subscriptions are looked at anew at once.
delete from syncd.webhook_round
where shop_id = $1;
