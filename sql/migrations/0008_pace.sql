-- How fast bulk operations go in each shop, and how a run is planned by that.
-- Locks: syncd.shop, syncd.run and syncd.bulk_operation in access exclusive mode for a moment (columns without a default, an index of few rows).
-- Old code beside it: may run; it leaves these columns empty.

alter table syncd.bulk_operation
  add column silent_s double precision check (silent_s >= 0),
  add column stirred_s double precision check (stirred_s >= 0),
  add column worked_s double precision check (worked_s >= 0);
create index bulk_operation_worked on syncd.bulk_operation (shop_id, asked_at) where worked_s is not null;
comment on column syncd.bulk_operation.silent_s is
  'Seconds from when its start was asked for to the last look that showed no line behind it; null: each look showed some';
comment on column syncd.bulk_operation.stirred_s is
  'Seconds to the first look that showed some, or its end: between the two its first line was done';
comment on column syncd.bulk_operation.worked_s is
  'How many seconds Shopify says it took for all lines; null: it did not come to its end. The planner learns from these';

alter table syncd.shop
  add column runs_by text not null default 'planned' check (runs_by in ('planned', 'calls', 'bulk'));
comment on column syncd.shop.runs_by is
  'How runs send: planned, so that they end soonest; calls, one by one, where bulk operations are needed by other apps; bulk, wherever these can do it';

alter table syncd.run
  add column by_change integer check (by_change >= 0),
  add column by_bulk integer check (by_bulk >= 0),
  add column expected_s double precision check (expected_s >= 0),
  add constraint planned_as_a_whole check (num_nulls(by_change, by_bulk, expected_s) in (0, 3));
comment on column syncd.run.by_change is 'How many products it was planned to send as ordinary changes; null: nothing was planned';
comment on column syncd.run.by_bulk is 'How many products it was planned to send by bulk operations';
comment on column syncd.run.expected_s is 'How many seconds that was expected to take';
