-- What DBAs see and may call: views, functions. Repeatable; applied after the migrations, dropped and made anew.
-- Views are the one truth for psql, the commands, the console and the metrics.

drop view if exists
  syncd.alarm, syncd.dead, syncd.dead_by_cause, syncd.in_flight, syncd.lanes, syncd.throughput, syncd.trail,
  syncd.horizon, syncd.backlog, syncd.router_lag, syncd.last_error, syncd.partitions, syncd.leases, syncd.drift,
  syncd.shape_now, syncd.runs;

create view syncd.backlog as
select
  s.shop_id,
  s.domain,
  s.state,
  s.enabled,
  s.paused_until,
  s.paused_reason,
  count(c.change_id) filter (where c.state <> 'dead') as waiting,
  count(c.change_id) filter (where c.state <> 'dead' and coalesce(c.claimed_until, c.due_at) <= syncd.clock()) as due,
  count(c.change_id) filter (where c.claimed_until > syncd.clock()) as in_flight,
  count(c.change_id) filter (where c.state = 'due' and c.due_at > syncd.clock()) as retrying,
  count(c.change_id) filter (where c.state = 'dead') as dead,
  min(c.first_event_at) filter (where c.state <> 'dead') as oldest_event_at,
  (select count(*) from syncd.link l where l.shop_id = s.shop_id) as linked
from syncd.shop s
left join syncd.change c on c.shop_id = s.shop_id
group by s.shop_id;
comment on view syncd.backlog is 'What waits, by shop: the one truth for psql, syncd status and the console';
comment on column syncd.backlog.shop_id is 'The shop';
comment on column syncd.backlog.domain is 'Its address';
comment on column syncd.backlog.state is 'unlinked or linked';
comment on column syncd.backlog.enabled is 'Whether changes are sent';
comment on column syncd.backlog.paused_until is 'Left alone until then';
comment on column syncd.backlog.paused_reason is 'Why';
comment on column syncd.backlog.waiting is 'Changes not yet accepted, the dead left out';
comment on column syncd.backlog.due is 'Of these, may be claimed now; also those whose lease ran out';
comment on column syncd.backlog.in_flight is 'Of these, claimed by a node';
comment on column syncd.backlog.retrying is 'Of these, waiting out a back-off';
comment on column syncd.backlog.dead is 'Changes that wait for a person or a new event';
comment on column syncd.backlog.oldest_event_at is 'The oldest event that waits';
comment on column syncd.backlog.linked is 'Products linked';

create view syncd.router_lag as
select
  r.moved,
  r.at as moved_at,
  w.waiting_since,
  coalesce(greatest(extract(epoch from syncd.clock() - w.waiting_since), 0), 0)::float8 as lag_s
from syncd.router r
cross join lateral (
  select least(
    (select o.created_at from syncd.outbox o where o.xid >= pg_snapshot_xmax(r.snap) order by o.xid, o.event_id limit 1),
    (select min(o.created_at) from syncd.outbox o where o.xid = any(array(select pg_snapshot_xip(r.snap))))
  ) as waiting_since
) as w
where r.name = 'main';
comment on view syncd.router_lag is 'How far the router is behind; cheap, since it looks at the first event that waits only';
comment on column syncd.router_lag.moved is 'Events moved so far';
comment on column syncd.router_lag.moved_at is 'When it last moved';
comment on column syncd.router_lag.waiting_since is 'When the first event that waits was written; null when none does';
comment on column syncd.router_lag.lag_s is 'Seconds since then, 0 when none waits';

create view syncd.last_error as
select distinct on (shop_id)
  shop_id,
  kind,
  key,
  state,
  last_error as error,
  last_error_at as failed_at,
  failures,
  deliveries,
  due_at
from syncd.change
where last_error is not null
order by shop_id, state = 'dead' desc, last_error like 'held by run %', last_error_at desc, change_id desc;
comment on view syncd.last_error is
  'The newest error of each shop among changes not yet accepted; one that is dead goes before those that will be retried, these before what is held';
comment on column syncd.last_error.shop_id is 'The shop';
comment on column syncd.last_error.kind is 'What sort of thing failed';
comment on column syncd.last_error.key is 'Its Backoffice id';
comment on column syncd.last_error.state is 'dead: waits for a person or a new event; due or claimed: tried again';
comment on column syncd.last_error.error is 'Why it failed, in plain words';
comment on column syncd.last_error.failed_at is 'When it failed';
comment on column syncd.last_error.failures is 'Attempts for which the row is to blame';
comment on column syncd.last_error.deliveries is 'Times claimed';
comment on column syncd.last_error.due_at is 'When it is tried again; means nothing for a dead one';

create view syncd.lanes as
select
  c.shop_id,
  s.domain,
  c.lane,
  count(*) as waiting,
  count(*) filter (where coalesce(c.claimed_until, c.due_at) <= syncd.clock()) as due,
  count(*) filter (where c.claimed_until > syncd.clock()) as in_flight,
  count(*) filter (where c.state = 'due' and c.due_at > syncd.clock()) as retrying,
  sum(c.events)::bigint as events,
  min(c.first_event_at) as oldest_event_at,
  greatest(extract(epoch from syncd.clock() - min(c.first_event_at)), 0)::float8 as oldest_s,
  min(coalesce(c.claimed_until, c.due_at)) filter (where coalesce(c.claimed_until, c.due_at) <= syncd.clock()) as due_since
