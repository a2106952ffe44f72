"""Make up the catalogue of a Norwegian retailer: sport, fashion, things for the home."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product as combinations
from random import Random
from typing import TypeVar

from syncd.catalogue import sample_words as words
from syncd.catalogue.entries import (
    DEPARTMENTS,
    WAREHOUSES,
    Catalogue,
    ImageEntry,
    PriceEntry,
    ProductEntry,
    VariantEntry,
)
from syncd.catalogue.sample_words import Family

IMAGES = "https://bilder.example.com/fjord"
BARCODE_PREFIX = "7099"  # 70 is GS1 Norway; the rest is ours to count
OFFERS = (  # from, until: since ever, now, over, not yet
    (None, None),
    (datetime(2024, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)),
    (datetime(2024, 11, 1, tzinfo=UTC), datetime(2024, 12, 1, tzinfo=UTC)),
    (datetime(2090, 1, 1, tzinfo=UTC), None),
)
T = TypeVar("T")


def catalogue(size: int = 300, *, seed: int = 7) -> Catalogue:
    """`size` products (at least 20), some of them odd on purpose; the same for the same arguments.

    Prices are in NOK, 25 % VAT included. Every 17th is inactive, every 23rd untracked, some have
    no SKU or share one, some are on offer in the net shop, six have 72 variants.
    """
    rng = Random(seed)  # nosec B311  # the same catalogue each time is meant
    odd = [
        _product(number, title, family, rng)
        for number, (title, family) in enumerate(words.ODD, start=90_000)
    ]
    ordinary = [_ordinary(number, rng) for number in range(size - len(odd))]
    return Catalogue(words.RETAILER, tuple(ordinary + odd))


def ean13(digits: str) -> str:
    """Twelve digits with their check digit."""
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def _ordinary(number: int, rng: Random) -> ProductEntry:
    """Families take turns; a model comes back after all others, as a later edition."""
    turn, place = divmod(number, len(words.FAMILIES))
    family = words.JEANS if number % 50 == 31 else words.FAMILIES[place]
    model = words.MODELS[(turn + place * 5) % len(words.MODELS)]
    edition = turn // len(words.MODELS)
    title = f"{_pick(words.BRANDS[family.store], rng)} {family.name} {model}"
    return _product(number, f"{title} {edition + 1}" if edition else title, family, rng)


def _product(number: int, title: str, family: Family, rng: Random) -> ProductEntry:
    handle = _slug(f"{title[:60]} {number}")
    images = tuple(
        ImageEntry(f"{IMAGES}/{handle}-{place}.jpg", f"{title[:80]}, bilde {place}")
        for place in range(1, 2 + int(rng.random() * 4))
    )
    return ProductEntry(
        row=number,
        handle=handle,
        title=title,
        store=family.store,
        variants=_variants(number, family, images, rng),
        option_names=tuple(name for name, _ in family.options),
        images=images,
        description_html=_description(title, family),
        is_active=number % 17 != 16,
    )


def _variants(
    number: int, family: Family, images: Sequence[ImageEntry], rng: Random
) -> tuple[VariantEntry, ...]:
    """Every combination of the options, at one price; the last option chooses the picture."""
    prices = _prices(family, rng)
    last = family.options[-1][1] if family.options else ()
    return tuple(
        VariantEntry(
            row=number,
            option_values=values,
            prices=prices,
            sku=_sku(number, place),
            barcodes=_barcodes(number, place),
            is_tracked=family.is_tracked and number % 23 != 22,
            image_address=images[last.index(values[-1]) % len(images)].address if last else None,
            counts=tuple((warehouse.key, _quantity(rng)) for warehouse in WAREHOUSES),
        )
        for place, values in enumerate(combinations(*(values for _, values in family.options)))
    )


def _prices(family: Family, rng: Random) -> tuple[PriceEntry, ...]:
    """One price in all departments, ending in 9; one in seven has an offer in the net shop."""
    amount = family.lowest + int(rng.random() * (family.highest - family.lowest))
    price = Decimal(amount if family.lowest == family.highest else amount // 10 * 10 + 9)
    shop, net = DEPARTMENTS
    if rng.random() > 1 / 7:
        return PriceEntry(shop.key, price), PriceEntry(net.key, price)
    offer = (price * Decimal("0.7")).quantize(Decimal("1")) - Decimal("0.10")
    begins, ends = _pick(OFFERS, rng)
    return PriceEntry(shop.key, price), PriceEntry(net.key, price, offer, begins, ends)


def _sku(number: int, place: int) -> str | None:
    """One product in 29 has none; each of those in 41 shares the one of the product before."""
    if number % 29 == 28:
        return None
    owner = number - 1 if number % 41 == 40 else number
    return f"FH-{owner:05}-{place + 1:02}"


def _barcodes(number: int, place: int) -> tuple[str, ...]:
    """A primary one, a second one on each eleventh product, none on each thirteenth."""
    if number % 13 == 12:
        return ()
    first = ean13(f"{BARCODE_PREFIX}{number % 100_000:05}{place:03}")
    second = ean13(f"{BARCODE_PREFIX}{number % 100_000:05}{place + 500:03}")
    return (first, second) if number % 11 == 10 else (first,)


def _quantity(rng: Random) -> int:
    return max(0, int(rng.random() * 30) - 4)


def _description(title: str, family: Family) -> str:
    start = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return (
        f"<p><strong>{start}</strong> fra {family.store}.</p>"
        "<ul><li>Fri retur i 30 dager</li><li>Kan hentes i butikk samme dag</li></ul>"
    )


def _pick(choices: Sequence[T], rng: Random) -> T:
    """By random() alone, whose numbers are the same in every Python."""
    return choices[int(rng.random() * len(choices))]


def _slug(title: str) -> str:
    plain = title.lower().replace("æ", "ae").replace("ø", "o").replace("å", "a")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
