-- name: lock()
-- One migration at a time in this database; waits for the other. Session level: given back by unlock.
select pg_advisory_lock(hashtext('syncd.migrate'));

-- name: unlock()
-- Give the migration lock back.
select pg_advisory_unlock(hashtext('syncd.migrate'));

-- name: exists()
-- Whether this database has ever been migrated.
select to_regclass('syncd.migration') is not null;

-- name: begin()
-- The schema and the table of applied migrations.
do $$
begin
  if to_regnamespace('syncd') is null then  -- the right to create one is asked for even if it is there
    create schema syncd;
  end if;
  create table if not exists syncd.migration (
    number integer primary key,
    name text not null,
    digest text not null,
    applied_at timestamptz not null default now()
  );
  comment on table syncd.migration is 'Migrations applied to this database, in order';
  comment on column syncd.migration.number is 'Its number, the first part of the file name';
  comment on column syncd.migration.name is 'The rest of the file name';
  comment on column syncd.migration.digest is 'sha256 of the file when it was applied';
  comment on column syncd.migration.applied_at is 'When it was applied';
end $$;

-- name: applied()
-- What has been applied, in order.
select
  number,
  name,
  digest
from syncd.migration
order by number;

-- name: record(number int4, name text, digest text)
-- Note that a migration was applied, in its own transaction.
insert into syncd.migration (number, name, digest)
values ($1, $2, $3);

-- name: has_shape()
-- Whether it was noted what our tables look like, in the words of this Postgres.
select exists (
  select
  from syncd.shape
  where postgres = current_setting('server_version_num')::integer / 10000
);

-- name: forget_shape()
-- Before it is noted anew.
delete from syncd.shape;

-- name: record_shape()
-- Note what our tables look like.
insert into syncd.shape (thing, shape, postgres)
select
  thing,
  shape,
  current_setting('server_version_num')::integer / 10000
from syncd.shape_now;
