"""Fulfillments made, called off, tracked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.records_orders import (
    Fulfillment,
    FulfillmentOrder,
    Order,
    ShipmentEvent,
    Tracking,
)
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.fulfillments import PLACE
from syncd.sandbox.sales.shipping import Taking, call_off, everything, ship
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints, refusal

SHIPPABLE = ("OPEN", "IN_PROGRESS", "INCOMPLETE")
Given = Mapping[str, Any]


def number_of(text: str, kind: str) -> int:
    """Raises RESOURCE_NOT_FOUND for another kind of id."""
    number = gids.number(text, kind)
    if number is None:
        raise refusal("invalid id", "RESOURCE_NOT_FOUND")
    return number


def create(
    _root: None, info: Info, fulfillment: Given, message: str | None = None
) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    groups = fulfillment["lineItemsByFulfillmentOrder"]
    _check_counts(complaints, groups)
    takings = [] if complaints else _takings(shop, complaints, groups)
    if not complaints:
        _check_together(complaints, takings)
    if complaints:
        return {"fulfillment": None, "userErrors": complaints.found}
    order: Order = shop.held["Order"][takings[0].source.order_id]
    made = ship(shop, order, takings, tracking_of(fulfillment.get("trackingInfo")))
    return {"fulfillment": made, "userErrors": []}


def _check_counts(complaints: Complaints, groups: Sequence[Given]) -> None:
    for place, group in enumerate(groups):
        for row, line in enumerate(group.get("fulfillmentOrderLineItems") or ()):
            if line["quantity"] <= 0:
                group_path = ("fulfillment", "lineItemsByFulfillmentOrder", place)
                where = (*group_path, "fulfillmentOrderLineItems", row, "quantity")
                complaints.add(where, "Quantity must be greater than 0")


def _say(complaints: Complaints, message: str) -> None:
    complaints.add(["fulfillment"], message)


def _takings(shop: Shop, complaints: Complaints, groups: Sequence[Given]) -> list[Taking]:
    """What is asked for, until something is wrong."""
    found: list[Taking] = []
    for group in groups:
        number = number_of(group["fulfillmentOrderId"], "FulfillmentOrder")
        source: FulfillmentOrder | None = shop.held["FulfillmentOrder"].get(number)
        if source is None:
            _say(complaints, "Fulfillment order does not exist.")
        elif source.status not in SHIPPABLE:
            state = source.status.lower()
            _say(complaints, f"Fulfillment order {number} has an unfulfillable status= {state}.")
        elif group.get("fulfillmentOrderLineItems"):
            found += _chosen(complaints, source, group["fulfillmentOrderLineItems"])
        else:
            found += everything([source])
        if complaints:
            return []
    return found


def _chosen(
    complaints: Complaints, source: FulfillmentOrder, lines: Sequence[Given]
) -> list[Taking]:
    portions = {portion.id: portion for portion in source.portions}
    asked: dict[int, int] = {}
    for line in lines:
        number = number_of(line["id"], "FulfillmentOrderLineItem")
        if number not in portions:
            _say(complaints, "Fulfillment order line item does not exist.")
            return []
        asked[number] = asked.get(number, 0) + line["quantity"]
    if any(count > portions[number].remaining for number, count in asked.items()):
        _say(complaints, "Invalid fulfillment order line item quantity requested.")
        return []
    return [Taking(source, portions[number], count) for number, count in asked.items()]


def _check_together(complaints: Complaints, takings: Sequence[Taking]) -> None:
    orders = list(dict.fromkeys(one.source.order_id for one in takings))
    places = list(dict.fromkeys(one.source.location_id for one in takings))
    if not takings:
        _say(complaints, "Invalid fulfillment order line item quantity requested.")
    elif len(orders) > 1:
        _say(
            complaints,
            "All fulfillment orders must belong to the same order."
            f" Multiple orders with ids {orders} were found.",
        )
    elif len(places) > 1:
        _say(
            complaints,
            "All fulfillment orders must be assigned to a single location."
            f" Multiple locations with ids {places} were found.",
        )


def tracking_of(given: Given | None) -> list[Tracking]:
    """One for each number; several numbers go with several addresses."""
    if not given:
        return []
    numbers = given.get("numbers") or [given.get("number")]
    urls = given.get("urls") or [given.get("url")]
    if not any(numbers) and not any(urls):
        return []
    urls = [*urls, *[None] * (len(numbers) - len(urls))]
    numbers = [*numbers, *[None] * (len(urls) - len(numbers))]
    company = given.get("company")
    return [Tracking(one, url, company) for one, url in zip(numbers, urls, strict=True)]


# ---------------------------------------------------------------------------------- afterwards


def _named(shop: Shop, text: str) -> Fulfillment | None:
    return shop.held["Fulfillment"].get(number_of(text, "Fulfillment"))


def cancel(_root: None, info: Info, id: str) -> dict[str, Any]:
    """Once; the second time nothing happens and nobody complains."""
    shop, complaints = shop_of(info), Complaints()
    found = _named(shop, id)
    if found is None:
        complaints.add(["id"], "Fulfillment not found.")
        return {"fulfillment": None, "userErrors": complaints.found}
    if found.status != "CANCELLED":
        found = call_off(shop, found)
    return {"fulfillment": found, "userErrors": []}


def track(
    _root: None, info: Info, fulfillmentId: str, trackingInfoInput: Given, **_: Any
) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    found = _named(shop, fulfillmentId)
    if found is None:
        complaints.add(["fulfillmentId"], "Fulfillment does not exist.")
        return {"fulfillment": None, "userErrors": complaints.found}
    tracking = tuple(tracking_of(trackingInfoInput))
    changed = replace(found, tracking=tracking, updated_at=shop.now())
    return {"fulfillment": _kept(shop, changed), "userErrors": []}


def _kept(shop: Shop, changed: Fulfillment) -> Fulfillment:
    shop.put("Fulfillment", changed)
    shop.tell("FULFILLMENTS_UPDATE", changed)
    order: Order = shop.held["Order"][changed.order_id]
    shop.put("Order", replace(order, updated_at=changed.updated_at))
    return changed


def add_event(_root: None, info: Info, fulfillmentEvent: Given) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    given = fulfillmentEvent
    found = _named(shop, given["fulfillmentId"])
    if found is None:
        complaints.add(["fulfillmentEvent", "fulfillmentId"], "Fulfillment does not exist.")
        return {"fulfillmentEvent": None, "userErrors": complaints.found}
    at = shop.now()
    made = ShipmentEvent(
        shop.new_id("FulfillmentEvent"),
        given["status"],
        given.get("happenedAt") or at,
        at,
        given.get("message"),
        given.get("estimatedDeliveryAt"),
        tuple((name, str(given[name])) for name in PLACE if given.get(name) is not None),
    )
    _kept(shop, replace(found, events=(*found.events, made), updated_at=at))
    return {"fulfillmentEvent": made, "userErrors": []}


FIELDS: Fields = {
    "Mutation": {
        "fulfillmentCreate": create,
        "fulfillmentCreateV2": create,
        "fulfillmentCancel": cancel,
        "fulfillmentTrackingInfoUpdate": track,
        "fulfillmentTrackingInfoUpdateV2": track,
        "fulfillmentEventCreate": add_event,
    }
}
