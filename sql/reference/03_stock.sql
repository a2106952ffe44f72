-- The reference Backoffice, 3 of 7: how many there are, and why. Repeatable.
-- Movements are the truth and are only added; the balance is kept beside them, so that reading it stays cheap.

create table if not exists retail.stock (
  variant_id bigint not null references retail.variant on delete cascade,
  account_id text not null,
  warehouse_id text not null,
  quantity integer not null,
  primary key (variant_id, account_id, warehouse_id),
  foreign key (account_id, warehouse_id) references retail.warehouse
) with (fillfactor = 80);
create index if not exists stock_key on retail.stock (account_id, warehouse_id, (variant_id::text));
comment on table retail.stock is 'How many of a variant lie in a warehouse: the sum of its movements';
comment on column retail.stock.variant_id is 'The variant';
comment on column retail.stock.account_id is 'The retailer';
comment on column retail.stock.warehouse_id is 'The warehouse';
comment on column retail.stock.quantity is 'Pieces; negative when more was sold than was registered';
alter table retail.stock drop column if exists counted_at;  -- of a Backoffice made before

create table if not exists retail.movement (
  movement_id bigint generated always as identity primary key,
  variant_id bigint not null references retail.variant on delete cascade,
  account_id text not null,
  warehouse_id text not null,
  quantity integer not null check (quantity <> 0),
  reason text not null check (reason in ('receipt', 'sale', 'return', 'transfer', 'count', 'shop')),
  occurred_at timestamptz not null default now(),
  foreign key (account_id, warehouse_id) references retail.warehouse
);
create index if not exists movement_balance on retail.movement (variant_id, account_id, warehouse_id, occurred_at);
alter table retail.movement drop constraint if exists movement_reason_check;  -- a Backoffice made before knew no shop
alter table retail.movement add constraint movement_reason_check
  check (reason in ('receipt', 'sale', 'return', 'transfer', 'count', 'shop'));
comment on table retail.movement is 'Goods that came or went; never changed, a mistake is put right by another movement';
comment on column retail.movement.movement_id is 'Number of the movement';
comment on column retail.movement.variant_id is 'The variant';
comment on column retail.movement.account_id is 'The retailer';
comment on column retail.movement.warehouse_id is 'The warehouse';
comment on column retail.movement.quantity is 'Pieces: positive came, negative went';
comment on column retail.movement.reason is 'receipt, sale, return, transfer; count: the difference that a count found; shop: what came or went in the web shop';
comment on column retail.movement.occurred_at is 'When it happened; for a count, when was counted';

create or replace function retail.keep_balance() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into retail.stock as s (variant_id, account_id, warehouse_id, quantity)
  select variant_id, account_id, warehouse_id, sum(quantity)
  from added
  group by variant_id, account_id, warehouse_id
  order by variant_id, account_id, warehouse_id
  on conflict (variant_id, account_id, warehouse_id) do update set
    quantity = s.quantity + excluded.quantity;
  return null;
end $$;
comment on function retail.keep_balance() is 'Adds new movements to the balance, in the order of keys against deadlocks';
create or replace trigger movement_balance after insert on retail.movement
  referencing new table as added
  for each statement execute function retail.keep_balance();

create or replace function retail.refuse_rewriting() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'retail.movement is append-only: put a mistake right with another movement';
end $$;
comment on function retail.refuse_rewriting() is 'Keeps movements append-only; they go only with their variant';
create or replace trigger movement_append_only before update or delete on retail.movement
  for each statement when (pg_trigger_depth() = 0) execute function retail.refuse_rewriting();
