-- name: keep(shop_id int4, items text[], locations text[], quantities int4[])
-- Write down what is taken from blocked variants, before the call that takes it.
insert into syncd.held_count as h (shop_id, inventory_item, location, taking)
select
  $1,
  k.item,
  k.location,
  k.quantity
from unnest($2::text[], $3::text[], $4::int4[]) as k (item, location, quantity)
on conflict (shop_id, inventory_item, location) do update set
  quantity = case when h.state = 'held' then h.quantity else 0 end,
  taking = excluded.taking,
  state = 'held',
  held_at = excluded.held_at;

-- name: taken(shop_id int4, items text[], moved_items text[], moved_locations text[])
-- What was being taken of these items is out; where a count had moved meanwhile nothing was taken. It was no sale: the
-- count that warehouse and location agreed on goes down with it, so that what had moved before is still told from it.
with out as (
  update syncd.held_count h
  set
    quantity = h.quantity + case when m.item is null then h.taking else 0 end,
    taking = 0
  from syncd.held_count s
  left join unnest($3::text[], $4::text[]) as m (item, location)
    on m.item = s.inventory_item
    and m.location = s.location
  where s.shop_id = $1
    and s.inventory_item = any($2)
    and s.taking > 0
    and h.shop_id = s.shop_id
    and h.inventory_item = s.inventory_item
    and h.location = s.location
  returning h.inventory_item, h.location, case when m.item is null then s.taking else 0 end as taken
)
update syncd.agreed_count a
set quantity = a.quantity - o.taken
from out o
join syncd.variant_link l
  on l.shop_id = $1
  and l.inventory_item = o.inventory_item
where a.shop_id = $1
  and a.variant_key = l.variant_key
  and a.location = o.location
  and o.taken <> 0;

-- name: give(shop_id int4, items text[], locations text[], quantities int4[])
-- Write down what is given back, before the call that does it.
insert into syncd.held_count as h (shop_id, inventory_item, location, quantity, state)
select
  $1,
  k.item,
  k.location,
  k.quantity,
  'giving'
from unnest($2::text[], $3::text[], $4::int4[]) as k (item, location, quantity)
on conflict (shop_id, inventory_item, location) do update set
  quantity = excluded.quantity,
  taking = 0,
  state = 'giving',
  held_at = excluded.held_at;

-- name: given(shop_id int4, items text[], moved_items text[], moved_locations text[])
-- They are back in Shopify, and in the agreed counts. The rows stay until the next block, so that no repetition gives
-- them back again.
with back as (
  update syncd.held_count h
  set state = 'given'
  where h.shop_id = $1
    and h.inventory_item = any($2)
    and h.state = 'giving'
  returning h.inventory_item, h.location, h.quantity
)
update syncd.agreed_count a
set quantity = a.quantity + greatest(b.quantity, 0)
from back b
join syncd.variant_link l
  on l.shop_id = $1
  and l.inventory_item = b.inventory_item
left join unnest($3::text[], $4::text[]) as m (item, location)
  on m.item = b.inventory_item
  and m.location = b.location
where a.shop_id = $1
  and a.variant_key = l.variant_key
  and a.location = b.location
  and m.item is null;

-- name: touch(shop_id int4, items text[])
-- A call was refused: the next one must bring another key.
update syncd.held_count
set held_at = syncd.clock()
where shop_id = $1
  and inventory_item = any($2);

-- name: kept(shop_id int4, items text[])
-- The counts kept of these inventory items.
select
  inventory_item,
  location,
  quantity,
  taking,
  state,
  held_at
from syncd.held_count
where shop_id = $1
  and inventory_item = any($2)
order by inventory_item, location;
