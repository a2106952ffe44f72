-- What came back from Shopify, how far it was read, and what is sent to Shopify when an order is completed.
-- Locks: syncd.shop in access exclusive mode for a moment (columns with a constant default). The rest is new.
-- Old code beside it: may run, while no shop has fulfil_orders: it would leave changes of the kind order as they are.

alter table syncd.shop
  add column sync_customers boolean not null default false,
  add column sync_orders boolean not null default false,
  add column fulfil_orders boolean not null default false,
  add column notify_customer boolean not null default false,
  add constraint fulfils_from_a_place check (not fulfil_orders or location is not null);
comment on column syncd.shop.sync_customers is 'Whether customers of the shop are given to the Backoffice';
comment on column syncd.shop.sync_orders is 'Whether orders of the shop are given to the Backoffice';
comment on column syncd.shop.fulfil_orders is 'Whether an order that is completed in the Backoffice is fulfilled in Shopify, from the shop''s location';
comment on column syncd.shop.notify_customer is 'Whether Shopify writes to the customer when an order is fulfilled, or its parcel''s number changes';

create or replace view syncd.interest as
select
  s.shop_id,
  s.account_id,
  k.kind
from syncd.shop s
cross join lateral (
  values ('product'::text, s.sync_products), ('stock', s.sync_stock), ('order', s.fulfil_orders)
) as k (kind, is_wanted)
where k.is_wanted;

create table syncd.received (
  shop_id integer not null references syncd.shop on delete cascade,
  kind text not null check (kind in ('customer', 'order')),
  gid text collate "C" not null check (gid like 'gid://shopify/%'),
  key text collate "C",
  updated_at timestamptz,
  read_at timestamptz,
  received_at timestamptz,
  listed_at timestamptz,
  gone_at timestamptz,
  failures integer not null default 0 check (failures >= 0),
  due_at timestamptz,
  last_error text,
  primary key (shop_id, kind, gid),
  constraint seen_when_read check ((updated_at is null) = (read_at is null)),
  constraint given_when_received check (key is null or received_at is not null),
  constraint refused_with_a_reason check ((due_at is null) = (last_error is null))
);
create index received_key on syncd.received (shop_id, kind, key) where key is not null;
create index received_due on syncd.received (shop_id, kind, due_at) where due_at is not null;
comment on table syncd.received is
  'Customers and orders that came from Shopify: Shopify''s id, the Backoffice''s key, how new the news were; no personal data';
comment on column syncd.received.shop_id is 'The shop';
comment on column syncd.received.kind is 'customer, order';
comment on column syncd.received.gid is 'Shopify''s id';
comment on column syncd.received.key is 'The Backoffice''s key, as its function returned it; null: not given to it, a test order say';
comment on column syncd.received.updated_at is 'When Shopify says that it was last changed, in whole seconds; older news are ignored';
comment on column syncd.received.read_at is 'When Shopify was asked for what was received; of equally old news the later read counts';
comment on column syncd.received.received_at is 'When the Backoffice took it last';
comment on column syncd.received.listed_at is 'When a list of all there is had it last: what the next one lacks is looked for';
comment on column syncd.received.gone_at is 'When it was found to be gone from Shopify; null: it is there';
comment on column syncd.received.failures is 'How often in a row the Backoffice refused it in a pull';
comment on column syncd.received.due_at is 'When a pull tries again what the Backoffice refused; null: nothing was refused';
comment on column syncd.received.last_error is 'Why the Backoffice refused it';

create table syncd.cursor (
  shop_id integer not null references syncd.shop on delete cascade,
  kind text not null check (kind in ('customer', 'order', 'stock')),
  until timestamptz,
  is_full boolean not null default false,
  operation text,
  operation_at timestamptz,
  listed_at timestamptz,
  pulled_at timestamptz,
  last_error text,
  primary key (shop_id, kind),
  constraint full_up_to_a_moment check (not is_full or until is not null),
  constraint operation_since_a_moment check (operation is null or operation_at is not null)
);
comment on table syncd.cursor is 'How far the customers, orders and counts of each shop were read; a kind has no row before its first pull';
comment on column syncd.cursor.shop_id is 'The shop';
comment on column syncd.cursor.kind is 'customer, order';
comment on column syncd.cursor.until is 'Whatever Shopify says was changed up to then is stored, by Shopify''s clock';
comment on column syncd.cursor.is_full is 'Whether all there is was read once; false: the next pull begins with a list of all';
comment on column syncd.cursor.operation is 'The bulk operation that lists all there is; null: none is under way';
comment on column syncd.cursor.operation_at is 'When it was asked for';
comment on column syncd.cursor.listed_at is 'When all there is was listed last; customers are listed each week, since no pull tells who was deleted';
comment on column syncd.cursor.pulled_at is 'When the last pull came to its end';
comment on column syncd.cursor.last_error is 'Why the last pull did not; null: it did';

comment on column syncd.history.after is 'The canonical form Shopify accepted; of an order what was sent from where';
