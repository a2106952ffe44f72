"""Bodies about inventory items, levels, locations."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.sandbox import gids
from syncd.sandbox.hooks.bodies.writer import Json, Writer, Writing, only_id
from syncd.sandbox.records import Item, Level

UNITS = {"KILOGRAMS": "kg", "GRAMS": "g", "POUNDS": "lb", "OUNCES": "oz"}


def _place(writing: Writing) -> tuple[int, int]:
    """Item and location that a hint about a level means."""
    more = writing.hint.more
    return int(more.get("inventory_item_id", writing.hint.number)), int(more["location_id"])


def level_body(writing: Writing) -> Json | None:
    """Only what is available, null for an item that is not tracked: no reason, no author."""
    item_id, location_id = _place(writing)
    item, location = writing.shop.item(item_id), writing.shop.locations.get(location_id)
    level = _level(item, location_id)
    if item is None or location is None or level is None:
        return None
    return {
        "inventory_item_id": item.id,
        "location_id": location.id,
        "available": level.available if item.tracked else None,
        "updated_at": writing.time(level.updated_at),
        "admin_graphql_api_id": (
            f"{gids.gid('InventoryLevel', location.level_number)}?inventory_item_id={item.id}"
        ),
    }


def _level(item: Item | None, location_id: int) -> Level | None:
    levels = item.levels if item else ()
    return next((one for one in levels if one.location_id == location_id), None)


def disconnected(writing: Writing) -> Json:
    item_id, location_id = _place(writing)
    return {"inventory_item_id": item_id, "location_id": location_id}


def item_body(writing: Writing) -> Json | None:
    item = writing.shop.item(writing.hint.number)
    if item is None:
        return None
    variant = writing.shop.variant_of(item)
    return {
        "id": item.id,
        "sku": item.sku,
        "created_at": writing.time(variant.created_at),
        "updated_at": writing.time(variant.updated_at),
        "requires_shipping": item.requires_shipping,
        "cost": item.cost,
        "country_code_of_origin": item.country,
        "province_code_of_origin": item.province,
        "harmonized_system_code": item.harmonized_code,
        "tracked": item.tracked,
        "country_harmonized_system_codes": [],
        "weight_value": item.weight,
        "weight_unit": UNITS[item.weight_unit],
        "admin_graphql_api_id": gids.gid("InventoryItem", item.id),
    }


def location_body(writing: Writing) -> Json | None:
    location = writing.shop.locations.get(writing.hint.number)
    if location is None:
        return None
    return {
        "id": location.id,
        "name": location.name,
        "created_at": writing.time(location.created_at),
        "updated_at": writing.time(location.created_at),
        "legacy": False,
        "active": getattr(location, "is_active", True),
        "admin_graphql_api_id": gids.gid("Location", location.id),
    }


BODIES: Mapping[str, Writer] = {
    "INVENTORY_LEVELS": level_body,
    "INVENTORY_LEVELS_DISCONNECT": disconnected,
    "INVENTORY_ITEMS": item_body,
    "INVENTORY_ITEMS_DELETE": only_id,
    "LOCATIONS": location_body,
    "LOCATIONS_DELETE": only_id,
}
