-- The event log by days, leases with fencing numbers, causes of death, an audit of what people do, retention.
-- Locks: syncd.outbox in access exclusive mode while it becomes the first partition: one scan of it proves its bound,
-- no row is copied. syncd.change likewise while its rows are written anew, syncd.history while its index is: seconds for
-- a million rows. syncd.router, syncd.node for a moment.
-- Old code beside it: may not run; it knows no leases. Stop every daemon first; events written meanwhile wait.

-- Its body is bound when it is made, so it needs no search_path; without one Postgres writes it into the statement.
alter function syncd.clock() reset all;

-- Bound to columns that change; made anew in sql/surface.sql.
drop view syncd.backlog, syncd.router_lag, syncd.last_error;

-- First the function that writes events: its old body is bound to the table.

create or replace function syncd.enqueue(account_id text, kind text, keys text[], changed text[]) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  added bigint;
begin
  -- Normally made a month ahead by the daemon. A till must not stand still because none ran for that long.
  if to_regclass('syncd.outbox_' || to_char(clock_timestamp() at time zone 'UTC' + interval '1 day', 'YYYYMMDD')) is null then
    perform syncd.make_partitions(2);
  end if;
  if cardinality(keys) = 1 and keys[1] is not null then  -- a till's; as a select it took a fifth longer
    insert into syncd.outbox (account_id, kind, key, changed)
    values (enqueue.account_id, enqueue.kind, enqueue.keys[1], coalesce(enqueue.changed, '{}'));
    return 1;
  end if;
  insert into syncd.outbox (account_id, kind, key, changed)
  select enqueue.account_id, enqueue.kind, k.key, coalesce(enqueue.changed, '{}')
  from unnest(enqueue.keys) as k (key);
  get diagnostics added = row_count;
  return added;
end $$;

-- Events, a partition a day. The old table becomes the first partition and ends with today.

drop trigger outbox_append_only on syncd.outbox;
alter table syncd.outbox drop constraint outbox_pkey;
alter table syncd.outbox alter column event_id drop identity;
drop index syncd.outbox_key, syncd.outbox_wide;
alter table syncd.outbox alter column key type text collate "C";
alter index syncd.outbox_xid rename to outbox_first_xid;
alter table syncd.outbox rename to outbox_first;

create table syncd.outbox (
  event_id bigint generated always as identity,
  xid xid8 not null default pg_current_xact_id(),
  account_id text not null,
  kind text not null,
  key text collate "C" not null,
  changed text[] not null default '{}',
  actor text not null default session_user,
  created_at timestamptz not null default clock_timestamp(),
  constraint outbox_kind_check check (kind in ('product', 'stock', 'order')),
  constraint outbox_key_check check (key <> '')
) partition by range (created_at);
create index outbox_xid on syncd.outbox (xid, event_id);
-- No index by key: it took a fifth of what writing an event takes. A day gets one when it is over (sql/tidying.sql).
comment on table syncd.outbox is
  'Events: something of the Backoffice was touched. Written in the Backoffice''s own transaction, never updated; a partition a day';
comment on column syncd.outbox.event_id is 'A number for people; it is not the order of commits';
comment on column syncd.outbox.xid is 'The writing transaction; the router follows commits by it';
comment on column syncd.outbox.account_id is 'The retailer; triggers know no shops';
comment on column syncd.outbox.kind is 'What sort of thing was touched';
comment on column syncd.outbox.key is 'Its Backoffice id as text; * stands for every key of the account';
comment on column syncd.outbox.changed is 'What was touched: title, price, status, images …; empty means unknown';
comment on column syncd.outbox.actor is 'The database user that did it';
comment on column syncd.outbox.created_at is 'Wall clock when the trigger ran, shortly before the commit';

do $$
declare
  ends text := to_char((now() at time zone 'UTC')::date + 1, 'YYYY-MM-DD 00:00:00+00');
  following bigint;
