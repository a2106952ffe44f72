"""A write in progress: what it reads, what it complains of, what it has made so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from syncd.sandbox.customids import Identity
from syncd.sandbox.records import Item, Picture, Product, Variant
from syncd.sandbox.shop import Shop
from syncd.sandbox.stockroom import tell_items
from syncd.sandbox.words import Complaints, not_simulated, refusal, too_long

MAX_TEXT = 255
TOO_MANY_TODAY = (
    "Daily variant creation limit reached. Please try again later. See"
    " https://help.shopify.com/api/getting-started/api-call-limit for more information about rate"
    " limits and how to increase them."
)

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
Record = TypeVar("Record", Item, Product, Variant)
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
        check_allowance(self.shop, products)
        for picture in self.pictures.values():
            self.shop.put("MediaImage", picture)
        for product in products:
            before = self.shop.products.get(product.id)
            self.shop.put("Product", product)
            if product != before:
                self.shop.tell("PRODUCTS_UPDATE" if before else "PRODUCTS_CREATE", product)
            tell_items(self.shop, before, product)


def check_allowance(shop: Shop, products: Sequence[Product]) -> None:
    """Raises VARIANT_THROTTLE_EXCEEDED when these would be more new variants than a day may have.

    The code is in no schema; it was seen by third parties, the end of the message is a guess.
    """
    allowance = shop.options.allowance
    if len(shop.variants) <= allowance.free_variants or shop.options.pace.is_plus:
        return
    new = sum(one.id not in shop.variants for product in products for one in product.variants)
    if not new:
        # Counting what was made today looks at all variants: too slow for each update.
        return
    today = shop.now()[:10]
    made = sum(one.created_at[:10] == today for one in shop.variants.values())
    if made + new > allowance.variants_a_day:
        raise refusal(TOO_MANY_TODAY, "VARIANT_THROTTLE_EXCEEDED")


def begin(shop: Shop, codes: Codes) -> Write:
    return Write(shop, codes, shop.now())


def refuse(given: Mapping[str, Any], names: Iterable[str]) -> None:
    """Raises NOT_SIMULATED for a field of that name with something in it."""
    for name in names:
        if given.get(name):
            raise not_simulated(name)


def altered(record: Record, **changes: Any) -> Record:
    """The record with the changes, the very same when it has them already: copying is slow."""
    new = {name: value for name, value in changes.items() if getattr(record, name) != value}
    return replace(record, **new) if new else record


def in_position(given: Iterable[Mapping[str, Any]], made: Iterable[Any]) -> list[Any]:
    """What was made, in the order of the inputs' `position`; without one, of the list."""
    places = [(entry.get("position") or place, place) for place, entry in enumerate(given, start=1)]
    return [one for _, one in sorted(zip(places, made, strict=True), key=lambda pair: pair[0])]
