"""What people type or paste when they mean a product."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import ConfigError
from syncd.rules import naming
from syncd.rules.naming import Named

PRODUCT, VARIANT = "gid://shopify/Product/17", "gid://shopify/ProductVariant/42"
X = "x.myshopify.com"


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        pytest.param("J-S", Named("word", "J-S"), id="a SKU"),
        pytest.param("  J - S\n", Named("word", "J - S"), id="a SKU with spaces"),
        pytest.param("'0042'", Named("word", "0042"), id="a SKU out of a spreadsheet"),
        pytest.param("7038010000065", Named("word", "7038010000065"), id="a barcode"),
        pytest.param("A/B-1", Named("word", "A/B-1"), id="a SKU with a slash"),
        pytest.param("Varm jakke", Named("word", "Varm jakke"), id="a name"),
        pytest.param(PRODUCT, Named("product", PRODUCT), id="a product's id"),
        pytest.param(f" {VARIANT} ", Named("variant", VARIANT), id="a variant's id"),
        pytest.param(
            "gid://shopify/InventoryItem/9?inventory=1",
            Named("item", "gid://shopify/InventoryItem/9"),
            id="an inventory item's id with more behind",
        ),
        pytest.param(
            "https://admin.shopify.com/store/x/products/17?selectedView=all",
            Named("product", PRODUCT, X),
            id="the page in the admin",
        ),
        pytest.param(
            "admin.shopify.com/store/x/products/17/variants/42",
            Named("variant", VARIANT, X),
            id="a variant's page, as browsers shorten it",
        ),
        pytest.param(
            f"https://{X}/admin/products/17", Named("product", PRODUCT, X), id="the older admin"
        ),
        pytest.param(
            f"https://{X}/products/Jakke-1",
            Named("handle", "jakke-1", X),
            id="the page in the shop",
        ),
        pytest.param(
            "https://www.fjord.no/nb/collections/salg/products/bl%C3%A5-jakke?utm=1#x",
            Named("handle", "blå-jakke"),
            id="a page of the shop's own domain",
        ),
        pytest.param(
            f"https://{X}/products/jakke?variant=42",
            Named("variant", VARIANT, X),
            id="a page with a variant chosen",
        ),
    ],
)
def test_what_was_typed_is_recognised(typed: str, named: Named) -> None:
    assert naming.recognised(typed) == named


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("", id="nothing"),
        pytest.param(" \t", id="space"),
        pytest.param("x" * 10_000, id="a novel"),
        pytest.param("gid://shopify/Order/1", id="an order"),
        pytest.param("gid://shopify/Product/", id="an id without its number"),
        pytest.param("https://x.myshopify.com/cart", id="another page"),
        pytest.param("http://[", id="an address that is none"),
    ],
)
def test_what_can_be_no_product_is_refused_with_what_can(typed: str) -> None:
    if typed == "http://[":
        assert naming.recognised(typed).sort == "word"
        return
    with pytest.raises(ConfigError) as caught:
        naming.recognised(typed)
    assert caught.value.hint


def test_a_bare_number_may_be_one_of_shopifys() -> None:
    assert naming.recognised("17").gids == (
        PRODUCT,
        "gid://shopify/ProductVariant/17",
        "gid://shopify/InventoryItem/17",
    )
    assert naming.recognised("J-17").gids == ()


@given(st.text(max_size=300))
def test_whatever_is_typed_is_recognised_or_refused(typed: str) -> None:
    try:
        named = naming.recognised(typed)
    except ConfigError as error:
        assert error.message and error.hint
    else:
        assert named.value and naming.fold(named.value) == named.folded