begin
  execute format('alter table syncd.outbox attach partition syncd.outbox_first for values from (minvalue) to (%L)', ends);
  execute format('alter table syncd.outbox_first rename to outbox_%s', to_char(now() at time zone 'UTC', 'YYYYMMDD'));
  select coalesce(max(event_id), 0) + 1 into following from syncd.outbox;
  execute format('alter table syncd.outbox alter column event_id restart with %s', following);
end $$;

create or replace function syncd.refuse_update() returns trigger
  language plpgsql set search_path = pg_catalog as $$
begin
  if tg_op = 'DELETE' and current_setting('syncd.may_delete', true) = 'on' then  -- the router, after a restore
    return old;
  end if;
  raise exception 'syncd.outbox is append-only: % refused', tg_op
    using hint = 'a new event says that a thing changed: select syncd.enqueue(…); old days go by themselves, see syncd.retention';
end $$;
comment on function syncd.refuse_update() is 'Keeps the event log append-only';
create trigger outbox_append_only before update or delete on syncd.outbox
  for each row execute function syncd.refuse_update();

create function syncd.make_partitions(days integer default 30) returns integer
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  today date := (clock_timestamp() at time zone 'UTC')::date;
  name text;
  made integer := 0;
begin
  perform pg_advisory_xact_lock(hashtext('syncd.make_partitions'));
  for ahead in 0..days loop
    name := 'outbox_' || to_char(today + ahead, 'YYYYMMDD');
    continue when to_regclass('syncd.' || name) is not null;
    execute format('create table syncd.%I (like syncd.outbox including defaults including constraints including comments)', name);
    execute format('comment on table syncd.%I is %L', name, 'Events of one day (UTC); a partition of syncd.outbox');
    -- Attached, not created in place: that would wait for every writer of events.
    execute format(
      'alter table syncd.outbox attach partition syncd.%I for values from (%L) to (%L)',
      name,
      to_char(today + ahead, 'YYYY-MM-DD 00:00:00+00'),
      to_char(today + ahead + 1, 'YYYY-MM-DD 00:00:00+00')
    );
    made := made + 1;
  end loop;
  return made;
end $$;
comment on function syncd.make_partitions(integer) is
  'Make the partitions of syncd.outbox for today and the days ahead that are missing; returns how many. Waits for no writer';
revoke all on function syncd.make_partitions(integer) from public;
select syncd.make_partitions(30);

-- The router's cursor also knows before which moment every event has been moved.

alter table syncd.router
  add column since timestamptz not null default '-infinity',
  add column mark_xid xid8,
  add column mark_at timestamptz;
comment on column syncd.router.since is
  'Every event written before this moment has been moved: the router looks at no older partition, retention drops no newer one';
comment on column syncd.router.mark_xid is 'Transactions from this number on began after mark_at; becomes since when all before it are over';
comment on column syncd.router.mark_at is 'The moment that will become since';

-- Signs of life are worth nothing after a crash: nothing of an idle system's is written to the log for them.
alter table syncd.node set unlogged;

-- Leases: the router and each shop belong to one node at a time.

create table syncd.lease (
  name text primary key,
  shop_id integer references syncd.shop on delete cascade,
  node text not null,
  fence bigint not null default 1 check (fence > 0),
  taken_at timestamptz not null default syncd.clock(),
  lease_until timestamptz not null,
  constraint named_for_what_it_is check (name = coalesce('shop ' || shop_id, 'router'))
  -- Not unique by shop_id as well: of two nodes that take at the same moment one would fail, not merely be too late.
) with (fillfactor = 10);
create index lease_shop on syncd.lease (shop_id);
comment on table syncd.lease is 'Who may work: one node for the router, one for each shop; a lease that ran out may be taken by any';
comment on column syncd.lease.name is 'router, or shop with its number';
comment on column syncd.lease.shop_id is 'The shop; null for the router';
comment on column syncd.lease.node is 'The node that has it';
comment on column syncd.lease.fence is 'Grows with each taking: what was begun under an older number is refused';
comment on column syncd.lease.taken_at is 'When this node took it';
comment on column syncd.lease.lease_until is 'Renewed while the node lives; over: free';

