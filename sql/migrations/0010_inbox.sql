-- The inbox: what Shopify tells by webhooks, how we are told, what is owed to privacy.
-- Locks: syncd.shop in access exclusive mode for a moment (columns without a volatile default). The rest is new.
-- Old code beside it: may run; it neither receives nor reads any of this.

alter table syncd.shop
  add column app_secret bytea,
  add column app_secret_before bytea,
  add column app_secret_changed_at timestamptz,
  add column webhooks boolean not null default true,
  add column webhook_address text constraint webhook_address_is_https check (
    webhook_address ~ '^(https://[^\s/]+|http://(127\.0\.0\.1|localhost)(:\d+)?)(/\S*)?$'
  ),
  add constraint earlier_secret_has_a_later_one check (app_secret_before is null or app_secret is not null),
  add constraint earlier_secret_has_a_time check (app_secret_before is null or app_secret_changed_at is not null);
comment on column syncd.shop.app_secret is
  'The app''s client secret, which signs webhooks, encrypted with the key of SYNCD_KEY_FILE; null: no webhook is accepted';
comment on column syncd.shop.app_secret_before is 'The one before it, encrypted too: Shopify signs with it for a while after a change';
comment on column syncd.shop.app_secret_changed_at is 'When the secret was last changed';
comment on column syncd.shop.webhooks is 'Whether Shopify is to tell us by webhooks; off: our subscriptions are deleted';
comment on column syncd.shop.webhook_address is
  'The public address webhooks are sent to, such as https://sync.example.no/webhooks; null: Shopify is asked for none';

