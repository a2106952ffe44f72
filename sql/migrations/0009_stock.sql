-- Stock in both directions: what shop and warehouse last agreed on, the call that is under way, and who is asked first.
-- Locks: syncd.shop, syncd.run in access exclusive mode for a moment (defaults are kept in the catalogue); syncd.variant_link
-- against writers while two indexes are built, a second for a million variants. The rest is new.
-- Old code beside it: may run; it makes no changes of stock known to it, the router makes them due all the same.

alter table syncd.shop
  add column stock_direction text not null default 'from_shopify'
    check (stock_direction in ('from_shopify', 'to_shopify', 'two_way')),
  add column first_counts text check (first_counts in ('backoffice', 'shopify'));
comment on column syncd.shop.sync_stock is
  'Whether counts are kept in step; a new product carries the warehouse''s count then, whatever the direction';
comment on column syncd.shop.stock_direction is
  'from_shopify: Shopify''s count overwrites the warehouse''s, till sales too; to_shopify: the other way round; two_way: the movements of both sides are added up';
alter table syncd.shop
  add column guard_zero_percent integer not null default 10 check (guard_zero_percent between 0 and 100),
  add column zeros_until timestamptz;
comment on column syncd.shop.guard_zero_percent is
  'Hold counts that go to nothing when more than so many percent of all that can be sold would within five minutes, and 20 at least';
comment on column syncd.shop.zeros_until is 'Until then a person lets them go; null: nobody does';
comment on column syncd.shop.first_counts is
  'Whose count is right for what was in the shop before syncd, in two_way: backoffice or shopify; null: where the two differ a person is asked';

-- Until now `sync_stock` sent first counts and no more. Nobody has asked that a side be overwritten from now on: in two_way
-- equal counts are agreed on, and a person is asked about others.
update syncd.shop
set stock_direction = 'two_way'
where sync_stock;

create table syncd.agreed_count (
  shop_id integer not null references syncd.shop on delete cascade,
  variant_key text collate "C" not null check (variant_key <> ''),
  warehouse_key text not null,
  location text not null check (location like 'gid://shopify/Location/%'),
  quantity integer,
  agreed_at timestamptz not null default syncd.clock(),
  primary key (shop_id, variant_key)
) with (fillfactor = 80);
comment on table syncd.agreed_count is
  'The count of each variant on which warehouse and location last agreed: what moved since, on either side, is told from it';
comment on column syncd.agreed_count.shop_id is 'The shop';
comment on column syncd.agreed_count.variant_key is 'Backoffice id of the variant';
comment on column syncd.agreed_count.warehouse_key is 'The warehouse; with another one in the settings the row means nothing';
comment on column syncd.agreed_count.location is 'GID of the location; with another one in the settings the row means nothing';
comment on column syncd.agreed_count.quantity is
  'Pieces; null: it is not counted now, and the warehouse''s count is the first one when it is again';
comment on column syncd.agreed_count.agreed_at is 'When it was written down';

create index variant_link_variant on syncd.variant_link (shop_id, variant_key);
create index variant_link_item on syncd.variant_link (shop_id, inventory_item);

create table syncd.stock_write (
  shop_id integer primary key references syncd.shop on delete cascade,
  write_id uuid not null unique,
  location text not null check (location like 'gid://shopify/Location/%'),
  rows jsonb not null check (jsonb_typeof(rows) = 'array' and rows <> '[]'),
  written_at timestamptz not null default syncd.clock()
);
comment on table syncd.stock_write is
  'The call that sets counts in a shop now: written before it is sent, gone once its answer is taken in. It is sent again, with its key, when the answer was lost';
comment on column syncd.stock_write.shop_id is 'The shop; one call at a time';
comment on column syncd.stock_write.write_id is 'Its idempotency key';
comment on column syncd.stock_write.location is 'GID of the location';
comment on column syncd.stock_write.rows is 'What it sets: [{"key": variant, "item": GID, "before": pieces, "after": pieces}, …]';
comment on column syncd.stock_write.written_at is 'When it was written; Shopify remembers keys for a day';

alter table syncd.run add column counts integer check (counts >= 0);
comment on column syncd.run.counts is
  'How many variants'' counts were not as last agreed on; null: no counts were looked at. They are due as changes of stock';

create function syncd.recount(shop_id integer) returns bigint
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  due syncd.news[];
begin
  due := array(
    select row(v.shop_id, 'stock', v.variant_key, '{}', 'resync', false, 1, syncd.clock(), syncd.clock())::syncd.news
    from syncd.variant_link v
    where v.shop_id = recount.shop_id
  );
  if due <> '{}' then
    perform pg_notify('syncd', array_to_string(syncd.arm(due), ' '));
  end if;
  return cardinality(due);
end $$;
comment on function syncd.recount(integer) is
  'Make the count of every linked variant of a shop due, behind all else; returns how many there are';
revoke all on function syncd.recount(integer) from public;

create function syncd.tell_other_stock() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform syncd.recount(new.shop_id);
  return null;
end $$;
comment on function syncd.tell_other_stock() is
  'Counts follow other rules from now on, or another pair of places: each is looked at';
create trigger shop_counts_otherwise
  after update of sync_stock, stock_direction, stock_warehouse, location, first_counts on syncd.shop
  for each row when (
    new.sync_stock
    and (old.sync_stock, old.stock_direction, old.stock_warehouse, old.location, old.first_counts)
      is distinct from (new.sync_stock, new.stock_direction, new.stock_warehouse, new.location, new.first_counts)
  ) execute function syncd.tell_other_stock();
