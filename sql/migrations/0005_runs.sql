-- Runs: a full resync reads the whole shop, notes what differs, and waits for an answer where it would do mass damage.
-- Locks: syncd.shop in access exclusive mode, for a moment: defaults are kept in the catalogue, no row is rewritten.
-- The rest is new.
-- Old code beside it: may run; it names its columns, the new ones have defaults, and it knows no new table.

alter table syncd.shop
  add column compare_every interval default interval '3 hours'
    constraint compare_not_too_often check (compare_every >= interval '10 minutes'),
  add column guard_inactive_percent integer not null default 10 check (guard_inactive_percent between 0 and 100),
  add column guard_price_fall_percent integer not null default 50 check (guard_price_fall_percent between 0 and 100),
  add column guard_price_falls_percent integer not null default 1 check (guard_price_falls_percent between 0 and 100),
  add column guard_deletions integer not null default 0 check (guard_deletions >= 0),
  add column guard_shrink_percent integer not null default 10 check (guard_shrink_percent between 0 and 100),
  add column guard_row_errors integer not null default 100 check (guard_row_errors >= 0);
comment on column syncd.shop.compare_every is
  'So often the whole shop is compared with the Backoffice by itself; null: only when somebody asks';
comment on column syncd.shop.guard_inactive_percent is
  'A run that takes more than so many percent of the products on sale off sale is held until a person answers';
comment on column syncd.shop.guard_price_fall_percent is 'A price that falls by more than so many percent counts as fallen';
comment on column syncd.shop.guard_price_falls_percent is
  'A run in which prices of more than so many percent of the products fall is held';
comment on column syncd.shop.guard_deletions is 'A run that deletes more than so many variants in Shopify is held';
comment on column syncd.shop.guard_shrink_percent is
  'A run that finds more than so many percent of the linked products gone from the Backoffice is held';
comment on column syncd.shop.guard_row_errors is 'A run in which more than so many products cannot be sent is held';

create table syncd.run (
  run_id bigint generated always as identity primary key,
  shop_id integer not null references syncd.shop on delete cascade,
  kind text not null default 'resync' check (kind in ('resync', 'revert')),
  state text not null default 'asked' check (
    state in ('asked', 'reading', 'comparing', 'held', 'sending', 'done', 'rejected', 'failed')
  ),
  is_dry boolean not null default false,
  is_forced boolean not null default false,
  with_prices boolean not null default false,
  of_run bigint references syncd.run on delete set null,
  keys text[],
  asked_by text not null default session_user,
  asked_at timestamptz not null default syncd.clock(),
  started_at timestamptz,
  ended_at timestamptz,
  operation text check (operation like 'gid://shopify/BulkOperation/%'),
  operation_at timestamptz,
  reads integer not null default 0 check (reads >= 0),
  total integer not null default 0 check (total >= 0),
  done integer not null default 0 check (done >= 0),
  products integer not null default 0 check (products >= 0),
  same integer not null default 0 check (same >= 0),
  differs integer not null default 0 check (differs >= 0),
  only_here integer not null default 0 check (only_here >= 0),
  only_there integer not null default 0 check (only_there >= 0),
  conflict integer not null default 0 check (conflict >= 0),
  sent integer not null default 0 check (sent >= 0),
  ok integer not null default 0 check (ok >= 0),
  failed integer not null default 0 check (failed >= 0),
  parked integer not null default 0 check (parked >= 0),
  points bigint not null default 0 check (points >= 0),
  hold text[] not null default '{}',
  sending_at timestamptz,
  decided_by text,
  decided_at timestamptz,
  error text,
  constraint ended_has_a_time check ((state in ('done', 'rejected', 'failed')) = (ended_at is not null)),
  constraint held_has_a_reason check (state <> 'held' or hold <> '{}'),
  constraint failed_has_an_error check ((state = 'failed') = (error is not null)),
  constraint decided_by_somebody check ((decided_by is null) = (decided_at is null)),
  constraint done_accounts_for_all check (state <> 'done' or sent = ok + failed + parked)
);
create unique index run_open on syncd.run (shop_id) where ended_at is null;
create index run_shop on syncd.run (shop_id, asked_at);
comment on table syncd.run is
  'One compare of a whole shop with the Backoffice, with what was sent of it; one a shop is under way at most';
comment on column syncd.run.run_id is 'Its number: syncd runs, syncd approve, syncd reject take it';
comment on column syncd.run.shop_id is 'The shop';
comment on column syncd.run.kind is 'resync: the whole shop; revert: what another run wrote is taken back';
comment on column syncd.run.state is
  'asked, reading (a bulk query of Shopify''s), comparing, held (waits for a person), sending; then done, rejected or failed';
comment on column syncd.run.is_dry is 'Only looks: nothing is sent';
comment on column syncd.run.is_forced is 'Every product is read again and put right, also those that look equal';
comment on column syncd.run.with_prices is 'Also prices that the merchant has set in Shopify give way to ours';
comment on column syncd.run.of_run is 'The run that a revert takes back';
comment on column syncd.run.keys is 'The products it is about; null: all of them';
comment on column syncd.run.asked_by is 'Who asked for it; the name of a schedule: compare_every';
comment on column syncd.run.asked_at is 'When it was asked for';
comment on column syncd.run.started_at is 'When a node began with it';
comment on column syncd.run.ended_at is 'When it was done, rejected, or failed; null while it is under way';
comment on column syncd.run.operation is 'Shopify id of the bulk query that reads the shop';
comment on column syncd.run.operation_at is
  'When that query was asked for, noted before: with operation null the answer may have been lost';
