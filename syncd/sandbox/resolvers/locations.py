"""Locations: where the shop keeps its stock."""

from __future__ import annotations

from typing import Any
from zlib import adler32, crc32

from syncd.sandbox import gids
from syncd.sandbox.addresses import Address
from syncd.sandbox.connections import Key, by_id, folded, page
from syncd.sandbox.countries import COUNTRIES, PROVINCES
from syncd.sandbox.records import Location
from syncd.sandbox.resolvers.fields import (
    Fields,
    Info,
    always,
    attribute,
    count,
    gid_of,
    legacy_id,
    shop_of,
)
from syncd.sandbox.resolvers.stock import Stocked, level_at, levels_page, shown
from syncd.sandbox.search import SearchFields, exact, filtered, flag, number, time, words
from syncd.sandbox.shop import Shop
from syncd.sandbox.stockroom import primary_place
from syncd.sandbox.words import invalid_id


def location(_root: None, info: Info, id: str | None = None) -> Location | None:
    """The named location; without a name the primary one."""
    if id is None:
        return primary_place(shop_of(info))
    if (wanted := gids.number(id, "Location")) is None:
        raise invalid_id(id)
    return shop_of(info).locations.get(wanted)


def locations(_root: None, info: Info, **arguments: Any) -> Any:
    """Inactive ones only when asked for. Relevance is taken for the order of names."""
    key = by_id if arguments["sortKey"] == "ID" else by_name
    return page(sorted(_found(info, arguments), key=key), key, arguments)


def locations_count(_root: None, info: Info, **arguments: Any) -> dict[str, Any]:
    return count(len(_found(info, arguments)))


def for_delivery(_root: None, info: Info, **arguments: Any) -> Any:
    """Inactive ones too, in the order in which they were made, as recorded."""
    return page(sorted(shop_of(info).locations.values(), key=by_id), by_id, arguments)


def _found(info: Info, arguments: dict[str, Any]) -> list[Location]:
    is_with_inactive = bool(arguments.get("includeInactive"))
    places = shop_of(info).locations.values()
    wanted = [place for place in places if place.is_active or is_with_inactive]
    return filtered(wanted, arguments.get("query"), FIELDS_OF_LOCATIONS, info)


def by_name(place: Location) -> Key:
    return (folded(place.name), place.id)


def level(
    place: Location, info: Info, inventoryItemId: str, includeInactive: bool | None = False
) -> Stocked | None:
    wanted = gids.number(inventoryItemId, "InventoryItem")
    if wanted is None:
        raise invalid_id(inventoryItemId)
    item = shop_of(info).item(wanted)
    found = level_at(item, place) if item else None
    return shown(info, found, is_with_inactive=bool(includeInactive))


def levels(place: Location, info: Info, **arguments: Any) -> Any:
    return levels_page(levels_in(shop_of(info), place), info, arguments)


def levels_in(shop: Shop, place: Location) -> list[Stocked]:
    found = (level_at(variant.item, place) for variant in shop.variants.values())
    return [one for one in found if one]


def has_inventory(place: Location, info: Info) -> bool:
    """Whether anything active lies there."""
    return any(
        one.level.is_active and (one.level.on_hand or one.level.incoming)
        for one in levels_in(shop_of(info), place)
    )


def has_orders(shop: Shop, place: Location) -> bool:
    """Whether it has something to ship."""
    return any(
        one.location_id == place.id and one.status not in ("CLOSED", "CANCELLED", "INCOMPLETE")
        for one in shop.held.get("FulfillmentOrder", {}).values()
    )


def is_taken(shop: Shop, name: str, but: Location | None) -> bool:
    """Whether another active location has the name."""
    return any(
        one.name == name and one.is_active and (but is None or one.id != but.id)
        for one in shop.locations.values()
    )


def is_activatable(place: Location, info: Info) -> bool:
    return place.is_active or not is_taken(shop_of(info), place.name, place)


def is_primary(place: Location, info: Info) -> bool:
    return place == primary_place(shop_of(info))


def address(place: Location, _info: Info) -> dict[str, Any]:
    held: Address = place.address
    code, province = held.country_code, held.province_code
    country, city = COUNTRIES.get(code), " ".join(filter(None, (held.city, province, held.zip)))
    lines = [held.address1, held.address2, city, country]
    latitude, longitude = coordinates(held)
    return {
        "address1": held.address1,
        "address2": held.address2,
        "city": held.city,
        "country": country,
        "countryCode": code,
        "formatted": [line for line in lines if line],
        "latitude": latitude,
        "longitude": longitude,
        "phone": held.phone,
        "province": PROVINCES.get(code, {}).get(province or "", province),
        "provinceCode": province,
        "zip": held.zip,
    }


def coordinates(address: Address) -> tuple[float | None, float | None]:
    """Latitude and longitude of a street: made up, but always the same for the same address."""
    if not address.address1:
        return None, None
    text = f"{address.address1}|{address.city}|{address.country_code}".encode()
    return crc32(text) % 120_000 / 1000 - 60, adler32(text) % 360_000 / 1000 - 180


FIELDS_OF_LOCATIONS: SearchFields = {
    "default": words(lambda place: (place.name, place.address.address1, place.address.city)),
    "active": flag(lambda place: place.is_active),
    "address1": exact(lambda place: place.address.address1),
    "address2": exact(lambda place: place.address.address2),
    "city": exact(lambda place: place.address.city),
    "country": exact(lambda place: COUNTRIES.get(place.address.country_code)),
    "created_at": time(lambda place: place.created_at),
    "id": number(lambda place: place.id),
    "legacy": flag(lambda place: False),
    "location_id": number(lambda place: place.id),
    "name": exact(lambda place: place.name),
    "pickup_in_store_enabled": flag(lambda place: False),
    "province": exact(lambda place: place.address.province_code),
    "zip": exact(lambda place: place.address.zip),
}

FIELDS: Fields = {
    "QueryRoot": {
        "location": location,
        "locations": locations,
        "locationsCount": locations_count,
        "locationsAvailableForDeliveryProfilesConnection": for_delivery,
    },
    "Location": {
        "id": gid_of("Location"),
        "legacyResourceId": legacy_id,
        "name": attribute("name"),
        "isActive": attribute("is_active"),
        "activatable": is_activatable,
        "deactivatable": lambda place, info: not is_primary(place, info),
        "deactivatedAt": attribute("deactivated_at"),
        "deletable": lambda place, info: not place.is_active and not has_inventory(place, info),
        "fulfillsOnlineOrders": attribute("fulfills_online_orders"),
        "shipsInventory": attribute("ships_inventory"),
        "hasActiveInventory": has_inventory,
        "hasUnfulfilledOrders": lambda place, info: has_orders(shop_of(info), place),
        "isFulfillmentService": always(False),
        "isPrimary": is_primary,
        "address": address,
        "addressVerified": always(True),
        "suggestedAddresses": always([]),
        "createdAt": attribute("created_at"),
        "updatedAt": lambda place, _info: place.updated_at or place.created_at,
        "inventoryLevel": level,
        "inventoryLevels": levels,
    },
}