-- What is due knows under which lease it was claimed, and why it died.

drop index syncd.change_due, syncd.change_dead;
create type syncd.lane as enum ('stock', 'orders', 'price', 'product', 'resync');
comment on type syncd.lane is 'The lanes of changes, the most urgent first: they are claimed in this order';
alter table syncd.change
  -- A column that Postgres computes from the lane cost a claim a quarter of its time; lanes have an order themselves.
  drop column urgency,
  drop constraint change_lane_check,
  alter column lane type syncd.lane using lane::syncd.lane,
  alter column key type text collate "C",  -- keys are not words: compared by their bytes, several times as fast
  add column claimed_until timestamptz,
  add column fence bigint,
  add column cause text;
update syncd.change set cause = 'other' where state = 'dead';
update syncd.change set fence = 0, claimed_until = due_at where state = 'claimed';
alter table syncd.change
  add constraint claimed_for_a_while check ((state = 'claimed') = (claimed_until is not null)),
  add constraint claimed_has_a_fence check ((state = 'claimed') = (fence is not null)),
  add constraint dead_has_a_sort check ((state = 'dead') = (cause is not null)),
  drop constraint change_shop_id_fkey,
  drop constraint change_shop_id_kind_key_key,
  add constraint change_once unique (key, shop_id, kind),  -- the key first: it tells most rows apart at once
  -- A claim touches no column of an index, so its row stays on its page and no index grows, if there is room.
  -- Pages that are empty for now are kept: to a table that is gone to nothing a plan is made that reads all of it, and
  -- cutting it off would lock everybody out.
  set (fillfactor = 50, vacuum_truncate = off);
create index change_due on syncd.change (shop_id, kind, lane, due_at, change_id) where cause is null;
create index change_dead on syncd.change (shop_id, kind, key) where cause is not null;
comment on column syncd.change.due_at is 'May be claimed from this moment: due time, or end of a back-off';
comment on column syncd.change.claimed_until is 'End of the claim, renewed while it is worked on; over: may be claimed again, no sweeper needed';
comment on column syncd.change.state is 'due, claimed (until claimed_until), or dead: waits for a person or a new event';
alter table syncd.history alter column key type text collate "C";
comment on column syncd.change.fence is 'Number of the shop''s lease under which it was claimed';
comment on column syncd.change.cause is 'What sort of trouble killed it, in one word: no_price, Shopify''s code …; null unless dead';

create function syncd.forget_changes() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- In the order in which settles and the router lock, before the shop itself: nobody waits in a ring.
  perform
  from syncd.change c
  where c.shop_id = old.shop_id
  order by c.kind, c.key
  for update;
  delete from syncd.change where shop_id = old.shop_id;
  return old;
end $$;
comment on function syncd.forget_changes() is
  'What is due goes with its shop. Not a foreign key, which would cost the router a look for each row; what it moves at that very moment is tidied away later';
create trigger shop_changes before delete on syncd.shop
  for each row execute function syncd.forget_changes();

-- What the router asks of a change.

create view syncd.interest as
select
  shop_id,
  account_id,
  'product'::text as kind
from syncd.shop
where sync_products;
comment on view syncd.interest is 'Which kinds each shop is sent; the router makes changes of no others';
comment on column syncd.interest.shop_id is 'The shop';
comment on column syncd.interest.account_id is 'The retailer whose events concern it';
comment on column syncd.interest.kind is 'What sort of thing';

