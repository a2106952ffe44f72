"""A made-up day of a shop: its goods, who wants what when, on both sides of the counter.

Seeded, so that the same number makes the same day. Some goods are wanted far more often than
others; what is wanted in the web shop is half of it what is wanted at the till, too. Counts are
small: the sought-after ones sell out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Literal

from bench.cheapest_day import BUSY
from syncd.catalogue.entries import Catalogue, PriceEntry, ProductEntry, VariantEntry
from syncd.catalogue.sample import ean13

TICK_S = 5.0
WAREHOUSE = "hoved"  # the warehouse that both sides sell from
COUNTS, OFTEN = (1, 2, 3, 4, 6, 8, 12), (3, 5, 5, 4, 3, 2, 1)
STEEPNESS = 0.7  # of demand over the ranks of goods
FACTORS = ("0.9", "0.95", "1.05", "1.1")  # nothing that a guard would hold back

Side = Literal["web", "till"]


@dataclass(frozen=True, slots=True)
class Size:
    """How large a day is; by default that of the bar, ten hours of it."""

    products: int = 5_000
    web: int = 3_000
    till: int = 4_000
    prices: int = 500
    hours: float = 10.0
    late_s: float = 3_600.0
    guard_percent: int = 10  # of the counts may sell out within an hour; more wait for a person
    seed: int = 1

    @property
    def ticks(self) -> int:
        return round(self.hours * 3_600 / TICK_S)


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody wants one piece of a variant, given by its place."""

    side: Side
    place: int


@dataclass(frozen=True, slots=True)
class Repricing:
    """All variants of a product, by its handle, cost so many times as much."""

    handle: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Demand:
    """The day; `skus` and `start` are by the place of a variant, the others by tick."""

    size: Size
    catalogue: Catalogue
    skus: tuple[str, ...]
    start: tuple[int, ...]
    wishes: Mapping[int, list[Wish]]
    prices: Mapping[int, list[Repricing]]


def made(size: Size) -> Demand:
    random_ = Random(size.seed)
    goods = [_product(number, random_) for number in range(size.products)]
    variants = [one for product in goods for one in product.variants]
    wishes: dict[int, list[Wish]] = defaultdict(list)
    for wish in _wishes(size, len(variants), random_):
        wishes[_tick(size, random_)].append(wish)
    prices: dict[int, list[Repricing]] = defaultdict(list)
    for product in random_.choices(goods, k=size.prices):
        factor = Decimal(random_.choice(FACTORS))
        prices[_tick(size, random_)].append(Repricing(product.handle, factor))
    return Demand(
        size,
        Catalogue("Fjord", tuple(goods)),
        tuple(str(one.sku) for one in variants),
        tuple(one.counts[0][1] for one in variants),
        wishes,
        prices,
    )


def _product(number: int, random_: Random) -> ProductEntry:
    sizes = ("S", "M")[: random_.choice((1, 2))]
    price = Decimal(random_.randrange(49, 2_000))
    return ProductEntry(
        row=number,
        handle=f"vare-{number}",
        title=f"Vare {number}",
        store="Fjell",
        variants=tuple(
            VariantEntry(
                row=number,
                option_values=(one,),
                prices=(PriceEntry("nett", price), PriceEntry("butikk", price)),
                sku=f"D{number:05}-{one}",
                barcodes=(ean13(f"70990{number:06}{place}"),),
                counts=((WAREHOUSE, random_.choices(COUNTS, OFTEN)[0]),),
            )
            for place, one in enumerate(sizes)
        ),
        option_names=("Størrelse",),
        description_html=f"<p>Vare {number}</p>",
    )


def _wishes(size: Size, variants: int, random_: Random) -> list[Wish]:
    web, other = _popularity(variants, random_), _popularity(variants, random_)
    till = [(one + another) / 2 for one, another in zip(web, other, strict=True)]
    places = range(variants)
    found = [Wish("web", place) for place in random_.choices(places, web, k=size.web)]
    found += [Wish("till", place) for place in random_.choices(places, till, k=size.till)]
    random_.shuffle(found)
    return found


def _popularity(variants: int, random_: Random) -> list[float]:
    weights = [1 / (rank + 3) ** STEEPNESS for rank in range(variants)]
    random_.shuffle(weights)
    return weights


def _tick(size: Size, random_: Random) -> int:
    """A moment of the day; some hours are busier than others."""
    (hour,) = random_.choices(range(len(BUSY)), BUSY)
    return int((hour + random_.random()) / len(BUSY) * size.ticks)