from syncd.change c
join syncd.shop s on s.shop_id = c.shop_id
where c.cause is null  -- not dead; the indexes are made so
group by c.shop_id, s.domain, c.lane
order by c.shop_id, c.lane;
comment on view syncd.lanes is 'What waits, by shop and lane, the most urgent first; the dead left out';
comment on column syncd.lanes.shop_id is 'The shop';
comment on column syncd.lanes.domain is 'Its address';
comment on column syncd.lanes.lane is 'stock, orders, price, product, resync: the order of claims';
comment on column syncd.lanes.waiting is 'Changes not yet accepted: due, in flight or retrying';
comment on column syncd.lanes.due is 'Of these, may be claimed now; also those whose claim ran out';
comment on column syncd.lanes.in_flight is 'Of these, claimed by a node';
comment on column syncd.lanes.retrying is 'Of these, waiting out a back-off';
comment on column syncd.lanes.events is 'Events that became them';
comment on column syncd.lanes.oldest_event_at is 'The oldest event that waits';
comment on column syncd.lanes.oldest_s is 'Its age in seconds';
comment on column syncd.lanes.due_since is 'Since when the first of those that are due could have been claimed';

create view syncd.in_flight as
select
  c.claimed_by as node,
  c.shop_id,
  s.domain,
  count(*) as changes,
  min(c.claimed_until) as first_ends_at,
  count(*) filter (where c.claimed_until <= syncd.clock()) as overdue,
  min(c.first_event_at) as oldest_event_at
from syncd.change c
join syncd.shop s on s.shop_id = c.shop_id
where c.state = 'claimed'
group by c.claimed_by, c.shop_id, s.domain;
comment on view syncd.in_flight is 'What each node has claimed';
comment on column syncd.in_flight.node is 'The node: host, process, a random part';
comment on column syncd.in_flight.shop_id is 'The shop';
comment on column syncd.in_flight.domain is 'Its address';
comment on column syncd.in_flight.changes is 'Changes it has claimed';
comment on column syncd.in_flight.first_ends_at is 'When the first of these claims ends unless it is renewed';
comment on column syncd.in_flight.overdue is 'Claims that have ended: the node died, or hangs; they are claimed again by themselves';
comment on column syncd.in_flight.oldest_event_at is 'The oldest event among them';

create view syncd.dead as
select
  c.shop_id,
  s.domain,
  c.kind,
  c.key,
  c.cause,
  c.last_error as error,
  c.last_error_at as died_at,
  c.failures,
  c.deliveries,
  c.events,
  c.first_event_at
from syncd.change c
join syncd.shop s on s.shop_id = c.shop_id
where c.cause is not null;  -- the dead; the index is made so
comment on view syncd.dead is 'Changes that Shopify will not take as they stand: they wait for a person (syncd.retry, syncd.skip) or a new event';
comment on column syncd.dead.shop_id is 'The shop';
comment on column syncd.dead.domain is 'Its address';
comment on column syncd.dead.kind is 'What sort of thing';
comment on column syncd.dead.key is 'Its Backoffice id';
comment on column syncd.dead.cause is 'The sort of trouble, in one word';
comment on column syncd.dead.error is 'What is wrong, in plain words, with the next step';
comment on column syncd.dead.died_at is 'When it was given up';
comment on column syncd.dead.failures is 'Attempts for which the row is to blame';
comment on column syncd.dead.deliveries is 'Times claimed';
comment on column syncd.dead.events is 'Events that became this change';
comment on column syncd.dead.first_event_at is 'When the oldest of them was written';

create view syncd.dead_by_cause as
select
  shop_id,
  domain,
  cause,
  count(*) as changes,
  min(died_at) as first_at,
  max(died_at) as last_at,
  min(key) as example_key,
  (array_agg(error order by key))[1] as example
from syncd.dead
group by shop_id, domain, cause
order by shop_id, changes desc, cause;
comment on view syncd.dead_by_cause is 'Dead changes, grouped by what killed them, the most frequent first';
comment on column syncd.dead_by_cause.shop_id is 'The shop';
comment on column syncd.dead_by_cause.domain is 'Its address';
comment on column syncd.dead_by_cause.cause is 'The sort of trouble, in one word; retry and skip take it';
comment on column syncd.dead_by_cause.changes is 'How many';
comment on column syncd.dead_by_cause.first_at is 'When the first of them was given up';
comment on column syncd.dead_by_cause.last_at is 'When the last of them was given up';
comment on column syncd.dead_by_cause.example_key is 'One of them';
comment on column syncd.dead_by_cause.example is 'What is wrong with that one, in plain words';

create view syncd.throughput as
select
  date_trunc('minute', settled_at) as minute,
  shop_id,
  count(*) as accepted,
  sum(events)::bigint as events,
  percentile_cont(0.5) within group (order by greatest(extract(epoch from accepted_at - first_event_at), 0)) as median_s,
  max(greatest(extract(epoch from accepted_at - first_event_at), 0))::float8 as longest_s
from syncd.history
where settled_at > syncd.clock() - interval '1 day'
  and writes <> '{receive_stock}'  -- went the other way
group by 1, 2
order by 1 desc, 2;
comment on view syncd.throughput is 'What Shopify accepted, minute by minute over the last day, the latest first';
comment on column syncd.throughput.minute is 'The minute it begins with';
comment on column syncd.throughput.shop_id is 'The shop';
comment on column syncd.throughput.accepted is 'Writes that Shopify accepted';
comment on column syncd.throughput.events is 'Events that they answered';
comment on column syncd.throughput.median_s is 'Half of them took no longer from the first event to Shopify''s answer, in seconds';
comment on column syncd.throughput.longest_s is 'The longest of them, in seconds';

