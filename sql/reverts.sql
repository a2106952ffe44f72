-- name: held(shop_id int4, keys text[])
-- Those of these products that are held as reverted.
select
  key,
  wanted_digest,
  form,
  reverted_at
from syncd.reverted
where shop_id = $1
  and key = any($2);

-- name: release(shop_id int4, keys text[])
-- These products follow the Backoffice again.
delete from syncd.reverted
where shop_id = $1
  and key = any($2);

-- name: hold(run_id int8)
-- What a revert found is held from now on.
insert into syncd.reverted as r (shop_id, key, wanted_digest, form, run_id, reverted_at)
select d.shop_id, d.key, d.wanted_digest, d.restored, d.run_id, syncd.clock()
from syncd.run_difference d
where d.run_id = $1
  and d.restored is not null
on conflict (shop_id, key) do update set
  wanted_digest = excluded.wanted_digest,
  form = excluded.form,
  run_id = excluded.run_id,
  reverted_at = excluded.reverted_at;

-- name: sent(run_id int8, keys text[], after int4, most int8)
-- What a run sent and Shopify accepted, with the form before it, in order after a place; of these products or of all.
select
  d.place,
  d.key,
  d.gid,
  d.title,
  d.wanted_digest,
  d.observed
from syncd.run_difference d
where d.run_id = $1
  and d.outcome = 'accepted'
  and (d.verdict = 'only_here' or d.verdict = 'differs' and d.observed is not null)
  and d.key = any(coalesce($2, array[d.key]))
  and d.place > $3
order by d.place
limit $4;

-- name: last(shop_id int4, keys text[])
-- The last accepted write of each product that changed something, with the form before it. A walk backwards from the
-- newest of each key; what was sent as it was known is stepped over.
select
  k.key,
  h.history_id,
  h.gid,
  h.before,
  h.after,
  h.settled_at
from unnest($2::text[]) as k (key)
cross join lateral (
  select h.history_id, h.gid, h.before, h.after, h.settled_at
  from syncd.history h
  where h.shop_id = $1
    and h.kind = 'product'
    and h.key = k.key
    and h.before is distinct from h.after
  order by h.history_id desc
  limit 1
) as h
order by k.key;