create table syncd.inbox (
  inbox_id bigint generated always as identity primary key,
  shop_id integer not null references syncd.shop on delete cascade,
  delivery_id text not null check (delivery_id <> ''),
  event_id text,
  topic text not null check (topic <> ''),
  kind text not null check (kind in ('stock', 'order', 'customer', 'privacy', 'app')),
  gid text check (gid like 'gid://shopify/%'),
  triggered_at timestamptz,
  received_at timestamptz not null default syncd.clock(),
  body jsonb,
  state text not null default 'due' check (state in ('due', 'claimed', 'dead', 'done')),
  due_at timestamptz not null default syncd.clock(),
  claimed_until timestamptz,
  claimed_by text,
  claim_token bigint,
  fence bigint,
  deliveries integer not null default 0 check (deliveries >= 0),
  failures integer not null default 0 check (failures >= 0),
  last_error text,
  last_error_at timestamptz,
  outcome text check (outcome <> ''),
  done_at timestamptz,
  unique (shop_id, delivery_id),
  constraint claimed_is_whole check (
    num_nonnulls(claimed_until, claimed_by, claim_token, fence) = case when state = 'claimed' then 4 else 0 end
  ),
  constraint done_has_an_outcome check ((state = 'done') = (done_at is not null) and (state = 'done') = (outcome is not null)),
  constraint done_keeps_nothing check (state <> 'done' or (body is null and last_error is null)),
  constraint error_has_a_time check ((last_error is null) = (last_error_at is null)),
  constraint dead_has_a_cause check (state <> 'dead' or coalesce(last_error, '') <> '')
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
create index inbox_open on syncd.inbox (shop_id, inbox_id) where done_at is null;
create index inbox_done on syncd.inbox (done_at) where done_at is not null;
create index inbox_subject on syncd.inbox (shop_id, gid) where gid is not null;
comment on table syncd.inbox is
  'What Shopify told by webhooks, one row a delivery, however often it is sent; worked off by the node that holds the shop';
comment on column syncd.inbox.inbox_id is 'Number of the row, in order of arrival';
comment on column syncd.inbox.shop_id is 'The shop';
comment on column syncd.inbox.delivery_id is 'Shopify''s number of the delivery (X-Shopify-Webhook-Id), kept when it is sent again';
comment on column syncd.inbox.event_id is 'What several deliveries of one deed share (X-Shopify-Event-Id)';
comment on column syncd.inbox.topic is 'Shopify''s topic, such as orders/updated';
comment on column syncd.inbox.kind is 'What it concerns: stock, order, customer, privacy (a request by law), app (the app itself)';
comment on column syncd.inbox.gid is 'Shopify''s id of that thing, of an inventory item for stock; null where the topic has none';
comment on column syncd.inbox.triggered_at is 'When it happened, by Shopify''s clock';
comment on column syncd.inbox.received_at is 'When it arrived here first';
comment on column syncd.inbox.body is
  'The few fields of the payload that are worked with; empty once done. Persons are named in requests for privacy alone';
comment on column syncd.inbox.state is 'due, claimed, dead (waits for a person: syncd.retry_inbox, syncd.skip_inbox), done';
comment on column syncd.inbox.due_at is 'May be claimed from this moment';
comment on column syncd.inbox.claimed_until is 'So long it is its holder''s; over, it is claimed again';
comment on column syncd.inbox.claimed_by is 'The node that holds it';
comment on column syncd.inbox.claim_token is 'Random number of this claim: only its holder can settle it';
comment on column syncd.inbox.fence is 'Number of the shop''s lease it was claimed under';
comment on column syncd.inbox.deliveries is 'Times claimed; counts even when the process died; dead at 20';
comment on column syncd.inbox.failures is 'Attempts for which the row is to blame; dead at 8';
comment on column syncd.inbox.last_error is 'Why the last attempt failed, in plain words; null once done';
comment on column syncd.inbox.last_error_at is 'When it failed';
comment on column syncd.inbox.outcome is 'What became of it in one word: received, older, echo, skipped, gone, merged …';
comment on column syncd.inbox.done_at is 'When that was';

create table syncd.webhook (
  shop_id integer not null references syncd.shop on delete cascade,
  topic text not null check (topic ~ '^[A-Z_]+$'),
  gid text check (gid like 'gid://shopify/WebhookSubscription/%'),
  address text,
  verified_at timestamptz,
  missing_since timestamptz,
  refusal text check (refusal <> ''),
  primary key (shop_id, topic),
  constraint there_or_missing check ((gid is null) = (missing_since is not null)),
  constraint there_at_an_address check ((gid is null) = (address is null))
);
comment on table syncd.webhook is 'Subscriptions: what Shopify shall tell each shop''s receiver, as it was last verified';
comment on column syncd.webhook.shop_id is 'The shop';
comment on column syncd.webhook.topic is 'The topic as Shopify''s API spells it, such as ORDERS_UPDATED';
comment on column syncd.webhook.gid is 'Shopify''s id of the subscription; null: there is none';
comment on column syncd.webhook.address is 'Where it sends to';
comment on column syncd.webhook.verified_at is 'When it was last seen in the shop as it should be';
comment on column syncd.webhook.missing_since is 'Since when there is none although there should be; null: there is one';
comment on column syncd.webhook.refusal is 'Why Shopify refused to make it, in its words; null: it did not';

create table syncd.webhook_round (
  shop_id integer primary key references syncd.shop on delete cascade,
  verified_at timestamptz not null default syncd.clock(),
  address text
);
comment on table syncd.webhook_round is 'When the subscriptions of a shop were last held against what they should be; survives restarts';
comment on column syncd.webhook_round.shop_id is 'The shop';
comment on column syncd.webhook_round.verified_at is 'When';
comment on column syncd.webhook_round.address is 'The address they were verified for; null: webhooks were off';

create table syncd.gap (
  shop_id integer not null references syncd.shop on delete cascade,
  kind text not null check (kind in ('stock', 'order', 'customer')),
  since timestamptz not null default syncd.clock(),
  primary key (shop_id, kind)
);
comment on table syncd.gap is 'Kinds whose webhooks may have been missed: the next pull of the kind reads back to before it, then deletes the row';
comment on column syncd.gap.shop_id is 'The shop';
comment on column syncd.gap.kind is 'stock, order, customer';
comment on column syncd.gap.since is 'Nothing was surely told since this moment; at the earliest the last time the subscription was seen';

create table syncd.privacy_receipt (
  receipt_id bigint generated always as identity primary key,
  shop_id integer,
  domain text not null,
  topic text not null check (topic in ('customers/data_request', 'customers/redact', 'shop/redact')),
  delivery_id text not null,
  request_id text,
  customer_id text,
  asked_at timestamptz,
  done_at timestamptz not null default syncd.clock(),
  held jsonb not null default '{}',
  told_backoffice boolean not null default false,
  unique (domain, delivery_id)
);
comment on table syncd.privacy_receipt is
  'What was asked by law about persons'' data, what was done about it; names nobody, kept for good';
comment on column syncd.privacy_receipt.receipt_id is 'Number of the receipt';
comment on column syncd.privacy_receipt.shop_id is 'The shop; kept when that is removed';
comment on column syncd.privacy_receipt.domain is 'Its address';
comment on column syncd.privacy_receipt.topic is 'What was asked: customers/data_request, customers/redact, shop/redact';
comment on column syncd.privacy_receipt.delivery_id is 'Shopify''s number of the delivery that asked';
comment on column syncd.privacy_receipt.request_id is 'Shopify''s number of a data request; the shop owner sees the same';
comment on column syncd.privacy_receipt.customer_id is 'Shopify''s number of the customer, no personal data by itself once all else is gone; null: it named none';
comment on column syncd.privacy_receipt.asked_at is 'When it was asked';
comment on column syncd.privacy_receipt.done_at is 'When it was done';
comment on column syncd.privacy_receipt.held is 'Rows by table that were found, and rubbed out where that was asked; no values';
comment on column syncd.privacy_receipt.told_backoffice is 'Whether the Backoffice''s redact_customer was called';

update syncd.retention
set keep_days = 7  -- of what is done; Shopify repeats a delivery for four hours, rarely for a day
where what = 'inbox'
  and keep_days = 30;