create view syncd.trail as
select
  o.created_at as at,
  o.account_id,
  null::integer as shop_id,
  o.kind,
  o.key,
  'event'::text as what,
  format('%s touched %s', o.actor, coalesce(nullif(array_to_string(o.changed, ', '), ''), 'something')) as detail
from syncd.outbox o
union all
select
  h.accepted_at,
  s.account_id,
  h.shop_id,
  h.kind,
  h.key,
  'accepted',
  format('%s, answering %s events', array_to_string(h.writes, ', '), h.events)
    || coalesce(', request ' || nullif(array_to_string(h.request_ids, ' '), ''), '')
    || coalesce(': ' || h.note, '')
from syncd.shop s
cross join (values ('product'), ('stock'), ('order')) as k (kind)  -- all of them: so the index leads to the key
join syncd.history h
  on h.shop_id = s.shop_id
  and h.kind = k.kind
union all
select
  c.last_error_at,
  s.account_id,
  c.shop_id,
  c.kind,
  c.key,
  case when c.state = 'dead' then 'dead' else 'failed' end,
  case when c.state = 'dead' then format('%s: %s', c.cause, c.last_error) else c.last_error end
from syncd.change c
join syncd.shop s on s.shop_id = c.shop_id
where c.last_error is not null
union all
select
  greatest(syncd.clock(), c.last_event_at),
  s.account_id,
  c.shop_id,
  c.kind,
  c.key,
  c.state,
  case c.state
    when 'claimed' then format('in flight, claimed by %s until %s', c.claimed_by, c.claimed_until)
    else format('waits in lane %s, due %s', c.lane, c.due_at)
  end
from syncd.change c
join syncd.shop s on s.shop_id = c.shop_id
where c.cause is null
union all
select
  a.acted_at,
  null,
  a.shop_id,
  a.given ->> 'kind',
  (a.given ->> 'key') collate "C",
  a.action,
  format('by %s', a.actor)
from syncd.audit a
where a.given ? 'key';
comment on view syncd.trail is
  'Events of a key with what became of them: where key = ''4711'' order by at. Always name the key: days that are over are searched by index, today is read. '
  'Events of every key stand under the key *';
comment on column syncd.trail.at is 'When; now, for what is due or claimed';
comment on column syncd.trail.account_id is 'The retailer, where it is known';
comment on column syncd.trail.shop_id is 'The shop; null for an event, which knows none';
comment on column syncd.trail.kind is 'What sort of thing';
comment on column syncd.trail.key is 'Its Backoffice id';
comment on column syncd.trail.what is 'event, failed, dead, retry, skip, accepted, then due or claimed; retries by cause or of all name no key';
comment on column syncd.trail.detail is 'In words; what Shopify accepted with its ids of the calls';

create view syncd.horizon as
with open_one as (
  select
    a.pid,
    a.usename::text as role,
    a.datname::text as database,
    a.application_name as application,
    a.client_addr as address,
    a.state,
    a.xact_start as began_at,
    a.backend_xid is not null as writes,
    a.query
  from pg_stat_activity a
  where (a.backend_xid is not null or (a.backend_xmin is not null and a.datname = current_database()))
    and a.pid <> pg_backend_pid()
  union all
  select
    null,
    p.owner::text,
    p.database::text,
    null,
    null,
    'prepared',
    p.prepared,
    true,
    format('rollback prepared %L', p.gid)
  from pg_prepared_xacts p
)
select
  o.pid,
  o.role,
  o.database,
  o.application,
  o.address,
  o.state,
  o.began_at,
  greatest(extract(epoch from syncd.clock() - o.began_at), 0)::float8 as open_s,
  o.writes,
  o.writes and exists (
    select
    from pg_locks k
    where k.locktype = 'relation'
      and k.mode = 'RowExclusiveLock'
      and k.relation = 'syncd.outbox'::regclass
      and k.database = (select d.oid from pg_database d where d.datname = current_database())
      and k.pid is not distinct from o.pid
  ) as router_waits,
  o.query
from open_one o
order by o.began_at;
comment on view syncd.horizon is
  'Open transactions, the longest first: they keep dead rows and old days, and a writing one holds back its own events. '
  'Of other roles'' sessions only members of pg_read_all_stats see when they began, and their query';
comment on column syncd.horizon.pid is
  'The session: pg_cancel_backend(pid) or pg_terminate_backend(pid) end it; null for a prepared one';
comment on column syncd.horizon.role is 'Whose it is';
comment on column syncd.horizon.database is 'Where it works; a writer elsewhere keeps old days of the event log, too';
comment on column syncd.horizon.application is 'The program, as it named itself';
comment on column syncd.horizon.address is 'Where it comes from';
comment on column syncd.horizon.state is 'active; idle in transaction: nobody is at work in it; prepared: waits for its second phase, in no session';
comment on column syncd.horizon.began_at is 'When the transaction began';
comment on column syncd.horizon.open_s is 'Seconds since then';
comment on column syncd.horizon.writes is 'Whether it has written';
comment on column syncd.horizon.router_waits is 'Whether it has written events; the router moves them when it ends, all others meanwhile';
comment on column syncd.horizon.query is 'Its last statement; of a prepared one, what ends it';

create view syncd.leases as
select
  l.name,
  l.shop_id,
  s.domain,
  l.node,
  l.fence,
  l.taken_at,
  l.lease_until,
  l.lease_until > syncd.clock() as is_held
