"""Inventory items, with their levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import Key, page
from syncd.sandbox.records import Item, Level, Location, Variant
from syncd.sandbox.resolvers.fields import (
    Fields,
    Info,
    always,
    attribute,
    count,
    gid_of,
    legacy_id,
    money,
    shop_of,
)
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import invalid_id, not_simulated, refusal

# Nothing commits, reserves or ships stock yet, so all that is on hand is available.
SAME_AS_AVAILABLE = ("available", "on_hand")
ALWAYS_NONE = (
    "committed",
    "damaged",
    "incoming",
    "quality_control",
    "reserved",
    "safety_stock",
)


@dataclass(frozen=True, slots=True)
class Stocked:
    """An inventory level with what it belongs to."""

    item: Item
    place: Location
    level: Level

    @property
    def gid(self) -> str:
        return self.of("InventoryLevel")

    def of(self, kind: str) -> str:
        """The gid of the level, or of one of its quantities."""
        level = gids.gid(kind, self.place.level_number)
        return f"{level}?inventory_item_id={self.item.id}"


def level_at(item: Item, place: Location) -> Stocked | None:
    for level in item.levels:
        if level.location_id == place.id:
            return Stocked(item, place, level)
    return None


def level_named(shop: Shop, text: str) -> Stocked | None:
    """The level that a gid of the kind InventoryLevel names."""
    number = gids.number(text, "InventoryLevel")
    _, _, item_id = text.partition("inventory_item_id=")
    item = shop.item(int(item_id)) if item_id.isdigit() else None
    place = next((one for one in shop.locations.values() if one.level_number == number), None)
    return level_at(item, place) if item and place else None


def item_level(item: Item, info: Info, locationId: str, **_: Any) -> Stocked | None:
    number = gids.number(locationId, "Location")
    if number is None:
        raise invalid_id(locationId)
    place = shop_of(info).locations.get(number)
    return level_at(item, place) if place else None


def item_levels(item: Item, info: Info, **arguments: Any) -> Any:
    if arguments.get("query"):
        raise not_simulated("the search of inventory levels")
    places = shop_of(info).locations
    held = [Stocked(item, places[level.location_id], level) for level in item.levels]
    return page(sorted(held, key=by_place), by_place, arguments)


def by_place(stocked: Stocked) -> Key:
    return (stocked.place.level_number, stocked.place.level_number)


def quantities(stocked: Stocked, _info: Info, names: list[str]) -> list[dict[str, Any]]:
    """In the order asked. `updatedAt` of on_hand is null in every recording."""
    found = []
    for name in names:
        if name not in SAME_AS_AVAILABLE + ALWAYS_NONE:
            raise refusal(
                "The specified quantity name is invalid. Valid names are: "
                + ", ".join(sorted(SAME_AS_AVAILABLE + ALWAYS_NONE))
                + ".",
                "INVALID",
            )
        number = stocked.level.available if name in SAME_AS_AVAILABLE else 0
        at = stocked.level.updated_at if name == "available" else None
        found.append(
            {
                "id": f"{stocked.of('InventoryQuantity')}&name={name}",
                "name": name,
                "quantity": number,
                "updatedAt": at,
            }
        )
    return found


def inventory_item(_root: None, info: Info, id: str) -> Item | None:
    number = gids.number(id, "InventoryItem")
    if number is None:
        raise invalid_id(id)
    return shop_of(info).item(number)


def variant(item: Item, info: Info) -> Variant:
    return shop_of(info).variant_of(item)


FIELDS: Fields = {
    "QueryRoot": {"inventoryItem": inventory_item},
    "InventoryItem": {
        "id": gid_of("InventoryItem"),
        "legacyResourceId": legacy_id,
        "sku": attribute("sku"),
        "tracked": attribute("tracked"),
        "requiresShipping": attribute("requires_shipping"),
        "countryCodeOfOrigin": attribute("country"),
        "provinceCodeOfOrigin": attribute("province"),
        "harmonizedSystemCode": attribute("harmonized_code"),
        "measurement": lambda item, _info: {
            "id": gids.gid("InventoryItemMeasurement", item.id),
            "weight": {"unit": item.weight_unit, "value": item.weight},
        },
        "unitCost": lambda item, info: money(shop_of(info), item.cost),
        "createdAt": lambda item, info: variant(item, info).created_at,
        "updatedAt": lambda item, info: variant(item, info).updated_at,
        "variant": variant,
        "locationsCount": lambda item, _info: count(len(item.levels)),
        "inventoryLevel": item_level,
        "inventoryLevels": item_levels,
    },
    "InventoryLevel": {
        "id": lambda stocked, _info: stocked.gid,
        "isActive": always(True),
        "item": attribute("item"),
        "location": attribute("place"),
        "quantities": quantities,
        "createdAt": lambda stocked, _info: stocked.level.updated_at,
        "updatedAt": lambda stocked, _info: stocked.level.updated_at,
    },
}
