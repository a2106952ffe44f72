-- name: make_partitions()
-- Days of the event log, a month ahead; returns how many were made.
select syncd.make_partitions(30);

-- name: days_ahead()
-- For how many days the event log has partitions.
select floor(extract(epoch from max(until_at) - clock_timestamp()) / 86400)::int4
from syncd.partitions;

-- name: unindexed()
-- Days that are over, which events of one key cannot be found in by index yet.
select p.name
from syncd.partitions p
where p.until_at <= syncd.clock()
  and to_regclass(format('syncd.%s_key', p.name)) is null
order by p.until_at;

-- name: droppable()
-- Days of the event log that are over for as long as syncd.retention says, and moved to the last event. Nothing is
-- moved for certain that is younger than the router's `since`; the look into the day itself guards against a clock
-- that was set.
select p.name
from syncd.partitions p
join syncd.retention k on k.what = 'outbox'
join syncd.router r on r.name = 'main' and r.system_id = (select system_identifier from pg_control_system())
where p.until_at <= syncd.clock() - make_interval(days => k.keep_days)
  and p.until_at <= r.since
  and not exists (
    select
    from syncd.outbox o
    where o.created_at >= coalesce(p.from_at, '-infinity')
      and o.created_at < p.until_at
      and (o.xid >= pg_snapshot_xmax(r.snap) or o.xid = any(array(select pg_snapshot_xip(r.snap))))
  )
order by p.until_at;

-- name: detached()
-- Days that were taken out of the event log, or are about to be, but are still there: their drop was cut short. One
-- that a person took out goes only when it is as old, and moved; what he renames is his.
select
  c.relname::text as name,
  c.relispartition as is_pending
from pg_class c
left join pg_inherits i on i.inhrelid = c.oid
join syncd.retention k on k.what = 'outbox'
join syncd.router r on r.name = 'main' and r.system_id = (select system_identifier from pg_control_system())
cross join lateral (select (to_date(right(c.relname, 8), 'YYYYMMDD') + 1)::timestamp at time zone 'UTC' as until_at) as d
where c.relnamespace = 'syncd'::regnamespace
  and c.relkind = 'r'
  and c.relname ~ '^outbox_\d{8}$'
  and coalesce(i.inhdetachpending, true)
  and d.until_at <= syncd.clock() - make_interval(days => k.keep_days)
  and d.until_at <= r.since
order by c.relname;

-- name: lock_days()
-- One node at a time drops days; returns false when another does. Session level: given back by unlock_days.
select pg_try_advisory_lock(hashtext('syncd.tidying'));

-- name: unlock_days()
-- Give the lock of lock_days back.
select pg_advisory_unlock(hashtext('syncd.tidying'));

-- name: forget_history(most int8)
-- Writes that Shopify accepted too long ago; returns how many, at most `most`.
with old as (
  select h.history_id
  from syncd.history h
  where h.settled_at < syncd.clock() - make_interval(days => (select keep_days from syncd.retention where what = 'history'))
  order by h.settled_at
  limit $1
),
gone as (
  delete from syncd.history
  where history_id = any(array(select history_id from old))
  returning 1
)
select count(*)
from gone;

-- name: forget_audit(most int8)
-- Deeds of people too long ago; returns how many, at most `most`.
with gone as (
  delete from syncd.audit
  where audit_id = any(array(
    select a.audit_id
    from syncd.audit a
    where a.acted_at < syncd.clock() - make_interval(days => (select keep_days from syncd.retention where what = 'audit'))
    order by a.acted_at
    limit $1
  ))
  returning 1
)
select count(*)
from gone;

-- name: forget_differences(most int8)
-- What runs found too long ago, those under way left out, and what is held; returns how many, at most `most`. The runs
-- themselves stay.
with gone as (
  delete from syncd.run_difference d
  using (
    select o.run_id, o.place
    from syncd.run_difference o
    join syncd.run r on r.run_id = o.run_id and r.ended_at is not null
    where not (r.kind = 'guard' and o.outcome is null)
      and o.noted_at
      < syncd.clock() - make_interval(days => (select keep_days from syncd.retention where what = 'run_difference'))
    order by o.noted_at
    limit $1
  ) as old
  where d.run_id = old.run_id
    and d.place = old.place
  returning 1
)
select count(*)
from gone;

-- name: forget_operations(most int8)
-- Bulk operations that ended too long ago, with their lines; returns how many, at most `most`.
with gone as (
  delete from syncd.bulk_operation
  where operation_id = any(array(
    select o.operation_id
    from syncd.bulk_operation o
    where o.ended_at
      < syncd.clock() - make_interval(days => (select keep_days from syncd.retention where what = 'run_difference'))
    order by o.operation_id
    limit $1
  ))
  returning 1
)
select count(*)
from gone;

-- name: forget_inbox(most int8)
-- Deliveries that were done too long ago; returns how many, at most `most`.
with gone as (
  delete from syncd.inbox
  where inbox_id = any(array(
    select i.inbox_id
    from syncd.inbox i
    where i.done_at < syncd.clock() - make_interval(days => (select keep_days from syncd.retention where what = 'inbox'))
    order by i.done_at
    limit $1
  ))
  returning 1
)
select count(*)
from gone;

-- name: forget_alerts(most int8)
-- Alarms that were over too long ago, with what was told of them; returns how many, at most `most`.
with gone as (
  delete from syncd.alert
  where alert_id = any(array(
    select a.alert_id
    from syncd.alert a
    where a.cleared_at < syncd.clock() - make_interval(days => (select keep_days from syncd.retention where what = 'alert'))
    order by a.cleared_at
    limit $1
  ))
  returning 1
)
select count(*)
from gone;

-- name: forget_strays()
-- Changes of a shop that was removed at the very moment the router moved them.
with gone as (
  delete from syncd.change c
  where not exists (
    select
    from syncd.shop s
    where s.shop_id = c.shop_id
  )
  returning 1
)
select count(*)
from gone;
