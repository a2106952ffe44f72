"""How much of an item lies where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.mutations.write import Path, Write
from syncd.sandbox.records import Level
from syncd.sandbox.shop import Shop
from syncd.sandbox.stockroom import changed, new_level, primary_place

MAX_QUANTITY = 1_000_000_000
MAX_QUANTITIES = 50_000
TOO_MANY = (
    "Inventory quantity input exceeds the limit of 50000."
    " Consider using separate `inventorySetQuantities` mutations."
)

Counts = Mapping[str, int]
"""Location gid -> how much is available there."""


def first_levels(shop: Shop) -> tuple[Level, ...]:
    """What a new variant has when nothing is said: nothing at the primary location."""
    place = primary_place(shop)
    return (new_level(shop, place.id),) if place else ()


def available_of(held: tuple[Level, ...], row: Mapping[str, Any]) -> int:
    """How much a row makes available: what is on hand is more by what is kept for others."""
    count: int = row["quantity"]
    if row.get("name") == "on_hand":
        number = gids.number(row["locationId"], "Location")
        kept = [one.on_hand - one.available for one in held if one.location_id == number]
        return count - sum(kept)
    return count


def check_places(write: Write, path: Path, title: str, counts: Counts) -> None:
    if any(gids.number(place, "Location") not in write.shop.locations for place in counts):
        message = f"Quantity for {title} couldn't be set because the location was deleted."
        write.complain(path, message, "place")


def stocked(write: Write, path: Path, held: tuple[Level, ...], counts: Counts) -> tuple[Level, ...]:
    """The levels with the new counts. An item that has levels gets none at other locations."""
    levels = {level.location_id: level for level in held}
    for text, count in counts.items():
        place = gids.number(text, "Location")
        if place not in write.shop.locations:
            continue
        if held and place not in levels:
            message = "The specified inventory item is not stocked at the location."
            write.complain(path, message, "place")
        _check_count(write, path, count)
        level = levels.get(place) or new_level(write.shop, place)
        levels[place] = changed(level, {"available": count - level.available}, write.at)
    return tuple(levels.values())


def _check_count(write: Write, path: Path, count: int) -> None:
    if count > MAX_QUANTITY:
        write.complain(path, "The quantity can't be higher than 1,000,000,000.", "input")
    elif count < -MAX_QUANTITY:
        write.complain(path, "The quantity can't be lower than -1,000,000,000.", "input")
