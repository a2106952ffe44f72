"""Fulfilment orders, fulfillments: what is to be shipped of a seeded order, what was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fidelity.seeds import places
from fidelity.seeds.making import LONG_AGO, Seeding, made, things
from fidelity.world import Thing, World
from syncd.sandbox.records_orders import (
    Fulfillment,
    FulfillmentOrder,
    Hold,
    Line,
    Order,
    Portion,
    Shipped,
    Tracking,
)

SHIPPED = ("FULFILLED",)


def parcels(seeding: Seeding, thing: Thing, order: Order) -> list[FulfillmentOrder]:
    """The order's fulfilment orders as they were shown; one for all its lines where none was."""
    shown = things(thing.get("fulfillmentOrders"))
    if seeding.is_before:
        shown = [_unshipped(one) for one in shown]
    if not shown and order.lines and thing.get("fulfillmentOrders") != []:
        shown = [_whole(thing, order)]
    found = [_parcel(seeding, one, order) for one in shown]
    for one in found:
        seeding.shop.put("FulfillmentOrder", one)
    return found


def _unshipped(thing: Thing) -> Thing:
    """The fulfilment order before anything was done with it."""
    changed = ("status", "requestStatus", "fulfillmentHolds", "updatedAt")
    kept = {name: value for name, value in thing.items() if name not in changed}
    rows = [{**one, "remainingQuantity": None} for one in things(thing.get("lineItems"))]
    return {**kept, "lineItems": rows}


def _whole(thing: Thing, order: Order) -> Thing:
    is_shipped = thing.get("displayFulfillmentStatus") in SHIPPED
    open_status = (
        "IN_PROGRESS" if thing.get("displayFulfillmentStatus") == "IN_PROGRESS" else "OPEN"
    )
    rows = {f"gid://shopify/LineItem/{line.id}": line for line in order.lines}
    seen = {one.get("id"): one.get("fulfillableQuantity") for one in things(thing.get("lineItems"))}
    return {
        "status": "CLOSED" if is_shipped or order.cancelled_at else open_status,
        "lineItems": [
            {
                "lineItem": {"id": gid},
                "totalQuantity": line.quantity,
                "remainingQuantity": 0 if is_shipped else _remaining(seen.get(gid), line),
            }
            for gid, line in rows.items()
        ],
    }


def _remaining(seen: Any, line: Line) -> int:
    return seen if isinstance(seen, int) else line.current


def _parcel(seeding: Seeding, thing: Thing, order: Order) -> FulfillmentOrder:
    updated_at = thing.get("updatedAt") or order.updated_at
    return made(
        FulfillmentOrder,
        id=seeding.number("FulfillmentOrder", thing),
        order_id=order.id,
        location_id=_location(seeding, thing.get("assignedLocation")),
        created_at=thing.get("createdAt") or order.created_at,
        updated_at=updated_at,
        fulfill_at=thing.get("fulfillAt") or order.created_at,
        fulfill_by=thing.get("fulfillBy"),
        status=thing.get("status"),
        request_status=thing.get("requestStatus"),
        portions=tuple(_portion(seeding, one, order) for one in things(thing.get("lineItems"))),
        holds=tuple(_hold(seeding, one) for one in things(thing.get("fulfillmentHolds"))),
    )


def _location(seeding: Seeding, assigned: Any) -> int:
    place = (assigned or {}).get("location")
    if isinstance(place, dict) and place.get("id"):
        number = int(str(place["id"]).rpartition("/")[2])
        if number not in seeding.shop.locations:
            if assigned.get("name"):
                place.setdefault("name", assigned["name"])
            places.location(seeding, place)
        return number
    if not seeding.shop.locations:
        places.location(seeding, {"name": (assigned or {}).get("name")})
    named = [
        one.id
        for one in seeding.shop.locations.values()
        if one.name == (assigned or {}).get("name")
    ]
    return named[0] if named else next(iter(seeding.shop.locations))


def _portion(seeding: Seeding, thing: Thing, order: Order) -> Portion:
    line = _line(order, thing)
    total = thing.get("totalQuantity")
    remaining = thing.get("remainingQuantity")
    total = total if isinstance(total, int) else (line.quantity if line else 1)
    return Portion(
        seeding.number("FulfillmentOrderLineItem", thing),
        line.id if line else 0,
        total,
        remaining if isinstance(remaining, int) else total,
    )


def _line(order: Order, thing: Thing) -> Line | None:
    gid = str((thing.get("lineItem") or {}).get("id") or "")
    number = gid.rpartition("/")[2]
    if number.isdigit():
        return order.line(int(number))
    return order.lines[0] if order.lines else None


