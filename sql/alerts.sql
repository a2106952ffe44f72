-- name: late_after(setting text)
-- How long a change may wait, for the rest of this transaction. See syncd.late_after.
select set_config('syncd.late_after', $1, true);

-- name: standing()
-- What needs a person now.
select
  alarm,
  shop_id,
  domain,
  key,
  severity,
  given
from syncd.alarm;

-- name: known()
-- Alarms that were seen and are not over.
select
  alert_id,
  alarm,
  shop_id,
  domain,
  key,
  severity,
  given,
  raised_at,
  settled_at,
  gone_at,
  cleared_at,
  is_quiet
from syncd.alert
where cleared_at is null
order by alert_id;

-- name: add(rows jsonb)
-- Alarms that are seen for the first time. Of a shop that was removed this moment nothing is noted.
insert into syncd.alert (alarm, shop_id, domain, key, severity, given)
select
  r.alarm,
  r.shop_id,
  r.domain,
  r.key,
  r.severity,
  r.given
from jsonb_to_recordset($1) as r (alarm text, shop_id integer, domain text, key text, severity text, given jsonb)
where r.shop_id is null
  or exists (
    select
    from syncd.shop s
    where s.shop_id = r.shop_id
  )
on conflict (alarm, shop_id, key) where cleared_at is null do nothing;

-- name: keep(rows jsonb)
-- What became of alarms that were seen before.
update syncd.alert a
set
  severity = r.severity,
  given = r.given,
  settled_at = r.settled_at,
  gone_at = r.gone_at,
  cleared_at = r.cleared_at,
  is_quiet = r.is_quiet
from jsonb_to_recordset($1) as r (
  alert_id bigint, severity text, given jsonb, settled_at timestamptz, gone_at timestamptz, cleared_at timestamptz, is_quiet boolean
)
where a.alert_id = r.alert_id
  and a.cleared_at is null;

-- name: forget(alert_ids int8[])
-- Alarms that came and went before they could be told.
delete from syncd.alert
where alert_id = any($1)
  and settled_at is null;

-- name: retire(targets text[])
-- Targets that are in the settings no more owe nothing, and fail no more.
update syncd.alert_target
set
  failures = 0,
  last_error = null,
  last_error_at = null,
  message_id = null,
  written_at = null,
  pieces = null
where target <> all($1)
  and (failures > 0 or message_id is not null);

-- name: muted()
-- Sorts of alarm that are not told now; to the last year that Python knows where there is no end.
select
  alarm,
  case when until = 'infinity' then '9999-01-01 00:00:00+00' else until end as until,
  muted_by
from syncd.alert_mute
where until > syncd.clock()
order by alarm;

-- name: mute(alarm text, hours float8)
-- Do not tell of this sort for so long; without hours until somebody unmutes it.
insert into syncd.alert_mute as m (alarm, until)
values ($1, coalesce(syncd.clock() + make_interval(secs => $2::float8 * 3600), 'infinity'))
on conflict (alarm) do update set
  until = excluded.until,
  muted_by = excluded.muted_by,
  muted_at = excluded.muted_at;

-- name: unmute(alarm text)
-- Tell of this sort again.
delete from syncd.alert_mute
where alarm = $1
  and until > syncd.clock()
returning alarm;

-- name: add_target(target text)
-- A target that is in the settings for the first time.
insert into syncd.alert_target (target)
values ($1)
on conflict (target) do nothing;

-- name: target(target text)
-- What is known of a target.
select
  target,
  since,
  sent_at,
  due_at,
  failures,
  last_error,
  last_error_at,
  message_id,
  written_at,
  pieces,
  syncd.clock() as now
from syncd.alert_target
where target = $1;

-- name: owed(target text)
-- Alerts that something may be left to tell of, with what the target knows; those of its message too.
select
  a.alert_id,
  a.alarm,
  a.shop_id,
  a.domain,
  a.key,
  a.severity,
  a.given,
  a.raised_at,
  a.settled_at,
  a.gone_at,
  a.cleared_at,
  a.is_quiet,
  t.told_at,
  t.last_at,
  t.over_at
from syncd.alert_target g
join syncd.alert a
  on a.settled_at is not null
  and (a.cleared_at is null or a.cleared_at > g.since)
left join syncd.alert_told t
  on t.alert_id = a.alert_id
  and t.target = g.target
where g.target = $1
  and (a.cleared_at is null or t.over_at is null)
order by a.alert_id;

-- name: begin(target text, message_id uuid, pieces jsonb, wait_s float8, fence int8)
-- Write down what is about to be sent, only for who holds the router; the same message keeps its time.
update syncd.alert_target g
set
  written_at = case when g.message_id = $2 then g.written_at else syncd.clock() end,
  message_id = $2,
  pieces = $3,
  due_at = syncd.clock() + make_interval(secs => $4)
where g.target = $1
  and g.due_at <= syncd.clock()
  and exists (
    select
    from syncd.lease l
    where l.name = 'router'
      and l.fence = $5
      and l.lease_until > syncd.clock()
  )
returning g.written_at;

-- name: sent(target text, message_id uuid)
-- The target took the message.
update syncd.alert_target
set
  sent_at = syncd.clock(),
  failures = 0,
  last_error = null,
  last_error_at = null,
  message_id = null,
  written_at = null,
  pieces = null
where target = $1
  and message_id = $2
returning sent_at;

-- name: told(target text, rows jsonb)
-- What the target knows by it; of alerts that are gone with their shop nothing is left to know.
insert into syncd.alert_told as t (alert_id, target, told_at, last_at, over_at)
select
  r.alert_id,
  $1,
  r.told_at,
  r.last_at,
  r.over_at
from jsonb_to_recordset($2) as r (alert_id bigint, told_at timestamptz, last_at timestamptz, over_at timestamptz)
join syncd.alert a on a.alert_id = r.alert_id
on conflict (alert_id, target) do update set
  last_at = excluded.last_at,
  over_at = excluded.over_at;

-- name: failed(target text, message_id uuid, error text, wait_s float8, is_kept bool)
-- The target did not take it. What may have arrived is sent again as it is; else it is decided anew what to tell.
update syncd.alert_target
set
  failures = failures + 1,
  last_error = $3,
  last_error_at = syncd.clock(),
  due_at = greatest(due_at, syncd.clock() + make_interval(secs => $4)),
  message_id = case when $5 then message_id end,
  written_at = case when $5 then written_at end,
  pieces = case when $5 then pieces end
where target = $1
  and message_id = $2;

-- name: targets()
-- How each target does.
select
  target,
  sent_at,
  failures,
  last_error,
  last_error_at
from syncd.alert_target
order by target;

-- name: listed(hours float8)
-- Alerts that stand, or were over within so many hours, with when each target was told; the latest first.
select
  a.alert_id,
  a.alarm,
  a.shop_id,
  a.domain,
  a.key,
  a.severity,
  a.given,
  a.raised_at,
  a.settled_at,
  a.gone_at,
  a.cleared_at,
  a.is_quiet,
  coalesce(jsonb_object_agg(t.target, t.told_at) filter (where t.target is not null), '{}') as told
from syncd.alert a
left join syncd.alert_told t on t.alert_id = a.alert_id
where a.cleared_at is null
  or a.cleared_at > syncd.clock() - make_interval(secs => $1::float8 * 3600)
group by a.alert_id
order by a.cleared_at is not null, a.alert_id desc;
