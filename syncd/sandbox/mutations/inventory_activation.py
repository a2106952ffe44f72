"""Where an item is stocked: inventoryActivate, inventoryDeactivate, inventoryBulkToggleActivation.

Deactivating keeps what lies there since 2026-04, activating again brings it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.idempotency import once
from syncd.sandbox.mutations.stock_changes import MOST_SET
from syncd.sandbox.records import Item, Level, Location
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.stock import Stocked
from syncd.sandbox.shop import Shop
from syncd.sandbox.stockroom import NAMES, changed, level_at, new_level, put_items, with_levels
from syncd.sandbox.words import Complaints

NOT_FOUND = "The product couldn't be stocked because the location wasn't found."
NO_ITEM = "The product couldn't be stocked because the product was deleted."
BOTH = "not allowed to set available and on_hand quantities at the same time."
RANGE = "the quantity needs to be between -1 billion and 1 billion."
ACTIVE = "Not allowed to set {what} quantity when the item is already active at the location."
GONE_PRODUCT = "The product couldn't be unstocked because the product was deleted."
GONE_PLACE = "The product couldn't be unstocked because the location was deleted."
LAST = "because products need to be stocked at a minimum of 1 location."
COUNTS = {"available": "available", "on_hand": "an on_hand"}


def activate(
    _root: None,
    info: Info,
    inventoryItemId: str,
    locationId: str,
    available: int | None = None,
    onHand: int | None = None,
    **_: Any,
) -> dict[str, Any]:
    """Stock an item at a location. A quantity is only for one where it is not active yet."""
    shop, complaints = shop_of(info), Complaints()
    given = {"available": available, "onHand": onHand}
    wanted = {name: count for name, count in given.items() if count is not None}
    item = shop.item(gids.number(inventoryItemId, "InventoryItem") or 0)
    place = active_place(shop, locationId)
    if item is None:
        complaints.add(["inventoryItemId"], NO_ITEM)
    if place is None:
        complaints.add(["locationId"], NOT_FOUND)
    if item is None or place is None:
        return {"inventoryLevel": None, "userErrors": complaints.found}
    held = level_at(item, place.id)
    if held and held.is_active:
        for name in wanted:
            what = COUNTS["on_hand" if name == "onHand" else name]
            complaints.add([name], ACTIVE.format(what=what))
        return {"inventoryLevel": Stocked(item, place, held), "userErrors": complaints.found}
    _check_wanted(complaints, place, wanted)
    if complaints:
        return {"inventoryLevel": None, "userErrors": complaints.found}
    level = _with_count(shop, activated(info, held, place.id), wanted)
    item = with_levels(item, [level])
    put_items(shop, [item])
    return {"inventoryLevel": Stocked(item, place, level), "userErrors": []}


def active_place(shop: Shop, text: str) -> Location | None:
    place = shop.locations.get(gids.number(text, "Location") or 0)
    return place if place and place.is_active else None


def _check_wanted(complaints: Complaints, place: Location, wanted: Mapping[str, int]) -> None:
    start = f"The product couldn't be stocked at {place.name} because "
    for name, count in wanted.items():
        if len(wanted) > 1:
            complaints.add([name], start + BOTH)
        elif abs(count) > MOST_SET:
            complaints.add([name], start + RANGE)


def activated(info: Info, held: Level | None, location_id: int) -> Level:
    """A new level, or the old one as the version has it: with its quantities, or emptied."""
    shop = shop_of(info)
    if held is None:
        return new_level(shop, location_id)
    if info.context.is_since("2026-04"):
        return replace(held, is_active=True)
    empty = {name: -getattr(held, name) for name in NAMES}
    return replace(changed(held, empty, shop.now()), is_active=True)


def _with_count(shop: Shop, level: Level, wanted: Mapping[str, int]) -> Level:
    if "onHand" in wanted:
        return changed(level, {"available": wanted["onHand"] - level.on_hand}, shop.now())
    if "available" in wanted:
        return changed(level, {"available": wanted["available"] - level.available}, shop.now())
    return level


def deactivate(_root: None, info: Info, inventoryLevelId: str) -> dict[str, Any]:
    """Also while something is committed, reserved or incoming there, as recorded."""
    shop = shop_of(info)
    number = gids.number(inventoryLevelId, "InventoryLevel")
    item_id = inventoryLevelId.partition("inventory_item_id=")[2]
    item = shop.item(int(item_id)) if item_id.isdigit() else None
    place = next((one for one in shop.locations.values() if one.level_number == number), None)
    if item is None:
        return _undone(GONE_PRODUCT)
    held = level_at(item, place.id) if place else None
    if place is None or held is None:
        return _undone(GONE_PLACE)
    if held.is_active and is_last(item):
        return _undone(f"The product couldn't be unstocked from {place.name} {LAST}")
    if held.is_active:
        put_items(shop, [with_levels(item, [replace(held, is_active=False)])])
    return {"userErrors": []}


def _undone(message: str) -> dict[str, Any]:
    return {"userErrors": [{"field": None, "message": message}]}


def is_last(item: Item) -> bool:
    return sum(level.is_active for level in item.levels) <= 1


def bulk_toggle(
    _root: None, info: Info, inventoryItemId: str, inventoryItemUpdates: list[Mapping[str, Any]]
) -> dict[str, Any]:
    """Activate or deactivate an item at several locations, all or none."""
    shop, complaints = shop_of(info), Complaints()
    item = shop.item(gids.number(inventoryItemId, "InventoryItem") or 0)
    if item is None:
        words = "The quantity couldn't be updated because the product was not found."
        complaints.add(["inventoryItemId"], words, "INVENTORY_ITEM_NOT_FOUND")
        return _toggled(None, None, complaints)
    toggled: list[int] = []
    for index, row in enumerate(inventoryItemUpdates):
        path = ("inventoryItemUpdates", index, "locationId")
        place = active_place(shop, row["locationId"])
        held = level_at(item, place.id) if place else None
        if place is None or (held is None and not row["activate"]):
            words = "The quantity couldn't be updated because the location was not found."
            complaints.add(path, words, "LOCATION_NOT_FOUND")
        elif row["activate"]:
            if not (held and held.is_active):
                item = with_levels(item, [activated(info, held, place.id)])
            toggled.append(place.id)
        elif held and held.is_active and is_last(item):
            words = f"The variant couldn't be unstocked from {place.name} {LAST}"
            complaints.add(path, words, "CANNOT_DEACTIVATE_FROM_ONLY_LOCATION")
        elif held:
            item = with_levels(item, [replace(held, is_active=False)])
    if complaints:
        return _toggled(None, None, complaints)
    put_items(shop, [item])
    places = shop.locations
    levels = [Stocked(item, places[one.location_id], one) for one in item.levels]
    return _toggled(item, [one for one in levels if one.place.id in toggled], complaints)


def _toggled(
    item: Item | None, levels: list[Stocked] | None, complaints: Complaints
) -> dict[str, Any]:
    return {"inventoryItem": item, "inventoryLevels": levels, "userErrors": complaints.found}


FIELDS: Fields = {
    "Mutation": {
        "inventoryActivate": once(activate),
        "inventoryDeactivate": deactivate,
        "inventoryBulkToggleActivation": bulk_toggle,
    }
}
