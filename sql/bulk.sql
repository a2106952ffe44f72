-- name: plan(run_id int8, document text, keys text[], places int4[], most int8)
-- Plan operations of up to `most` lines each for these products, in the order given.
with given as materialized (
  select
    k.key,
    k.place,
    (row_number() over (order by k.place) - 1) / $5 as part
  from unnest($3::text[], $4::int4[]) as k (key, place)
),
planned as (
  insert into syncd.bulk_operation (shop_id, run_id, document)
  select r.shop_id, r.run_id, $2
  from (select distinct part from given) as p
  cross join syncd.run r
  where r.run_id = $1
  order by p.part
  returning operation_id, shop_id
),
numbered as (
  select operation_id, shop_id, row_number() over (order by operation_id) - 1 as part
  from planned
)
insert into syncd.bulk_line (operation_id, key, shop_id, place)
select n.operation_id, g.key, n.shop_id, g.place
from given g
join numbered n on n.part = g.part;

-- name: under_way(shop_id int4, most int8)
-- The operations that have not ended, in the order in which they were planned.
select
  o.operation_id,
  o.shop_id,
  o.run_id,
  o.document,
  o.phase,
  o.writes,
  o.path,
  coalesce(r.operation_at, o.created_at) as read_at,
  o.wrote_at,
  o.asked_at,
  o.gid,
  o.seen,
  o.seen_at,
  o.lines
from syncd.bulk_operation o
join syncd.run r on r.run_id = o.run_id
where o.shop_id = $1
  and o.ended_at is null
order by o.operation_id
limit $2;

-- name: to_write(operation_id int8, after int4, most int8)
-- Its products in order, after a place.
select key, place
from syncd.bulk_line
where operation_id = $1
  and place > $2
order by place
limit $3;

-- name: begin_write(operation_id int8, fence int8)
-- The file is written anew: no line has a number, none is left out.
with ours as (
  update syncd.bulk_operation o
  set phase = 'write', writes = writes + 1, path = null, wrote_at = syncd.clock(), asked_at = null, gid = null, lines = 0, seen = 0, seen_at = null, silent_s = null, stirred_s = null
  where o.operation_id = $1
    and o.phase in ('write', 'start')
    and syncd.holds(o.shop_id, $2)
  returning o.operation_id
),
cleared as (
  update syncd.bulk_line l
  set line = null, form = null, outcome = null
  from ours
  where l.operation_id = ours.operation_id
    and (l.line is not null or l.outcome is not null)
)
select operation_id
from ours;

-- name: write(operation_id int8, fence int8, keys text[], numbers int4[], forms jsonb, left_keys text[])
-- Lines were added to the file, with the forms they carry; some products are left out and become ordinary changes.
with ours as materialized (
  select o.operation_id
  from syncd.bulk_operation o
  where o.operation_id = $1
    and o.phase = 'write'
    and syncd.holds(o.shop_id, $2)
),
given as materialized (
  select k.key, k.number, $5::jsonb -> (k.at::integer - 1) as form
  from unnest($3::text[], $4::int4[]) with ordinality as k (key, number, at)
),
written as (
  update syncd.bulk_line l
  set line = g.number, form = g.form
  from given g
  cross join ours
  where l.operation_id = $1
    and l.key = any($3)
    and l.key = g.key
),
parted as (
  update syncd.bulk_line l
  set outcome = 'left'
  from ours
  where l.operation_id = $1
    and l.key = any($6)
)
select operation_id
from ours;

-- name: part(operation_id int8, fence int8, after int4)
-- Products after a place go to an operation of their own.
with made as (
  insert into syncd.bulk_operation (shop_id, run_id, document)
  select o.shop_id, o.run_id, o.document
  from syncd.bulk_operation o
  where o.operation_id = $1
    and o.phase = 'write'
    and syncd.holds(o.shop_id, $2)
  returning operation_id
),
moved as (
  update syncd.bulk_line l
  set operation_id = made.operation_id
  from made
  where l.operation_id = $1
    and l.place > $3
)
select operation_id
from made;

