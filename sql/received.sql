-- name: take_turns(shop_id int4)
-- Whoever gives things of a shop to the Backoffice waits here for the others: pull and inbox would lock its customers in
-- different orders.
select pg_advisory_xact_lock(hashtext('syncd.received'), $1);

-- name: lock(shop_id int4, kind text, gids text[])
-- What is known of these things, locked in the order of their ids until the transaction ends; unknown ones get a row.
with made as (
  insert into syncd.received (shop_id, kind, gid)
  select $1, $2, g.gid
  from unnest($3::text[]) as g (gid)
  order by g.gid collate "C"
  on conflict do nothing
)
select 1;

-- name: known(shop_id int4, kind text, gids text[])
-- The rows of these things, after lock; locked in the order of their ids.
select
  gid,
  key,
  updated_at,
  read_at,
  gone_at
from syncd.received
where shop_id = $1
  and kind = $2
  and gid = any($3)
order by gid
for update;

-- name: save(shop_id int4, kind text, gids text[], keys text[], updated timestamptz[], read_at timestamptz)
-- The Backoffice took these, or they are none of its business (no key).
update syncd.received r
set
  key = coalesce(g.key, r.key),
  updated_at = g.updated_at,
  read_at = $6,
  received_at = syncd.clock(),
  gone_at = null,
  failures = 0,
  due_at = null,
  last_error = null
from unnest($3::text[], $4::text[], $5::timestamptz[]) as g (gid, key, updated_at)
where r.shop_id = $1
  and r.kind = $2
  and r.gid = g.gid;

-- name: save_gone(shop_id int4, kind text, gids text[])
-- These are not in the shop any more.
update syncd.received
set
  gone_at = coalesce(gone_at, syncd.clock()),
  failures = 0,
  due_at = null,
  last_error = null
where shop_id = $1
  and kind = $2
  and gid = any($3);

-- name: refuse(shop_id int4, kind text, gids text[], errors text[], waits_s float8[])
-- The Backoffice refused these: a pull tries them again.
update syncd.received r
set
  failures = r.failures + 1,
  due_at = syncd.clock() + make_interval(secs => g.wait_s),
  last_error = g.error
from unnest($3::text[], $4::text[], $5::float8[]) as g (gid, error, wait_s)
where r.shop_id = $1
  and r.kind = $2
  and r.gid = g.gid;

-- name: failures(shop_id int4, kind text, gids text[])
-- How often in a row the Backoffice refused these.
select
  gid,
  failures
from syncd.received
where shop_id = $1
  and kind = $2
  and gid = any($3);

-- name: due(shop_id int4, kind text, most int8)
-- What the Backoffice refused and is to be tried again now.
select gid
from syncd.received
where shop_id = $1
  and kind = $2
  and due_at <= syncd.clock()
order by due_at
limit $3;

-- name: surely_known(shop_id int4, kind text, gids text[], updated timestamptz[], margin_s float8)
-- Of these heads those that need not be read: received as they are, and read so long after their last change that no
-- other change in the same second was missed. What was refused comes by itself when it is due.
select r.gid
from syncd.received r
join unnest($3::text[], $4::timestamptz[]) as g (gid, updated_at) on g.gid = r.gid
where r.shop_id = $1
  and r.kind = $2
  and r.updated_at >= g.updated_at
  and r.read_at > g.updated_at + make_interval(secs => $5)
  and r.due_at is null;

-- name: listed(shop_id int4, kind text, gids text[])
-- A list of all there is has these.
update syncd.received
set listed_at = syncd.clock()
where shop_id = $1
  and kind = $2
  and gid = any($3);

-- name: unlisted(shop_id int4, kind text, since timestamptz, most int8)
-- What the Backoffice has and a list of all there is, asked for then, did not have.
select gid
from syncd.received
where shop_id = $1
  and kind = $2
  and key is not null
  and gone_at is null
  and received_at < $3
  and coalesce(listed_at, '-infinity') < $3
order by gid
limit $4;

-- name: receive_customer(account_id text, customer jsonb)
-- Give a customer to the Backoffice; returns its key.
select syncd_contract.receive_customer(account_id => $1, customer => $2);

-- name: receive_order(account_id text, sold jsonb)
-- Give an order to the Backoffice; returns its key.
select syncd_contract.receive_order(account_id => $1, "order" => $2);

-- name: receive_product(account_id text, department_key text, product jsonb)
-- Give a product of the shop to the Backoffice; returns its keys.
select syncd_contract.receive_product(account_id => $1, department_key => $2, product => $3);

-- name: variant_keys(shop_id int4, gids text[])
-- The Backoffice's keys of these variants of the shop.
select
  gid,
  variant_key
from syncd.variant_link
where shop_id = $1
  and gid = any($2);

-- name: gids_of(shop_id int4, kind text, keys text[])
-- Shopify's ids of things that the Backoffice was given, from this shop or another one of the same retailer.
select
  r.key,
  r.gid,
  r.shop_id = $1 as is_ours
from syncd.shop one
join syncd.shop s on s.account_id = one.account_id
join syncd.received r
  on r.shop_id = s.shop_id
  and r.kind = $2
  and r.key = any($3)
where one.shop_id = $1
order by is_ours;

-- name: completions(account_id text, keys text[])
-- Which of these orders the Backoffice has completed, how far, with where their parcels can be followed.
select
  order_key,
  completed_at,
  tracking_company,
  tracking_number,
  tracking_url,
  lines
from syncd_contract.order_completion
where account_id = $1
  and order_key = any($2);

-- name: counts(shop_id int4, kind text)
-- How many are here, how many the Backoffice refused.
select
  count(*) filter (where key is not null) as received,
  count(*) filter (where due_at is not null) as refused
from syncd.received
where shop_id = $1
  and kind = $2;