from syncd.lease l
left join syncd.shop s on s.shop_id = l.shop_id
order by l.shop_id nulls first;
comment on view syncd.leases is 'Which node works at what';
comment on column syncd.leases.name is 'router, or the shop';
comment on column syncd.leases.shop_id is 'The shop; null for the router';
comment on column syncd.leases.domain is 'Its address';
comment on column syncd.leases.node is 'The node that has it, or had it last';
comment on column syncd.leases.fence is 'How often it was taken';
comment on column syncd.leases.taken_at is 'When it was taken last';
comment on column syncd.leases.lease_until is 'Until when; renewed while the node lives, -infinity when it was given back';
comment on column syncd.leases.is_held is 'Whether it holds now';

create view syncd.partitions as
select
  c.relname::text as name,
  substring(b.bound from $$FROM \('([^']+)'\)$$)::timestamptz as from_at,
  substring(b.bound from $$TO \('([^']+)'\)$$)::timestamptz as until_at,
  pg_total_relation_size(c.oid) as bytes,
  greatest(c.reltuples, 0)::bigint as events
from pg_inherits i
join pg_class c on c.oid = i.inhrelid
cross join lateral (select pg_get_expr(c.relpartbound, c.oid) as bound) as b
where i.inhparent = 'syncd.outbox'::regclass
  and not i.inhdetachpending
order by until_at;
comment on view syncd.partitions is 'The days of the event log; made 30 days ahead, dropped as syncd.retention says';
comment on column syncd.partitions.name is 'The table of this day';
comment on column syncd.partitions.from_at is 'It begins with this moment; null: it holds all before until_at';
comment on column syncd.partitions.until_at is 'It ends before this moment';
comment on column syncd.partitions.bytes is 'Its size with its indexes';
comment on column syncd.partitions.events is 'Events in it, as last estimated by autovacuum';

-- A function, so that names are written with their schema whatever the reader's search_path is.
create or replace function syncd.shapes() returns table (thing text, shape text)
  language sql stable set search_path = pg_catalog, pg_temp as $$
  with ours as (
    select c.oid, c.relname, c.reloptions
    from pg_class c
    where c.relnamespace = 'syncd'::regnamespace
      and c.relkind in ('r', 'p')
      and c.relname !~ '^outbox_\d{8}$'  -- days come and go
  )
  select
    format('column %s.%s', o.relname, a.attname) as thing,
    concat_ws(
      ' ',
      format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then 'not null' end,
      nullif(a.attidentity::text, ''),
      nullif(a.attgenerated::text, ''),
      'default ' || pg_get_expr(d.adbin, d.adrelid)
    ) as shape
  from ours o
  join pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  union all
  select
    format('constraint %s.%s', o.relname, k.conname),
    pg_get_constraintdef(k.oid)
  from ours o
  join pg_constraint k on k.conrelid = o.oid and k.contype <> 'n'  -- not null: told with the column
  union all
  select
    format('index %s', i.indexrelid::regclass),
    pg_get_indexdef(i.indexrelid) || case when i.indisvalid then '' else ' (invalid)' end
  from ours o
  join pg_index i on i.indrelid = o.oid
  union all
  select
    format('trigger %s.%s', o.relname, t.tgname),
    format('%s (%s)', pg_get_triggerdef(t.oid), t.tgenabled)
  from ours o
  join pg_trigger t on t.tgrelid = o.oid and not t.tgisinternal
  union all
  select
    format('settings of %s', o.relname),
    coalesce((select string_agg(s.setting, ', ' order by s.setting) from unnest(o.reloptions) as s (setting)), 'none')
  from ours o;
$$;
comment on function syncd.shapes() is 'What our tables look like: the rows of syncd.shape_now';

create view syncd.shape_now as
select thing, shape
from syncd.shapes();
comment on view syncd.shape_now is 'What our tables look like, in the words of syncd.shape';
comment on column syncd.shape_now.thing is 'Its kind and name';
comment on column syncd.shape_now.shape is 'Its definition';

create view syncd.drift as
select
  s.thing,
  s.shape as was,
  n.shape as is_now
from syncd.shape s
left join syncd.shape_now n on n.thing = s.thing
where s.postgres = current_setting('server_version_num')::integer / 10000
  and n.shape is distinct from s.shape
order by s.thing;
comment on view syncd.drift is
  'What is gone or was changed since the last migration: an index, a constraint, a setting; what was added does not matter';
comment on column syncd.drift.thing is 'Its kind and name';
comment on column syncd.drift.was is 'As the migration left it';
comment on column syncd.drift.is_now is 'As it is; null: gone';

create view syncd.runs as
select
  r.run_id,
  s.domain,
  r.kind,
  r.state,
  r.asked_by,
  r.asked_at,
  r.ended_at,
  extract(epoch from coalesce(r.ended_at, syncd.clock()) - coalesce(r.started_at, r.asked_at))::float8 as took_s,
  r.done,
  r.total,
  r.products,
  r.same,
  r.differs,
  r.only_here,
  r.only_there,
  r.conflict,
  r.sent,
  r.ok,
  r.failed,
  r.parked,
  r.points,
  r.counts,
  coalesce(r.error, array_to_string(nullif(r.hold, '{}'), '; ')) as why
from syncd.run r
join syncd.shop s on s.shop_id = r.shop_id;
comment on view syncd.runs is
  'Compares of whole shops, with what became of them, and what the guards hold of ordinary changes; order by run_id desc';
