"""Everything that keeps a product out of a shop is told at once, as far as it can be known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given

from syncd.errors import RowError
from syncd.records import Product, Shop
from syncd.rules import faults, mapping
from tests.flows.goods import products
from tests.rules.forms import SHOP
from tests.rules.goods import coloured, product, variant


def causes(given: Product, shop: Shop = SHOP) -> list[tuple[str, str]]:
    return [(error.cause, error.sku) for error in faults.of(given, shop)]


def test_a_sound_product_has_none() -> None:
    assert faults.of(coloured("Rød", "Blå"), SHOP) == []


def test_each_missing_price_is_told_with_its_sku() -> None:
    unpriced = [variant(f"v{at}", colour, price=None) for at, colour in enumerate(["Rød", "Blå"])]
    assert causes(product(*unpriced, options=["Farge"])) == [
        ("no_price", "SKU-v0"),
        ("no_price", "SKU-v1"),
    ]


def test_a_price_and_a_value_that_are_missing_are_both_told() -> None:
    goods = product(variant("v1", "Rød"), variant("v2", "", price=Decimal(-1)), options=["Farge"])
    assert causes(goods) == [("value_missing", "SKU-v2"), ("price_unfit", "SKU-v2")]


def test_variants_are_not_held_against_options_that_are_wrong_themselves() -> None:
    goods = product(variant("v1", *"abcd", price=None), options=[*"ABCD"])
    assert causes(goods) == [("too_many_options", ""), ("no_price", "SKU-v1")]


def test_a_blocked_variant_that_is_not_sent_has_no_faults() -> None:
    goods = product(
        variant("v1", "S"), variant("v2", "M", price=None, is_blocked=True), options=["Størrelse"]
    )
    assert causes(goods) == [("no_price", "SKU-v2")]
    assert causes(goods, replace(SHOP, blocked_as="removed")) == []


@given(products())
def test_a_product_has_faults_when_it_has_no_form_and_no_fault_twice(goods: Product) -> None:
    found = [error.message for error in faults.of(goods, SHOP)]
    try:
        mapping.wanted(goods, SHOP)
    except RowError as first:
        assert found[0] == first.message
    else:
        assert found == []
    assert len(set(found)) == len(found)
