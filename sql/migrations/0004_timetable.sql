-- What changes by the clock alone: how far beginnings and ends of offers have been told.
-- Locks: none that matter, everything here is new.
-- Old code beside it: may run; it knows nothing of this table.

create table syncd.timetable (
  is_only boolean primary key default true check (is_only),
  announced_until timestamptz not null,
  announced bigint not null default 0
) with (fillfactor = 10);
comment on table syncd.timetable is
  'How far offers that begin or end by the clock have been told to the outbox; one row, made at the first look';
comment on column syncd.timetable.is_only is 'Always true: keeps it one row';
comment on column syncd.timetable.announced_until is
  'Offers that began or ended up to this moment, it included, have been told; moves when one did, or once an hour';
comment on column syncd.timetable.announced is 'Events written so far';