-- name: wrote(operation_id int8, fence int8, path text, lines int4)
-- The file is where Shopify finds it.
update syncd.bulk_operation o
set phase = 'start', path = $3, lines = $4
where o.operation_id = $1
  and o.phase = 'write'
  and syncd.holds(o.shop_id, $2)
returning o.operation_id;

-- name: ask(operation_id int8, fence int8)
-- Its start is about to be asked for: noted before, so that one whose answer is lost is looked for.
update syncd.bulk_operation o
set asked_at = syncd.clock()
where o.operation_id = $1
  and o.phase = 'start'
  and syncd.holds(o.shop_id, $2)
returning o.operation_id;

-- name: not_asked(operation_id int8)
-- It was surely not started.
update syncd.bulk_operation
set asked_at = null
where operation_id = $1
  and phase = 'start';

-- name: started(operation_id int8, fence int8, gid text)
-- Shopify is at it.
update syncd.bulk_operation o
set phase = 'wait', gid = $3, seen_at = syncd.clock()
where o.operation_id = $1
  and o.phase = 'start'
  and syncd.holds(o.shop_id, $2)
returning o.operation_id;

-- name: saw(operation_id int8, fence int8, seen int4)
-- How far Shopify is; returns the seconds since that last grew.
update syncd.bulk_operation o
set
  seen = $3,
  seen_at = case when o.seen < $3 then syncd.clock() else o.seen_at end,
  silent_s = case when $3 = 0 then greatest(extract(epoch from syncd.clock() - o.asked_at)::float8, 0) else o.silent_s end,
  stirred_s = case when $3 > 0 then coalesce(o.stirred_s, greatest(extract(epoch from syncd.clock() - o.asked_at)::float8, 0)) end
where o.operation_id = $1
  and o.phase = 'wait'
  and syncd.holds(o.shop_id, $2)
returning extract(epoch from syncd.clock() - o.seen_at)::float8;

-- name: ended(operation_id int8, fence int8, note text, worked_s float8)
-- Shopify has ended it, well or not: what there is of a result is fetched.
update syncd.bulk_operation o
set
  phase = 'fetch',
  note = coalesce($3, o.note),
  worked_s = coalesce($4, o.worked_s),
  stirred_s = coalesce(o.stirred_s, greatest(extract(epoch from syncd.clock() - o.asked_at)::float8, 0))
where o.operation_id = $1
  and o.phase in ('wait', 'fetch')
  and syncd.holds(o.shop_id, $2)
returning o.operation_id;

-- name: worked(shop_id int4, document text, is_other bool, most int8)
-- The last operations of a document, or of others, that came to their end: what the shop's pace is learned from. When the
-- first line was done is known if two looks, seconds apart, lie around it: nobody looks while no node has the shop.
select
  extract(epoch from o.asked_at)::float8 as began_s,
  o.lines,
  o.worked_s,
  case
    when o.stirred_s - coalesce(o.silent_s, 0) < 5 then (o.stirred_s + coalesce(o.silent_s, 0)) / 2
  end as first_s
from syncd.bulk_operation o
where o.shop_id = $1
  and (o.document <> $2) = $3
  and o.worked_s is not null
  and o.asked_at is not null
  and o.lines > 0
order by o.asked_at desc
limit $4;

-- name: lines(operation_id int8, numbers int4[])
-- The products of these lines that have no outcome yet, locked; with whether something was sent of them meanwhile, or waits.
select
  l.line,
  l.key,
  l.form,
  coalesce(
    (
      select true
      from syncd.link k
      where k.shop_id = l.shop_id
        and k.kind = 'product'
        and k.key = l.key
        and k.accepted_at >= o.wrote_at
    ),
    (
      select true
      from syncd.change c
      where c.shop_id = l.shop_id
        and c.kind = 'product'
        and c.key = l.key
    ),
    false
  ) as has_news