def _hold(seeding: Seeding, thing: Thing) -> Hold:
    return made(
        Hold,
        id=seeding.number("FulfillmentHold", thing),
        handle=thing.get("handle") or "",
        reason=thing.get("reason") or "OTHER",
        notes=thing.get("reasonNotes"),
        external_id=thing.get("externalId"),
    )


def fulfillments(
    seeding: Seeding, thing: Thing, order: Order, parcels: list[FulfillmentOrder]
) -> list[Fulfillment]:
    """The order's fulfillments, the oldest first, which Shopify shows last.

    One for all where the order only says that it was shipped.
    """
    if seeding.is_before:
        return []
    shown = things(thing.get("fulfillments"))
    is_shipped = thing.get("displayFulfillmentStatus") in SHIPPED
    if not shown and is_shipped and thing.get("fulfillments") != []:
        shown = [
            {
                "fulfillmentLineItems": [
                    {
                        "lineItem": {"id": f"gid://shopify/LineItem/{line.id}"},
                        "quantity": line.quantity,
                    }
                    for line in order.lines
                ]
            }
        ]
    found = [
        _fulfillment(seeding, one, order, parcels, place)
        for place, one in enumerate(reversed(shown), start=1)
    ]
    for one in found:
        seeding.shop.put("Fulfillment", one)
    return found


def _fulfillment(
    seeding: Seeding, thing: Thing, order: Order, parcels: list[FulfillmentOrder], place: int
) -> Fulfillment:
    created_at = thing.get("createdAt") or order.created_at or LONG_AGO
    return made(
        Fulfillment,
        id=seeding.number("Fulfillment", thing),
        order_id=order.id,
        location_id=parcels[0].location_id if parcels else _location(seeding, None),
        name=thing.get("name") or f"{order.name}-F{place}",
        created_at=created_at,
        updated_at=thing.get("updatedAt") or created_at,
        status=thing.get("status"),
        lines=tuple(
            _shipped(seeding, one, order, parcels)
            for one in things(thing.get("fulfillmentLineItems"))
        ),
        tracking=tuple(
            Tracking(one.get("number"), one.get("url"), one.get("company"))
            for one in things(thing.get("trackingInfo"))
        ),
    )


def _shipped(
    seeding: Seeding, thing: Thing, order: Order, parcels: list[FulfillmentOrder]
) -> Shipped:
    line = _line(order, thing)
    line_id = line.id if line else 0
    count = thing.get("quantity")
    count = count if isinstance(count, int) else (line.quantity if line else 1)
    where = [
        (parcel.id, portion.id, count)
        for parcel in parcels
        for portion in parcel.portions
        if portion.line_id == line_id
    ][:1]
    return Shipped(seeding.number("FulfillmentLineItem", thing), line_id, count, tuple(where))


def hint(future: World, variables: Any, response: Any) -> None:
    """Tell of fulfilment orders that only a fulfillmentCreate names, by what it ships of them."""
    payloads = [one for one in (response.get("data") or {}).values() if isinstance(one, dict)]
    made = next((one["fulfillment"] for one in payloads if one.get("fulfillment")), None)
    groups = list(_groups(variables))
    if made is None or not groups:
        return
    rows = things((made.get("fulfillmentLineItems") or {}).get("nodes"))
    for group in groups:
        gid = group["fulfillmentOrderId"]
        thing = future.things.setdefault(gid, {"__typename": "FulfillmentOrder", "id": gid})
        if thing.get("lineItems"):
            continue
        asked = things(group.get("fulfillmentOrderLineItems"))
        thing["lineItems"] = [
            {
                "__typename": "FulfillmentOrderLineItem",
                "id": asked[place].get("id") if place < len(asked) else None,
                "totalQuantity": row.get("quantity") or _asked(asked, place),
                "lineItem": {"__typename": "LineItem", **(row.get("lineItem") or {})},
            }
            for place, row in enumerate(rows or asked or [{}])
        ]


def _asked(asked: list[Thing], place: int) -> int:
    count = asked[place].get("quantity") if place < len(asked) else None
    return count if isinstance(count, int) else 1


def _groups(value: Any) -> Iterator[Thing]:
    if isinstance(value, dict):
        if isinstance(value.get("fulfillmentOrderId"), str):
            yield value
        for one in value.values():
            yield from _groups(one)
    elif isinstance(value, list):
        for one in value:
            yield from _groups(one)
