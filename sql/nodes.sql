-- name: beat(name text)
-- Note a sign of life of a daemon, and forget those that gave none for a week.
with forgotten as (
  delete from syncd.node
  where name <> $1
    and seen_at < syncd.clock() - interval '7 days'
)
insert into syncd.node (name)
values ($1)
on conflict (name) do update set
  seen_at = excluded.seen_at;

-- name: leave(name text)
-- A daemon stops cleanly: it is not seen any more.
delete from syncd.node
where name = $1;

-- name: seen(within_s float8)
-- The daemons that gave a sign of life within so many seconds, the latest first.
select
  name,
  started_at,
  seen_at
from syncd.node
where seen_at >= syncd.clock() - make_interval(secs => $1)
order by seen_at desc, name;
