-- name: add(shop_ids int4[], delivery_ids text[], event_ids text[], topics text[], kinds text[], gids text[], triggered text[], bodies text[])
-- Deliveries as they arrived; one that is there already stays as it is, a shop that was removed gets none. Wakes the
-- shops' pumps. Returns how many are new.
with given as materialized (
  select g.shop_id, g.delivery_id, g.event_id, g.topic, g.kind, g.gid, g.triggered_at, g.body, g.place
  from unnest($1::int4[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    with ordinality as g (shop_id, delivery_id, event_id, topic, kind, gid, triggered_at, body, place)
  join syncd.shop s on s.shop_id = g.shop_id
),
added as (
  insert into syncd.inbox (shop_id, delivery_id, event_id, topic, kind, gid, triggered_at, body)
  select shop_id, delivery_id, event_id, topic, kind, gid, triggered_at::timestamptz, body::jsonb
  from given
  order by place
  on conflict (shop_id, delivery_id) do nothing
  returning shop_id
)
select
  (select count(*) from added)::int8,
  (select pg_notify('syncd', string_agg(distinct shop_id::text, ' ')) from added having count(*) > 0);

-- name: claim(shop_id int4, node text, fence int8, lease_s float8, token int8, most int8, max_deliveries int4, kinds text[])
-- Lease the oldest due deliveries of a shop to the node that holds the shop; none to one that holds it no longer.
-- One that was claimed too often becomes dead: it takes the process down.
with holder as materialized (
  select
  from syncd.lease l
  where l.shop_id = $1
    and l.node = $2::text
    and l.fence = $3::int8
    and l.lease_until > syncd.clock()
),
picked as materialized (
  select i.inbox_id
  from syncd.inbox i
  where i.shop_id = $1
    and i.done_at is null
    and i.state in ('due', 'claimed')
    and coalesce(i.claimed_until, i.due_at) <= syncd.clock()
    and ($8::text[] is null or i.kind = any($8))
    and exists (select from holder)
  order by i.inbox_id
  limit $6
  for update of i skip locked
)
update syncd.inbox i
set
  state = case when i.deliveries >= $7 then 'dead' else 'claimed' end,
  claimed_until = case when i.deliveries < $7 then syncd.clock() + make_interval(secs => $4) end,
  claimed_by = case when i.deliveries < $7 then $2::text end,
  claim_token = case when i.deliveries < $7 then $5::int8 end,
  fence = case when i.deliveries < $7 then $3::int8 end,
  deliveries = i.deliveries + case when i.deliveries < $7 then 1 else 0 end,
  last_error = case
    when i.deliveries < $7 then i.last_error
    else format('claimed %s times without an end: it may take the process down', i.deliveries)
  end,
  last_error_at = case when i.deliveries < $7 then i.last_error_at else syncd.clock() end
from picked
where i.inbox_id = picked.inbox_id
returning
  i.inbox_id,
  i.shop_id,
  i.topic,
  i.kind,
  i.gid,
  i.delivery_id,
  i.event_id,
  i.triggered_at,
  i.received_at,
  i.body,
  i.deliveries,
  i.failures,
  i.state = 'claimed' as is_claimed;

-- name: settle(inbox_ids int8[], tokens int8[], ends text[], waits_s float8[], outcomes text[], errors text[])
-- End claims: done, later (nothing is to blame), blamed, dead or back; returns the ids that these claims still held.
with ends as materialized (
  select e.inbox_id, e.token, e.ending, e.wait_s, e.outcome, e.error
  from unnest($1::int8[], $2::int8[], $3::text[], $4::float8[], $5::text[], $6::text[])
    as e (inbox_id, token, ending, wait_s, outcome, error)
),
held as materialized (
  select i.inbox_id
  from syncd.inbox i
  join ends e on e.inbox_id = i.inbox_id and e.token = i.claim_token
  order by i.inbox_id
  for update of i
)
update syncd.inbox i
set
  state = case e.ending when 'done' then 'done' when 'dead' then 'dead' else 'due' end,
  due_at = case when e.ending in ('later', 'blamed') then syncd.clock() + make_interval(secs => e.wait_s) else i.due_at end,
  claimed_until = null,
  claimed_by = null,
  claim_token = null,
  fence = null,
  deliveries = i.deliveries - case when e.ending = 'back' then 1 else 0 end,
  failures = i.failures + case when e.ending in ('blamed', 'dead') then 1 else 0 end,
  body = case when e.ending <> 'done' then i.body end,
  outcome = case when e.ending = 'done' then e.outcome end,
  done_at = case when e.ending = 'done' then syncd.clock() end,
  last_error = case e.ending when 'done' then null when 'back' then i.last_error else e.error end,
  last_error_at = case e.ending when 'done' then null when 'back' then i.last_error_at else syncd.clock() end
from ends e, held h
where i.inbox_id = e.inbox_id
  and i.inbox_id = h.inbox_id
returning i.inbox_id;

-- name: renew(inbox_ids int8[], tokens int8[], lease_s float8)
-- The claims that are still held last lease_s longer from now.
update syncd.inbox i
set claimed_until = syncd.clock() + make_interval(secs => $3)
from unnest($1::int8[], $2::int8[]) as k (inbox_id, token)
where i.inbox_id = k.inbox_id
  and i.claim_token = k.token;

-- name: gap(shop_id int4, kind text)
-- Webhooks of this kind may have been missed since the subscriptions were last verified; a gap that is open stays as
-- old as it is.
insert into syncd.gap as g (shop_id, kind, since)
select s.shop_id, $2, coalesce(r.verified_at, syncd.clock())
from syncd.shop s
left join syncd.webhook_round r on r.shop_id = s.shop_id
where s.shop_id = $1
on conflict (shop_id, kind) do update set
  since = least(g.since, excluded.since);

-- name: gaps(shop_id int4)
-- The open gaps of a shop.
select kind, since
from syncd.gap
where shop_id = $1
order by kind;

-- name: close_gap(shop_id int4, kind text, since timestamptz)
-- A pull has read back to before this gap; one that grew meanwhile stays open.
delete from syncd.gap
where shop_id = $1
  and kind = $2
  and since >= $3;

-- name: hold(inbox_ids int8[], tokens int8[])
-- Lock what these claims still hold until the transaction ends; returns the ids.
select i.inbox_id
from syncd.inbox i
join unnest($1::int8[], $2::int8[]) as k (inbox_id, token)
  on k.inbox_id = i.inbox_id
  and k.token = i.claim_token
order by i.inbox_id
for update of i;

-- name: variants_of(shop_id int4, items text[])
-- Our variants, by the GIDs of their inventory items; those that are not ours are left out.
select inventory_item as item, variant_key
from syncd.variant_link
where shop_id = $1
  and inventory_item = any($2);

-- name: by_kind()
-- What Shopify told and waits, by shop and kind.
select shop_id, domain, kind, waiting, retrying, in_flight, dead, oldest_at
from syncd.inbox_by_kind
order by domain, kind;

-- name: dead(shop_id int4, kind text)
-- Deliveries that wait for a person, the oldest first; a null asks for any.
select inbox_id, domain, topic, kind, gid, error, died_at
from syncd.inbox_dead
where ($1::int4 is null or shop_id = $1)
  and ($2::text is null or kind = $2)
order by inbox_id
limit 200;

-- name: told_of(word text)
-- What came of one thing, the oldest first: by its GID, by its number in Shopify, by that of the delivery, or ours.
select
  i.inbox_id,
  s.domain,
  i.delivery_id,
  i.topic,
  i.gid,
  i.triggered_at,
  i.received_at,
  i.state,
  i.outcome,
  i.failures,
  i.last_error,
  i.done_at
from syncd.inbox i
join syncd.shop s on s.shop_id = i.shop_id
where $1::text in (i.gid, i.delivery_id, i.inbox_id::text)
  or i.gid like '%/' || $1
order by i.inbox_id
limit 200;

-- name: retry(delivery int8, shop text, kind text)
-- Dead deliveries are due again; returns how many.
select syncd.retry_inbox($1, $2, $3);

-- name: skip(delivery int8, shop text, kind text)
-- Dead deliveries are given up; returns how many.
select syncd.skip_inbox($1, $2, $3);
