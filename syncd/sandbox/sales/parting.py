"""Fulfilment orders taken apart, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from syncd.sandbox import stockroom
from syncd.sandbox.records_orders import FulfillmentOrder, Order, Portion
from syncd.sandbox.shop import Shop

Counts = Mapping[int, int]
"""Portion id -> how many."""


def all_of(one: FulfillmentOrder) -> dict[int, int]:
    return {portion.id: portion.remaining for portion in one.portions if portion.remaining}


def is_all_of(one: FulfillmentOrder, counts: Counts) -> bool:
    return dict(counts) == all_of(one)


def parted(
    shop: Shop, one: FulfillmentOrder, counts: Counts
) -> tuple[FulfillmentOrder, FulfillmentOrder]:
    """The fulfilment order without these, and a new open one with them. Both are kept."""
    at = shop.now()
    rest = tuple(_less(portion, counts.get(portion.id, 0)) for portion in one.portions)
    kept = replace(one, portions=tuple(p for p in rest if p.total), updated_at=at)
    taken = replace(
        one,
        id=shop.new_id("FulfillmentOrder"),
        status="OPEN",
        holds=(),
        created_at=at,
        updated_at=at,
        split_of=one.id,
        portions=tuple(
            _new_portion(shop, portion.line_id, counts[portion.id])
            for portion in one.portions
            if counts.get(portion.id)
        ),
    )
    keep(shop, kept, taken)
    order: Order = shop.held["Order"][one.order_id]
    ids = (*order.fulfillment_order_ids, taken.id)
    shop.put("Order", replace(order, fulfillment_order_ids=ids))
    return kept, taken


def _less(portion: Portion, count: int) -> Portion:
    return replace(portion, total=portion.total - count, remaining=portion.remaining - count)


def _new_portion(shop: Shop, line_id: int, count: int) -> Portion:
    return Portion(shop.new_id("FulfillmentOrderLineItem"), line_id, count, count)


def joined(
    shop: Shop, target: FulfillmentOrder, others: Sequence[FulfillmentOrder]
) -> FulfillmentOrder:
    """The target with all that is left of the others, which are closed with nothing in them."""
    at = shop.now()
    portions = {portion.line_id: portion for portion in target.portions}
    for other in others:
        for portion in other.portions:
            had = portions.get(portion.line_id) or _new_portion(shop, portion.line_id, 0)
            portions[portion.line_id] = _less(had, -portion.remaining)
        emptied = tuple(_less(portion, portion.remaining) for portion in other.portions)
        keep(shop, replace(other, portions=emptied, status="CLOSED", updated_at=at))
    made = replace(target, portions=tuple(portions.values()), updated_at=at)
    keep(shop, made)
    return made


def move(shop: Shop, one: FulfillmentOrder, location_id: int) -> FulfillmentOrder:
    """The stock that is kept for it moves with it."""
    order: Order = shop.held["Order"][one.order_id]
    for portion in one.portions:
        line = order.line(portion.line_id)
        if line and line.item_id and line.is_committed:
            stockroom.release(shop, line.item_id, one.location_id, portion.remaining)
            stockroom.commit(shop, line.item_id, location_id, portion.remaining)
    moved = replace(one, location_id=location_id, updated_at=shop.now())
    keep(shop, moved)
    return moved


def keep(shop: Shop, *changed: FulfillmentOrder) -> None:
    for one in changed:
        shop.put("FulfillmentOrder", one)
