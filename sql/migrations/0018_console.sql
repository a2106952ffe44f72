-- Who may use the console: people, their sessions, one-time links, attempts to sign in.
-- Locks: syncd.audit in access exclusive mode for a moment (a default). The rest is new.
-- Old code beside it: may run; what it does by hand is noted under its database user, as before.

create table syncd.person (
  person_id integer generated always as identity primary key,
  name text not null unique check (name ~ '^[a-z0-9æøåäöüé][a-z0-9æøåäöüé._@+-]{0,63}$'),
  password_hash text not null check (password_hash like '$argon2id$%'),
  role text not null check (role in ('viewer', 'operator', 'admin')),
  created_at timestamptz not null default syncd.clock()
);
comment on table syncd.person is 'Who may use the console';
comment on column syncd.person.person_id is 'Number of the row';
comment on column syncd.person.name is 'What they sign in with, in small letters';
comment on column syncd.person.password_hash is 'Their password, by argon2id';
comment on column syncd.person.role is 'viewer: looks; operator: sends, answers, retries, too; admin: settings, people, too';
comment on column syncd.person.created_at is 'When they were added';

create table syncd.session (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  person_id integer not null references syncd.person on delete cascade,
  created_at timestamptz not null default syncd.clock(),
  seen_at timestamptz not null default syncd.clock(),
  ends_at timestamptz not null check (ends_at > created_at)
);
create index session_person on syncd.session (person_id);
comment on table syncd.session is 'Who is signed in to the console';
comment on column syncd.session.token_hash is 'SHA-256 of what the browser''s cookie holds';
comment on column syncd.session.person_id is 'Who';
comment on column syncd.session.created_at is 'When they signed in';
comment on column syncd.session.seen_at is 'When they were last seen, to the minute';
comment on column syncd.session.ends_at is 'When it ends for good; it ends earlier when nobody is seen for hours';

create table syncd.invitation (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  role text not null check (role in ('viewer', 'operator', 'admin')),
  created_at timestamptz not null default syncd.clock(),
  ends_at timestamptz not null check (ends_at > created_at)
);
comment on table syncd.invitation is 'One-time links by which a person adds themselves; a row goes when it is used';
comment on column syncd.invitation.token_hash is 'SHA-256 of what the link holds';
comment on column syncd.invitation.role is 'What they will be';
comment on column syncd.invitation.created_at is 'When it was made';
comment on column syncd.invitation.ends_at is 'When it can be used no more';

create table syncd.signin_try (
  who bytea primary key check (octet_length(who) = 32),
  tries integer not null check (tries > 0),
  since timestamptz not null default syncd.clock()
);
create index signin_try_since on syncd.signin_try (since);
comment on table syncd.signin_try is 'How often somebody tried to sign in of late, and failed; a row goes when they succeed, or its time is over';
comment on column syncd.signin_try.who is 'SHA-256 of an address, a name, or both';
comment on column syncd.signin_try.tries is 'How often since then';
comment on column syncd.signin_try.since is 'When these were begun to be counted';

alter table syncd.audit
  alter column actor set default coalesce(nullif(current_setting('syncd.changed_by', true), ''), session_user);
comment on column syncd.audit.actor is
  'Who did it: as the program said (the setting syncd.changed_by of its transaction: console:NAME), else the database user';
