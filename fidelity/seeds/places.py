"""Locations, publications."""

from __future__ import annotations

import re

from fidelity.seeds import hidden
from fidelity.seeds.making import LONG_AGO, Seeding, made
from fidelity.seeds.metafields import metafields
from fidelity.world import Thing
from syncd.sandbox import gids
from syncd.sandbox.addresses import Address
from syncd.sandbox.belongings import Belongings
from syncd.sandbox.records import Location, Publication

LEVEL = re.compile(r"gid://shopify/InventoryLevel/(\d+)\?inventory_item_id=(\d+)")


def location(seeding: Seeding, thing: Thing) -> None:
    shop = seeding.shop
    number = seeding.number("Location", thing)
    created_at = thing.get("createdAt") or LONG_AGO
    record = made(
        Location,
        id=number,
        name=thing.get("name") or _name_elsewhere(seeding, thing) or "Shop location",
        level_number=level_number(seeding, thing) or shop.new_id("InventoryLevel"),
        created_at=created_at,
        updated_at=thing.get("updatedAt") or created_at,
        fulfills_online_orders=thing.get("fulfillsOnlineOrders"),
        ships_inventory=thing.get("shipsInventory"),
        deactivated_at=thing.get("deactivatedAt")
        or (LONG_AGO if thing.get("isActive") is False else None),
        address=_address(thing.get("address") or {}),
    )
    is_new = number not in shop.locations
    shop.put("Location", record)
    if found := metafields(seeding, thing):
        kept_as = shop.new_id("Belongings")
        shop.put("Belongings", Belongings(kept_as, gids.gid("Location", number), found))
    if is_new and thing.get("hasUnfulfilledOrders"):
        hidden.order_to_ship(seeding, number)
    if is_new and thing.get("hasActiveInventory"):
        hidden.stock_at(seeding, number)


def _name_elsewhere(seeding: Seeding, thing: Thing) -> str | None:
    """As another story of the store has it: names decide the order of lists."""
    name = seeding.places.get(str(thing.get("id")), {}).get("name")
    return str(name) if name else None


def _address(thing: Thing) -> Address | None:
    if not thing.get("countryCode"):
        return None
    return made(
        Address,
        country_code=thing["countryCode"],
        address1=thing.get("address1"),
        address2=thing.get("address2"),
        city=thing.get("city"),
        phone=thing.get("phone"),
        province_code=thing.get("provinceCode"),
        zip=thing.get("zip"),
    )


def level_number(seeding: Seeding, place: Thing) -> int | None:
    """The number that the gids of this location's levels begin with, if one was seen."""
    for level in seeding.of_type("InventoryLevel"):
        found = LEVEL.fullmatch(str(level.get("id")))
        if found and (level.get("location") or {}).get("id") == place.get("id"):
            return int(found[1])
    return None


def publication(seeding: Seeding, thing: Thing) -> None:
    number = seeding.number("Publication", thing)
    catalog = thing.get("catalog")
    record = made(
        Publication,
        id=number,
        name=thing.get("name") or (catalog or {}).get("title") or "Online Store",
        catalog_id=seeding.number("AppCatalog", catalog),
    )
    seeding.shop.put("Publication", record)


SEEDERS = {
    "Location": location,
    "Publication": publication,
}
