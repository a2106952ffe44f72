"""The life of a location: locationAdd, -Edit, -Activate, -Deactivate, -Delete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.addresses import Address
from syncd.sandbox.idempotency import once
from syncd.sandbox.mutations.write import refuse
from syncd.sandbox.records import Location
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.locations import (
    has_inventory,
    has_orders,
    is_primary,
    is_taken,
)
from syncd.sandbox.shop import Shop
from syncd.sandbox.stockroom import clear_out, relocate
from syncd.sandbox.words import Complaints

MAX_NAME, MAX_TEXT = 100, 255
NOT_FOUND = "Location not found."
LAST_ONLINE = "At least one location must fulfill online orders."
TEXTS = {
    "address1": ("address1", "name for the street"),
    "address2": ("address2", "name for the street"),
    "city": ("city", "city name"),
    "countryCode": ("country_code", "country"),
    "phone": ("phone", "phone number"),
    "provinceCode": ("province_code", "province"),
    "zip": ("zip", "postal / ZIP code"),
}
"""Field of an address -> attribute, what Shopify calls it."""

DEACTIVATION = {
    "LOCATION_NOT_FOUND": NOT_FOUND,
    "PERMANENTLY_BLOCKED_FROM_DEACTIVATION_ERROR": (
        "Location could not be deactivated because it either has a fulfillment service or is the"
        " only location with a shipping address."
    ),
    "DESTINATION_LOCATION_IS_THE_SAME_LOCATION": (
        "Location could not be deactivated because the destination location cannot be set to the"
        " location to be deactivated."
    ),
    "DESTINATION_LOCATION_NOT_FOUND_OR_INACTIVE": (
        "Location could not be deactivated because the destination location could be not found or"
        " is inactive."
    ),
    "CANNOT_DISABLE_ONLINE_ORDER_FULFILLMENT": LAST_ONLINE,
    "HAS_ACTIVE_INVENTORY_ERROR": (
        "Location could not be deactivated without specifying where to relocate inventory stocked"
        " at the location."
    ),
    "HAS_FULFILLMENT_ORDERS_ERROR": (
        "Location could not be deactivated because it has pending orders."
    ),
}


def add(_root: None, info: Info, input: Mapping[str, Any]) -> dict[str, Any]:
    refuse(input, ["metafields"])
    shop, complaints = shop_of(info), Complaints()
    _check_texts(shop, complaints, input, None)
    if complaints:
        return {"location": None, "userErrors": complaints.found}
    place = Location(
        shop.new_id("Location"),
        input["name"],
        shop.new_id("InventoryLevel"),
        shop.now(),
        fulfills_online_orders=input.get("fulfillsOnlineOrders") is not False,
        ships_inventory=False,
        address=_address(Address(), input["address"]),
    )
    shop.put("Location", place)
    shop.tell("LOCATIONS_CREATE", place)
    return {"location": place, "userErrors": []}


def edit(_root: None, info: Info, id: str, input: Mapping[str, Any]) -> dict[str, Any]:
    refuse(input, ["metafields"])
    shop, complaints = shop_of(info), Complaints()
    place = _place(shop, id)
    if place is None:
        complaints.add(["id"], NOT_FOUND, "NOT_FOUND")
        return {"location": None, "userErrors": complaints.found}
    _check_texts(shop, complaints, input, place)
    is_online = input.get("fulfillsOnlineOrders")
    if is_online is False and is_last_online(shop, place):
        code = "CANNOT_DISABLE_ONLINE_ORDER_FULFILLMENT"
        complaints.add(["input", "fulfillsOnlineOrders"], LAST_ONLINE, code)
    if complaints:
        return {"location": None, "userErrors": complaints.found}
    after = replace(
        place,
        name=input.get("name") or place.name,
        fulfills_online_orders=place.fulfills_online_orders if is_online is None else is_online,
        address=_address(place.address, input.get("address") or {}),
    )
    return {"location": _keep(shop, place, after, "LOCATIONS_UPDATE"), "userErrors": []}


def _place(shop: Shop, text: str | None) -> Location | None:
    return shop.locations.get(gids.number(text, "Location") or 0)


def _keep(shop: Shop, before: Location, after: Location, topic: str) -> Location:
    """The location as it is kept, dated when it changed."""
    if before == after:
        return before
    after = replace(after, updated_at=shop.now())
    shop.put("Location", after)
    shop.tell(topic, after)
    return after


def _check_texts(
    shop: Shop, complaints: Complaints, input: Mapping[str, Any], place: Location | None
) -> None:
    path = ["input", "name"]
    if (name := input.get("name")) is not None:
        if not name.strip():
            complaints.add(path, "Add a location name", "BLANK")
        elif len(name) > MAX_NAME:
            words = f"Use a shorter location name (up to {MAX_NAME} characters)"
            complaints.add(path, words, "TOO_LONG")
        elif is_taken(shop, name, place):
            complaints.add(path, "You already have a location with this name", "TAKEN")
    for field, text in (input.get("address") or {}).items():
        if text is not None and len(text) > MAX_TEXT:
            words = f"Use a shorter {TEXTS[field][1]} (up to {MAX_TEXT} characters)"
            complaints.add(["input", "address", field], words, "TOO_LONG")


def _address(held: Address, given: Mapping[str, Any]) -> Address:
    changes: dict[str, Any] = {TEXTS[field][0]: text for field, text in given.items()}
    return replace(held, **changes)


def is_last_online(shop: Shop, place: Location) -> bool:
    others = (one for one in shop.locations.values() if one.id != place.id and one.is_active)
    return place.fulfills_online_orders and not any(one.fulfills_online_orders for one in others)


def activate(_root: None, info: Info, locationId: str) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    place = _place(shop, locationId)
    if place is None:
        complaints.add(["locationId"], NOT_FOUND, "LOCATION_NOT_FOUND")
    elif not place.is_active and is_taken(shop, place.name, place):
        words = (
            "This location currently cannot be activated because there exists an active location"
            " with the same name."
        )
        complaints.add(["locationId"], words, "HAS_NON_UNIQUE_NAME")
    elif not place.is_active:
        place = _keep(shop, place, replace(place, deactivated_at=None), "LOCATIONS_ACTIVATE")
    return {"location": place, "locationActivateUserErrors": complaints.found}


def deactivate(
    _root: None, info: Info, locationId: str, destinationLocationId: str | None = None
) -> dict[str, Any]:
    """With a destination what lies here is moved there."""
    shop, complaints = shop_of(info), Complaints()
    place, goal = _place(shop, locationId), _place(shop, destinationLocationId)
    if code := _obstacle(info, place, destinationLocationId):
        field = "destinationLocationId" if code.startswith("DESTINATION") else "locationId"
        complaints.add([field], DEACTIVATION[code], code)
    elif place and place.is_active:
        relocate(shop, place.id, goal.id if goal else None)
        after = replace(place, deactivated_at=shop.now())
        place = _keep(shop, place, after, "LOCATIONS_DEACTIVATE")
    return {"location": place, "locationDeactivateUserErrors": complaints.found}


def _obstacle(info: Info, place: Location | None, destination: str | None) -> str | None:
    """The code of what stands against it, the first one."""
    shop, goal = shop_of(info), _place(shop_of(info), destination)
    if place is None:
        return "LOCATION_NOT_FOUND"
    if not place.is_active:
        return None
    if is_primary(place, info):
        return "PERMANENTLY_BLOCKED_FROM_DEACTIVATION_ERROR"
    if goal and goal.id == place.id:
        return "DESTINATION_LOCATION_IS_THE_SAME_LOCATION"
    if destination is not None and not (goal and goal.is_active):
        return "DESTINATION_LOCATION_NOT_FOUND_OR_INACTIVE"
    if is_last_online(shop, place):
        return "CANNOT_DISABLE_ONLINE_ORDER_FULFILLMENT"
    if has_inventory(place, info) and goal is None:
        return "HAS_ACTIVE_INVENTORY_ERROR"
    return "HAS_FULFILLMENT_ORDERS_ERROR" if has_orders(shop, place) else None


def delete(_root: None, info: Info, locationId: str) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    place, path = _place(shop, locationId), ["locationId"]
    if place is None:
        complaints.add(path, NOT_FOUND, "LOCATION_NOT_FOUND")
        return {"deletedLocationId": None, "locationDeleteUserErrors": complaints.found}
    start = "The location cannot be deleted while it"
    if place.is_active:
        complaints.add(path, f"{start} is active.", "LOCATION_IS_ACTIVE")
    if has_inventory(place, info):
        complaints.add(path, f"{start} has inventory.", "LOCATION_HAS_INVENTORY")
    if has_orders(shop, place):
        complaints.add(path, f"{start} has pending orders.", "LOCATION_HAS_PENDING_ORDERS")
    if complaints:
        return {"deletedLocationId": None, "locationDeleteUserErrors": complaints.found}
    clear_out(shop, place.id)
    shop.remove("Location", place)
    shop.tell("LOCATIONS_DELETE", place)
    return {
        "deletedLocationId": gids.gid("Location", place.id),
        "locationDeleteUserErrors": [],
    }


FIELDS: Fields = {
    "Mutation": {
        "locationAdd": add,
        "locationEdit": edit,
        "locationActivate": once(activate),
        "locationDeactivate": once(deactivate),
        "locationDelete": delete,
    }
}
