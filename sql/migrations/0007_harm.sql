-- Mass damage that arrives by ordinary changes waits for an answer, too: what was done within the last hour is counted, and
-- a hold is a run of the kind guard.
-- Locks: syncd.run in access exclusive mode while its few rows are checked and an index of them is made. The rest is new.
-- Old code beside it: may not run; it cannot ask for a resync any more, since the index run_open knows kinds now.

alter table syncd.run
  drop constraint run_kind_check,
  add constraint run_kind_check check (kind in ('resync', 'revert', 'guard'));
drop index syncd.run_open;
create unique index run_open on syncd.run (shop_id) where ended_at is null and kind <> 'guard';
create unique index run_guard on syncd.run (shop_id) where kind = 'guard' and state = 'held';
comment on table syncd.run is
  'One compare of a whole shop with the Backoffice, with what was sent of it, one a shop under way at most; or ordinary changes that are held, since together they would do mass damage';
comment on column syncd.run.kind is
  'resync: the whole shop; revert: what another run wrote is taken back; guard: ordinary changes that wait for an answer';
comment on column syncd.run.asked_by is 'Who asked for it; a schedule: compare_every; what holds ordinary changes: guard';
comment on column syncd.run_difference.outcome is
  'accepted, failed or parked; null: not sent, or on its way. In a guard''s run failed means that the Backoffice wants something else by now';

create table syncd.harm (
  shop_id integer not null references syncd.shop on delete cascade,
  key text collate "C" not null,
  harm text not null check (harm in ('gone', 'inactive', 'price_fall', 'deletion')),
  count integer not null check (count > 0),
  at timestamptz not null default syncd.clock(),
  run_id bigint references syncd.run on delete cascade,
  primary key (shop_id, key, harm)
);
create index harm_held on syncd.harm (run_id) where run_id is not null;
comment on table syncd.harm is
  'What the guards count of ordinary changes: harm that Shopify accepted within the last hour, and harm that is held';
comment on column syncd.harm.shop_id is 'The shop';
comment on column syncd.harm.key is 'The product''s key in the Backoffice';
comment on column syncd.harm.harm is
  'gone (from the Backoffice), inactive (goes off sale), price_fall (by more than guard_price_fall_percent), deletion (of variants)';
comment on column syncd.harm.count is 'How often: variants that are deleted, else 1';
comment on column syncd.harm.at is 'When Shopify accepted it, or since when it is held';
comment on column syncd.harm.run_id is
  'The run that holds it, until somebody answers or the Backoffice wants something else; null: it was done';
