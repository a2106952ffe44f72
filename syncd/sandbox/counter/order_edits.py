"""What the merchant does to orders in the admin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.counter import named
from syncd.sandbox.counter.editing import run, want
from syncd.sandbox.counter.named import Refused
from syncd.sandbox.records_orders import Line, Order, Tracking
from syncd.sandbox.sales import progress, shipping, totals
from syncd.sandbox.sales.shipping import Taking
from syncd.sandbox.sales.undoing import Return, Undoing, refund, remaining_payments
from syncd.sandbox.shop import Shop

Asked = Mapping[str, Any]

CANCEL = """
mutation ($id: ID!, $restock: Boolean!, $reason: OrderCancelReason!, $refund: Boolean!) {
  orderCancel(
    orderId: $id, restock: $restock, reason: $reason,
    refundMethod: { originalPaymentMethodsRefund: $refund }
  ) { job { id } orderCancelUserErrors { field message } }
}
"""
PAY = """
mutation ($input: OrderMarkAsPaidInput!) {
  orderMarkAsPaid(input: $input) { order { id } userErrors { field message } }
}
"""
CLOSE = """
mutation ($input: OrderCloseInput!) {
  orderClose(input: $input) { order { id } userErrors { field message } }
}
"""
CHANGE = """
mutation ($input: OrderInput!) {
  orderUpdate(input: $input) { order { id } userErrors { field message } }
}
"""


def order_of(shop: Shop, asked: Asked) -> Order:
    return named.order(shop, want(asked, "order"))


def order_gid(shop: Shop, asked: Asked) -> str:
    return gids.gid("Order", order_of(shop, asked).id)


def change_order(shop: Shop, asked: Asked) -> Any:
    return run(shop, CHANGE, input={**want(asked, "set"), "id": order_gid(shop, asked)})


def pay_order(shop: Shop, asked: Asked) -> Any:
    return run(shop, PAY, input={"id": order_gid(shop, asked)})


def close_order(shop: Shop, asked: Asked) -> Any:
    return run(shop, CLOSE, input={"id": order_gid(shop, asked)})


def cancel_order(shop: Shop, asked: Asked) -> Any:
    """`restock` and `refund` are true unless they are false; `reason` is OTHER."""
    return run(
        shop,
        CANCEL,
        id=order_gid(shop, asked),
        restock=asked.get("restock", True),
        refund=asked.get("refund", True),
        reason=str(asked.get("reason", "OTHER")).upper(),
    )


def counts(order: Order, asked: Asked) -> dict[int, int]:
    """Line id -> how many, of the lines that are named by SKU or id; without any, of all."""
    if not asked.get("lines"):
        return {line.id: line.current for line in order.lines if line.current}
    found = {}
    for one in asked["lines"]:
        line = _line(order, one.get("sku") or one.get("lineItemId"))
        found[line.id] = int(one.get("quantity", line.current))
    return found


def _line(order: Order, name: object) -> Line:
    number = gids.number(str(name), "LineItem")
    for line in order.lines:
        if line.sku == name or line.id == number:
            return line
    raise named.unknown("line", name)


def fulfil_order(shop: Shop, asked: Asked) -> Any:
    """All that is open, or the named lines, one fulfillment for each location."""
    order = order_of(shop, asked)
    left = counts(order, asked)
    takings: dict[int, list[Taking]] = {}
    for one in shipping.everything(progress.open_ones(shop, order)):
        count = min(one.count, left.get(one.portion.line_id, 0))
        if count and one.source.status != "ON_HOLD":
            left[one.portion.line_id] -= count
            taking = Taking(one.source, one.portion, count)
            takings.setdefault(one.source.location_id, []).append(taking)
    if not takings:
        raise Refused(409, f"{order.name} has nothing to fulfil", {"order": order.name})
    tracking = [Tracking(asked["tracking"], None, None)] if asked.get("tracking") else []
    names = []
    for group in takings.values():
        held: Order = shop.held["Order"][order.id]
        names.append(shipping.ship(shop, held, group, tracking).name)
    return {"fulfillments": names}


def refund_order(shop: Shop, asked: Asked) -> Any:
    """All lines, or the named ones, with what they cost; `restock` is true unless it is false."""
    order = order_of(shop, asked)
    wanted = counts(order, asked)
    returns = []
    for line in order.lines:
        if count := wanted.get(line.id):
            if count > line.current:
                raise Refused(422, f"{line.title}: there are only {line.current}", {})
            returns += _returns(shop, order, (line, count), is_restocked=asked.get("restock", True))
    worth = sum((totals.unit_price(one.line) * one.count for one in returns), totals.NONE)
    if not asked.get("lines"):
        worth = totals.net(order)
    payments = remaining_payments(order, min(worth, totals.net(order)))
    shipped = totals.NONE if asked.get("lines") else totals.current_shipping(order)
    _, made = refund(shop, order, Undoing(returns, shipped, asked.get("note"), payments))
    return {"refund": gids.gid("Refund", made.id)}


def _returns(
    shop: Shop, order: Order, wanted: tuple[Line, int], *, is_restocked: bool
) -> list[Return]:
    """Unfulfilled goods are cancelled first; shipped ones come back to where they came from."""
    line, count = wanted
    if not is_restocked:
        return [Return(line, count, "NO_RESTOCK")]
    waiting = min(count, progress.unfulfilled(shop, order, line))
    sources = progress.fulfillment_orders(shop, order)
    place = sources[0].location_id if sources else next(iter(shop.locations))
    parts = [
        Return(line, waiting, "CANCEL", place),
        Return(line, count - waiting, "RETURN", place),
    ]
    return [one for one in parts if one.count]


ORDER_EDITS: Mapping[str, Callable[[Shop, Asked], Any]] = {
    "change_order": change_order,
    "pay_order": pay_order,
    "close_order": close_order,
    "cancel_order": cancel_order,
    "fulfil_order": fulfil_order,
    "refund_order": refund_order,
}
