"""Returns: what customers send back."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import by_id, page
from syncd.sandbox.records_orders import Order, Shipped
from syncd.sandbox.records_returns import Return, ReturnLine
from syncd.sandbox.resolvers.fields import Fields, Info, always, attribute, shop_of
from syncd.sandbox.resolvers.order_parts import Of, of, part_gid
from syncd.sandbox.sales import progress
from syncd.sandbox.words import invalid_id

# The first of these that an order's returns have is its status; refused ones count for nothing.
STATUSES = {"REQUESTED": "RETURN_REQUESTED", "OPEN": "IN_PROGRESS", "CLOSED": "RETURNED"}


def status(order: Order, _info: Info) -> str:
    held = {one.status for one in order.returns}
    return next((shown for one, shown in STATUSES.items() if one in held), "NO_RETURN")


def return_(_root: None, info: Info, id: str) -> Of[Return] | None:
    number = gids.number(id, "Return")
    if number is None:
        raise invalid_id(id)
    for order in shop_of(info).held["Order"].values():
        for one in order.returns:
            if one.id == number:
                return Of(order, one)
    return None


def returns(order: Order, _info: Info, **arguments: Any) -> Any:
    return page([Of(order, one) for one in order.returns], by_id, arguments)


def lines(one: Of[Return], _info: Info, **arguments: Any) -> Any:
    return page([Of(one.order, line) for line in one.part.lines], by_id, arguments)


def refunds(_one: Of[Return], _info: Info, **arguments: Any) -> Any:
    return page((), by_id, arguments)


def shipped(one: Of[ReturnLine], info: Info) -> Of[Shipped] | None:
    for fulfillment in progress.fulfillments(shop_of(info), one.order):
        for line in fulfillment.lines:
            if line.id == one.part.shipped_id:
                return Of(one.order, line)
    return None


def left(one: Of[ReturnLine], _info: Info) -> int:
    return one.part.quantity - one.part.processed


FIELDS: Fields = {
    "QueryRoot": {"return": return_},
    "Order": {"returnStatus": status, "returns": returns},
    "Return": {
        "id": part_gid("Return"),
        "name": of("name"),
        "status": of("status"),
        "createdAt": of("created_at"),
        "closedAt": of("closed_at"),
        "order": attribute("order"),
        "totalQuantity": lambda one, _info: sum(line.quantity for line in one.part.lines),
        "returnLineItems": lines,
        "refunds": refunds,
        "returnShippingFees": always([]),
    },
    "ReturnLineItem": {
        "id": part_gid("ReturnLineItem"),
        "quantity": of("quantity"),
        "processedQuantity": of("processed"),
        "unprocessedQuantity": left,
        "processableQuantity": left,
        "refundedQuantity": of("refunded"),
        "refundableQuantity": lambda one, _info: one.part.quantity - one.part.refunded,
        "returnReason": of("reason"),
        "returnReasonNote": of("note"),
        "customerNote": always(None),
        "fulfillmentLineItem": shipped,
    },
}
