"""Fulfilment orders moved, split, merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.sandbox.mutations.fulfillments import number_of
from syncd.sandbox.records_orders import FulfillmentOrder
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.sales import parting, progress
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints

MISSING = "Fulfillment order does not exist."
Given = Mapping[str, Any]


def fulfillment_order_named(shop: Shop, text: str) -> FulfillmentOrder | None:
    return shop.held["FulfillmentOrder"].get(number_of(text, "FulfillmentOrder"))


def counts_of(
    complaints: Complaints,
    path: tuple[str | int, ...],
    one: FulfillmentOrder,
    given: Sequence[Given] | None,
) -> dict[int, int]:
    """Portion id -> how many; everything that is left when nothing is given."""
    if not given:
        return parting.all_of(one)
    left = parting.all_of(one)
    asked: dict[int, int] = {}
    for place, entry in enumerate(given):
        number = number_of(entry["id"], "FulfillmentOrderLineItem")
        where = (*path, place, "quantity")
        if entry["quantity"] <= 0:
            complaints.add(where, "You must select at least one item.", "GREATER_THAN_ZERO")
        elif number in asked:
            message = "The fulfillment order line items must be unique."
            complaints.add((*path, place, "id"), message, "DUPLICATED_FULFILLMENT_ORDER_LINE_ITEMS")
        elif entry["quantity"] > left.get(number, 0):
            message = "The line item quantity is invalid."
            complaints.add(where, message, "INVALID_LINE_ITEM_QUANTITY")
        asked[number] = entry["quantity"]
    return asked


# --------------------------------------------------------------------------------------- moving


def move(
    _root: None,
    info: Info,
    id: str,
    newLocationId: str,
    fulfillmentOrderLineItems: Sequence[Given] | None = None,
) -> dict[str, Any]:
    """All of it: the fulfilment order itself moves. A part: a new one does."""
    shop, complaints = shop_of(info), Complaints()
    one = fulfillment_order_named(shop, id)
    place = number_of(newLocationId, "Location")
    _check_move(shop, complaints, one, place)
    counts = (
        {}
        if one is None or complaints
        else counts_of(complaints, ("fulfillmentOrderLineItems",), one, fulfillmentOrderLineItems)
    )
    if complaints or one is None:
        return _moved(None, None, None, complaints)
    if parting.is_all_of(one, counts):
        moved = parting.move(shop, one, place)
        shop.tell("FULFILLMENT_ORDERS_MOVED", moved)
        return _moved(moved, moved, None, complaints)
    kept, part = parting.parted(shop, one, counts)
    part = parting.move(shop, part, place)
    shop.tell("FULFILLMENT_ORDERS_MOVED", part)
    return _moved(part, kept, kept, complaints)


def _check_move(
    shop: Shop, complaints: Complaints, one: FulfillmentOrder | None, place: int
) -> None:
    if one is None:
        complaints.add(["id"], MISSING)
    elif one.has_reported:
        message = "Cannot move a fulfillment order that has had progress reported. To move a fulfillment order that has had progress reported, the fulfillment order must first be marked as open resolving the ongoing progress state."  # noqa: E501
        complaints.add(["id"], message, "CANNOT_MOVE_FULFILLMENT_ORDER_WITH_REPORTED_PROGRESS")
    elif one.status not in ("OPEN", "ON_HOLD", "SCHEDULED", "INCOMPLETE"):
        complaints.add(None, "Cannot change location.")
    elif place not in shop.locations:
        complaints.add(["newLocationId"], "Location not found.")
    elif place == one.location_id:
        complaints.add(None, "Cannot change location.")


def _moved(
    moved: FulfillmentOrder | None,
    original: FulfillmentOrder | None,
    remaining: FulfillmentOrder | None,
    complaints: Complaints,
) -> dict[str, Any]:
    return {
        "movedFulfillmentOrder": moved,
        "originalFulfillmentOrder": original,
        "remainingFulfillmentOrder": remaining,
        "userErrors": complaints.found,
    }


# ---------------------------------------------------------------------------- splitting, merging


def split(_root: None, info: Info, fulfillmentOrderSplits: Sequence[Given]) -> dict[str, Any]:
    """All or none."""
    shop, complaints = shop_of(info), Complaints()
    asked: list[tuple[FulfillmentOrder, dict[int, int]]] = []
    for place, entry in enumerate(fulfillmentOrderSplits):
        path = ("fulfillmentOrderSplits", place)
        one = fulfillment_order_named(shop, entry["fulfillmentOrderId"])
        if one is None:
            complaints.add(None, MISSING, "FULFILLMENT_ORDER_NOT_FOUND")
            continue
        lines = entry["fulfillmentOrderLineItems"]
        if not lines:
            message = "No line items provided to split."
            where = (*path, "fulfillmentOrderLineItems")
            complaints.add(where, message, "NO_LINE_ITEMS_PROVIDED_TO_SPLIT")
        counts = counts_of(complaints, (*path, "fulfillmentOrderLineItems"), one, lines)
        if lines and parting.is_all_of(one, counts) and not complaints:
            message = "Cannot split all line items from a fulfillment order."
            complaints.add(path, message, "INVALID_LINE_ITEM_QUANTITY")
        asked.append((one, counts))
    if complaints:
        return {"fulfillmentOrderSplits": None, "userErrors": complaints.found}
    return {"fulfillmentOrderSplits": [_split(shop, *one) for one in asked], "userErrors": []}


def _split(shop: Shop, one: FulfillmentOrder, counts: dict[int, int]) -> dict[str, Any]:
    kept, part = parting.parted(shop, one, counts)
    shop.tell("FULFILLMENT_ORDERS_SPLIT", kept)
    return {
        "fulfillmentOrder": kept,
        "remainingFulfillmentOrder": part,
        "replacementFulfillmentOrder": None,
    }


def merge(_root: None, info: Info, fulfillmentOrderMergeInputs: Sequence[Given]) -> dict[str, Any]:
    """Into the first of each list. All or none."""
    shop, complaints = shop_of(info), Complaints()
    groups = []
    for entry in fulfillmentOrderMergeInputs:
        ids = [one["fulfillmentOrderId"] for one in entry["mergeIntents"]]
        found = [fulfillment_order_named(shop, id_) for id_ in ids]
        group = [one for one in found if one is not None]
        if len(group) < len(found):
            complaints.add(None, MISSING, "FULFILLMENT_ORDER_NOT_FOUND")
        elif not _is_mergeable(shop, group):
            complaints.add(None, "Fulfillment orders cannot be merged.")
        groups.append(group)
    if complaints:
        return {"fulfillmentOrderMerges": None, "userErrors": complaints.found}
    merged = [parting.joined(shop, group[0], group[1:]) for group in groups]
    for one in merged:
        shop.tell("FULFILLMENT_ORDERS_MERGED", one)
    return {
        "fulfillmentOrderMerges": [{"fulfillmentOrder": one} for one in merged],
        "userErrors": [],
    }


def _is_mergeable(shop: Shop, group: Sequence[FulfillmentOrder]) -> bool:
    target, *others = group
    able = {one.id for one in progress.mergeable(shop, target)}
    return bool(others) and all(one.id in able for one in others)


FIELDS: Fields = {
    "Mutation": {
        "fulfillmentOrderMove": move,
        "fulfillmentOrderSplit": split,
        "fulfillmentOrderMerge": merge,
    }
}