comment on column syncd.runs.run_id is 'Its number, for syncd.approve and syncd.reject';
comment on column syncd.runs.domain is 'The shop';
comment on column syncd.runs.kind is 'resync, revert, link, or guard: ordinary changes that are held';
comment on column syncd.runs.state is 'asked, reading, comparing, held, sending; then done, rejected or failed';
comment on column syncd.runs.asked_by is 'Who asked; compare_every is the schedule, settings a changed setting, guard what holds ordinary changes';
comment on column syncd.runs.asked_at is 'When';
comment on column syncd.runs.ended_at is 'When it ended; null while it is under way';
comment on column syncd.runs.took_s is 'Seconds from its start to its end, or until now';
comment on column syncd.runs.done is 'Products the current state has gone through';
comment on column syncd.runs.total is 'Of so many';
comment on column syncd.runs.products is 'Products found in the shop';
comment on column syncd.runs.same is 'In both, equal';
comment on column syncd.runs.differs is 'In both, different';
comment on column syncd.runs.only_here is 'In the Backoffice alone';
comment on column syncd.runs.only_there is 'In the shop alone';
comment on column syncd.runs.conflict is 'For a person to decide';
comment on column syncd.runs.sent is 'Made due';
comment on column syncd.runs.ok is 'Of these accepted';
comment on column syncd.runs.failed is 'Of these given up';
comment on column syncd.runs.parked is 'Of these refused: see syncd.dead';
comment on column syncd.runs.points is 'Query cost spent in the shop meanwhile';
comment on column syncd.runs.counts is 'Variants whose counts were not as last agreed on; null: none were looked at';
comment on column syncd.runs.why is 'Why it is held, or failed';

-- How long a change may wait; a process may set it for itself (SYNCD_ALERT_AFTER).
create or replace function syncd.late_after() returns interval
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(nullif(current_setting('syncd.late_after', true), '')::interval, interval '15 minutes');
$$;
comment on function syncd.late_after() is
  'How long what could be done may be left undone before it is an alarm: the setting syncd.late_after, else 15 minutes';

-- `what` is for who reads it in psql; whoever tells people makes their sentence of `given` (syncd/rules/alarms.py).
create view syncd.alarm as
select
  'no_router'::text as alarm,
  null::integer as shop_id,
  null::text as domain,
  ''::text as key,
  'error'::text as severity,
  '{}'::jsonb as given,
  'no node moves events: start syncd run'::text as what
where not exists (select from syncd.leases where name = 'router' and is_held)
union all
select
  'router_behind',
  null,
  null,
  '',
  'error',
  jsonb_build_object('since', waiting_since),
  format('events wait since %s for the router: see syncd.horizon and the log of its node', waiting_since)
from syncd.router_lag
where lag_s > 60
union all
select
  'partitions_end',
  null,
  null,
  '',
  'warning',
  jsonb_build_object('since', coalesce(max(until_at), syncd.clock())),
  format('the event log ends with %s: start a daemon, or select syncd.make_partitions()', coalesce(max(until_at)::text, 'today'))
from syncd.partitions
having coalesce(max(until_at), '-infinity') < clock_timestamp() + interval '7 days'
union all
select
  case when s.paused_until > syncd.clock() then 'shop_paused' else 'change_late' end,
  s.shop_id,
  l.domain,
  '',
  'error',
  jsonb_build_object('count', sum(l.due), 'since', min(l.due_since), 'why', coalesce(s.paused_reason, '–')),
  format(
    '%s: %s changes could be sent since %s%s',
    l.domain,
    sum(l.due),
    min(l.due_since),
    case
      when s.paused_until > syncd.clock()
        then format(', but it is paused until %s (%s): select syncd.resume(%L)', s.paused_until, s.paused_reason, l.domain)
      else ': see syncd.leases and the log of its node'
    end
  )
from syncd.lanes l
join syncd.shop s on s.shop_id = l.shop_id
where s.enabled
  and s.sync_products
  and s.state = 'linked'
  and l.due_since < syncd.clock() - case when l.lane = 'resync' then greatest(syncd.late_after(), interval '6 hours') else syncd.late_after() end
group by l.domain, s.shop_id
union all
select
  'app_removed',
  shop_id,
  domain,
  '',
  'error',
  '{}',
  format('%s: %s', domain, paused_reason)
from syncd.shop
where enabled
  and paused_until = 'infinity'
  and paused_reason like 'the app was removed from the shop;%'
union all
select
  'token_expires',
  shop_id,
  domain,
  case when token_ends_at > syncd.clock() then 'soon' else 'over' end,
  'error',
  jsonb_build_object('since', token_ends_at),
  format('%s: the access token ends %s and was not renewed: see the log of its node, give it anew with syncd shop token', domain, token_ends_at)
from syncd.shop
where enabled
  and coalesce(paused_until, '-infinity') <= syncd.clock()  -- nobody calls a paused shop, so nobody renews
  and token_ends_at < syncd.clock() + interval '10 minutes'  -- a fifth of its life before, it is renewed
union all
select
  'change_dead',
  shop_id,
  domain,
  cause,
  'warning',
  jsonb_build_object('count', changes, 'cause', cause, 'product', example_key, 'why', coalesce(example, '–')),
  format('%s: %s changes are dead (%s): see syncd.dead_by_cause', domain, changes, cause)
from syncd.dead_by_cause
union all
select
  'inbox_dead',
  s.shop_id,
  s.domain,
  i.kind,
  'warning',
  jsonb_build_object('count', count(*), 'kind', i.kind),
  format('%s: %s deliveries (%s) could not be worked off: syncd inbox list %s', s.domain, count(*), i.kind, s.domain)
