"""A write in progress: what it reads, what it complains of, what it has made so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from syncd.sandbox.customids import Identity
from syncd.sandbox.records import Picture, Product
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints, not_simulated, too_long

MAX_TEXT = 255

Fault = Literal[
    "blank",
    "foreign",
    "input",
    "long",
    "long value",
    "low",
    "high",
    "media",
    "metafield",
    "missing values",
    "option",
    "option value",
    "place",
    "quantities",
    "twin",
    "type",
    "type name",
    "unique",
]
"""What may be wrong with an input that several mutations have, each with its own code for it."""

Path = tuple[str | int, ...]
Codes = Mapping[Fault, str]


@dataclass(frozen=True, slots=True)
class Write:
    """Nothing of it is in the shop before `keep`."""

    shop: Shop
    codes: Codes
    at: str
    complaints: Complaints = field(default_factory=Complaints)
    pictures: dict[int, Picture] = field(default_factory=dict)
    """Made or changed."""
    claimed: dict[Identity, int] = field(default_factory=dict)
    """Values of type `id` that this write gives away, and to which product."""

    def complain(self, path: Path, message: str, fault: Fault) -> None:
        self.complaints.add(path, message, self.codes[fault])

    def limit(self, path: Path, name: str, text: str | None) -> None:
        if text is not None and len(text) > MAX_TEXT:
            self.complain(path, too_long(name), "long")

    def keep(self, *products: Product) -> None:
        """Put the products, and the pictures that were made for them, in the shop."""
        for picture in self.pictures.values():
            if picture.id not in self.shop.media:
                self.shop.fresh_media.add(picture.id)
            self.shop.put("MediaImage", picture)
        for product in products:
            self.shop.put("Product", product)


def begin(shop: Shop, codes: Codes) -> Write:
    return Write(shop, codes, shop.now())


def refuse(given: Mapping[str, Any], names: Iterable[str]) -> None:
    """Raises NOT_SIMULATED for a field of that name with something in it."""
    for name in names:
        if given.get(name):
            raise not_simulated(name)


def in_position(given: Iterable[Mapping[str, Any]], made: Iterable[Any]) -> list[Any]:
    """What was made, in the order of the inputs' `position`; without one, of the list."""
    places = [(entry.get("position") or place, place) for place, entry in enumerate(given, start=1)]
    return [one for _, one in sorted(zip(places, made, strict=True), key=lambda pair: pair[0])]
