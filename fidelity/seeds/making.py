"""What seeds share: the sandbox to fill, numbers of ids, records that may have grown fields."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from fidelity.twins import PARTS, Twins
from fidelity.world import Thing, World
from syncd.sandbox.shop import Shop

Record = TypeVar("Record")

LONG_AGO = "2026-01-01T00:00:00Z"


@dataclass(slots=True)
class Seeding:
    """Where seeds are put, and what is known of the story.

    `is_before`: the world holds what later answers show, and the seeds are to be as they were
    before that: open, unshipped, with nothing of what came of it.
    """

    shop: Shop
    world: World
    twins: Twins
    is_before: bool = False
    places: dict[str, Thing] = field(default_factory=dict)
    """Locations, publications of the store that other stories show, by their ids."""
    asked: str = ""
    """All queries of the story."""
    future: World = field(default_factory=World)
    """All that the story tells; for what belongs together, never for values."""

    def number(self, kind: str, thing: Thing | None) -> int:
        """The number of the thing's recorded id, which it keeps; a new one where none was seen."""
        gid = (thing or {}).get("id")
        found = PARTS.fullmatch(gid) if isinstance(gid, str) else None
        if found is None or not found[2].isdigit():
            return self.shop.new_id(kind)
        self.twins.keep(str(gid))
        number = int(found[2])
        # What the sandbox makes later must sort behind what was there before.
        self.shop.last_ids[kind] = max(number, self.shop.last_ids.get(kind, 0))
        return number

    def of_type(self, name: str) -> Iterator[Thing]:
        """The things of a type that the story shows."""
        for one in list(self.world.things.values()):
            if one.get("__typename") == name:
                yield one


def made(record: type[Record], **values: Any) -> Record:
    """The record with those of the values that it has fields for; None leaves its default."""
    known = {field.name: field for field in dataclasses.fields(record)}  # type: ignore[arg-type]
    given = {}
    for name, value in values.items():
        field = known.get(name)
        if field is not None and not (value is None and _has_default(field)):
            given[name] = value
    return record(**given)


def _has_default(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is not missing or field.default_factory is not missing


def amount(money: Any) -> str | None:
    """Two decimals, of a Money text, a MoneyV2 or a MoneyBag."""
    if isinstance(money, dict):
        money = money.get("shopMoney", money)
        money = money.get("amount") if isinstance(money, dict) else None
    return None if money is None else f"{Decimal(str(money)):.2f}"


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def things(value: Any) -> list[Thing]:
    """The things of a list, without nulls."""
    return [one for one in value or () if isinstance(one, dict)]


def wholes(seeding: Seeding, gid: str) -> list[str]:
    """The recorded ids of what a thing is part of, as far as the sandbox knows."""
    found = PARTS.fullmatch(gid)
    if found is None:
        return []
    number = seeding.twins.ours.get((found[1], found[2]), found[2])
    if not number.isdigit():
        return []
    shop = seeding.shop
    record = shop.find(f"gid://shopify/{found[1]}/{number}")
    if found[1] == "InventoryItem" and record is not None:
        record = shop.variant_of(record)
    owners = (("Product", "product_id"), ("Order", "order_id"))
    return [
        seeding.twins.gid_of_ours(kind, str(getattr(record, name)))
        for kind, name in owners
        if hasattr(record, name)
    ]


def number_of(thing: Any) -> int | None:
    """The recorded number of a thing, if it shows its id."""
    gid = thing.get("id") if isinstance(thing, dict) else None
    return int(gid.rpartition("/")[2]) if isinstance(gid, str) else None
