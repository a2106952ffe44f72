-- name: note(run_id int8, fence int8, products int4, same int4, rows jsonb)
-- Some products were compared: `products` of the shop, `same` of them equal, a row for each other one.
with ours as materialized (
  select r.run_id, r.shop_id, r.differs + r.only_here + r.only_there + r.conflict as before
  from syncd.run r
  where r.run_id = $1
    and r.state = 'comparing'
    and syncd.holds(r.shop_id, $2)
  for update
),
given as materialized (
  select *
  from rows from (
    jsonb_to_recordset($5) as (
      verdict text, key text, gid text, title text, fields jsonb, who text, harms text[], skus text[], spellings text[], reason text,
      wanted_digest text, observed jsonb, known jsonb, restored jsonb, document text
    )
  ) with ordinality as g (
    verdict, key, gid, title, fields, who, harms, skus, spellings, reason, wanted_digest, observed, known, restored,
    document, place
  )
),
noted as (
  insert into syncd.run_difference (
    run_id, shop_id, place, verdict, key, gid, title, fields, who, harms, skus, spellings, reason, wanted_digest, observed,
    known, restored, document, noted_at
  )
  select
    o.run_id,
    o.shop_id,
    o.before + g.place,
    g.verdict,
    g.key,
    g.gid,
    g.title,
    coalesce(g.fields, '[]'),
    g.who,
    coalesce(g.harms, '{}'),
    coalesce(g.skus, '{}'),
    coalesce(g.spellings, '{}'),
    g.reason,
    g.wanted_digest,
    g.observed,
    g.known,
    g.restored,
    g.document,
    syncd.clock()
  from given g
  cross join ours o
)
update syncd.run r
set
  products = r.products + $3,
  same = r.same + $4 + (select count(*) from given where verdict = 'same'),
  done = r.done + $4 + (select count(*) from given where verdict <> 'only_there'),
  differs = r.differs + (select count(*) from given where verdict = 'differs'),
  only_here = r.only_here + (select count(*) from given where verdict = 'only_here'),
  only_there = r.only_there + (select count(*) from given where verdict = 'only_there'),
  conflict = r.conflict + (select count(*) from given where verdict = 'conflict')
from ours
where r.run_id = ours.run_id
returning r.run_id;

-- name: hash_joins()
-- For this transaction: the planner knows nothing of what was noted a moment ago, takes it for a row, and would look at
-- all of it anew for each of it.
select set_config('enable_nestloop', 'off', true);

-- name: meet_strangers(run_id int8)
-- Products that would be made though the shop sells one of their SKUs already are conflicts; returns how many.
with sold as materialized (
  select distinct on (k.sku) k.sku, t.title, t.gid
  from syncd.run_difference t
  cross join unnest(t.skus) as k (sku)
  where t.run_id = $1
    and t.verdict = 'only_there'
  order by k.sku, t.place
),
made as materialized (
  select h.place, k.sku, k.spelling
  from syncd.run_difference h
  cross join unnest(h.skus, h.spellings) as k (sku, spelling)
  where h.run_id = $1
    and h.verdict = 'only_here'
),
met as (
  update syncd.run_difference d
  set
    verdict = 'conflict',
    reason = format(
      'the shop has SKU %s already, in “%s” (product %s there): if it is the same product, set the metafield '
      'syncd.backoffice_id of that product to %s in Shopify; if not, change the SKU of one of them',
      m.spelling, m.title, split_part(m.gid, '/', 5), d.key
    )
  from (
    select distinct on (made.place)
      made.place,
      made.spelling,
      sold.title,
      sold.gid
    from made
    join sold on sold.sku = made.sku
    order by made.place, made.spelling
  ) as m
  where d.run_id = $1
    and d.place = m.place
  returning 1
),
counted as (
  select count(*)::integer as many
  from met
)
update syncd.run r
set only_here = r.only_here - c.many, conflict = r.conflict + c.many
from counted c
where r.run_id = $1
returning c.many;

