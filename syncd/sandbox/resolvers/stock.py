"""Inventory items, with their levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import Key, by_id, page
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
from syncd.sandbox.search import (
    SearchFields,
    exact,
    filtered,
    number,
    of_shop,
    time,
    words,
)
from syncd.sandbox.shop import Shop
from syncd.sandbox.stockroom import NAMES
from syncd.sandbox.words import invalid_id, refusal

QUANTITY_NAMES = tuple(sorted((*NAMES, "on_hand")))


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
    """The level that a gid of the kind InventoryLevel names, active or not."""
    number = gids.number(text, "InventoryLevel")
    _, _, item_id = text.partition("inventory_item_id=")
    item = shop.item(int(item_id)) if item_id.isdigit() else None
    place = next((one for one in shop.locations.values() if one.level_number == number), None)
    return level_at(item, place) if item and place else None


def inventory_level(_root: None, info: Info, id: str) -> Stocked | None:
    if gids.number(id, "InventoryLevel") is None:
        raise invalid_id(id)
    return shown(info, level_named(shop_of(info), id), is_with_inactive=True)


def shown(info: Info, stocked: Stocked | None, *, is_with_inactive: bool) -> Stocked | None:
    """The level if it is active or asked for all the same, which versions before 2026-04 cannot."""
    if stocked is None or stocked.level.is_active:
        return stocked
    return stocked if is_with_inactive and info.context.is_since("2026-04") else None


def item_level(
    item: Item, info: Info, locationId: str, includeInactive: bool | None = False
) -> Stocked | None:
    number = gids.number(locationId, "Location")
    if number is None:
        raise invalid_id(locationId)
    place = shop_of(info).locations.get(number)
    found = level_at(item, place) if place else None
    return shown(info, found, is_with_inactive=bool(includeInactive))


def item_levels(item: Item, info: Info, **arguments: Any) -> Any:
    places = shop_of(info).locations
    held = [Stocked(item, places[level.location_id], level) for level in item.levels]
    return levels_page(held, info, arguments)


def levels_page(held: list[Stocked], info: Info, arguments: Mapping[str, Any]) -> Any:
    """A page of the levels, in the order in which they were made."""
    is_with_inactive = bool(arguments.get("includeInactive"))
    wanted = [one for one in held if shown(info, one, is_with_inactive=is_with_inactive)]
    found = filtered(wanted, arguments.get("query"), FIELDS_OF_LEVELS, info)
    return page(sorted(found, key=by_age), by_age, arguments)


def by_age(stocked: Stocked) -> Key:
    number = stocked.level.id or stocked.place.level_number
    return (number, number)


def quantities(stocked: Stocked, _info: Info, names: list[str]) -> list[dict[str, Any]]:
    """In the order asked. What never changed by itself has no date but for what is available."""
    level = stocked.level
    dates = {"available": level.created_at or level.updated_at, **dict(level.dates)}
    for name in names:
        if name not in QUANTITY_NAMES:
            raise refusal(
                "The specified quantity name is invalid. Valid names are: "
                + ", ".join(QUANTITY_NAMES)
                + ".",
                "INVALID",
            )
    return [
        {
            "id": f"{stocked.of('InventoryQuantity')}&name={name}",
            "name": name,
            "quantity": getattr(level, name),
            "updatedAt": dates.get(name),
        }
        for name in names
    ]


def can_deactivate(stocked: Stocked, _info: Info) -> bool:
    return stocked.level.is_active and sum(one.is_active for one in stocked.item.levels) > 1


FIELDS_OF_LEVELS: SearchFields = {
    "created_at": time(lambda stocked: stocked.level.created_at or stocked.level.updated_at),
    "id": number(lambda stocked: stocked.level.id),
    "inventory_group_id": number(lambda stocked: stocked.place.id),
    "inventory_item_id": number(lambda stocked: stocked.item.id),
    "updated_at": time(lambda stocked: stocked.level.updated_at),
}


def inventory_item(_root: None, info: Info, id: str) -> Item | None:
    number = gids.number(id, "InventoryItem")
    if number is None:
        raise invalid_id(id)
    return shop_of(info).item(number)


def inventory_items(_root: None, info: Info, **arguments: Any) -> Any:
    items = shop_of(info).searchable("InventoryItem")
    found = filtered(items, arguments.get("query"), FIELDS_OF_ITEMS, info)
    return page(sorted(found, key=by_id), by_id, arguments)


def variant(item: Item, info: Info) -> Variant:
    return shop_of(info).variant_of(item)


def twins(item: Item, info: Info) -> int:
    """How many other items have its SKU."""
    held = shop_of(info).variants.values()
    return sum(one.item.sku == item.sku for one in held) - 1 if item.sku else 0


def history_url(item: Item, info: Info) -> str:
    shop, of = shop_of(info), variant(item, info)
    admin = f"https://{shop.options.domain}/admin/products/{of.product_id}"
    return f"{admin}/variants/{of.id}/inventory_history"


FIELDS_OF_ITEMS: SearchFields = {
    "default": words(lambda item: item.sku),
    "created_at": of_shop(time(lambda item, shop: shop.variant_of(item).created_at)),
    "id": number(lambda item: item.id),
    "sku": exact(lambda item: item.sku),
    "updated_at": of_shop(time(lambda item, shop: shop.variant_of(item).updated_at)),
}

FIELDS: Fields = {
    "QueryRoot": {
        "inventoryItem": inventory_item,
        "inventoryItems": inventory_items,
        "inventoryLevel": inventory_level,
    },
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
        "variants": lambda item, info, **more: page([variant(item, info)], by_id, more),
        "locationsCount": lambda item, _info: count(sum(one.is_active for one in item.levels)),
        "duplicateSkuCount": twins,
        "inventoryHistoryUrl": history_url,
        "trackedEditable": always({"locked": False, "reason": None}),
        "inventoryLevel": item_level,
        "inventoryLevels": item_levels,
    },
    "InventoryLevel": {
        "id": lambda stocked, _info: stocked.gid,
        "isActive": lambda stocked, _info: stocked.level.is_active,
        "canDeactivate": can_deactivate,
        "item": attribute("item"),
        "location": attribute("place"),
        "quantities": quantities,
        "createdAt": lambda stocked, _info: stocked.level.created_at or stocked.level.updated_at,
        "updatedAt": lambda stocked, _info: stocked.level.updated_at,
    },
}
