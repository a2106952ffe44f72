"""orderCancel, which is done a moment later; refundCreate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from syncd.sandbox import gids
from syncd.sandbox.idempotency import once
from syncd.sandbox.records_jobs import Job
from syncd.sandbox.records_orders import Line, Order, Transaction
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.order_lists import order_named
from syncd.sandbox.resolvers.order_parts import Of
from syncd.sandbox.sales import progress, totals
from syncd.sandbox.sales.undoing import Return, Undoing, refund
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints

MAX_NOTE = 255
JOB_S = 1
Given = Mapping[str, Any]


# --------------------------------------------------------------------------------- cancellation


def cancel(_root: None, info: Info, orderId: str, **asked: Any) -> dict[str, Any]:
    """The order is cancelled at once; goods and money follow with the job."""
    shop, complaints = shop_of(info), Complaints()
    order = order_named(shop, orderId)
    _check_cancel(shop, complaints, order, asked)
    if complaints or order is None:
        return {
            "job": None,
            "jobResult": None,
            "orderCancelUserErrors": complaints.found,
            "userErrors": complaints.found,
        }
    job = begin_cancel(shop, order, asked)
    shown = {"id": job.gid, "done": False, "query": {}}
    return {"job": shown, "orderCancelUserErrors": [], "userErrors": []}


def _check_cancel(shop: Shop, complaints: Complaints, order: Order | None, asked: Given) -> None:
    if order is None:
        complaints.add(["orderId"], "Order does not exist", "NOT_FOUND")
    elif len(asked.get("staffNote") or "") > MAX_NOTE:
        message = f"Staff note is too long. Maximum length is {MAX_NOTE} characters."
        complaints.add(["staffNote"], message, "INVALID")
    elif asked.get("refund") is not None and asked.get("refundMethod"):
        message = "Only one of the arguments `refund` or `refund_method` is allowed."
        complaints.add(["refund"], message, "INVALID")
    elif order.cancelled_at:
        message = "Cannot cancel an order that has already been canceled"
        complaints.add(["orderId"], message, "INVALID")
    elif any(one.status != "CANCELLED" for one in progress.fulfillments(shop, order)):
        message = "Cannot cancel an order that has outstanding fulfillments"
        complaints.add(["orderId"], message, "INVALID")


def begin_cancel(shop: Shop, order: Order, asked: Given) -> Job:
    at = shop.now()
    changed = replace(
        order,
        cancelled_at=at,
        cancel_reason=asked["reason"],
        staff_note=asked.get("staffNote"),
        updated_at=at,
    )
    shop.put("Order", changed)
    for one in progress.open_ones(shop, changed):
        shop.put("FulfillmentOrder", replace(one, status="CLOSED", updated_at=at))
    shop.tell("ORDERS_CANCELLED", changed)
    is_refunded = asked.get("refund") or asked.get("refundMethod")
    due = shop.options.clock.now() + timedelta(seconds=JOB_S)
    job = Job(
        shop.new_id("Job"),
        f"gid://shopify/Job/{uuid4()}",
        due.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "orderCancel",
        (
            ("order", str(order.id)),
            ("restock", "yes" if asked["restock"] else ""),
            ("refund", "yes" if is_refunded else ""),
        ),
    )
    shop.put("Job", job)
    return job


# --------------------------------------------------------------------------------------- refunds


def create_refund(_root: None, info: Info, input: Given) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    order = order_named(shop, input["orderId"])
    if order is None:
        complaints.add(["orderId"], "Order does not exist")
        return {"refund": None, "order": None, "userErrors": complaints.found}
    returns = _returns(shop, complaints, order, input.get("refundLineItems") or ())
    payments = _payments(complaints, order, input.get("transactions") or ())
    shipping = _shipping(complaints, order, input.get("shipping") or {})
    if not (returns or payments or shipping or input.get("note") or complaints):
        message = "Refund must have at least one line item, shipping or transaction"
        complaints.add(None, message)
    if complaints:
        return {"refund": None, "order": order, "userErrors": complaints.found}
    after, made = refund(shop, order, Undoing(returns, shipping, input.get("note"), payments))
    return {"refund": Of(after, made), "order": after, "userErrors": []}


def _returns(shop: Shop, complaints: Complaints, order: Order, given: Any) -> list[Return]:
    found = []
    asked: dict[int, int] = {}
    for place, entry in enumerate(given):
        line = order.line(gids.number(entry["lineItemId"], "LineItem") or 0)
        path: tuple[str | int, ...] = ("refundLineItems", place)
        if line is None:
            complaints.add([*path, "lineItemId"], "Line item does not exist")
            continue
        asked[line.id] = asked.get(line.id, 0) + entry["quantity"]
        if asked[line.id] > line.current:
            message = "Quantity cannot refund more items than were purchased"
            complaints.add([*path, "quantity"], message)
            continue
        restock = entry.get("restockType") or "NO_RESTOCK"
        found.append(_return(shop, complaints, (order, line), (path, entry, restock)))
    return found


def _return(
    shop: Shop,
    complaints: Complaints,
    of: tuple[Order, Line],
    what: tuple[tuple[str | int, ...], Given, str],
) -> Return:
    order, line = of
    path, entry, restock = what
    if restock == "LEGACY_RESTOCK":
        restock = "CANCEL"
    place = gids.number(entry.get("locationId"), "Location")
    if restock == "RETURN" and place is None:
        complaints.add([*path, "locationId"], "Location can't be blank")
    if restock == "CANCEL" and place is None:
        sources = progress.fulfillment_orders(shop, order)
        place = sources[0].location_id if sources else None
    if restock == "CANCEL" and entry["quantity"] > progress.unfulfilled(shop, order, line):
        complaints.add([*path, "quantity"], "Quantity cannot be removed from fulfilled items")
    return Return(line, entry["quantity"], restock, place)


def _payments(
    complaints: Complaints, order: Order, given: Any
) -> list[tuple[Decimal, Transaction]]:
    found = []
    for entry in given:
        if entry["kind"] != "REFUND":
            message = f"Kind {entry['kind'].lower()} is not a valid transaction"
            complaints.add(None, message)
            continue
        number = gids.number(entry.get("parentId"), "OrderTransaction")
        parent = next((one for one in order.transactions if one.id == number), None)
        if parent is None:
            message = "Transactions require a parent_id associated with the order"
            complaints.add(["transactions"], message)
            continue
        found.append((Decimal(entry["amount"]), parent))
    wanted, net = totals.summed(amount for amount, _ in found), totals.net(order)
    if wanted > net:
        message = (
            f"Refund amount ${totals.text(wanted)} is greater than net payment received"
            f" ${totals.text(net)}"
        )
        complaints.add(None, message)
    return found


def _shipping(complaints: Complaints, order: Order, given: Given) -> Decimal:
    left = totals.current_shipping(order)
    if given.get("fullRefund"):
        return left
    amount = Decimal(given.get("amount") or 0)
    if amount > left:
        complaints.add(["shipping", "amount"], "Refund amount exceeds the shipping amount")
    return amount


FIELDS: Fields = {"Mutation": {"orderCancel": cancel, "refundCreate": once(create_refund)}}
