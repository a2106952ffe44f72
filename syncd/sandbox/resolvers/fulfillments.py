"""Fulfillments: what was shipped."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import by_id, page
from syncd.sandbox.records_orders import Fulfillment, Line, ShipmentEvent, Shipped, Tracking
from syncd.sandbox.resolvers.fields import (
    Fields,
    Info,
    attribute,
    gid_of,
    legacy_id,
    shop_of,
)
from syncd.sandbox.resolvers.fulfillment_orders import order_of
from syncd.sandbox.resolvers.order_parts import Of, bag
from syncd.sandbox.sales import totals
from syncd.sandbox.words import invalid_id

PLACE = ("address1", "city", "province", "country", "zip", "latitude", "longitude")


def fulfillment(_root: None, info: Info, id: str) -> Fulfillment | None:
    number = gids.number(id, "Fulfillment")
    if number is None:
        raise invalid_id(id)
    return shop_of(info).held["Fulfillment"].get(number)


def display_status(one: Fulfillment, _info: Info) -> str:
    """What the last event says; FULFILLED before there is one."""
    if one.status == "CANCELLED":
        return "CANCELED"
    newest = max(one.events, key=lambda event: (event.happened_at, event.id), default=None)
    return newest.status if newest else "FULFILLED"


def when(one: Fulfillment, status: str) -> str | None:
    return next((event.happened_at for event in one.events if event.status == status), None)


def lines(one: Fulfillment, info: Info, **arguments: Any) -> Any:
    order = order_of(one, info)
    return page([Of(order, each) for each in one.lines], by_id, arguments)


def events(one: Fulfillment, _info: Info, **arguments: Any) -> Any:
    found = sorted(one.events, key=lambda event: (event.happened_at, event.id))
    return page(found, lambda event: (event.happened_at, event.id), arguments)


def tracking(one: Fulfillment, _info: Info, first: int | None = None) -> list[Tracking]:
    return list(one.tracking[:first])


def sources(one: Fulfillment, info: Info, **arguments: Any) -> Any:
    held = shop_of(info).held["FulfillmentOrder"]
    ids = {source for line in one.lines for source, _, _ in line.portions}
    return page([held[id_] for id_ in sorted(ids)], by_id, arguments)


def line_of(one: Of[Shipped], _info: Info) -> Of[Line]:
    line = one.order.line(one.part.line_id)
    assert line is not None
    return Of(one.order, line)


def original(one: Of[Shipped], info: Info) -> Decimal:
    return Decimal(line_of(one, info).part.price) * one.part.quantity


def discounted(one: Of[Shipped], info: Info) -> Decimal:
    return totals.unit_price(line_of(one, info).part) * one.part.quantity


def of_place(name: str) -> Any:
    def found(event: ShipmentEvent, _info: Info) -> str | float | None:
        value = dict(event.place).get(name)
        return float(value) if value and name in ("latitude", "longitude") else value

    return found


FIELDS: Fields = {
    "QueryRoot": {"fulfillment": fulfillment},
    "Fulfillment": {
        "id": gid_of("Fulfillment"),
        "legacyResourceId": legacy_id,
        "name": attribute("name"),
        "status": attribute("status"),
        "displayStatus": display_status,
        "createdAt": attribute("created_at"),
        "updatedAt": attribute("updated_at"),
        "deliveredAt": lambda one, _info: when(one, "DELIVERED"),
        "inTransitAt": lambda one, _info: when(one, "IN_TRANSIT"),
        "estimatedDeliveryAt": lambda one, _info: next(
            (each.estimated_delivery_at for each in reversed(one.events)), None
        ),
        "location": lambda one, info: shop_of(info).locations.get(one.location_id),
        "order": order_of,
        "requiresShipping": lambda one, info: any(
            line.requires_shipping for line in order_of(one, info).lines
        ),
        "totalQuantity": lambda one, _info: sum(line.quantity for line in one.lines),
        "trackingInfo": tracking,
        "fulfillmentLineItems": lines,
        "fulfillmentOrders": sources,
        "events": events,
    },
    "FulfillmentTrackingInfo": {
        "number": attribute("number"),
        "url": attribute("url"),
        "company": attribute("company"),
    },
    "FulfillmentLineItem": {
        "id": lambda one, _info: gids.gid("FulfillmentLineItem", one.part.id),
        "lineItem": line_of,
        "quantity": lambda one, _info: one.part.quantity,
        "originalTotalSet": lambda one, info: bag(one.order, original(one, info)),
        "originalTotal": lambda one, info: totals.text(original(one, info)),
        "discountedTotalSet": lambda one, info: bag(one.order, discounted(one, info)),
        "discountedTotal": lambda one, info: totals.text(discounted(one, info)),
    },
    "FulfillmentEvent": {
        "id": gid_of("FulfillmentEvent"),
        "status": attribute("status"),
        "message": attribute("message"),
        "happenedAt": attribute("happened_at"),
        "createdAt": attribute("created_at"),
        "estimatedDeliveryAt": attribute("estimated_delivery_at"),
        **{name: of_place(name) for name in PLACE},
    },
}
