"""What webhooks say of customers, orders, stock, bulk operations: the shape of REST."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncd.sandbox.happenings import happen
from syncd.sandbox.hooks.bodies import body_of
from tests.sandbox.receivers import SUBSCRIBE
from tests.sandbox.till import SIZES, Till

BUYER = """
mutation {
  customerCreate(input: {
    firstName: "Bob", lastName: "Biller", email: "bob@example.com", note: "ski", tags: ["a"]
    addresses: [{address1: "Gata 1", city: "Oslo", countryCode: NO, zip: "0150"}]
  }) { customer { id } userErrors { message } }
}
"""
RENAME = """
mutation R($id: ID!) {
  customerUpdate(input: {id: $id, firstName: "Kari"}) { userErrors { message } }
}
"""
ORDER = """
mutation O($order: OrderCreateOrderInput!) {
  orderCreate(order: $order) {
    order { id fulfillmentOrders(first: 1) { nodes { id } } lineItems(first: 1) { nodes { id } } }
    userErrors { message }
  }
}
"""
SHIP = """
mutation S($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } userErrors { message } }
}
"""
REFUND = """
mutation R($input: RefundInput!) {
  refundCreate(input: $input) @idempotent(key: "one") { refund { id } userErrors { message } }
}
"""
DEFAULT = {"optionName": "Title", "name": "Default Title"}
READ = """
query P($id: ID!) { product(id: $id) { variants(first: 1) { nodes { id } } } }
"""
EXPORT = """
mutation { bulkOperationRunQuery(query: "{ products { edges { node { id } } } }") {
  bulkOperation { id } userErrors { message }
} }
"""


def subscribed(till: Till, *topics: str, **input: Any) -> None:
    for topic in topics:
        asked = {"topic": topic, "webhookSubscription": {"uri": "http://127.0.0.1:9/", **input}}
        body = till.ask(SUBSCRIBE, asked)
        assert body["data"]["webhookSubscriptionCreate"]["userErrors"] == []


def done(till: Till, document: str, **variables: Any) -> Any:
    """The payload of the one root field."""
    body = till.ask(document, variables)
    assert "errors" not in body, body
    (payload,) = body["data"].values()
    assert payload["userErrors"] == []
    return payload


def told(till: Till, topic: str) -> Any:
    """The body of the latest delivery about the topic."""
    happen(till.shop)
    found = [one for one in till.shop.held["Delivery"].values() if one.hint.topic == topic]
    return body_of(till.shop, found[-1]) if found else None


def an_order(till: Till) -> Any:
    """Of two of one thing."""
    gid = till.make("Ski")
    (variant,) = till.ask(READ, {"id": gid})["data"]["product"]["variants"]["nodes"]
    price = {"shopMoney": {"amount": "10.0", "currencyCode": "NOK"}}
    line = {"variantId": variant["id"], "quantity": 2, "priceSet": price}
    order = {"email": "bob@example.com", "lineItems": [line], "tags": ["b", "a"]}
    return done(till, ORDER, order=order)["order"]


def test_a_customer_is_told_of_without_tags_or_consent() -> None:
    till = Till()
    subscribed(till, "CUSTOMERS_CREATE", "CUSTOMERS_UPDATE")
    gid = done(till, BUYER)["customer"]["id"]
    made = told(till, "CUSTOMERS_CREATE")
    assert made["admin_graphql_api_id"] == gid
    assert (made["first_name"], made["email"], made["note"]) == ("Bob", "bob@example.com", "ski")
    assert made["state"] == "disabled"
    assert made["default_address"]["country_code"] == "NO"
    assert made["default_address"]["customer_id"] == made["id"]
    assert not made.keys() & {"tags", "orders_count", "email_marketing_consent"}
    done(till, RENAME, id=gid)
    assert told(till, "CUSTOMERS_UPDATE")["first_name"] == "Kari"


def test_an_app_without_approval_for_names_is_told_null() -> None:
    till = Till()
    options = replace(till.shop.options, customer_data=1)
    till.shop.options = options
    subscribed(till, "CUSTOMERS_CREATE")
    done(till, BUYER)
    made = told(till, "CUSTOMERS_CREATE")
    assert (made["first_name"], made["email"], made["note"]) == (None, None, "ski")


def test_an_order_is_told_of_with_lines_and_money_as_text() -> None:
    till = Till()
    subscribed(till, "ORDERS_CREATE")
    gid = an_order(till)["id"]
    made = told(till, "ORDERS_CREATE")
    assert (made["admin_graphql_api_id"], made["name"]) == (gid, "#1001")
    assert (made["total_price"], made["currency"]) == ("20.00", "NOK")
    assert made["total_price_set"]["shop_money"] == {"amount": "20.00", "currency_code": "NOK"}
    assert made["created_at"] == "2026-11-25T09:00:00+01:00"
    assert sorted(made["tags"].split(", ")) == ["a", "b"]
    (line,) = made["line_items"]
    assert (line["title"], line["quantity"], line["price"]) == ("Ski", 2, "10.00")
    assert line["fulfillable_quantity"] == 2
    assert made["fulfillment_status"] is None


def test_a_fulfilment_is_told_of_with_its_tracking() -> None:
    till = Till()
    subscribed(till, "FULFILLMENTS_CREATE", "ORDERS_UPDATED")
    order = an_order(till)
    source = order["fulfillmentOrders"]["nodes"][0]["id"]
    done(
        till,
        SHIP,
        fulfillment={
            "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": source}],
            "trackingInfo": {"number": "42", "company": "Posten"},
        },
    )
    made = told(till, "FULFILLMENTS_CREATE")
    assert (made["status"], made["tracking_number"]) == ("success", "42")
    assert [line["quantity"] for line in made["line_items"]] == [2]
    updated = told(till, "ORDERS_UPDATED")
    assert updated["fulfillment_status"] == "fulfilled"
    assert [one["id"] for one in updated["fulfillments"]] == [made["id"]]


def test_a_refund_is_told_of_with_its_lines() -> None:
    till = Till()
    subscribed(till, "REFUNDS_CREATE")
    order = an_order(till)
    line = {"lineItemId": order["lineItems"]["nodes"][0]["id"], "quantity": 1}
    lines = [{**line, "restockType": "NO_RESTOCK"}]
    done(till, REFUND, input={"orderId": order["id"], "refundLineItems": lines})
    made = told(till, "REFUNDS_CREATE")
    (row,) = made["refund_line_items"]
    assert (row["quantity"], row["restock_type"]) == (1, "no_restock")
    assert made["restock"] is False


def test_stock_is_told_of_by_what_is_available_alone() -> None:
    till = Till()
    subscribed(till, "INVENTORY_LEVELS_UPDATE", "INVENTORY_ITEMS_CREATE")
    (place,) = till.shop.locations.values()
    sizes: Any = SIZES
    first, *rest = sizes["variants"]
    stock = {
        "locationId": f"gid://shopify/Location/{place.id}",
        "name": "available",
        "quantity": 7,
    }
    till.make("Ski", **{**sizes, "variants": [{**first, "inventoryQuantities": [stock]}, *rest]})
    made = told(till, "INVENTORY_LEVELS_UPDATE")
    gid = made.pop("admin_graphql_api_id")
    assert gid.endswith(f"?inventory_item_id={made['inventory_item_id']}")
    assert made.keys() == {"inventory_item_id", "location_id", "available", "updated_at"}
    assert (made["location_id"], made["available"]) == (place.id, 7)
    item = told(till, "INVENTORY_ITEMS_CREATE")
    assert (item["sku"], item["tracked"]) == ("A-M", True)


def test_a_finished_bulk_operation_is_told_of_without_its_address() -> None:
    till = Till()
    subscribed(till, "BULK_OPERATIONS_FINISH")
    gid = done(till, EXPORT)["bulkOperation"]["id"]
    for _ in range(100):
        till.hands.passed_s += 1
        happen(till.shop)
    made = told(till, "BULK_OPERATIONS_FINISH")
    assert made.pop("completed_at") >= made.pop("created_at")
    assert made == {
        "admin_graphql_api_id": gid,
        "error_code": None,
        "status": "completed",
        "type": "query",
    }


@pytest.mark.parametrize(
    ("input", "keys"),
    [
        ({"metafieldNamespaces": ["custom"]}, ["color"]),
        ({"metafields": [{"namespace": "other", "key": "size"}]}, ["size"]),
        ({}, None),
    ],
    ids=["a namespace", "one of them", "none asked for"],
)
def test_metafields_are_told_to_those_who_want_them(input: Any, keys: list[str] | None) -> None:
    till = Till()
    subscribed(till, "PRODUCTS_CREATE", **input)
    text = {"type": "single_line_text_field", "value": "x"}
    metafields = [
        {"namespace": "custom", "key": "color", **text},
        {"namespace": "other", "key": "size", **text},
    ]
    till.make("Ski", metafields=metafields)
    made = told(till, "PRODUCTS_CREATE")
    shown = made.get("metafields")
    assert (shown and [one["key"] for one in shown]) == keys


@pytest.mark.parametrize("is_bundle", [True, False])
def test_a_product_says_whether_a_variant_is_sold_only_with_others(is_bundle: bool) -> None:
    till = Till()
    subscribed(till, "PRODUCTS_CREATE")
    till.make(
        "Ski",
        variants=[{"optionValues": [DEFAULT], "requiresComponents": is_bundle}],
        productOptions=[{"name": "Title", "values": [{"name": "Default Title"}]}],
    )
    assert told(till, "PRODUCTS_CREATE")["has_variants_that_requires_components"] is is_bundle
