"""Whatever the product, its form keeps the promises that the rest relies on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import orjson
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import RowError
from syncd.records import Form, Image, Product, Variant
from syncd.rules import mapping, text
from tests.rules.forms import SHOP
from tests.rules.goods import URL, form

ODD = ["", " ", "Rød", "rød", "RØD ", "S/M", "S / M", "a  /  b", "x\t/\ty", "🏔️", "قميص", "\x85"]
ODD += ["\u200fשלום", "l1\r\nl2", "A" * 300, "e\u0301", "\u00e9", "\x9b", "/", "Title"]
texts = st.sampled_from(ODD) | st.text(max_size=8)
prices = st.none() | st.decimals(min_value=-1, max_value=10**19) | st.decimals(places=3)
addresses = st.sampled_from(
    [URL, f" {URL} ", f"{URL}#x", "https://x.no/blå kopp.jpg", "ftp://x", ""]
)
images = st.builds(Image, st.sampled_from("pqrs"), addresses, texts, st.none() | st.just("1"))


@st.composite
def any_products(draw: st.DrawFn) -> Product:
    """Whatever the contract's types allow; most of it odd, some of it impossible."""
    options = draw(st.lists(texts, max_size=4))
    size = draw(st.sampled_from([len(options)] * 9 + [1]))
    variants = st.builds(
        Variant,
        key=st.uuids().map(str),
        option_values=st.tuples(*[texts] * size),
        sku=st.none() | texts,
        barcode=st.none() | texts,
        price=prices,
        compare_at_price=prices,
        is_tracked=st.booleans(),
        image_key=st.none() | st.sampled_from("pqrst"),
        quantity=st.none() | st.integers(-5, 50),
    )
    return Product(
        key="4711",
        title=draw(texts),
        vendor=draw(texts),
        is_active=draw(st.booleans()),
        option_names=tuple(options),
        variants=tuple(draw(st.lists(variants, max_size=4))),
        images=tuple(draw(st.lists(images, max_size=6))),
        description_html=draw(st.none() | texts),
    )


clean = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=5)
whole_prices = st.decimals(min_value=0, max_value=10**9, places=4)


@st.composite
def sound_products(draw: st.DrawFn) -> Product:
    """Products that Shopify can hold, with odd text and uneven prices."""
    options = draw(st.lists(clean, max_size=3, unique_by=text.fold))
    rows = st.tuples(*[clean | st.just("S / M")] * len(options))
    unique = st.lists(
        rows,
        min_size=1,
        max_size=5 if options else 1,
        unique_by=lambda row: tuple(text.fold(value) for value in row),
    )
    variants = [
        Variant(
            key=f"v{at}",
            option_values=row,
            sku=draw(st.none() | texts.filter(lambda sku: len(sku) < 256)),
            price=draw(whole_prices),
            compare_at_price=draw(st.none() | whole_prices),
            image_key=draw(st.none() | st.sampled_from("pqrst")),
        )
        for at, row in enumerate(draw(unique))
    ]
    return Product(
        key="4711",
        title=draw(clean),
        vendor=draw(clean),
        is_active=draw(st.booleans()),
        option_names=tuple(options),
        variants=tuple(variants),
        images=tuple(draw(st.lists(images, max_size=6))),
    )


def is_line(value: str) -> bool:
    return value == value.strip() and not text.CONTROL.search(value)


def hold_the_promises(made: Form) -> None:
    refs = [picture.ref for picture in (made.pictures or ())]
    lines = [made.title, made.vendor, *made.options]
    rows = {tuple(map(text.fold, variant.values)) for variant in made.variants}
    assert len(rows) == len(made.variants)
    assert len(set(map(text.fold, made.options))) == len(made.options)
    assert not any(" / " in option for option in made.options)
    assert len(set(refs)) == len(refs)
    for variant in made.variants:
        lines += [*variant.values, variant.sku, variant.barcode]
        assert len(variant.values) == len(made.options)
        assert variant.picture is None or variant.picture in refs
        assert variant.price.partition(".")[2].isdigit() and len(variant.price.split(".")[1]) == 2
        assert Decimal(variant.price) >= 0
        if variant.compare_at_price is not None:
            assert Decimal(variant.compare_at_price) > Decimal(variant.price)
    assert all(is_line(line) and len(line) <= 255 for line in lines)
    assert made.title and all(made.options)
    for at in range(len(made.options)):
        spellings = {variant.values[at] for variant in made.variants}
        assert len(set(map(text.fold, spellings))) == len(spellings)


@given(any_products())
def test_any_product_makes_a_sound_form_or_a_refusal_that_helps(given: Product) -> None:
    try:
        made = form(given)
    except RowError as refusal:
        assert refusal.message.startswith("product 4711")
        assert "in the Backoffice" in refusal.hint
        assert is_line(refusal.message) and len(refusal.message) < 2000
    else:
        hold_the_promises(made)


@given(sound_products())
def test_a_sound_product_is_never_refused(given: Product) -> None:
    made = form(given)
    hold_the_promises(made)
    assert [variant.key for variant in made.variants] == [v.key for v in given.variants]


@given(sound_products())
def test_the_same_product_has_the_same_digest(given: Product) -> None:
    made = form(given)
    assert mapping.digest(made) == mapping.digest(form(replace(given)))
    assert mapping.digest(made) != mapping.digest(replace(made, title=f"{made.title}!"))


@given(sound_products(), st.booleans())
def test_to_json_is_undone_by_from_json(given: Product, has_description: bool) -> None:
    made = form(given, replace(SHOP, sync_description=has_description))
    column = orjson.loads(orjson.dumps(mapping.to_json(made)))
    assert mapping.from_json(column) == made
    assert mapping.digest(mapping.from_json(column)) == mapping.digest(made)
    left = replace(made, pictures=None)
    assert mapping.from_json(mapping.to_json(left)) == left


@given(sound_products())
def test_white_space_around_texts_makes_no_difference(given: Product) -> None:
    padded = replace(
        given,
        title=f" {given.title}\n",
        option_names=tuple(f"\t{name} " for name in given.option_names),
        variants=tuple(
            replace(
                variant, option_values=tuple(f" {value}\r\n" for value in variant.option_values)
            )
            for variant in given.variants
        ),
    )
    assert form(padded) == form(given)
