-- name: held(shop_id int4)
-- What the app signs in with, sealed, and the token it was given, with the seconds for which that lasts.
select
  credentials,
  access_token,
  extract(epoch from token_ends_at - syncd.clock())::float8 as lasts_s,
  app_secret
from syncd.shop
where shop_id = $1;

-- name: keep_token(shop_id int4, credentials bytea, access_token bytea, lasts_s float8)
-- Keep a token that these credentials were given; whoever changed them meanwhile keeps what is theirs.
update syncd.shop
set
  access_token = $3,
  token_ends_at = syncd.clock() + make_interval(secs => $4)
where shop_id = $1
  and credentials = $2;

-- name: replace(shop_id int4, credentials bytea, access_token bytea, lasts_s float8)
-- Other credentials, with the token they were given, if any; a pause ends that the old ones may have caused.
update syncd.shop
set
  credentials = $2,
  access_token = $3,
  token_ends_at = case when $3::bytea is not null then syncd.clock() + make_interval(secs => $4) end,
  paused_until = null,
  paused_reason = null
where shop_id = $1;

-- name: forget_secrets(shop_id int4)
-- The secrets of webhooks cannot be opened any more: their key is lost.
update syncd.shop
set
  app_secret = null,
  app_secret_before = null
where shop_id = $1;

-- name: sealed()
-- Everything sealed that is stored, its rows locked; no other column of syncd holds anything sealed.
select shop_id, credentials, access_token, app_secret, app_secret_before
from syncd.shop
order by shop_id
for update;

-- name: reseal(shop_id int4, credentials bytea, access_token bytea, app_secret bytea, app_secret_before bytea)
-- The same, sealed with another key.
update syncd.shop
set
  credentials = $2,
  access_token = $3,
  app_secret = $4,
  app_secret_before = $5
where shop_id = $1;

-- name: alone()
-- One rotation at a time: a second one waits for the end of this transaction. The log of settings is told that no secret changes.
select pg_advisory_xact_lock(hashtext('syncd.key')), set_config('syncd.resealing', 'on', true);