from syncd.inbox i
join syncd.shop s on s.shop_id = i.shop_id
where i.done_at is null
  and i.state = 'dead'
group by s.shop_id, i.kind
union all
select
  'inbox_late',
  s.shop_id,
  s.domain,
  '',
  'error',
  jsonb_build_object('count', count(*), 'since', min(coalesce(i.claimed_until, i.due_at))),
  format('%s: %s deliveries could be worked off since %s: see syncd.leases and the log of its node', s.domain, count(*),
    min(coalesce(i.claimed_until, i.due_at)))
from syncd.inbox i
join syncd.shop s on s.shop_id = i.shop_id
where i.done_at is null
  and i.state <> 'dead'
  and i.kind in ('stock', 'order', 'customer')
  and s.enabled
  and coalesce(i.claimed_until, i.due_at) < syncd.clock() - syncd.late_after()
group by s.shop_id
union all
select
  'privacy_late',
  s.shop_id,
  s.domain,
  i.inbox_id::text,
  'error',
  jsonb_build_object('topic', i.topic, 'since', i.received_at),
  format('%s: a request by law (%s) waits since %s: does a node hold the router?', s.domain, i.topic, i.received_at)
from syncd.inbox i
join syncd.shop s on s.shop_id = i.shop_id
where i.done_at is null
  and i.state <> 'dead'
  and i.kind = 'privacy'
  and i.received_at < syncd.clock() - interval '1 hour'
union all
select
  'webhook_missing',
  s.shop_id,
  s.domain,
  '',
  'warning',
  jsonb_build_object(
    'topics', string_agg(lower(w.topic), ', ' order by w.topic), 'since', min(w.missing_since), 'why', coalesce(min(w.refusal), '–')
  ),
  format('%s: no webhook tells of %s since %s (%s): syncd shop webhooks %s', s.domain, string_agg(lower(w.topic), ', ' order by w.topic),
    min(w.missing_since), min(coalesce(w.refusal, 'it is made again by itself')), s.domain)
from syncd.webhook w
join syncd.shop s on s.shop_id = w.shop_id
where s.webhooks
  and w.missing_since < syncd.clock() - interval '2 hours'
group by s.shop_id
union all
select
  'pull_failing',
  s.shop_id,
  s.domain,
  c.kind,
  'error',
  jsonb_build_object('kind', c.kind, 'since', c.failing_since, 'why', c.last_error),
  format('%s: %s cannot be fetched since %s: %s: mend it, then syncd pull', s.domain, c.kind, c.failing_since, c.last_error)
from syncd.cursor c
join syncd.shop s on s.shop_id = c.shop_id
join lateral (
  values ('customer'::text, s.sync_customers), ('order', s.sync_orders), ('stock', s.sync_stock)
) as k (kind, is_wanted) on k.kind = c.kind and k.is_wanted
where s.enabled
  and c.last_error is not null
  and c.failing_since < syncd.clock() - syncd.late_after()
union all
select
  'pull_late',
  s.shop_id,
  s.domain,
  c.kind,
  'error',
  jsonb_build_object('kind', c.kind, 'since', c.pulled_at, 'why', coalesce(s.paused_reason, '–')),
  format('%s: nobody has fetched %s since %s%s%s', s.domain, c.kind, c.pulled_at,
    ', and webhooks may have been missed since ' || g.since,
    case
      when s.paused_until > syncd.clock() then format(': it is paused (%s)', s.paused_reason)
      else ': see syncd.leases and the log of its node'
    end)
from syncd.cursor c
join syncd.shop s on s.shop_id = c.shop_id
join lateral (
  values ('customer'::text, s.sync_customers), ('order', s.sync_orders), ('stock', s.sync_stock)
) as k (kind, is_wanted) on k.kind = c.kind and k.is_wanted
left join syncd.gap g on g.shop_id = c.shop_id and g.kind = c.kind
where s.enabled
  and c.operation is null
  and c.pulled_at < syncd.clock() - greatest(syncd.late_after(), interval '1 hour')
union all
select
  'backoffice_refuses',
  s.shop_id,
  s.domain,
  r.kind,
  'warning',
  jsonb_build_object('kind', r.kind, 'count', count(*), 'gid', min(r.gid)),
  format('%s: the Backoffice refuses %s %ss, such as %s: see syncd.received', s.domain, count(*), r.kind, min(r.gid))
from syncd.received r
join syncd.shop s on s.shop_id = r.shop_id
where r.due_at is not null
  and r.failures >= 3
  and s.enabled
group by s.shop_id, r.kind
union all
select
  'transaction_long',
  null,
  null,
  format('%s %s', coalesce(pid::text, query), began_at),
  'warning',
  jsonb_build_object(
    'session', coalesce(pid::text, '–'), 'role', coalesce(role, '–'), 'program', coalesce(nullif(application, ''), state, '–'), 'since', began_at
  ),
  format('%s (%s, %s) has a transaction open since %s: see syncd.horizon', coalesce('session ' || pid, 'nobody'), role,
    coalesce(nullif(application, ''), state), began_at)
from syncd.horizon
where open_s > 3600
union all
select
  'run_held',
  s.shop_id,
  r.domain,
  r.run_id::text,
  'warning',
  jsonb_build_object('run', r.run_id, 'why', coalesce(r.why, '–')),
  format('%s: run %s waits for an answer: %s: syncd approve %s, or syncd reject %s', r.domain, r.run_id, r.why, r.run_id, r.run_id)
