"""Recorded exchanges of the real Shopify, replayed where their state can be made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from syncd.sandbox.shop import Shop
from tests.sandbox.shops import a_product, executed, new_shop, recorded, without_numbers


def same(shop: Shop, exchange: Mapping[str, Any]) -> None:
    """The shop's answer is the recorded one, but for numbers and times."""
    result = executed(shop, exchange["query"], **exchange["variables"])
    response = exchange["response"]
    assert without_numbers(result.data) == without_numbers(response["data"])
    told = [(error.message, error.extensions) for error in result.errors or ()]
    assert told == [(one["message"], one["extensions"]) for one in response.get("errors", ())]


@pytest.mark.parametrize(
    "file",
    [
        "2025-01/products/product-option-name-delimiter-validation.json",
        "2025-01/products/product-category-validation.json",
        "2025-01/products/inventory-connection-query-windowing.json",
        "2025-01/products/inventory-location-levels-overlay-windowing.json",
        "2026-04/products/inventory-item-levels-connection-windowing-2026-04.json",
        "2025-01/admin-platform/connection-sort-key-coverage.json",
    ],
)
def test_product_set(file: str) -> None:
    exchanges = [one for one in recorded(file) if " productSet(" in one["query"]]
    assert exchanges
    for exchange in exchanges:
        shop = new_shop()
        (place,) = shop.locations
        for variant in exchange["variables"]["input"].get("variants", ()):
            for count in variant.get("inventoryQuantities", ()):
                count["locationId"] = f"gid://shopify/Location/{place}"
        same(shop, exchange)


@pytest.mark.parametrize(
    "file",
    [
        "2025-01/metafields/metafield-definition-catalog-connection.json",
        "2025-01/metafields/metafield-definition-create-input-validation.json",
        "2025-01/metafields/metafield-definition-non-product-owner-types.json",
        "2025-01/metafields/metafield-definition-owner-scoped-duplicates.json",
        "2025-01/metafields/metafields-set-validation-gaps.json",
        "2026-04/customers/customer-set-custom-id.json",
        "2026-04/metafields/metafield-definition-app-namespace-resolution.json",
    ],
)
def test_metafield_definition_create(file: str) -> None:
    shop = new_shop()
    exchanges = [one for one in recorded(file) if " metafieldDefinitionCreate(" in one["query"]]
    assert exchanges
    for exchange in exchanges:
        same(shop, exchange)


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("2026-04/metafield-definitions/metafields-set-delete-app-namespace-resolution.json", name)
        for name in ("appPrefixedSet", "missingNamespaceSet", "crossAppSet")
    ]
    + [("2025-01/products/metafields-generic-product-owner.json", "set")],
)
def test_metafields_set(file: str, path: str) -> None:
    shop = new_shop()
    owner = a_product(shop)["id"]
    (exchange,) = (one for one in recorded(file) if one["path"] == [path])
    for metafield in exchange["variables"]["metafields"]:
        metafield["ownerId"] = owner
    same(shop, exchange)


def test_definitions_bind_the_values_of_metafields() -> None:
    """Numbers, a pattern, choices and a date; the sandbox knows no rules of ratings and times."""
    file = "2025-01/metafields/metafields-set-validation-gaps.json"
    shop = new_shop()
    owner = a_product(shop)["id"]
    story = {tuple(one["path"]): one for one in recorded(file)}
    same(shop, story["definitionRules", "createDefinitions"])
    exchange = story["definitionRules", "invalidSet"]
    known = (0, 1, 2, 3, 5)
    given = exchange["variables"]["metafields"]
    result = executed(
        shop,
        exchange["query"],
        metafields=[{**given[place], "ownerId": owner} for place in known],
    )
    answered = exchange["response"]["data"]["metafieldsSet"]["userErrors"]
    assert result.data is not None
    assert [one["message"] for one in result.data["metafieldsSet"]["userErrors"]] == [
        answered[place]["message"] for place in known
    ]


def test_a_category_that_is_none_refuses_product_update() -> None:
    shop = new_shop()
    product = a_product(shop)["id"]
    exchanges = recorded("2025-01/products/product-category-validation.json")
    (exchange,) = (one for one in exchanges if " productUpdate(" in one["query"])
    exchange["variables"]["product"]["id"] = product
    same(shop, exchange)


@pytest.mark.parametrize("path", ["singleDelete", "bulkDelete"])
def test_bulk_created_variants_come_last(path: str) -> None:
    shop = new_shop()
    red = {"optionValues": [{"optionName": "Color", "name": "Red"}]}
    options = [{"name": "Color", "values": [{"name": "Red"}]}]
    product = a_product(shop, productOptions=options, variants=[red])["id"]
    file = "2025-01/products/product-variant-delete-position-compaction.json"
    (exchange,) = (one for one in recorded(file) if one["path"] == [path, "bulkCreate"])
    exchange["variables"]["productId"] = product
    same(shop, exchange)


def test_a_product_is_changed_published_and_deleted() -> None:
    shop = new_shop()
    red = {"optionValues": [{"optionName": "Color", "name": "Red"}]}
    options = [{"name": "Color", "values": [{"name": "Red"}]}]
    product = a_product(shop, productOptions=options, variants=[red])
    publication, *_ = shop.publications
    file = "2026-04/storefront/storefront-catalog-read-after-admin-setup.json"
    story = {one["path"][0]: one for one in recorded(file) if len(one["path"]) == 1}

    change = story["adminVariantUpdate"]
    change["variables"]["productId"] = product["id"]
    change["variables"]["variants"][0]["id"] = product["variants"]["nodes"][0]["id"]
    same(shop, change)

    publish = story["adminPublishStorefront"]
    here = f"gid://shopify/Publication/{publication}"
    publish["variables"] = {
        "id": product["id"],
        "input": [{"publicationId": here}],
        "publicationId": here,
    }
    same(shop, publish)

    delete = story["adminProductDelete"]
    delete["variables"]["input"]["id"] = product["id"]
    same(shop, delete)