create type syncd.news as (
  shop_id integer,
  kind text,
  key text collate "C",
  changed text[],
  lane syncd.lane,
  is_doubted boolean,
  events bigint,
  first_event_at timestamptz,
  last_event_at timestamptz
);
comment on type syncd.news is 'What makes a change due: the arguments of syncd.arm, named as the columns of syncd.change';

create function syncd.tell_switched_on() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform syncd.enqueue(new.account_id, 'product', '{*}', '{}');
  return null;
end $$;
comment on function syncd.tell_switched_on() is
  'What changed while a shop was sent no products made nothing due: every product is looked at when it is switched on';
create trigger shop_switched_on after update of sync_products on syncd.shop
  for each row when (new.sync_products and not old.sync_products) execute function syncd.tell_switched_on();

create function syncd.lane(kind text, labels text[]) returns syncd.lane
  language sql immutable parallel safe
  return case
    when kind = 'stock' then 'stock'::syncd.lane
    when kind = 'order' then 'orders'
    when 'price' = any(labels) and 'created' <> all(labels) then 'price'
    else 'product'
  end;
comment on function syncd.lane(text, text[]) is
  'The lane of an event: that of its most urgent part; the prices of a new product are no more urgent than the product';

create function syncd.labels(labels text[]) returns text[]
  language sql immutable parallel safe
  return case
    when cardinality(labels) < 2 then labels
    else array(select distinct l.label from unnest(labels) as l (label) order by l.label)
  end;
comment on function syncd.labels(text[]) is 'Each label once, in order of name';

create aggregate syncd.array_cat_agg(anycompatiblearray) (
  sfunc = array_cat,
  stype = anycompatiblearray,
  initcond = '{}',
  parallel = safe
);
comment on aggregate syncd.array_cat_agg(anycompatiblearray) is 'All elements of all arrays in one';

-- What people and DBAs did.

create table syncd.audit (
  audit_id bigint generated always as identity primary key,
  acted_at timestamptz not null default syncd.clock(),
  actor text not null default session_user,
  application text not null default current_setting('application_name'),
  action text not null check (action <> ''),
  shop_id integer,
  given jsonb not null default '{}',
  rows bigint not null default 0
);
create index audit_time on syncd.audit (acted_at);
comment on table syncd.audit is 'What people did by hand: retry, skip, pause, resume; one row a deed';
comment on column syncd.audit.audit_id is 'Number of the row';
comment on column syncd.audit.acted_at is 'When';
comment on column syncd.audit.actor is 'The database user';
comment on column syncd.audit.application is 'The program, as it named itself';
comment on column syncd.audit.action is 'What was done';
comment on column syncd.audit.shop_id is 'To which shop; null: to all. Kept when the shop is removed';
comment on column syncd.audit.given is 'With which arguments';
comment on column syncd.audit.rows is 'How many changes it touched';

-- What the tables looked like when they were migrated.

create table syncd.shape (
  thing text primary key,
  shape text not null,
  postgres integer not null
);
comment on table syncd.shape is
  'Each column, constraint, index, trigger and setting of our tables as the last migration left it; syncd.drift tells what became of them. '
  'Delete a row to take what stands there now for right';
comment on column syncd.shape.thing is 'Its kind and name';
comment on column syncd.shape.shape is 'Its definition, in Postgres'' words';
comment on column syncd.shape.postgres is 'The major version whose words these are';

-- How long things are kept.

create table syncd.retention (
  what text primary key check (what in ('outbox', 'history', 'inbox', 'run_difference', 'audit')),
  keep_days integer not null check (keep_days >= 1)
);
insert into syncd.retention (what, keep_days)
values ('outbox', 14), ('history', 400), ('inbox', 30), ('run_difference', 60), ('audit', 400);
comment on table syncd.retention is
  'How many days things are kept; a change holds from the next tidying, within the hour. What is not yet moved or waits is never dropped';
comment on column syncd.retention.what is 'The table: outbox by whole days, the others row by row';
comment on column syncd.retention.keep_days is 'Days, 1 or more';