from syncd.bulk_operation o
cross join (
  select n.line
  from unnest($2::int4[]) as n (line)
  order by n.line
) as n
-- One by one, and no exists above: all at once are taken to be found as cheaply by reading all there is.
cross join lateral (
  select b.shop_id, b.line, b.key, b.form
  from syncd.bulk_line b
  where b.operation_id = $1
    and b.line = n.line
    and b.outcome is null
  for update
) as l
where o.operation_id = $1;

-- name: settle(operation_id int8, fence int8, ok_keys text[], failed_keys text[], unknown_keys text[])
-- The outcomes of some lines.
with ours as materialized (
  select o.operation_id
  from syncd.bulk_operation o
  where o.operation_id = $1
    and o.phase = 'fetch'
    and syncd.holds(o.shop_id, $2)
  for update
),
given as materialized (
  select key, 'ok' as outcome
  from unnest($3::text[]) as k (key)
  union all
  select key, 'failed'
  from unnest($4::text[]) as k (key)
  union all
  select key, 'unknown'
  from unnest($5::text[]) as k (key)
),
told as (
  update syncd.bulk_line l
  set outcome = g.outcome
  from ours
  cross join given g
  where l.operation_id = $1
    and l.key = any($3 || $4 || $5)
    and l.key = g.key
    and l.outcome is null
  returning l.outcome
)
update syncd.bulk_operation o
set
  ok = o.ok + (select count(*) from told where outcome = 'ok'),
  failed = o.failed + (select count(*) from told where outcome = 'failed'),
  unknown = o.unknown + (select count(*) from told where outcome = 'unknown')
from ours
where o.operation_id = ours.operation_id
returning o.operation_id;

-- name: lock(operation_id int8, fence int8)
-- Keep an operation that has not ended for this transaction; returns nothing when it is not ours to end.
select o.operation_id
from syncd.bulk_operation o
where o.operation_id = $1
  and o.ended_at is null
  and syncd.holds(o.shop_id, $2)
for update;

-- name: end(operation_id int8, note text)
-- All lines that were answered are settled: the others are unknown, or left where the file was never uploaded. Returns the
-- keys that become ordinary changes, with whether the shop may have them. After lock.
with unanswered as (
  update syncd.bulk_line l
  set outcome = case when l.line is null or o.path is null then 'left' else 'unknown' end
  from syncd.bulk_operation o
  where l.operation_id = $1
    and o.operation_id = $1
    and l.outcome is null
  returning l.key, l.outcome
),
over as (
  update syncd.bulk_operation o
  set
    phase = 'done',
    ended_at = syncd.clock(),
    unknown = o.unknown + (select count(*) from unanswered where outcome = 'unknown'),
    note = coalesce($2, o.note)
  where o.operation_id = $1
)
select key, outcome = 'unknown' as may_be_there
from unanswered
union all
select l.key, l.outcome = 'unknown'
from syncd.bulk_line l
where l.operation_id = $1
  and l.outcome in ('left', 'failed', 'unknown');

-- name: to_publish(operation_id int8)
-- Products that the operation made, with their place, which no channel shows yet.
select l.key, l.place
from syncd.bulk_line l
join syncd.link k
  on k.shop_id = l.shop_id
  and k.kind = 'product'
  and k.key = l.key
where l.operation_id = $1
  and l.outcome = 'ok'
  and k.published_at is null
order by l.place;

-- name: own_prices(operation_id int8)
-- Prices that lines without an answer carried count as ours, if the shop shows them.
update syncd.change c
set tried = jsonb_set(
  c.tried,
  '{prices}',
  (
    select jsonb_object_agg(
      v ->> 'key',
      coalesce(c.tried #> array['prices', v ->> 'key'], '[]')
        || jsonb_build_array(jsonb_build_array(v -> 'price', v -> 'compare_at_price'))
    )
    from jsonb_array_elements(l.form -> 'variants') as v
  )
)
from syncd.bulk_line l
where l.operation_id = $1
  and l.outcome = 'unknown'
  and jsonb_array_length(l.form -> 'variants') > 0
  and c.shop_id = l.shop_id
  and c.kind = 'product'
  and c.key = l.key;