-- name: meet_held(run_id int8)
-- What would do harm and waits for an answer already, as ordinary changes, is a conflict: one answer is enough. Returns how
-- many.
with met as (
  update syncd.run_difference d
  set
    verdict = 'conflict',
    reason = format('held by run %s: %s: syncd approve %s lets it go', h.run_id, array_to_string(h.hold, '; '), h.run_id)
  from (
    select distinct k.shop_id, k.key, k.run_id, g.hold
    from syncd.harm k
    join syncd.run g on g.run_id = k.run_id
    where k.shop_id = (select r.shop_id from syncd.run r where r.run_id = $1)
  ) as h
  where d.run_id = $1
    and d.verdict in ('differs', 'only_here')
    and d.harms <> '{}'
    and d.shop_id = h.shop_id
    and d.key = h.key
  returning 'deleted' = any(d.harms) as is_gone
),
counted as (
  select
    count(*)::integer as many,
    (count(*) filter (where is_gone))::integer as gone
  from met
)
update syncd.run r
set differs = r.differs - c.many + c.gone, only_here = r.only_here - c.gone, conflict = r.conflict + c.many
from counted c
where r.run_id = $1
returning c.many;

-- name: totals(run_id int8)
-- What the run would do, as the guards count it. What a link left open is refused, too, but by a person's leave.
select
  r.same + r.differs as both,
  r.same + r.differs + r.only_here + r.conflict as here,
  count(*) filter (where 'gone' = any(d.harms))::integer as gone,
  count(*) filter (where 'inactive' = any(d.harms))::integer as inactive,
  count(*) filter (where 'price_fall' = any(d.harms))::integer as price_falls,
  coalesce(sum(cardinality(array_positions(d.harms, 'deletion'))), 0)::integer as deletions,
  count(*) filter (where 'deleted' = any(d.harms))::integer as deleted,
  (
    select count(*)
    from syncd.run_difference c
    where c.run_id = r.run_id
      and c.verdict = 'conflict'
      and c.harms = '{}'
      and not exists (
        select
        from syncd.left_out l
        where l.shop_id = c.shop_id
          and l.key = c.key
      )
  )::integer as refused
from syncd.run r
left join syncd.run_difference d
  on d.run_id = r.run_id
  and d.verdict <> 'conflict'
where r.run_id = $1
group by r.run_id;

-- name: meet_copies(run_id int8, account_id text)
-- Products that only the shop has, with SKUs of linked ones: at most three of each, with the name of the first one's product.
with sold as materialized (
  select
    d.place,
    k.spelling
  from syncd.run_difference d
  cross join unnest(d.spellings) as k (spelling)
  where d.run_id = $1
    and d.verdict = 'only_there'
    and d.reason is null
),
linked as materialized (
  select
    variant.sku,
    variant.product_key
  from syncd_contract.variant as variant
  where variant.account_id = $2
    and variant.sku = any(array(select spelling from sold))
    and variant.product_key in (
      select l.key
      from syncd.link l
      where l.shop_id = (select r.shop_id from syncd.run r where r.run_id = $1)
        and l.kind = 'product'
    )
)
select
  s.place,
  (array_agg(distinct s.spelling))[:3] as skus,
  min(l.product_key) as key,
  min(p.title) as title
from sold s
join linked l on l.sku = s.spelling
join syncd_contract.product as p
  on p.account_id = $2
  and p.product_key = l.product_key
group by s.place
order by s.place;

-- name: explain(run_id int8, rows jsonb)
-- What there is to say of these differences.
update syncd.run_difference d
set reason = g.reason
from jsonb_to_recordset($2) as g (place integer, reason text)
where d.run_id = $1
  and d.place = g.place;

-- name: deleted(run_id int8)
-- Products that are made anew, with what they were in Shopify until somebody deleted it.
select
  d.key,
  d.gid
from syncd.run_difference d
where d.run_id = $1
  and d.verdict = 'only_here'
  and d.gid is not null;

