-- name: buckets(run_id int8)
-- The report in short: rows by bucket, by what is to become of them, with the products whose counts differ.
select
  bucket,
  coalesce(decision, proposal) as plan,
  count(*)::integer as rows,
  count(*) filter (where counts_differ > 0)::integer as counts_differ
from syncd.link_finding
where run_id = $1
group by bucket, coalesce(decision, proposal)
order by bucket, coalesce(decision, proposal);

-- name: outcomes(run_id int8)
-- What became of the rows that were to be linked or imported.
select
  outcome,
  count(*)::integer as rows
from syncd.link_finding
where run_id = $1
  and outcome is not null
group by outcome
order by outcome;

-- name: found(run_id int8, bucket text, after int4, most int8)
-- Rows of the report after a number, of one bucket or of all.
select
  number,
  bucket,
  group_number,
  key,
  gid,
  title_here,
  title_there,
  skus,
  skus_there,
  folded,
  choices,
  counts_differ,
  proposal,
  reason,
  decision,
  chosen,
  first_counts,
  outcome,
  error
from syncd.link_finding
where run_id = $1
  and bucket = coalesce($2, bucket)
  and number > $3
order by number
limit $4;

-- name: decide(run_id int8, rows jsonb)
-- What a person decided of rows; none is changed once the run goes on. Returns how many there were.
with open as materialized (
  select run_id
  from syncd.run
  where run_id = $1
    and state = 'held'
    and decided_at is null
  for update
),
decided as (
  update syncd.link_finding f
  set
    decision = g.decision,
    chosen = g.chosen,
    first_counts = g.first_counts,
    decided_by = coalesce(nullif(current_setting('syncd.changed_by', true), ''), session_user),
    decided_at = syncd.clock()
  from jsonb_to_recordset($2) as g (number integer, decision text, chosen text, first_counts text), open o
  where f.run_id = o.run_id
    and f.number = g.number
  returning f.number
)
select count(*)::integer
from decided;

-- name: taken_twice(run_id int8)
-- Products of the shop that several rows are to be linked with, with the numbers of these rows.
select
  coalesce(chosen, gid) as gid,
  array_agg(number order by number) as numbers
from syncd.link_finding
where run_id = $1
  and coalesce(decision, proposal) = 'link'
group by coalesce(chosen, gid)
having count(*) > 1
order by 2;

-- name: cancel(run_id int8)
-- A person ends a link before it was approved; returns nothing when it is too late.
update syncd.run
set
  state = 'rejected',
  ended_at = syncd.clock(),
  decided_by = coalesce(nullif(current_setting('syncd.changed_by', true), ''), session_user),
  decided_at = syncd.clock()
where run_id = $1
  and kind = 'link'
  and ended_at is null
  and decided_at is null
returning run_id;

-- name: newest(shop_id int4)
-- The last link of a shop.
select max(run_id)
from syncd.run
where shop_id = $1
  and kind = 'link';
