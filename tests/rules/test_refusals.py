"""Shopify's userErrors in words that a shop owner can act on."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.errors import RowError, ShopifyError
from syncd.records import Form, VariantForm, VariantIds
from syncd.rules import refusals

FORM = Form(
    title="Jakke",
    vendor="Fjell",
    status="ACTIVE",
    description_html=None,
    options=("Størrelse",),
    variants=tuple(
        VariantForm(key, (key,), sku, "", "1.00", None, True, None)
        for key, sku in (("S", "J-S"), ("M", ""))
    ),
    pictures=(),
)


def error(message: str, *field: str, code: str | None = None) -> dict[str, Any]:
    return {"field": list(field) or None, "message": message, "code": code}


def told(*errors: dict[str, Any]) -> ShopifyError:
    found = refusals.of(errors, key="4711", form=FORM, skus=["J-S", ""])
    assert found is not None
    return found


def test_no_errors_are_no_refusal() -> None:
    assert refusals.of([], key="4711", form=FORM) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            error("is too long (maximum is 255 characters)", "input", "title"),
            "product 4711 (Jakke): Shopify refused title: is too long (maximum is 255 characters)",
            id="a field of the product",
        ),
        pytest.param(
            error("must be positive", "input", "variants", "0", "price"),
            "refused SKU J-S price: must be positive",
            id="a field of a variant, with its SKU",
        ),
        pytest.param(
            error("no", "variants", "1", "price"), "SKU (none)", id="a variant without SKU"
        ),
        pytest.param(
            error("no", "variants", "9", "price"),
            "refused variant 9 price: no",
            id="a variant nobody knows",
        ),
        pytest.param(error("Title is odd."), "refused Title is odd", id="no field"),
    ],
)
def test_what_is_said(given: dict[str, Any], said: str) -> None:
    assert said in told(given).message


def test_at_most_three_are_told_with_the_number_of_the_rest() -> None:
    message = told(*(error(f"e{number}") for number in range(5))).message
    assert message.endswith("e0; e1; e2 and 2 more")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        pytest.param("INVALID_INPUT", RowError, id="wrong data"),
        pytest.param(None, RowError, id="no code"),
        pytest.param("GENERIC_ERROR", ShopifyError, id="Shopify's trouble is tried again"),
        pytest.param("PRODUCT_VARIANT_DOES_NOT_EXIST", ShopifyError, id="read it first, next time"),
    ],
)
def test_whose_fault_it_is(code: str | None, kind: type[ShopifyError]) -> None:
    assert type(told(error("no", code=code))) is kind


def test_a_product_deleted_in_shopify_has_a_way_out() -> None:
    assert "deleted in Shopify" in told(error("gone", code="PRODUCT_DOES_NOT_EXIST")).message


IDS = {
    key: VariantIds(f"gid://shopify/ProductVariant/{number}", "gid://shopify/InventoryItem/1")
    for number, key in enumerate(("S", "M"), start=1)
}


@pytest.mark.parametrize(
    ("variables", "skus"),
    [
        pytest.param({"input": {"variants": [{"sku": "A"}, {"sku": ""}]}, "variants": 2},
                     ["A", ""], id="productSet"),
        pytest.param({"variants": [{"inventoryItem": {"sku": "B"}}]}, ["B"], id="new variants"),
        pytest.param({"variants": [{"id": IDS["M"].variant, "price": "1.00"},
                                   {"id": IDS["S"].variant, "price": "1.00"}]},
                     ["", "J-S"], id="some of the variants, by id, in another order"),
        pytest.param({"product": {"id": "1"}}, [], id="no variants"),
    ],
)  # fmt: skip
def test_the_variants_of_a_write_are_named_in_its_order(
    variables: dict[str, Any], skus: list[str]
) -> None:
    assert refusals.named(variables, FORM, IDS) == skus
