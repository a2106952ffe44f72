"""How far the shipping of an order is."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.sandbox.records_orders import Fulfillment, FulfillmentOrder, Line, Order
from syncd.sandbox.shop import Shop

ENDED = ("CLOSED", "CANCELLED")


def fulfillment_orders(shop: Shop, order: Order) -> list[FulfillmentOrder]:
    held = shop.held["FulfillmentOrder"]
    return [held[id_] for id_ in order.fulfillment_order_ids]


def open_ones(shop: Shop, order: Order) -> list[FulfillmentOrder]:
    return [one for one in fulfillment_orders(shop, order) if one.status not in ENDED]


def fulfillments(shop: Shop, order: Order) -> list[Fulfillment]:
    """The newest first, as recorded."""
    held = shop.held["Fulfillment"]
    return [held[id_] for id_ in reversed(order.fulfillment_ids)]


def fulfilled(shop: Shop, order: Order, line: Line) -> int:
    """How many of a line were shipped."""
    return sum(
        shipped.quantity
        for one in fulfillments(shop, order)
        if one.status != "CANCELLED"
        for shipped in one.lines
        if shipped.line_id == line.id
    )


def unfulfilled(shop: Shop, order: Order, line: Line) -> int:
    """How many are still to be shipped."""
    back = sum(
        each.shipped for refund in order.refunds for each in refund.lines if each.line_id == line.id
    )
    return max(line.current + back - fulfilled(shop, order, line), 0)


def fulfillable(shop: Shop, order: Order, line: Line) -> int:
    """How many could be shipped now: not those on hold."""
    held = sum(
        portion.remaining
        for one in fulfillment_orders(shop, order)
        if one.status == "ON_HOLD"
        for portion in one.portions
        if portion.line_id == line.id
    )
    return max(unfulfilled(shop, order, line) - held, 0)


def fulfillment_status(shop: Shop, order: Order) -> str:
    left = sum(unfulfilled(shop, order, line) for line in order.lines)
    if any(fulfilled(shop, order, line) for line in order.lines):
        return "PARTIALLY_FULFILLED" if left else "FULFILLED"
    statuses = [one.status for one in open_ones(shop, order)]
    if "IN_PROGRESS" in statuses:
        return "IN_PROGRESS"
    for status in ("ON_HOLD", "SCHEDULED"):
        if statuses and set(statuses) == {status}:
            return status
    return "UNFULFILLED"


def mergeable(shop: Shop, one: FulfillmentOrder) -> list[FulfillmentOrder]:
    """The others of the same order that it may be put together with."""
    order: Order = shop.held["Order"][one.order_id]
    return [
        other
        for other in open_ones(shop, order)
        if other.id != one.id
        and other.location_id == one.location_id
        and other.status == one.status == "OPEN"
    ]


def actions(shop: Shop, one: FulfillmentOrder, *, knows_progress: bool) -> Sequence[str]:
    """What may be done with it, in the order in which Shopify lists it."""
    report = ["REPORT_PROGRESS"] if knows_progress else []
    match one.status:
        case "OPEN":
            split = ["SPLIT"] if one.remaining > 1 else []
            merge = ["MERGE"] if mergeable(shop, one) else []
            return ["CREATE_FULFILLMENT", *report, "MOVE", "HOLD", *split, *merge]
        case "IN_PROGRESS":
            is_whole = all(each.remaining == each.total for each in one.portions)
            reopen = ["MARK_AS_OPEN"] if one.has_reported or is_whole else []
            return ["CREATE_FULFILLMENT", *report, "HOLD", *reopen]
        case "ON_HOLD":
            return ["RELEASE_HOLD", "HOLD", "MOVE"]
        case "SCHEDULED":
            return ["MARK_AS_OPEN", "MOVE"]
        case "INCOMPLETE":
            return ["CREATE_FULFILLMENT", "HOLD", "MOVE"]
    return []
