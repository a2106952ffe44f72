-- What shapes a product in a shop: more settings, the files of pictures, counts held while a variant is blocked.
-- Locks: syncd.shop and syncd.change in access exclusive mode, for a moment: defaults are kept in the catalogue, no
-- row is rewritten, and the CHECKs of syncd.shop read its few rows. The rest is new.
-- Old code beside it: may run; it names its columns, the new ones have defaults, and it knows no new table.

alter table syncd.shop
  add column taxes_included boolean not null default true,
  add column image_mode text not null default 'append' check (image_mode in ('overwrite', 'append', 'if_empty')),
  add column price_only_when_changed boolean not null default true,
  add column unknown_variants text not null default 'keep' check (unknown_variants in ('keep', 'remove')),
  add column blocked_as text not null default 'stopped' check (blocked_as in ('stopped', 'removed')),
  add column creates_paused_until timestamptz;
comment on column syncd.shop.currency is
  'ISO 4217 code of the shop, as it says itself: read when it is added and each time its pump starts';
comment on column syncd.shop.taxes_included is
  'Whether the shop''s prices include VAT, as it says itself: read when it is added and each time its pump starts';
comment on column syncd.shop.image_mode is
  'overwrite: our pictures replace what is there; append: ours are added, theirs stay; if_empty: only a product without pictures gets ours';
comment on column syncd.shop.price_only_when_changed is
  'Whether a price set in Shopify stays until ours changes; off: every write carries our price';
comment on column syncd.shop.unknown_variants is
  'What becomes of variants that exist in Shopify alone: keep, or remove';
comment on column syncd.shop.blocked_as is
  'What a blocked variant becomes in Shopify: stopped (stays, none can be bought) or removed';
comment on column syncd.shop.creates_paused_until is
  'No new variants until then, since Shopify''s daily limit of them is reached; null: not paused';

alter table syncd.change
  add column ends_with_news boolean not null default false,
  add column is_doubted boolean not null default false,
  add column tried jsonb not null default '{}';
comment on column syncd.change.ends_with_news is
  'Waits for Shopify''s daily limit of new variants alone: news of the same key make it due at once';
comment on column syncd.change.is_doubted is
  'Somebody asked for it to be compared with what Shopify shows: the product is read before it is written';
comment on column syncd.change.tried is
  'What writes since the last ack carried: prices by variant key, [[price, compare-at], ...], and addresses of pictures; tells ours from the merchant''s after a lost answer';

create table syncd.file (
  shop_id integer not null references syncd.shop on delete cascade,
  gid text not null check (gid like 'gid://shopify/%'),
  ref text not null check (ref <> ''),
  alt text not null default '',
  key text not null check (key <> ''),
  state text not null default 'pending' check (state in ('pending', 'ready', 'failed')),
  error text check (error <> ''),
  accepted_at timestamptz not null default syncd.clock(),
  look_at timestamptz,
  primary key (shop_id, gid),
  constraint failed_has_an_error check ((state = 'failed') = (error is not null)),
  constraint pending_is_looked_at check ((state = 'pending') = (look_at is not null))
);
create index file_ref on syncd.file (shop_id, ref);
create index file_key on syncd.file (shop_id, key);
create index file_pending on syncd.file (shop_id, look_at) where state = 'pending';
comment on table syncd.file is
  'Pictures of ours that Shopify took, one row a file; serves sharing one file among products, and finding pictures Shopify could not fetch';
comment on column syncd.file.shop_id is 'The shop';
comment on column syncd.file.gid is 'Shopify id of the file';
comment on column syncd.file.ref is 'The picture it was made from: its address, with #version if there is one';
comment on column syncd.file.alt is 'What it shows, in words, as last sent';
comment on column syncd.file.key is 'Backoffice id of a product that shows it';
comment on column syncd.file.state is
  'pending: Shopify has yet to fetch it; ready: it is in the shop; failed: Shopify could not fetch it';
comment on column syncd.file.error is 'Why it failed, in plain words; null unless it failed';
comment on column syncd.file.accepted_at is 'When Shopify accepted it; it fetches the picture later';
comment on column syncd.file.look_at is 'When to ask Shopify next whether it fetched the picture; null unless pending';

create table syncd.held_count (
  shop_id integer not null references syncd.shop on delete cascade,
  inventory_item text not null check (inventory_item like 'gid://shopify/InventoryItem/%'),
  location text not null check (location like 'gid://shopify/Location/%'),
  quantity integer not null default 0,
  taking integer not null default 0 check (taking >= 0),
  state text not null default 'held' check (state in ('held', 'giving', 'given')),
  held_at timestamptz not null default syncd.clock(),
  primary key (shop_id, inventory_item, location)
);
comment on table syncd.held_count is
  'What Shopify held of a blocked variant before its count was set to zero, so that it comes back when the block ends';
comment on column syncd.held_count.shop_id is 'The shop';
comment on column syncd.held_count.inventory_item is 'Shopify id of the variant''s inventory item';
comment on column syncd.held_count.location is 'GID of the location that held them';
comment on column syncd.held_count.quantity is 'How many were taken away, in pieces';
comment on column syncd.held_count.taking is
  'How many are being taken away now: written before the call, moved to quantity when Shopify has accepted it';
comment on column syncd.held_count.state is
  'held: out of the shop; giving: on its way back, or the answer was lost; given: it is back, never to be given again';
comment on column syncd.held_count.held_at is 'When it was last read and written down; makes the idempotency key of the call';
