"""Fulfilment orders begun, opened, called off, given a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox.mutations.fulfillment_parts import MISSING, fulfillment_order_named
from syncd.sandbox.records_orders import FulfillmentOrder, Order
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.sales import parting, progress
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints

STUCK = "Cannot report progress on a fulfillment order in this state."


def _said(message: str, path: list[str] | None = None, code: str | None = None) -> dict[str, Any]:
    complaints = Complaints()
    complaints.add(path, message, code)
    return {"fulfillmentOrder": None, "userErrors": complaints.found}


def _kept(shop: Shop, one: FulfillmentOrder, **changes: Any) -> dict[str, Any]:
    changed = replace(one, updated_at=shop.now(), **changes)
    parting.keep(shop, changed)
    return {"fulfillmentOrder": changed, "userErrors": []}


def report(_root: None, info: Info, id: str, **_: Any) -> dict[str, Any]:
    shop = shop_of(info)
    one = fulfillment_order_named(shop, id)
    if one is None:
        return _said(MISSING, ["id"], "FULFILLMENT_ORDER_NOT_FOUND")
    if one.status not in ("OPEN", "IN_PROGRESS"):
        return _said(STUCK, None, "FULFILLMENT_ORDER_STATUS_INVALID")
    shown = _kept(shop, one, status="IN_PROGRESS", has_reported=True)
    shop.tell("FULFILLMENT_ORDERS_PROGRESS_REPORTED", shown["fulfillmentOrder"])
    return shown


def reopen(_root: None, info: Info, id: str) -> dict[str, Any]:
    shop = shop_of(info)
    one = fulfillment_order_named(shop, id)
    if one is None:
        return _said(MISSING, ["id"])
    if one.status not in ("IN_PROGRESS", "SCHEDULED"):
        state = one.status.lower()
        return _said(f"Expected fulfillment order status to be valid but it was {state}.")
    return _kept(shop, one, status="OPEN", has_reported=False)


def close(_root: None, info: Info, id: str, message: str | None = None) -> dict[str, Any]:
    """Only fulfilment services close theirs, and here there are none."""
    one = fulfillment_order_named(shop_of(info), id)
    if one is None:
        return _said(MISSING, ["id"])
    return _said("The fulfillment order's assigned fulfillment service must be of api type")


def cancel(_root: None, info: Info, id: str) -> dict[str, Any]:
    """It is closed with nothing in it; an open one takes its lines over, as recorded."""
    shop = shop_of(info)
    one = fulfillment_order_named(shop, id)
    if one is None:
        return {**_said(MISSING, ["id"]), "replacementFulfillmentOrder": None}
    if one.status in progress.ENDED:
        message = "Fulfillment order is not in cancelable request state and can't be canceled."
        return {**_said(message), "replacementFulfillmentOrder": None}
    if one.has_reported:
        message = "Cannot cancel a fulfillment order that has had progress reported."
        code = "FULFILLMENT_ORDER_HAS_MANUALLY_REPORTED_PROGRESS"
        return {**_said(message, ["id"], code), "replacementFulfillmentOrder": None}
    at = shop.now()
    new = replace(
        one,
        id=shop.new_id("FulfillmentOrder"),
        status="OPEN",
        holds=(),
        created_at=at,
        updated_at=at,
        portions=tuple(replace(each, total=each.remaining) for each in one.portions),
    )
    parting.keep(shop, new)
    order: Order = shop.held["Order"][one.order_id]
    ids = (*order.fulfillment_order_ids, new.id)
    shop.put("Order", replace(order, fulfillment_order_ids=ids))
    shown = _kept(shop, one, status="CLOSED", portions=(), holds=())
    shop.tell("FULFILLMENT_ORDERS_CANCELLED", shown["fulfillmentOrder"])
    return {**shown, "replacementFulfillmentOrder": new}


def reschedule(_root: None, info: Info, id: str, fulfillAt: str) -> dict[str, Any]:
    shop = shop_of(info)
    one = fulfillment_order_named(shop, id)
    if one is None:
        return _said(MISSING, ["id"], "FULFILLMENT_ORDER_NOT_FOUND")
    if one.status != "SCHEDULED":
        return _said("Fulfillment order must be scheduled.", ["id"])
    return _kept(shop, one, fulfill_at=fulfillAt)


def set_deadline(
    _root: None, info: Info, fulfillmentOrderIds: Sequence[str], fulfillmentDeadline: str
) -> dict[str, Any]:
    """Also of closed ones, as recorded."""
    shop, complaints = shop_of(info), Complaints()
    found = [fulfillment_order_named(shop, id_) for id_ in fulfillmentOrderIds]
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        complaints.add(None, "The fulfillment orders could not be found.")
        return {"success": False, "userErrors": complaints.found}
    for one in known:
        _kept(shop, one, fulfill_by=fulfillmentDeadline)
    return {"success": True, "userErrors": []}


FIELDS: Fields = {
    "Mutation": {
        "fulfillmentOrderReportProgress": report,
        "fulfillmentOrderOpen": reopen,
        "fulfillmentOrderClose": close,
        "fulfillmentOrderCancel": cancel,
        "fulfillmentOrderReschedule": reschedule,
        "fulfillmentOrdersSetFulfillmentDeadline": set_deadline,
    }
}