from syncd.runs r
join syncd.shop s on s.domain = r.domain
where r.state = 'held'
union all
select
  'run_failed',
  s.shop_id,
  last.domain,
  '',
  'warning',
  jsonb_build_object('run', last.run_id, 'why', coalesce(last.why, '–')),
  format('%s: the last compare, run %s, failed: %s', last.domain, last.run_id, last.why)
from (
  select distinct on (domain) domain, run_id, state, why
  from syncd.runs
  where state not in ('asked', 'reading', 'comparing')
  order by domain, run_id desc
) as last
join syncd.shop s on s.domain = last.domain
where last.state = 'failed'
union all
select
  'schema_changed',
  null,
  null,
  thing,
  'warning',
  jsonb_build_object('thing', thing, 'was', was, 'is_now', coalesce(is_now, '–')),
  format('%s was “%s”, is %s: put it back, or take it for right, as the owner of the schema: delete from syncd.shape where thing = %L', thing, was,
    coalesce('“' || is_now || '”', 'gone'), thing)
from syncd.drift
union all
select
  'alert_unsent',
  null,
  null,
  target,
  'warning',
  jsonb_build_object('target', target, 'count', failures, 'why', last_error),
  format('alerts do not reach the target %s (%s attempts): %s: syncd alerts test', target, failures, last_error)
from syncd.alert_target
where failures >= 3;
comment on view syncd.alarm is 'What needs a person now; empty when all is well';
comment on column syncd.alarm.alarm is 'The sort of alarm, in one word';
comment on column syncd.alarm.shop_id is 'The shop; null: it concerns all';
comment on column syncd.alarm.domain is 'Its address';
comment on column syncd.alarm.key is 'Which one of its sort: as long as it stands, alarm, shop and key are the same';
comment on column syncd.alarm.severity is 'error: something stands still; warning: something is to be decided or put right';
comment on column syncd.alarm.given is 'The values of its sentence';
comment on column syncd.alarm.what is 'In words, with the next step';

-- What people may do beside running nodes. Each locks changes in the order of the router, wakes the pumps, is audited.

create or replace function syncd.note(action text, shop_id integer, given jsonb, rows bigint) returns void
  language sql volatile set search_path = pg_catalog, pg_temp as $$
  insert into syncd.audit (action, shop_id, given, rows)
  values (note.action, note.shop_id, jsonb_strip_nulls(note.given), note.rows);
$$;
comment on function syncd.note(text, integer, jsonb, bigint) is 'Write down what was done by hand';
revoke all on function syncd.note(text, integer, jsonb, bigint) from public;

create or replace function syncd.number_of(domain text) returns integer
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  found integer;
begin
  select s.shop_id into found from syncd.shop s where s.domain = number_of.domain;
  if domain is not null and found is null then
    raise exception 'there is no shop %', domain
      using hint = 'select domain from syncd.shop tells which there are; null stands for all';
  end if;
  return found;
end $$;
comment on function syncd.number_of(text) is 'The number of a shop; null for null, an error for one that is not there';

create or replace function syncd.retry(
  key text default null, cause text default null, shop text default null, kind text default null
) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  of_shop integer := syncd.number_of(shop);
  touched bigint;
begin
  with picked as materialized (
    select c.change_id
    from syncd.change c
    where c.cause is not null
      and (retry.key is null or c.key = retry.key)
      and (retry.cause is null or c.cause = retry.cause)
      and (of_shop is null or c.shop_id = of_shop)
      and (retry.kind is null or c.kind = retry.kind)
    order by c.shop_id, c.kind, c.key
    for update
  )
  update syncd.change c
  set state = 'due', cause = null, due_at = syncd.clock(), failures = 0, deliveries = 0
  from picked
  where c.change_id = picked.change_id;
  get diagnostics touched = row_count;
  perform syncd.note('retry', of_shop, jsonb_build_object('key', key, 'cause', cause, 'kind', kind), touched);
  perform pg_notify('syncd', s.shop_id::text) from syncd.shop s where touched > 0 and (of_shop is null or s.shop_id = of_shop);
  return touched;
end $$;
comment on function syncd.retry(text, text, text, text) is
  'Make dead changes due again, with a clean slate: of a key, of a cause, of a shop (its domain), or all. Returns how many';

create or replace function syncd.skip(
  key text default null, cause text default null, shop text default null, kind text default null
) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  of_shop integer := syncd.number_of(shop);
  touched bigint;
begin
  with picked as materialized (
    select c.change_id
    from syncd.change c
    where c.cause is not null
      and (skip.key is null or c.key = skip.key)
      and (skip.cause is null or c.cause = skip.cause)
      and (of_shop is null or c.shop_id = of_shop)
      and (skip.kind is null or c.kind = skip.kind)
    order by c.shop_id, c.kind, c.key
    for update
  )
  delete from syncd.change c
  using picked
  where c.change_id = picked.change_id;
  get diagnostics touched = row_count;
  perform syncd.note('skip', of_shop, jsonb_build_object('key', key, 'cause', cause, 'kind', kind), touched);
  return touched;
end $$;
comment on function syncd.skip(text, text, text, text) is
  'Give dead changes up until their next event: of a key, of a cause, of a shop (its domain), or all. Returns how many';

