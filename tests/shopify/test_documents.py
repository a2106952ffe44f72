"""Each document of graphql/ by its name, with its price."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.shopify.documents import Call, documents


@pytest.mark.parametrize(
    ("name", "variables", "points"),
    [
        pytest.param("BudgetProbe", {}, 1, id="the cheapest question"),
        pytest.param("ProductByIdentifier", {"identifier": {"id": "1"}}, 1, id="one product"),
        pytest.param("ProductUpdate", {"product": {"id": "1"}}, 10, id="a single field"),
        pytest.param(
            "ProductVariantsBulkUpdate",
            {"productId": "1", "variants": [{"id": "1"}] * 5},
            11,
            id="docs/products.md: prices",
        ),
        pytest.param(
            "ProductSetFiles",
            {"identifier": {"id": "1"}, "input": {"files": [{"id": "1"}] * 5}, "media": 5},
            25,
            id="docs/products.md: pictures",
        ),
        pytest.param("ProductPictures", {"id": "1", "media": 7}, 9, id="docs/products.md: a look"),
        pytest.param(
            "ProductVariantsBulkCreate",
            {"productId": "1", "variants": [{}] * 5},
            13,
            id="docs/products.md: variants more",
        ),
        pytest.param(
            "ProductVariantsBulkDelete",
            {"productId": "1", "variantsIds": ["1"]},
            10,
            id="docs/products.md: a variant less",
        ),
        pytest.param(
            "ProductRead",
            {"id": "1", "variants": 7, "media": 7},
            30,
            id="docs/products.md: a read",
        ),
        pytest.param(
            "ProductSet",
            {"identifier": {"id": "1"}, "input": {"variants": [{}] * 5}, "variants": 5, "media": 1},
            25,
            id="docs/products.md: the structure",
        ),
        pytest.param("VariantsBySku", {"query": "", "first": 2}, 5, id="docs/products.md: SKUs"),
        pytest.param(
            "ProductVariantsBulkUpdate",
            {"productId": "1", "variants": [{"id": "1"}] * 250},
            60,
            id="the prices of 250 variants",
        ),
        pytest.param("OrderHeads", {"first": 250}, 13, id="docs/orders.md: a look"),
        pytest.param("CustomerRead", {"ids": ["1"] * 100}, 4, id="docs/orders.md: customers"),
        pytest.param(
            "OrderRead", {"ids": ["1"] * 100, "lines": 50}, 48, id="docs/orders.md: orders"
        ),
        pytest.param(
            "OrderFulfillment", {"ids": ["1"] * 50}, 217, id="docs/orders.md: how far they are sent"
        ),
        pytest.param(
            "FulfillmentTrackingInfoUpdate", {}, 50, id="docs/orders.md: a parcel's number"
        ),
        pytest.param(
            "ProductSet",
            {
                "input": {"variants": [{}] * 5, "files": [{}] * 2, "metafields": [{}] * 2},
                "variants": 5,
                "media": 2,
            },
            # 10 + 5 x 0.2 + 2 x 1.9 + 2 x 0.4, then 2 + 3 x 3 for the variants and 2 + 1 for media
            30,
            id="a product of five variants",
        ),
    ],
)
def test_the_price_is_known_before_sending(
    name: str, variables: dict[str, Any], points: int
) -> None:
    assert documents()[name].cost_points(variables) == points


def test_only_what_does_no_harm_twice_is_repeatable() -> None:
    unrepeatable = {name for name, one in documents().items() if not one.is_repeatable}
    assert unrepeatable == {
        "BulkOperationRunMutation",
        "BulkOperationRunQuery",
        "FulfillmentCreate",
        "ProductCreateLine",
        "ProductSet",
        "ProductSetFiles",
        "ProductVariantDetachMedia",
        "ProductVariantsBulkCreate",
        "ProductVariantsBulkDelete",
        "WebhookSubscriptionCreate",
    }


def test_a_call_travels_with_its_text_as_written() -> None:
    document = documents()["BudgetProbe"]
    assert Call(document, {}).payload == {
        "query": document.text,
        "variables": {},
        "operationName": "BudgetProbe",
    }
