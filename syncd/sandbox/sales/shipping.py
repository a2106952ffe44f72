"""Fulfillments: what is shipped, what is called off again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from syncd.sandbox import stockroom
from syncd.sandbox.records_orders import (
    Fulfillment,
    FulfillmentOrder,
    Order,
    Portion,
    Shipped,
    Tracking,
)
from syncd.sandbox.sales import progress
from syncd.sandbox.shop import Shop


@dataclass(frozen=True, slots=True)
class Taking:
    """How many to ship of a portion."""

    source: FulfillmentOrder
    portion: Portion
    count: int


def everything(sources: Sequence[FulfillmentOrder]) -> list[Taking]:
    return [
        Taking(source, portion, portion.remaining)
        for source in sources
        for portion in source.portions
        if portion.remaining
    ]


def ship(
    shop: Shop, order: Order, takings: Sequence[Taking], tracking: Sequence[Tracking] = ()
) -> Fulfillment:
    """All takings are of this order and of one location."""
    for source_id in dict.fromkeys(one.source.id for one in takings):
        of_it = [one for one in takings if one.source.id == source_id]
        _take(shop, of_it[0].source, of_it)
    for one in takings:
        _move(shop, order, one.portion.line_id, one.source.location_id, one.count)
    at = shop.now()
    made = Fulfillment(
        shop.new_id("Fulfillment"),
        order.id,
        takings[0].source.location_id,
        f"{order.name}-F{len(order.fulfillment_ids) + 1}",
        created_at=at,
        updated_at=at,
        lines=_shipped(shop, takings),
        tracking=tuple(tracking),
    )
    shop.put("Fulfillment", made)
    _note(shop, replace(order, fulfillment_ids=(*order.fulfillment_ids, made.id), updated_at=at))
    shop.tell("FULFILLMENTS_CREATE", made)
    return made


def _take(shop: Shop, source: FulfillmentOrder, takings: Sequence[Taking]) -> None:
    taken: dict[int, int] = {}
    for one in takings:
        taken[one.portion.id] = taken.get(one.portion.id, 0) + one.count
    portions = tuple(
        replace(one, remaining=one.remaining - taken.get(one.id, 0)) for one in source.portions
    )
    status = "IN_PROGRESS" if any(one.remaining for one in portions) else "CLOSED"
    changed = replace(source, portions=portions, status=status, updated_at=shop.now())
    shop.put("FulfillmentOrder", changed)


def _move(shop: Shop, order: Order, line_id: int, place: int, count: int) -> None:
    line = order.line(line_id)
    if line and line.item_id and line.is_committed:
        stockroom.fulfil(shop, line.item_id, place, count)


def _shipped(shop: Shop, takings: Sequence[Taking]) -> tuple[Shipped, ...]:
    """One for each line of the order, whichever fulfilment orders it came from."""
    lines: dict[int, Shipped] = {}
    for one in takings:
        line_id = one.portion.line_id
        so_far = lines.get(line_id) or Shipped(shop.new_id("FulfillmentLineItem"), line_id, 0, ())
        came = (one.source.id, one.portion.id, one.count)
        lines[line_id] = replace(
            so_far, quantity=so_far.quantity + one.count, portions=(*so_far.portions, came)
        )
    return tuple(lines.values())


def _note(shop: Shop, order: Order) -> None:
    shop.put("Order", order)
    match progress.fulfillment_status(shop, order):
        case "FULFILLED":
            shop.tell("ORDERS_FULFILLED", order)
        case "PARTIALLY_FULFILLED":
            shop.tell("ORDERS_PARTIALLY_FULFILLED", order)
    shop.tell("ORDERS_UPDATED", order)


def call_off(shop: Shop, fulfillment: Fulfillment) -> Fulfillment:
    """The goods are to be shipped again.

    A fulfilment order that was done stays closed and gets a successor, as recorded.
    """
    at = shop.now()
    changed = replace(fulfillment, status="CANCELLED", updated_at=at)
    shop.put("Fulfillment", changed)
    order: Order = shop.held["Order"][fulfillment.order_id]
    given: dict[int, dict[int, int]] = {}
    for shipped in fulfillment.lines:
        for source_id, portion_id, count in shipped.portions:
            given.setdefault(source_id, {})[portion_id] = count
        _return(shop, order, shipped, fulfillment.location_id)
    new = [_give_back(shop, source_id, counts) for source_id, counts in given.items()]
    ids = (*order.fulfillment_order_ids, *(one for one in new if one))
    _note(shop, replace(order, fulfillment_order_ids=ids, updated_at=at))
    shop.tell("FULFILLMENTS_UPDATE", changed)
    return changed


def _return(shop: Shop, order: Order, shipped: Shipped, place: int) -> None:
    line = order.line(shipped.line_id)
    item = shop.item(line.item_id) if line and line.item_id else None
    if line and item and item.tracked and line.is_committed:
        stockroom.moved(shop, item.id, place, {"committed": shipped.quantity})


def _give_back(shop: Shop, source_id: int, counts: dict[int, int]) -> int | None:
    """The id of the successor, if there is one."""
    source: FulfillmentOrder = shop.held["FulfillmentOrder"][source_id]
    at = shop.now()
    portions = tuple(
        replace(one, remaining=one.remaining + counts.get(one.id, 0)) for one in source.portions
    )
    was_done = source.status == "CLOSED"
    is_whole = all(one.remaining == one.total for one in portions)
    status = "CLOSED" if was_done else "OPEN" if is_whole else "IN_PROGRESS"
    changed = replace(source, portions=portions, status=status, updated_at=at)
    shop.put("FulfillmentOrder", changed)
    if not was_done:
        return None
    successor = replace(
        source,
        id=shop.new_id("FulfillmentOrder"),
        status="OPEN",
        created_at=at,
        updated_at=at,
        portions=tuple(
            replace(one, id=shop.new_id("FulfillmentOrderLineItem"), total=count, remaining=count)
            for one in source.portions
            if (count := counts.get(one.id))
        ),
    )
    shop.put("FulfillmentOrder", successor)
    return successor.id