-- name: to_send(run_id int8)
-- The keys to make due, in the order in which they were found, with whether the shop has the product; a dead one only
-- if another form is wanted since it was refused.
select
  d.key,
  d.place,
  d.document,
  d.verdict <> 'only_here' as is_there
from syncd.run_difference d
where d.run_id = $1
  and d.verdict in ('same', 'differs', 'only_here')
  and not exists (
    select
    from syncd.change c
    where c.shop_id = d.shop_id
      and c.kind = 'product'
      and c.key = d.key
      and c.cause is not null
      and d.wanted_digest = (
        select b.wanted_digest
        from syncd.run_difference b
        where b.shop_id = d.shop_id
          and b.key = d.key
          and b.run_id < d.run_id
          and b.outcome = 'parked'
        order by b.run_id desc
        limit 1
      )
  )
order by d.place;

-- name: unclaimed(run_id int8)
-- What the run made due that nobody has claimed yet, nor told news of, and that was in no operation of it: in order, with how
-- it may go by bulk. Nothing unless one of its operations has just ended: it is asked each second.
select
  d.key,
  d.place,
  d.document,
  d.verdict <> 'only_here' as is_there
from syncd.run r
join syncd.change c
  on c.shop_id = r.shop_id
  and c.kind = 'product'
  and c.lane = 'resync'
  and c.state = 'due'
  and c.deliveries = 0
  and c.generation = 1
join syncd.run_difference d
  on d.run_id = r.run_id
  and d.key = c.key
  and d.outcome is null
  and (d.document is not null or d.verdict = 'only_here')
where r.run_id = $1
  and exists (
    select
    from syncd.bulk_operation o
    where o.run_id = $1
      and o.ended_at > syncd.clock() - interval '10 seconds'
  )
  and d.key not in (
    select l.key
    from syncd.bulk_operation o
    join syncd.bulk_line l on l.operation_id = o.operation_id
    where o.run_id = $1
  )
order by d.place;

-- name: recall(run_id int8, fence int8, keys text[])
-- These changes are taken back, to go by bulk operations instead; those claimed meanwhile, or with news, stay.
with ours as materialized (
  select r.run_id, r.shop_id
  from syncd.run r
  where r.run_id = $1
    and r.state = 'sending'
    and syncd.holds(r.shop_id, $2)
  for update
),
gone as (
  delete from syncd.change g
  where g.change_id = any(array(
    select c.change_id
    from syncd.change c
    cross join ours
    where c.shop_id = ours.shop_id
      and c.kind = 'product'
      and c.key = any($3)
      and c.lane = 'resync'
      and c.state = 'due'
      and c.deliveries = 0
      and c.generation = 1
    order by c.key
    for update of c skip locked
  ))
  returning g.key
),
counted as (
  update syncd.run r
  set
    by_change = greatest(r.by_change - (select count(*) from gone), 0),
    by_bulk = r.by_bulk + (select count(*) from gone)
  from ours
  where r.run_id = ours.run_id
)
select key
from gone;

-- name: sights(run_id int8, keys text[])
-- What the shop showed of these products, with what is the merchant's as we hold it.
select key, coalesce(known, observed) as known
from syncd.run_difference
where run_id = $1
  and key = any($2)
  and observed is not null;

