"""Inventory items with their levels."""

from __future__ import annotations

from typing import Any

from fidelity.seeds import places
from fidelity.seeds.making import LONG_AGO, Seeding, amount, made, things
from fidelity.world import Thing
from syncd.sandbox.records import Item, Level

KEPT = (
    "available",
    "committed",
    "reserved",
    "damaged",
    "safety_stock",
    "quality_control",
    "incoming",
)


def item_of(seeding: Seeding, row: Thing) -> Item:
    """The inventory item behind a variant."""
    thing = row.get("inventoryItem") or {}
    weight = (thing.get("measurement") or {}).get("weight") or {}
    cost = thing.get("unitCost")
    return made(
        Item,
        id=seeding.number("InventoryItem", thing),
        sku=row["sku"] if row.get("sku") is not None else thing.get("sku"),
        tracked=thing.get("tracked"),
        requires_shipping=thing.get("requiresShipping"),
        cost=amount(cost),
        country=thing.get("countryCodeOfOrigin"),
        province=thing.get("provinceCodeOfOrigin"),
        harmonized_code=thing.get("harmonizedSystemCode"),
        weight=weight.get("value"),
        weight_unit=weight.get("unit"),
        levels=_levels(seeding, row, thing),
    )


def _levels(seeding: Seeding, row: Thing, thing: Thing) -> tuple[Level, ...]:
    """Those that were seen; else one that holds what the variant says it has."""
    seen = things(thing.get("inventoryLevels"))
    if seeding.is_before:
        seen = [{**one, "quantities": None} for one in seen]
        row = {**row, "inventoryQuantity": None}
    for one in seeding.of_type("InventoryLevel"):
        if one.get("item") is thing and thing and all(one is not other for other in seen):
            seen.append(one)
    levels = {}
    for one in seen:
        if (place := _place(seeding, one)) is not None:
            levels[place] = _level(place, one, row)
    if levels or thing.get("inventoryLevels") == []:
        return tuple(levels.values())
    place = next(iter(seeding.shop.locations), None)
    if place is None:
        return ()
    return (_level(place, {}, row),)


def _place(seeding: Seeding, level: Thing) -> int | None:
    place = level.get("location")
    if isinstance(place, dict) and place.get("id"):
        number = int(str(place["id"]).rpartition("/")[2])
        if number not in seeding.shop.locations:
            places.location(seeding, place)
        return number
    found = places.LEVEL.fullmatch(str(level.get("id")))
    for one in seeding.shop.locations.values():
        if found and one.level_number == int(found[1]):
            return one.id
    return next(iter(seeding.shop.locations), None)


def _level(place: int, thing: Thing, row: Thing) -> Level:
    counts: dict[str, int] = {}
    dates: list[tuple[str, str]] = []
    for one in things(thing.get("quantities")):
        if isinstance(one.get("name"), str) and isinstance(one.get("quantity"), int):
            counts[one["name"]] = one["quantity"]
            if one.get("updatedAt"):
                dates.append((one["name"], one["updatedAt"]))
    on_hand = counts.pop("on_hand", None)
    known = {name: counts[name] for name in KEPT if name in counts}
    if "available" not in known:
        known["available"] = _available(row, on_hand)
    elif on_hand is not None:
        # What else lies there was not asked for; it is put where it shows least.
        rest = on_hand - sum(value for name, value in known.items() if name != "incoming")
        if rest:
            known["reserved"] = known.get("reserved", 0) + rest
    at: Any = thing.get("updatedAt") or LONG_AGO
    return made(
        Level,
        location_id=place,
        updated_at=at,
        created_at=thing.get("createdAt") or at,
        is_active=thing.get("isActive"),
        dates=tuple(dates) or None,
        **known,
    )


def _available(row: Thing, on_hand: int | None) -> int:
    if on_hand is not None:
        return on_hand
    count = row.get("inventoryQuantity")
    return count if isinstance(count, int) else 0
