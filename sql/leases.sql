-- name: waits(names text[])
-- How many seconds from now each of these is held yet; 0: nobody holds it. Reads only: looking on costs an idle system
-- no write.
select
  n.name,
  case
    when l.lease_until > syncd.clock() then extract(epoch from l.lease_until - syncd.clock())::float8
    else 0
  end as wait_s
from unnest($1::text[]) as n (name)
left join syncd.lease l on l.name = n.name;

-- name: take(name text, shop_id int4, node text, lease_s float8)
-- Take a lease that nobody holds, under a new number; returns nothing when somebody does. All times are the
-- database's: a node whose clock is wrong takes nothing too early.
insert into syncd.lease as l (name, shop_id, node, lease_until)
values ($1, $2, $3, syncd.clock() + make_interval(secs => $4))
on conflict (name) do update set
  node = excluded.node,
  fence = l.fence + 1,
  taken_at = syncd.clock(),
  lease_until = excluded.lease_until
where l.lease_until <= syncd.clock()
returning l.fence;

-- name: renew(names text[], fences int8[], nodes text[], lease_s float8)
-- Those still ours last lease_s from now; returns their names. One that ran out is ours until somebody takes it.
-- By node, too: where commits were lost with a primary, its standby gives the same number once more.
update syncd.lease l
set lease_until = syncd.clock() + make_interval(secs => $4)
from unnest($1::text[], $2::int8[], $3::text[]) as k (name, fence, node)
where l.name = k.name
  and l.fence = k.fence
  and l.node = k.node
  and l.lease_until > '-infinity'
returning l.name;

-- name: leave(names text[], fences int8[], nodes text[])
-- Give leases back; another node may take them at once.
update syncd.lease l
set lease_until = '-infinity'
from unnest($1::text[], $2::int8[], $3::text[]) as k (name, fence, node)
where l.name = k.name
  and l.fence = k.fence
  and l.node = k.node;
