"""Records made of recorded answers show again what they were made of."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fidelity.recorded import exchange, results

PRODUCT = {
    "id": "gid://shopify/Product/10241000000001",
    "title": "Ski",
    "handle": "en-ski",
    "vendor": "Fjell",
    "productType": "Sport",
    "status": "DRAFT",
    "tags": ["a", "b"],
    "options": [
        {
            "id": "gid://shopify/ProductOption/12804000000001",
            "name": "Length",
            "optionValues": [
                {"id": "gid://shopify/ProductOptionValue/8322000000001", "name": "180"},
                {"id": "gid://shopify/ProductOptionValue/8322000000002", "name": "190"},
            ],
        }
    ],
    "variants": {
        "nodes": [
            {
                "id": "gid://shopify/ProductVariant/51478000000001",
                "sku": "S180",
                "price": "99.50",
                "selectedOptions": [{"name": "Length", "value": "180"}],
                "inventoryItem": {
                    "id": "gid://shopify/InventoryItem/53583000000001",
                    "tracked": True,
                    "inventoryLevels": {
                        "nodes": [
                            {
                                "location": {
                                    "id": "gid://shopify/Location/113884000001",
                                    "name": "Lager",
                                },
                                "quantities": [
                                    {"name": "available", "quantity": 4},
                                    {"name": "on_hand", "quantity": 6},
                                ],
                            }
                        ]
                    },
                },
            }
        ]
    },
    "metafield": {
        "id": "gid://shopify/Metafield/45359000000001",
        "namespace": "custom",
        "key": "care",
        "type": "single_line_text_field",
        "value": "Wax",
    },
}
PRODUCT_QUERY = """
query Q($id: ID!) { product(id: $id) {
  id title handle vendor productType status tags
  options { id name optionValues { id name } }
  variants(first: 5) { nodes {
    id sku price selectedOptions { name value }
    inventoryItem { id tracked inventoryLevels(first: 5) { nodes {
      location { id name } quantities(names: ["available", "on_hand"]) { name quantity }
    } } }
  } }
  metafield(namespace: "custom", key: "care") { id namespace key type value }
} }
"""
CUSTOMER = {
    "id": "gid://shopify/Customer/10885440000001",
    "firstName": "Kari",
    "lastName": "Nordmann",
    "displayName": "Kari Nordmann",
    "email": "kari@example.com",
    "tags": ["VIP"],
    "note": "ring first",
    "state": "ENABLED",
    "defaultAddress": {"city": "Bergen", "countryCodeV2": "NO", "zip": "5003"},
}
CUSTOMER_QUERY = """
query Q($id: ID!) { customer(id: $id) {
  id firstName lastName displayName email tags note state
  defaultAddress { city countryCodeV2 zip }
} }
"""
LINE = {"id": "gid://shopify/LineItem/19923468000001", "title": "Ski", "quantity": 2}
PARCEL = {
    "id": "gid://shopify/FulfillmentOrder/9877251000001",
    "status": "OPEN",
    "lineItems": {"nodes": [{"totalQuantity": 2, "remainingQuantity": 2, "lineItem": LINE}]},
}
ORDER = {
    "id": "gid://shopify/Order/8938018000001",
    "name": "#1801",
    "email": "kari@example.com",
    "displayFinancialStatus": "PAID",
    "displayFulfillmentStatus": "UNFULFILLED",
    "totalPriceSet": {"shopMoney": {"amount": "30.0", "currencyCode": "CAD"}},
    "lineItems": {"nodes": [LINE]},
    "fulfillmentOrders": {"nodes": [PARCEL]},
}
ORDER_QUERY = """
query Q($id: ID!) { order(id: $id) {
  id name email displayFinancialStatus displayFulfillmentStatus
  totalPriceSet { shopMoney { amount currencyCode } }
  lineItems(first: 5) { nodes { id title quantity } }
  fulfillmentOrders(first: 5) { nodes {
    id status
    lineItems(first: 5) { nodes {
      totalQuantity remainingQuantity lineItem { id title quantity }
    } }
  } }
} }
"""


@pytest.mark.parametrize(
    ("root", "query", "thing"),
    [
        pytest.param("product", PRODUCT_QUERY, PRODUCT, id="a product with its stock"),
        pytest.param("customer", CUSTOMER_QUERY, CUSTOMER, id="a customer"),
        pytest.param("order", ORDER_QUERY, ORDER, id="an order to be shipped"),
    ],
)
def test_what_was_shown_is_shown_again(root: str, query: str, thing: dict[str, Any]) -> None:
    (result,) = results(exchange(query, {root: thing}, variables={"id": thing["id"]}))
    assert result.differences == []
    assert result.verdict == "equal"


def test_a_mutation_finds_what_only_later_answers_show() -> None:
    """As it was before: open, with nothing shipped."""
    query = """
    mutation F($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) {
      fulfillment { id status } userErrors { field message }
    } }
    """
    groups = [{"fulfillmentOrderId": PARCEL["id"]}]
    made = {"id": "gid://shopify/Fulfillment/8085778000001", "status": "SUCCESS"}
    payload = {"fulfillment": made, "userErrors": []}
    shipping = exchange(
        query,
        {"fulfillmentCreate": payload},
        variables={"f": {"lineItemsByFulfillmentOrder": groups}},
    )
    shipped = {
        **ORDER,
        "displayFulfillmentStatus": "FULFILLED",
        "fulfillmentOrders": {
            "nodes": [
                {
                    **PARCEL,
                    "status": "CLOSED",
                    "lineItems": {
                        "nodes": [{"totalQuantity": 2, "remainingQuantity": 0, "lineItem": LINE}]
                    },
                }
            ]
        },
    }
    after = exchange(ORDER_QUERY, {"order": shipped}, variables={"id": ORDER["id"]})
    assert [one.verdict for one in results(shipping, after)] == ["equal", "equal"]