-- name: own_prices(run_id int8)
-- Prices that the shop shows count as ours, so that ours take their place.
update syncd.change c
set tried = jsonb_set(
  c.tried,
  '{prices}',
  (
    select jsonb_object_agg(
      v ->> 'key',
      coalesce(c.tried #> array['prices', v ->> 'key'], '[]') || jsonb_build_array(jsonb_build_array(v -> 'price', v -> 'compare_at_price'))
    )
    from jsonb_array_elements(d.observed -> 'variants') as v
  )
)
from syncd.run_difference d
where d.run_id = $1
  and d.verdict in ('same', 'differs')
  and jsonb_array_length(d.observed -> 'variants') > 0
  and c.shop_id = d.shop_id
  and c.kind = 'product'
  and c.key = d.key;

-- name: count_sent(run_id int8)
-- How many are sent; those that stay dead, since Shopify refused the same form already, count as parked at once.
with dead as (
  update syncd.run_difference d
  set outcome = 'parked', error = c.last_error
  from syncd.change c
  where d.run_id = $1
    and d.verdict in ('same', 'differs', 'only_here')
    and c.shop_id = d.shop_id
    and c.kind = 'product'
    and c.key = d.key
    and c.cause is not null
  returning 1
),
counted as (
  select
    (select count(*) from dead) as parked,
    (select count(*) from syncd.run_difference d where d.run_id = $1 and d.verdict in ('same', 'differs', 'only_here')) as sent
)
update syncd.run r
set sent = c.sent, total = c.sent, parked = c.parked, done = c.parked
from counted c
where r.run_id = $1
returning r.sent;

-- name: follow(run_id int8)
-- What became of those that were sent: gone from what is due, accepted; dead, parked. Returns how many are on their way:
-- what a bulk operation made is so until it has ended, since then it is published.
-- Asked every second: what is on its way is looked through once, and hashed (not in), whatever the planner knows of it.
with busy as materialized (
  select c.key
  from syncd.change c
  where c.shop_id = (select r.shop_id from syncd.run r where r.run_id = $1)
    and c.kind = 'product'
    and c.cause is null
  union all
  select l.key
  from syncd.bulk_operation b
  join syncd.bulk_line l on l.operation_id = b.operation_id
  where b.shop_id = (select r.shop_id from syncd.run r where r.run_id = $1)
    and b.ended_at is null
),
told as (
  update syncd.run_difference d
  set (outcome, error) = (
    select coalesce(min(case when c.cause is not null then 'parked' end), 'accepted'), min(c.last_error)
    from syncd.change c
    where c.shop_id = d.shop_id
      and c.kind = 'product'
      and c.key = d.key
  )
  where d.run_id = $1
    and d.outcome is null
    and d.verdict in ('same', 'differs', 'only_here')
    and d.key not in (select key from busy)
  returning d.outcome
)
update syncd.run r
set
  ok = r.ok + (select count(*) from told where outcome = 'accepted'),
  parked = r.parked + (select count(*) from told where outcome = 'parked'),
  done = r.done + (select count(*) from told)
where r.run_id = $1
  and r.state = 'sending'
returning r.sent - r.done;

-- name: give_up(run_id int8)
-- What still waits long after the run began to send counts as failed; it stays due, as any change.
with late as (
  update syncd.run_difference d
  set outcome = 'failed', error = coalesce(c.last_error, 'it still waits to be sent')
  from syncd.change c
  where (select r.sending_at from syncd.run r where r.run_id = $1) < syncd.clock() - interval '2 hours'
    and d.run_id = $1
    and d.outcome is null
    and d.verdict in ('same', 'differs', 'only_here')
    and c.shop_id = d.shop_id
    and c.kind = 'product'
    and c.key = d.key
    and c.state = 'due'
    and c.due_at > syncd.clock()
  returning 1
)
update syncd.run r
set failed = r.failed + l.many, done = r.done + l.many
from (select count(*) as many from late) as l
where r.run_id = $1
  and l.many > 0
returning r.sent - r.done;

-- name: found(run_id int8, verdict text, after int4, most int8)
-- What a run found, in order, after a place; of one verdict or of all.
select
  d.place,
  d.verdict,
  d.key,
  d.gid,
  d.title,
  d.fields,
  d.who,
  d.harms,
  d.reason,
  d.outcome,
  d.error
from syncd.run_difference d
where d.run_id = $1
  and d.verdict = coalesce($2, d.verdict)
  and d.place > $3
order by d.place
limit $4;

-- name: by_who(run_id int8)
-- How many products differ, by who changed them.
select who, count(*)::integer as products
from syncd.run_difference
where run_id = $1
  and verdict = 'differs'
group by who
order by who;
