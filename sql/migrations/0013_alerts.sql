-- Alerts: which alarms stood since when, what was told of them to whom, what is not to be told; since when a pull fails.
-- Locks: syncd.shop, syncd.cursor, syncd.retention in access exclusive mode for a moment. The rest is new.
-- Old code beside it: may run; it tells nothing, and the alarm pull_failing knows of its failures only once new code has failed.

alter table syncd.shop add column if not exists token_ends_at timestamptz;
comment on column syncd.shop.token_ends_at is 'When the access token ends, as Shopify said; null: it does not end';

alter table syncd.cursor add column failing_since timestamptz;
comment on column syncd.cursor.failing_since is 'When the first of the failed pulls in a row failed; means something only beside last_error';

alter table syncd.retention drop constraint retention_what_check;
alter table syncd.retention add constraint retention_what_check
  check (what in ('outbox', 'history', 'inbox', 'run_difference', 'audit', 'alert'));
insert into syncd.retention (what, keep_days)
values ('alert', 30);

create table syncd.alert (
  alert_id bigint generated always as identity primary key,
  alarm text not null check (alarm ~ '^[a-z_]+$'),
  shop_id integer references syncd.shop on delete cascade,
  key text not null,
  domain text,
  severity text not null check (severity in ('warning', 'error')),
  given jsonb not null check (jsonb_typeof(given) = 'object'),
  raised_at timestamptz not null default syncd.clock(),
  settled_at timestamptz,
  gone_at timestamptz,
  cleared_at timestamptz,
  is_quiet boolean not null default false,
  constraint shop_has_a_domain check ((shop_id is null) = (domain is null)),
  constraint only_settled_ones_stay check (gone_at is null or settled_at is not null),
  constraint cleared_was_gone check (cleared_at is null or gone_at is not null)
);
create unique index alert_standing on syncd.alert (alarm, shop_id, key) nulls not distinct where cleared_at is null;
create index alert_cleared on syncd.alert (cleared_at) where cleared_at is not null;
comment on table syncd.alert is 'Alarms of the view syncd.alarm as the router''s node saw them come and go: what is told to people, once each';
comment on column syncd.alert.alert_id is 'Number of the alert';
comment on column syncd.alert.alarm is 'The sort of alarm, as in syncd.alarm';
comment on column syncd.alert.shop_id is 'The shop; null: it concerns all';
comment on column syncd.alert.key is 'Which one of its sort, as in syncd.alarm';
comment on column syncd.alert.domain is 'The shop''s address';
comment on column syncd.alert.severity is 'warning or error';
comment on column syncd.alert.given is 'The values of its sentence, as last seen';
comment on column syncd.alert.raised_at is 'When it was seen first';
comment on column syncd.alert.settled_at is 'When it had stood long enough to be told; null: not yet, and it is forgotten when it goes';
comment on column syncd.alert.gone_at is 'Since when it is not seen any more; it may come back';
comment on column syncd.alert.cleared_at is 'When it had been gone long enough: it is over; null: it stands';
comment on column syncd.alert.is_quiet is 'Whether its sort was muted when it cleared: whoever was not told of it is not told any more';

create table syncd.alert_target (
  target text primary key check (target in ('chat', 'email')),
  since timestamptz not null default syncd.clock(),
  sent_at timestamptz,
  due_at timestamptz not null default syncd.clock(),
  failures integer not null default 0 check (failures >= 0),
  last_error text check (last_error <> ''),
  last_error_at timestamptz,
  message_id uuid,
  written_at timestamptz,
  pieces jsonb,
  constraint message_is_whole check (
    num_nonnulls(message_id, written_at, pieces) in (0, 3) and (pieces is null or jsonb_typeof(pieces) = 'array')
  ),
  constraint error_has_a_time check ((last_error is null) = (last_error_at is null)),
  constraint failures_have_an_error check ((failures = 0) = (last_error is null))
);
comment on table syncd.alert_target is 'Where alerts are told to; the addresses are settings of the process (SYNCD_ALERT_URL, SYNCD_ALERT_EMAIL)';
comment on column syncd.alert_target.target is 'chat: the webhook of a chat; email';
comment on column syncd.alert_target.since is 'When it was first in the settings: what was over by then is not told';
comment on column syncd.alert_target.sent_at is 'When it last took a message';
comment on column syncd.alert_target.due_at is 'No message is sent before: one a minute at most, fewer while it takes none';
comment on column syncd.alert_target.failures is 'How often in a row it took none';
comment on column syncd.alert_target.last_error is 'Why; null: it took the last one';
comment on column syncd.alert_target.last_error_at is 'When that was';
comment on column syncd.alert_target.message_id is 'The message that is on its way, or whose answer was lost: it is sent again under this name';
comment on column syncd.alert_target.written_at is 'When that message was written, before it was sent';
comment on column syncd.alert_target.pieces is 'What it tells: [[alert_id, "raised" | "still" | "over" | "passed"], …]';

create table syncd.alert_told (
  alert_id bigint not null references syncd.alert on delete cascade,
  target text not null references syncd.alert_target on delete cascade,
  told_at timestamptz not null,
  last_at timestamptz not null,
  over_at timestamptz,
  primary key (alert_id, target)
);
comment on table syncd.alert_told is 'What each target was told of each alert';
comment on column syncd.alert_told.alert_id is 'The alert';
comment on column syncd.alert_told.target is 'The target';
comment on column syncd.alert_told.told_at is 'When it was told that the alarm stands';
comment on column syncd.alert_told.last_at is 'When that was said last: reminders come daily';
comment on column syncd.alert_told.over_at is 'When it was told that it is over';

create table syncd.alert_mute (
  alarm text primary key check (alarm ~ '^[a-z_]+$'),
  until timestamptz not null,
  muted_by text not null default session_user,
  muted_at timestamptz not null default syncd.clock()
);
comment on table syncd.alert_mute is 'Sorts of alarm that are not told for a while; that one of them which was told is over, is';
comment on column syncd.alert_mute.alarm is 'The sort, as in syncd.alarm';
comment on column syncd.alert_mute.until is 'Until then; infinity: until somebody unmutes it';
comment on column syncd.alert_mute.muted_by is 'Who did it';
comment on column syncd.alert_mute.muted_at is 'When';
