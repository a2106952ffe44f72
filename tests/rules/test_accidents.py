"""What becomes of what somebody did in Shopify, and the words for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from syncd.phrases import said
from syncd.records import ObservedFields, ObservedProduct, VariantIds
from syncd.rules import accidents
from tests.rules.forms import form

GID = "gid://shopify/Product/77"


def ids(number: int) -> VariantIds:
    return VariantIds(
        f"gid://shopify/ProductVariant/{number}", f"gid://shopify/InventoryItem/{number}"
    )


def shown(title: str, *skus: str) -> ObservedProduct:
    fields = {
        str(n): ObservedFields(sku, "", "1.00", None, tracked=True, file=None)
        for n, sku in enumerate(skus)
    }
    return ObservedProduct(GID, title, "", "ACTIVE", "", ("Title",), (), fields, ())


@pytest.mark.parametrize("status", ["DRAFT", "ARCHIVED", "UNLISTED"])
def test_what_is_not_for_sale_is_not_made_anew(
    status: Literal["DRAFT", "ARCHIVED", "UNLISTED"],
) -> None:
    assert accidents.is_made_anew(replace(form(), status="ACTIVE"))
    assert not accidents.is_made_anew(replace(form(), status=status))


@pytest.mark.parametrize(
    ("title", "skus", "is_another"),
    [
        ("Sokk", ("X-1",), True),
        ("Sokk", (), False),  # nothing tells
        ("Jakke", ("X-1",), False),  # the SKUs were changed
        ("jakke ", ("X-1",), False),
        ("Sokk", ("X-1", "j-s"), False),  # it was renamed
    ],
)
def test_another_article_is_told_by_its_name_and_each_sku(
    title: str, skus: tuple[str, ...], is_another: bool
) -> None:
    wanted = form()
    wanted = replace(wanted, title="Jakke", variants=(replace(wanted.variants[0], sku="J-S"),))
    assert accidents.is_another(wanted, shown(title, *skus)) is is_another
    nameless = replace(wanted, variants=(replace(wanted.variants[0], sku=""),))
    assert not accidents.is_another(nameless, shown(title, *skus))


def test_a_variant_is_lost_that_was_there_and_is_wanted() -> None:
    wanted = form()
    one, *others = wanted.variants
    before = {variant.key: ids(n) for n, variant in enumerate(wanted.variants)}
    there = {variant.key: before[variant.key] for variant in others}
    (said,) = accidents.lost(wanted, before, there)
    assert one.sku in said
    assert accidents.lost(wanted, there, there) == []  # it is new
    left = replace(wanted, variants=tuple(others))
    assert accidents.lost(left, before, there) == []  # nobody wants it any more


def test_what_was_agreed_on_is_of_the_variant_it_was_agreed_of() -> None:
    assert accidents.replaced({"a": ids(1), "b": ids(2)}, {"a": ids(1), "b": ids(3)}) == ["b"]
    assert accidents.replaced({}, {"a": ids(1)}) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (accidents.made_anew("1", form()), "opprettes på nytt"),
        (accidents.stays_away("1", form()), "blir borte"),
        (accidents.came_back("1", form(), GID), "produkt 77 der"),
        (accidents.variants_made_anew("1", form(), ["SKU J-S"]), "SKU J-S: slettet i Shopify"),
        (accidents.copied(["J-S"], "product 1 (Jakke)"), "den har SKU J-S fra"),
        (accidents.another("1", form(), shown("Sokk", "X")).message, "«Sokk» (produkt 77 der)"),
    ],
)
def test_each_has_its_sentence_in_norwegian(text: str, words: str) -> None:
    assert words in said(text, "nb")
