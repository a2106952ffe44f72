-- name: standing()
-- The last look, null before the first one, and the time now.
select
  (select announced_until from syncd.timetable) as since,
  syncd.clock() as until;

-- name: open()
-- The first look begins at the present.
insert into syncd.timetable (announced_until)
values (syncd.clock())
on conflict (is_only) do nothing;

-- name: lock_cursor()
-- The last look, for this transaction alone; no row when somebody else is at it.
select
  announced_until as since,
  syncd.clock() as until
from syncd.timetable
for update skip locked;

-- name: look_by_index()
-- For this transaction: one plan for the look, made once, through the indexes of offer_from and offer_until.
-- Planning the Backoffice's views anew takes longer than to look; and times that are not known yet count as many.
select
  set_config('plan_cache_mode', 'force_generic_plan', true),
  set_config('enable_seqscan', 'off', true),
  set_config('jit', 'off', true);

-- name: turned(since timestamptz, until timestamptz)
-- Products by account whose price began or ended an offer after `since`, up to `until`; above 5,000 a star.
-- Only in departments that a shop uses. The views are not joined: arrays carry the keys, so that indexes can be used.
with used as materialized (
  select account_id, array_agg(distinct price_department) as departments
  from syncd.shop
  group by account_id
)
select
  used.account_id,
  case when cardinality(found.keys) > 5000 then '{*}' else found.keys end as keys
from used
cross join lateral (
  select array(
    select distinct variant.product_key
    from syncd_contract.variant as variant
    where variant.account_id = used.account_id
      and variant.variant_key = any(array(
        select price.variant_key
        from syncd_contract.price as price
        where price.account_id = used.account_id
          and price.department_key = any(used.departments)
          and price.offer_price is not null
          and price.offer_from > $1
          and price.offer_from <= $2
        union all
        select price.variant_key
        from syncd_contract.price as price
        where price.account_id = used.account_id
          and price.department_key = any(used.departments)
          and price.offer_price is not null
          and price.offer_until > $1
          and price.offer_until <= $2
      ))
  )::text[] as keys
  offset 0  -- computed once
) as found
where found.keys <> '{}';

-- name: announce(account_id text, keys text[])
-- An event a product; returns how many.
select syncd.enqueue($1, 'product', $2, '{price}');

-- name: advance(until timestamptz, announced int8)
-- The look is done, with as many events.
update syncd.timetable
set
  announced_until = $1,
  announced = announced + $2;
