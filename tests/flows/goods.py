"""Products of any shape: options, variants, pictures, odd text."""

from __future__ import annotations

import string
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from syncd.records import Image, Product, Variant
from syncd.rules.text import fold, line, option_name

ODD = st.text(
    alphabet=st.sampled_from(string.ascii_letters + string.digits + " æØå/&<>\"'%_-–…€ß😀\t"),
    min_size=1,
    max_size=20,
).filter(line)
NAMES = st.sampled_from(["Størrelse", "Farge", "Stoff", "Title", "a / b", "æ", " 3 "]) | ODD
VALUES = st.sampled_from(["S", "M", "L", "XL", "Rød", "Blå", "Default Title", "S / M", "40"]) | ODD
SKUS = st.sampled_from(["A", "B", "C-1", " x ", 'q"\\', "d'", ""]) | st.none()
BARCODES = st.sampled_from(["7038010000065", "7001", "", "X"]) | st.none()
ADDRESSES = [f"https://x.no/{name}" for name in ("1.jpg", "2.jpg", "3.jpg?a=1&b=2", "å.png", "5")]
PRICES = st.decimals(min_value=0, max_value=10_000, places=2)
LISTS = st.integers(0, 100_000).map(lambda cents: Decimal(cents) / 100)
KEYS = [f"v{number}" for number in range(60)]


@st.composite
def images(draw: st.DrawFn) -> tuple[Image, ...]:
    addresses = draw(st.lists(st.sampled_from(ADDRESSES), unique=True, max_size=5))
    versions = st.sampled_from([None, None, "1", "2"])
    return tuple(
        Image(f"i{place}", one, draw(st.just("") | ODD), draw(versions))
        for place, one in enumerate(addresses)
    )


@st.composite
def rows(draw: st.DrawFn, options: int) -> list[tuple[str, ...]]:
    """The option values of the variants, no two the same, 60 at most."""
    if not options:
        return [()]
    most = {1: 8, 2: 6, 3: 4}[options]
    menus = [
        draw(st.lists(VALUES, min_size=1, max_size=most, unique_by=lambda v: fold(line(v))))
        for _ in range(options)
    ]
    full: list[tuple[str, ...]] = [()]
    for menu in menus:
        full = [(*row, value) for row in full for value in menu]
    if draw(st.integers(0, 9)) == 0:
        return full[:60]  # now and then all there are
    chosen = draw(st.sets(st.sampled_from(full), min_size=1, max_size=min(12, len(full))))
    return draw(st.permutations(sorted(chosen)))


@st.composite
def products(draw: st.DrawFn) -> Product:
    """A product of the Backoffice with the key 1; variants of two of them share keys."""
    names = draw(st.lists(NAMES, max_size=3, unique_by=lambda name: fold(option_name(name))))
    values = draw(rows(len(names)))
    keys = draw(st.permutations(KEYS[: max(len(values), 4)]))
    pictures = draw(images())
    shown = st.sampled_from([None, *(image.key for image in pictures)])
    # What all variants have in common now and then, as in a true catalogue.
    price = draw(PRICES)
    return Product(
        key="1",
        title=draw(ODD),
        vendor=draw(st.sampled_from(["Fjell", "Fjord & Co", ""])),
        is_active=draw(st.booleans()),
        option_names=tuple(names),
        variants=tuple(
            Variant(
                key=key,
                option_values=row,
                sku=draw(SKUS),
                barcode=draw(BARCODES),
                price=draw(st.just(price) | PRICES),
                compare_at_price=draw(st.none() | LISTS),
                is_tracked=draw(st.booleans()),
                image_key=draw(shown),
                quantity=draw(st.integers(0, 9)),
                is_blocked=draw(st.integers(0, 9)) == 0,
                currency="NOK",
                vat_percent=Decimal(25),
            )
            for key, row in zip(keys, values, strict=False)
        ),
        images=pictures,
        description_html=draw(st.none() | st.sampled_from(["", "<p>Varm &amp; god</p>", " x "])),
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Product, Product]:
    """Two states of a product: quite another one, or the same with a few things touched."""
    before = draw(products())
    after = draw(products())
    if draw(st.booleans()):
        return before, after
    return before, draw(touched(before, after))


@st.composite
def touched(draw: st.DrawFn, before: Product, after: Product) -> Product:
    """`before` with some of the fields of `after`, and some variants' fields new."""
    fields = draw(st.sets(st.sampled_from(["title", "vendor", "is_active", "description_html"])))
    given = {name: getattr(after, name) for name in fields}
    if draw(st.booleans()):
        given["images"] = after.images
    variants = list(before.variants)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(variants) - 1))
        change = draw(
            st.sampled_from(["price", "sku", "barcode", "is_tracked", "image_key", "is_blocked"])
        )
        value: st.SearchStrategy[Any] = {
            "price": PRICES,
            "sku": SKUS,
            "barcode": BARCODES,
            "is_tracked": st.booleans(),
            "image_key": st.sampled_from([None, "i0", "i1"]),
            "is_blocked": st.booleans(),
        }[change]
        given_field: dict[str, Any] = {change: draw(value)}
        variants[place] = replace(variants[place], **given_field)
    if len(variants) > 1 and draw(st.booleans()):
        del variants[draw(st.integers(0, len(variants) - 1))]
    return replace(before, variants=tuple(variants), **given)
