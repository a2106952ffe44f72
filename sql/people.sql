-- name: find(name text)
-- The person of this name.
select
  person_id,
  name,
  role,
  password_hash
from syncd.person
where name = $1;

-- name: list()
-- Everybody, with when they were last seen.
select
  p.person_id,
  p.name,
  p.role,
  p.created_at,
  (select max(s.seen_at) from syncd.session s where s.person_id = p.person_id) as seen_at
from syncd.person p
order by p.name;

-- name: is_any()
-- Whether there is anybody who could sign in and let others in.
select exists (select from syncd.person where role = 'admin');

-- name: add(name text, password_hash text, role text)
-- A new person; none when the name is taken.
insert into syncd.person (name, password_hash, role)
values ($1, $2, $3)
on conflict (name) do nothing
returning person_id;

-- name: keep_admins()
-- Be the only one who takes rights away, until the transaction ends.
select pg_advisory_xact_lock(hashtext('syncd.person'));

-- name: admins_but(name text)
-- How many administrators there are beside this person.
select count(*)
from syncd.person
where role = 'admin'
  and name <> $1;

-- name: remove(name text)
-- The person, with all their sessions.
delete from syncd.person
where name = $1
returning person_id;

-- name: set_role(name text, role text)
-- What the person may do from now on.
update syncd.person
set role = $2
where name = $1
returning person_id;

-- name: set_password(name text, password_hash text)
-- Another password.
update syncd.person
set password_hash = $2
where name = $1
returning person_id;

-- name: end_sessions(name text, but bytea)
-- Sign the person out everywhere, but for one session.
delete from syncd.session s
using syncd.person p
where p.person_id = s.person_id
  and p.name = $1
  and ($2::bytea is null or s.token_hash <> $2);

-- name: begin(token_hash bytea, person_id int4, lasts_s float8)
-- A session of the person.
insert into syncd.session (token_hash, person_id, ends_at)
values ($1, $2, syncd.clock() + make_interval(secs => $3));

-- name: seen(token_hash bytea, idle_s float8)
-- Whose session this is, unless it is over.
select
  p.person_id,
  p.name,
  p.role,
  s.seen_at < syncd.clock() - interval '1 minute' as is_long_ago
from syncd.session s
join syncd.person p on p.person_id = s.person_id
where s.token_hash = $1
  and s.ends_at > syncd.clock()
  and s.seen_at > syncd.clock() - make_interval(secs => $2);

-- name: touch(token_hash bytea)
-- The session was seen just now.
update syncd.session
set seen_at = syncd.clock()
where token_hash = $1;

-- name: end(token_hash bytea)
-- The session is over.
delete from syncd.session
where token_hash = $1;

-- name: invite(token_hash bytea, role text, lasts_s float8)
-- A one-time link.
insert into syncd.invitation (token_hash, role, ends_at)
values ($1, $2, syncd.clock() + make_interval(secs => $3));

-- name: invited(token_hash bytea)
-- What who has the link will be; none when it is used or over.
select role
from syncd.invitation
where token_hash = $1
  and ends_at > syncd.clock();

-- name: use(token_hash bytea)
-- The link can be used no more; returns what it was for.
delete from syncd.invitation
where token_hash = $1
  and ends_at > syncd.clock()
returning role;

-- name: strike(who bytea[], window_s float8)
-- One try more for each of these; returns how many each has made within the window.
insert into syncd.signin_try as t (who, tries)
select w, 1
from unnest($1::bytea[]) as w
order by w
on conflict (who) do update
set
  tries = case when t.since > syncd.clock() - make_interval(secs => $2) then t.tries + 1 else 1 end,
  since = case when t.since > syncd.clock() - make_interval(secs => $2) then t.since else syncd.clock() end
returning who, tries, extract(epoch from since - syncd.clock())::float8 + $2 as rests_s;

-- name: tries(who bytea[], window_s float8)
-- How many each of these has made within the window.
select
  who,
  tries,
  extract(epoch from since - syncd.clock())::float8 + $2 as rests_s
from syncd.signin_try
where who = any($1::bytea[])
  and since > syncd.clock() - make_interval(secs => $2);

-- name: forgive(who bytea[])
-- They succeeded: their tries count no more.
delete from syncd.signin_try
where who = any($1::bytea[]);

-- name: sweep(idle_s float8, window_s float8)
-- What is over: sessions, links, tries.
with
  sessions as (
    delete from syncd.session
    where ends_at < syncd.clock() or seen_at < syncd.clock() - make_interval(secs => $1)
  ),
  links as (
    delete from syncd.invitation
    where ends_at < syncd.clock()
  )
delete from syncd.signin_try
where since < syncd.clock() - make_interval(secs => $2);

-- name: act_as(author text)
-- What this transaction does by hand is this person's.
select set_config('syncd.changed_by', $1, true);

-- name: note(action text, shop_id int4, given jsonb, rows int8)
-- Write down what was done by hand.
select syncd.note($1, $2, $3, $4);

-- name: deeds(most int8)
-- What was done by hand last.
select
  a.acted_at,
  a.actor,
  a.application,
  a.action,
  s.domain,
  a.given,
  a.rows
from syncd.audit a
left join syncd.shop s on s.shop_id = a.shop_id
order by a.acted_at desc, a.audit_id desc
limit $1;
