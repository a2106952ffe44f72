"""The demo's proof finds whatever differs between the Backoffice and the shop."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from syncd.demo import proof
from syncd.records import Form, Picture, Shop, VariantForm

SHOP = Shop(
    shop_id=1,
    domain="x.myshopify.com",
    account_id="fjord",
    state="linked",
    enabled=True,
    sync_products=True,
    sync_stock=True,
    sync_description=True,
    price_department="nett",
    stock_warehouse="hoved",
    location="gid://shopify/Location/1",
    publish_to=("gid://shopify/Publication/1",),
    inactive_as="draft",
    currency="NOK",
)
FORM = Form(
    title="Jakke",
    vendor="Fjell",
    status="ACTIVE",
    description_html="<p>Varm</p>",
    options=("Størrelse",),
    variants=(
        VariantForm("1", ("S",), "J-S", "703", "499.00", None, True, "https://x.no/1.jpg"),
        VariantForm("2", ("M",), "J-M", "", "499.00", "599.00", False, None),
    ),
    pictures=(Picture("https://x.no/1.jpg", None, "foran"),),
)
STATE: dict[str, Any] = {
    "publications": [{"id": "gid://shopify/Publication/1", "name": "Online Store"}],
    "products": [
        {
            "title": "Jakke",
            "vendor": "Fjell",
            "status": "ACTIVE",
            "descriptionHtml": "<p>Varm</p>",
            "options": [{"name": "Størrelse", "values": ["S", "M"]}],
            "pictures": [{"source": "https://x.no/1.jpg", "alt": "foran"}],
            "metafields": {"syncd.backoffice_id": "4711"},
            "publishedOn": ["Online Store"],
            "variants": [
                {
                    "optionValues": {"Størrelse": "S"},
                    "sku": "J-S",
                    "barcode": "703",
                    "price": "499.00",
                    "compareAtPrice": None,
                    "tracked": True,
                    "picture": "https://x.no/1.jpg",
                },
                {
                    "optionValues": {"Størrelse": "M"},
                    "sku": "J-M",
                    "barcode": None,
                    "price": "499.00",
                    "compareAtPrice": "599.00",
                    "tracked": False,
                    "picture": None,
                },
            ],
        }
    ],
}


def test_equal_is_equal() -> None:
    assert proof.differences({"4711": FORM}, STATE, SHOP) == []


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        pytest.param(lambda one: one.update(title="J"), "title", id="title"),
        pytest.param(lambda one: one.update(vendor="F"), "vendor", id="store"),
        pytest.param(lambda one: one.update(status="DRAFT"), "status", id="status"),
        pytest.param(lambda one: one.update(descriptionHtml=""), "description", id="description"),
        pytest.param(lambda one: one.update(pictures=[]), "pictures", id="pictures"),
        pytest.param(lambda one: one.update(publishedOn=[]), "sales channels", id="invisible"),
        pytest.param(lambda one: one["variants"].pop(), "variants", id="a variant less"),
        pytest.param(lambda one: one["variants"][0].update(sku="x"), "SKU J-S sku", id="SKU"),
        pytest.param(
            lambda one: one["variants"][0].update(barcode=None), "SKU J-S barcode", id="barcode"
        ),
        pytest.param(
            lambda one: one["variants"][1].update(price="1.00"), "SKU J-M price", id="price"
        ),
        pytest.param(
            lambda one: one["variants"][1].update(compareAtPrice=None),
            "SKU J-M compare-at price",
            id="price before",
        ),
        pytest.param(
            lambda one: one["variants"][1].update(tracked=True), "SKU J-M tracked", id="tracked"
        ),
        pytest.param(
            lambda one: one["variants"][0].update(picture=None), "SKU J-S picture", id="its picture"
        ),
        pytest.param(
            lambda one: one["options"][0].update(name="Size"), "options", id="option's name"
        ),
    ],
)
def test_one_field_that_differs_is_named(
    spoil: Callable[[dict[str, Any]], object], field: str
) -> None:
    state = deepcopy(STATE)
    spoil(state["products"][0])
    assert [one.field for one in proof.differences({"4711": FORM}, state, SHOP)] == [field]


@pytest.mark.parametrize(
    ("copies", "key", "found"),
    [
        pytest.param(0, "4711", 0, id="a product is missing"),
        pytest.param(2, "4711", 2, id="a product is there twice"),
    ],
)
def test_a_product_must_be_there_once(copies: int, key: str, found: int) -> None:
    state = {**STATE, "products": STATE["products"] * copies}
    (difference,) = proof.differences({"4711": FORM}, state, SHOP)
    assert (difference.key, difference.found) == (key, found)


def test_a_product_that_nobody_wants_is_named() -> None:
    (difference,) = proof.differences({}, STATE, SHOP)
    assert (difference.key, difference.wanted, difference.found) == ("4711", 0, 1)
