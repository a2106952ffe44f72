-- name: enqueue(shop_id int4, kind text, keys text[], lane text, is_doubted bool)
-- Make these keys due for one shop; what is due already keeps its place, or gets the better one. Returns how many.
with given as materialized (
  select distinct key
  from unnest($3::text[]) as g (key)
),
armed as materialized (
  select syncd.arm(array(
    select row($1::int4, $2::text, key, '{}', $4::text::syncd.lane, $5::bool, 1, syncd.clock(), syncd.clock())::syncd.news
    from given
  )) as shops
)
select
  (select count(*) from given),
  case when shops <> '{}' then pg_notify('syncd', array_to_string(shops, ' ')) end
from armed;

-- name: claim(shop_id int4, kind text, node text, fence int8, lease_s float8, token int8, most int8, max_deliveries int4, floors timestamptz[], floor_ids int8[])
-- Lease the most urgent due changes of a shop to the node that holds the shop; none to one that holds it no longer.
-- See sql/engine.sql.
select
  change_id,
  key,
  changed,
  lane,
  is_claimed,
  generation,
  events,
  first_event_at,
  deliveries,
  failures,
  is_repeated,
  tried,
  due_at
from syncd.claim($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: settle(change_ids int8[], tokens int8[], generations int8[], events int8[], ends text[], waits_s float8[], until_news bool[], errors text[], causes text[])
-- End claims, one way or another; returns the ids of the changes that these claims still held. See sql/engine.sql.
select syncd.settle($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: is_held(change_id int8, token int8)
-- Whether a claim is still its holder's: its lease not over, the shop not another node's.
select exists (
  select
  from syncd.change c
  join syncd.lease l
    on l.shop_id = c.shop_id
    and l.fence = c.fence
  where c.change_id = $1
    and c.claim_token = $2
    and least(c.claimed_until, l.lease_until) > syncd.clock()
);

-- name: note(change_id int8, token int8, tried jsonb)
-- Note the prices and pictures that the claim's writes carry; returns nothing when the claim is not its holder's any more.
update syncd.change c
set tried = $3
from syncd.lease l
where l.shop_id = c.shop_id
  and l.fence = c.fence
  and c.change_id = $1
  and c.claim_token = $2
  and least(c.claimed_until, l.lease_until) > syncd.clock()
returning c.change_id;

-- name: renew(change_ids int8[], tokens int8[], lease_s float8)
-- The claims that are still held last lease_s longer from now; locked in the router's order first.
with held as materialized (
  select c.change_id
  from syncd.change c
  join unnest($1::int8[], $2::int8[]) as k (change_id, token)
    on k.change_id = c.change_id
    and k.token = c.claim_token
  order by c.shop_id, c.kind, c.key
  for update of c
)
update syncd.change c
set claimed_until = syncd.clock() + make_interval(secs => $3)
from held
where c.change_id = held.change_id;

-- name: waiting(shop_id int4)
-- How many products' changes are on their way, or may be claimed.
select count(*)
from syncd.change
where shop_id = $1
  and kind = 'product'
  and cause is null
  and (state = 'claimed' or due_at <= syncd.clock());

-- name: on_their_way(shop_id int4, keys text[])
-- What is due of these products: prices and pictures that writes may have carried whose answers are lost.
select key, tried
from syncd.change
where shop_id = $1
  and kind = 'product'
  and key = any($2);