comment on column syncd.run.reads is 'Times the shop was read: a query that fails or expires is started anew';
comment on column syncd.run.total is 'Products the current state has to go through, as far as it is known';
comment on column syncd.run.done is 'Of these, gone through';
comment on column syncd.run.products is 'Products found in the shop';
comment on column syncd.run.same is 'Products that are in both and equal, in every field that is ours';
comment on column syncd.run.differs is 'Products that are in both and differ';
comment on column syncd.run.only_here is 'Products of the Backoffice that the shop does not have';
comment on column syncd.run.only_there is 'Products of the shop that the Backoffice does not have: they stay as they are';
comment on column syncd.run.conflict is 'Products that need a person: what cannot be sent, or was deleted in the shop';
comment on column syncd.run.sent is 'Products made due';
comment on column syncd.run.ok is 'Of these, accepted by Shopify, or found right';
comment on column syncd.run.failed is 'Of these, given up before they were sent: somebody skipped them, or the run';
comment on column syncd.run.parked is 'Of these, refused: they are dead changes, with the reason';
comment on column syncd.run.points is 'Query cost of its own calls, and of the changes that it made due';
comment on column syncd.run.hold is 'Why it is held, a sentence each';
comment on column syncd.run.sending_at is 'When it began to send';
comment on column syncd.run.decided_by is 'Who approved or rejected it';
comment on column syncd.run.decided_at is 'When';
comment on column syncd.run.error is 'Why it failed';

create table syncd.run_difference (
  run_id bigint not null references syncd.run on delete cascade,
  place integer not null check (place > 0),
  shop_id integer not null references syncd.shop on delete cascade,
  verdict text not null check (verdict in ('same', 'differs', 'only_here', 'only_there', 'conflict')),
  key text,
  gid text,
  title text not null,
  fields jsonb not null default '[]',
  who text check (who in ('backoffice', 'shopify', 'both', 'unknown')),
  harms text[] not null default '{}',
  skus text[] not null default '{}',
  spellings text[] not null default '{}',
  reason text,
  wanted_digest text,
  observed jsonb,
  known jsonb,
  restored jsonb,
  document text check (document in ('ProductUpdate', 'ProductVariantsBulkUpdate')),
  noted_at timestamptz not null default syncd.clock(),
  outcome text check (outcome in ('accepted', 'failed', 'parked')),
  error text,
  primary key (run_id, place),
  constraint skus_are_spelled check (cardinality(skus) = cardinality(spellings)),
  constraint ours_has_a_key check ((verdict = 'only_there') = (key is null)),
  constraint conflict_has_a_reason check (verdict <> 'conflict' or reason is not null)
);
create index run_difference_key on syncd.run_difference (shop_id, key, run_id);
create index run_difference_open on syncd.run_difference (run_id) where outcome is null;
create index run_difference_noted on syncd.run_difference (noted_at);
comment on table syncd.run_difference is 'What a run found to be otherwise, a row a product; what is equal has none';
comment on column syncd.run_difference.run_id is 'The run';
comment on column syncd.run_difference.place is 'Counted from 1, in the order in which they were found';
comment on column syncd.run_difference.shop_id is 'The shop';
comment on column syncd.run_difference.verdict is
  'differs; same (noted in a forced run alone); only_here: the shop does not have it; only_there: the Backoffice does not; conflict: needs a person';
comment on column syncd.run_difference.key is 'The product''s key in the Backoffice; null when only the shop has it';
comment on column syncd.run_difference.gid is 'Shopify id of the product; null when only the Backoffice has it';
comment on column syncd.run_difference.title is 'Its name';
comment on column syncd.run_difference.fields is
  'What differs: [{field, wanted, known, observed, who}], texts; known is what Shopify last accepted from us, null if nothing';
comment on column syncd.run_difference.who is
  'Who changed it since: the backoffice (not sent yet), somebody in shopify, both, or unknown where we never sent it';
comment on column syncd.run_difference.harms is 'What the guards count: inactive, price_fall, deletion (once for each variant)';
comment on column syncd.run_difference.skus is 'SKUs of a product that only one side has, folded, to find the same ones on the other';
comment on column syncd.run_difference.spellings is 'The same SKUs as they are written';
comment on column syncd.run_difference.reason is 'What a conflict is about, with the next step';
comment on column syncd.run_difference.wanted_digest is 'Digest of the form the Backoffice wanted: a refused one is not sent again as long as it stands';
comment on column syncd.run_difference.observed is 'The form that Shopify showed, before anything was sent: syncd revert restores it';
comment on column syncd.run_difference.known is 'The same with what is the merchant''s as we hold it; null where that is equal';
comment on column syncd.run_difference.restored is 'The form that a revert brings back';
comment on column syncd.run_difference.document is 'The one call that puts it right, if one does: so many of these go by bulk operations';
comment on column syncd.run_difference.noted_at is 'When it was found';
comment on column syncd.run_difference.outcome is 'accepted, failed or parked; null: not sent, or on its way';
comment on column syncd.run_difference.error is 'Why it was parked or failed';

create table syncd.reverted (
  shop_id integer not null references syncd.shop on delete cascade,
  key text not null,
  wanted_digest text not null,
  form jsonb not null,
  run_id bigint references syncd.run on delete set null,
  reverted_at timestamptz not null default syncd.clock(),
  primary key (shop_id, key)
);
comment on table syncd.reverted is
  'Products that a person took back to an earlier form; the shop keeps it until the Backoffice wants something else than it did then';
comment on column syncd.reverted.shop_id is 'The shop';
comment on column syncd.reverted.key is 'The product';
comment on column syncd.reverted.wanted_digest is 'Digest of the form that the Backoffice wanted when it was taken back';
comment on column syncd.reverted.form is 'The form that the shop holds instead';
comment on column syncd.reverted.run_id is 'The run that took it back';
comment on column syncd.reverted.reverted_at is 'When';
