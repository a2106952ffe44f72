-- Signing in: the access token that an app was given for its client ID and secret, beside these.
-- Locks: syncd.shop in access exclusive mode for a moment (columns without a default).
-- Old code beside it: may run as long as no shop has client credentials, which it would send as a token.

alter table syncd.shop
  add column if not exists token_ends_at timestamptz,
  add column access_token bytea,
  add constraint token_given_has_an_end check (access_token is null or token_ends_at is not null);
comment on column syncd.shop.credentials is
  'The access token, or client ID and secret to have one with; encrypted with the key of SYNCD_KEY_FILE';
comment on column syncd.shop.access_token is
  'The token that Shopify gave for client ID and secret, encrypted; null: none yet, or the credentials are a token';
comment on column syncd.shop.token_ends_at is 'When the access token ends, as Shopify said; null: it does not end';