create or replace function syncd.pause(shop text, reason text default 'by hand', minutes integer default null) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  of_shop integer := syncd.number_of(shop);
begin
  if of_shop is null then
    raise exception 'name the shop to pause' using hint = 'select syncd.pause(''x.myshopify.com'', ''stock-taking'')';
  end if;
  if minutes < 1 then
    raise exception 'a pause of % minutes is none', minutes
      using hint = 'give 1 or more, or leave them out: it then lasts until syncd.resume';
  end if;
  update syncd.shop s
  set
    paused_until = coalesce(syncd.clock() + make_interval(mins => pause.minutes), 'infinity'),
    paused_reason = coalesce(nullif(trim(pause.reason), ''), 'by hand')
  where s.shop_id = of_shop;
  perform syncd.note('pause', of_shop, jsonb_build_object('reason', reason, 'minutes', minutes), 0);
  perform pg_notify('syncd', of_shop::text);
end $$;
comment on function syncd.pause(text, text, integer) is
  'Send nothing to this shop for some minutes, or until syncd.resume; what is on its way is finished, changes gather';

create or replace function syncd.resume(shop text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  of_shop integer := syncd.number_of(shop);
  was_paused boolean;
begin
  if of_shop is null then
    raise exception 'name the shop to resume' using hint = 'select domain, paused_reason from syncd.backlog';
  end if;
  update syncd.shop s
  set paused_until = null, paused_reason = null
  where s.shop_id = of_shop
    and s.paused_until is not null;
  was_paused := found;
  perform syncd.note('resume', of_shop, '{}', was_paused::integer);
  perform pg_notify('syncd', of_shop::text);
  return was_paused;
end $$;
comment on function syncd.resume(text) is 'End the pause of this shop, whatever its reason; whether it was paused';

revoke all on function
  syncd.retry(text, text, text, text), syncd.skip(text, text, text, text), syncd.pause(text, text, integer),
  syncd.resume(text), syncd.number_of(text)
from public;

create or replace function syncd.answer_held(run bigint) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  of_run syncd.run;
  held text[];
begin
  select r.* into of_run from syncd.run r where r.run_id = answer_held.run;
  held := array(select distinct h.key from syncd.harm h where h.run_id = answer_held.run order by h.key);
  if of_run.state <> 'rejected' then
    -- Whoever approves has seen what was done: the window begins anew.
    delete from syncd.harm h
    where h.shop_id = of_run.shop_id
      and (h.run_id is null or h.run_id = answer_held.run);
    update syncd.run r
    set state = 'sending', sending_at = syncd.clock(), sent = d.open, total = d.open, done = 0
    from (
      select count(*) as open
      from syncd.run_difference
      where run_id = answer_held.run
        and outcome is null
    ) as d
    where r.run_id = answer_held.run;
  end if;
  -- Each is judged anew, with the answer in mind: sent, or held with other words.
  with picked as materialized (
    select c.change_id
    from syncd.change c
    where c.shop_id = of_run.shop_id
      and c.kind = 'product'
      and c.key = any(held)
      and c.state = 'due'
    order by c.shop_id, c.kind, c.key
    for update
  )
  update syncd.change c
  set due_at = least(c.due_at, syncd.clock())
  from picked
  where c.change_id = picked.change_id;
end $$;
comment on function syncd.answer_held(bigint) is 'Make due what a guard''s run holds, after somebody answered; approved, it is sent';

create or replace function syncd.answer(run bigint, verdict text) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  of_run syncd.run;
begin
  select r.* into of_run from syncd.run r where r.run_id = answer.run for update;
  if not found then
    raise exception 'there is no run %', run using hint = '`syncd runs` lists those there are';
  end if;
  -- What a guard's run holds stays held when it is rejected: people may think better of it.
  if not (
    of_run.state = 'held' and of_run.decided_at is null
    or of_run.kind = 'guard' and of_run.state = 'rejected' and verdict = 'approve'
  ) then
    raise exception 'run % does not wait for an answer: it is %', run,
      case when of_run.state = 'held' then 'approved already' else of_run.state end
      using hint = '`syncd runs` tells which ones are held';
  end if;
  update syncd.run r
  set
    decided_by = coalesce(nullif(current_setting('syncd.changed_by', true), ''), session_user),
    decided_at = syncd.clock(),
    state = case when verdict = 'reject' then 'rejected' when of_run.kind = 'guard' then 'sending' else 'held' end,
    ended_at = case verdict when 'reject' then syncd.clock() end
  where r.run_id = answer.run;
  if of_run.kind = 'guard' then
    perform syncd.answer_held(run);
  end if;
  perform syncd.note(verdict, of_run.shop_id, jsonb_build_object('run', run), 1);
  perform pg_notify('syncd', of_run.shop_id::text);
  return true;
end $$;
comment on function syncd.answer(bigint, text) is 'What a person says of a held run: approve or reject';

create or replace function syncd.approve(run bigint) returns boolean
  language sql security definer set search_path = pg_catalog, pg_temp as $$
  select syncd.answer(approve.run, 'approve');
$$;
comment on function syncd.approve(bigint) is 'Let a held run go on: what it found, or holds, is sent to the shop';

create or replace function syncd.reject(run bigint) returns boolean
  language sql security definer set search_path = pg_catalog, pg_temp as $$
  select syncd.answer(reject.run, 'reject');
$$;
comment on function syncd.reject(bigint) is 'End a held run: nothing of it is sent; what the guards hold stays held until the Backoffice wants something else';

revoke all on function
  syncd.answer_held(bigint), syncd.answer(bigint, text), syncd.approve(bigint), syncd.reject(bigint)
from public;
