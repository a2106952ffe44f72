-- name: ask(shop_id int4, kind text, is_dry bool, is_forced bool, with_prices bool, of_run int8, keys text[], asked_by text)
-- Ask for a run; returns nothing while another one of the shop is under way, what the guards hold left out.
insert into syncd.run (shop_id, kind, is_dry, is_forced, with_prices, of_run, keys, asked_by, asked_at)
values ($1, $2, $3, $4, $5, $6, $7, coalesce($8::text, session_user), syncd.clock())
on conflict (shop_id) where ended_at is null and kind <> 'guard' do nothing
returning run_id;

-- name: ask_in_time()
-- Ask for a compare of each shop whose time has come, or whose settings changed so that it must be looked at; returns
-- the shops. While another run is under way the wish stays: that one may have read the shop before.
with due as materialized (
  select
    s.shop_id,
    s.compare_asked_at is not null as is_wanted
  from syncd.shop s
  where s.enabled
    and s.sync_products
    and s.state = 'linked'
    and coalesce(s.paused_until, '-infinity') <= syncd.clock()
    and (
      s.compare_asked_at is not null
      or syncd.clock() >= s.compare_every + greatest(
        s.created_at,
        (
          select max(r.asked_at)
          from syncd.run r
          where r.shop_id = s.shop_id
            and r.kind <> 'guard'
            and not r.is_dry
        )
      )
    )
),
asked as (
  insert into syncd.run (shop_id, asked_by, asked_at)
  select
    shop_id,
    case when is_wanted then 'settings' else 'compare_every' end,
    syncd.clock()
  from due
  on conflict (shop_id) where ended_at is null and kind <> 'guard' do nothing
  returning shop_id
),
fulfilled as (
  update syncd.shop s
  set compare_asked_at = null
  from asked a
  where s.shop_id = a.shop_id
    and s.compare_asked_at is not null
)
select shop_id
from asked;

-- name: found(run_id int8, shop_id int4, is_open bool, before int8, most int8)
-- Runs, the newest first: one, or those of a shop, or of all, from before one; a null asks for any.
select
  r.run_id,
  r.shop_id,
  s.domain,
  r.kind,
  r.state,
  r.is_dry,
  r.is_forced,
  r.with_prices,
  r.of_run,
  r.keys,
  r.asked_by,
  r.asked_at,
  r.started_at,
  r.ended_at,
  r.operation,
  r.operation_at,
  r.reads,
  r.total,
  r.done,
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
  r.by_change,
  r.by_bulk,
  r.expected_s,
  r.counts,
  r.hold,
  r.decided_by,
  r.decided_at,
  r.error
from syncd.run r
join syncd.shop s on s.shop_id = r.shop_id
where r.run_id = coalesce($1, r.run_id)
  and r.shop_id = coalesce($2, r.shop_id)
  and (r.ended_at is null) = coalesce($3, r.ended_at is null)
  and r.run_id < coalesce($4, 9223372036854775807)
order by r.run_id desc
limit $5;

-- name: numbers(shop_id int4)
-- The numbers of a shop's guards.
select
  guard_inactive_percent as inactive_percent,
  guard_price_fall_percent as price_fall_percent,
  guard_price_falls_percent as price_falls_percent,
  guard_deletions as deletions,
  guard_shrink_percent as shrink_percent,
  guard_row_errors as row_errors
from syncd.shop
where shop_id = $1;

-- name: begin_read(run_id int8, fence int8)
-- The bulk query is about to be started: noted before, so that one whose answer is lost is looked for.
update syncd.run r
set
  state = 'reading',
  started_at = coalesce(started_at, syncd.clock()),
  operation = null,
  operation_at = syncd.clock(),
  reads = reads + 1,
  total = 0,
  done = 0
where r.run_id = $1
  and r.ended_at is null
  and syncd.holds(r.shop_id, $2)
returning r.run_id;

-- name: read(run_id int8, fence int8, operation text)
-- The bulk query has been started.
update syncd.run r
set operation = $3
where r.run_id = $1
  and r.state = 'reading'
  and syncd.holds(r.shop_id, $2)
returning r.run_id;

-- name: progress(run_id int8, fence int8, done int4, total int4)
-- How far the current state is.
update syncd.run r
set done = $3, total = $4
where r.run_id = $1
  and r.ended_at is null
  and syncd.holds(r.shop_id, $2)
returning r.run_id;

-- name: counted(run_id int8, counts int4)
-- Counts that were not as last agreed on.
update syncd.run
set counts = coalesce(counts, 0) + $2
where run_id = $1;

-- name: begin_compare(run_id int8, fence int8, total int4)
-- What was read is held against the Backoffice, from the beginning: what an earlier attempt noted is forgotten.
with ours as (
  update syncd.run r
  set
    state = 'comparing',
    started_at = coalesce(r.started_at, syncd.clock()),
    total = $3,
    done = 0,
    products = 0,
    same = 0,
    differs = 0,
    only_here = 0,
    only_there = 0,
    conflict = 0,
    counts = null
  where r.run_id = $1
    and r.state in ('asked', 'reading', 'comparing')
    and syncd.holds(r.shop_id, $2)
  returning r.run_id
),
forgotten as (
  delete from syncd.run_difference d
  using ours
  where d.run_id = ours.run_id
)
select run_id
from ours;

-- name: hold(run_id int8, fence int8, reasons text[])
-- It waits for a person.
update syncd.run r
set state = 'held', hold = $3
where r.run_id = $1
  and r.state = 'comparing'
  and syncd.holds(r.shop_id, $2)
returning r.run_id;

-- name: plan(run_id int8, fence int8, by_change int4, by_bulk int4, expected_s float8)
-- How what it found is to be sent, if it is.
update syncd.run r
set by_change = $3, by_bulk = $4, expected_s = $5
where r.run_id = $1
  and r.ended_at is null
  and syncd.holds(r.shop_id, $2)
returning r.run_id;

-- name: send(run_id int8, fence int8)
-- It goes on to send; returns nothing when it is not its turn any more.
update syncd.run r
set state = 'sending', sending_at = syncd.clock(), sent = 0, ok = 0, failed = 0, parked = 0, total = 0, done = 0
where r.run_id = $1
  and (r.state = 'comparing' or r.state = 'held' and r.decided_at is not null)
  and syncd.holds(r.shop_id, $2)
returning r.run_id;

-- name: not_begun(run_id int8)
-- Shopify has surely not started the bulk query: as if it had not been asked.
update syncd.run
set state = 'asked', reads = reads - 1, operation_at = null
where run_id = $1
  and state = 'reading'
  and operation is null;

-- name: spend(shop_id int4, points int8)
-- Points were spent while the shop's last run was under way, or a moment after.
update syncd.run
set points = points + $2
where run_id = (select max(run_id) from syncd.run where shop_id = $1 and kind <> 'guard')
  and coalesce(ended_at, 'infinity') > syncd.clock() - interval '10 seconds';

-- name: done(run_id int8)
-- It has ended well.
update syncd.run r
set state = 'done', ended_at = syncd.clock()
where r.run_id = $1
  and r.state in ('comparing', 'sending')
returning r.run_id;

-- name: fail(run_id int8, error text)
-- It cannot go on; what was made due stays due.
update syncd.run r
set state = 'failed', ended_at = syncd.clock(), error = $2
where r.run_id = $1
  and r.ended_at is null;

-- name: approve(run_id int8)
-- A person lets a held run go on.
select syncd.approve($1);

-- name: reject(run_id int8)
-- A person ends a held run.
select syncd.reject($1);
