"""Webhook subscriptions are made, changed, refused as recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncd.sandbox.execution import Request, execute
from syncd.sandbox.hooks.filters import is_wanted
from syncd.sandbox.hooks.topics import header
from syncd.sandbox.options import App
from syncd.sandbox.visit import Visit
from tests.sandbox.receivers import SUBSCRIBE
from tests.sandbox.till import Till

UPDATE = """
mutation Change($id: ID!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $webhookSubscription) {
    webhookSubscription { id uri filter includeFields createdAt updatedAt }
    userErrors { field message }
  }
}
"""
DELETE = """
mutation Remove($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
}
"""
READ = "query Read($id: ID!) { webhookSubscription(id: $id) { id filter } }"
LIST = """
query List($first: Int, $after: String, $topics: [WebhookSubscriptionTopic!], $uri: String) {
  webhookSubscriptions(first: $first, after: $after, topics: $topics, uri: $uri) {
    nodes { topic }
    pageInfo { hasNextPage endCursor }
  }
  webhookSubscriptionsCount { count precision }
}
"""
HOOK = "https://example.com/hook"
BAD_FILTER = (
    "The specified filter is invalid, please ensure you specify the field(s) you wish to filter on."
)
UNKNOWN = [{"field": ["id"], "message": "Webhook subscription does not exist"}]


def subscribed(till: Till, topic: str = "SHOP_UPDATE", **input: Any) -> Any:
    """The payload of webhookSubscriptionCreate."""
    variables = {"topic": topic, "webhookSubscription": {"uri": HOOK, **input}}
    return till.ask(SUBSCRIBE, variables)["data"]["webhookSubscriptionCreate"]


def test_a_subscription_shows_what_was_asked_for() -> None:
    payload = subscribed(Till(), includeFields=["id"], metafieldNamespaces=["$app:a", "custom"])
    assert payload["userErrors"] == []
    made = payload["webhookSubscription"]
    assert made.pop("id").startswith("gid://shopify/WebhookSubscription/")
    assert made == {
        "topic": "SHOP_UPDATE",
        "uri": HOOK,
        "format": "JSON",
        "filter": None,
        "includeFields": ["id"],
        "metafieldNamespaces": ["app--347082227713--a", "custom"],
        "name": None,
        "metafields": [],
        "apiVersion": {"handle": "2026-10"},
        "createdAt": "2026-11-25T08:00:00Z",
        "updatedAt": "2026-11-25T08:00:00Z",
        "endpoint": {"__typename": "WebhookHttpEndpoint", "callbackUrl": HOOK},
    }


CLOUD = "arn:aws:events:us-east-1::event-source/aws.partner/shopify.com"


@pytest.mark.parametrize(
    ("uri", "messages"),
    [
        pytest.param("   ", ["Address can't be blank"], id="blank"),
        pytest.param("  https://example.com/h  ", [], id="outer space is taken off"),
        pytest.param("https://", ["Address is invalid"], id="no host"),
        pytest.param("nowhere", ["Address is invalid"], id="no scheme"),
        pytest.param(
            "http://example.com/hook", ["Address protocol http:// is not supported"], id="http"
        ),
        pytest.param("http://127.0.0.1:9/hook", [], id="http on this machine, ours alone"),
        pytest.param(
            "ftp://example.com/hook", ["Address protocol ftp:// is not supported"], id="ftp"
        ),
        pytest.param(
            "https://localhost:3000/hook",
            ["Address cannot be a Shopify or an internal domain"],
            id="internal",
        ),
        pytest.param(
            "https://example.myshopify.com/hook",
            ["Address cannot be a Shopify or an internal domain"],
            id="Shopify's own",
        ),
        pytest.param(f"https://example.com/{'a' * 65_515}", [], id="64 KB"),
        pytest.param(
            f"https://example.com/{'a' * 65_516}",
            ["Address is too big (maximum is 64 KB)"],
            id="one byte more",
        ),
        pytest.param(
            "pubsub://my-project",
            [
                "Address protocol pubsub:// is not supported",
                "Address is not a valid GCP pub/sub format."
                " Format should be pubsub://project:topic",
            ],
            id="pubsub without a topic",
        ),
        pytest.param(
            "pubsub://-bad:topic",
            ["Address is invalid", "Address is not a valid GCP project id."],
            id="pubsub with a bad project",
        ),
        pytest.param(
            "pubsub://valid-project:goog-prefixed",
            ["Address is invalid", "Address is not a valid GCP topic id."],
            id="pubsub with a bad topic",
        ),
        pytest.param("pubsub://valid-project:topic", [], id="pubsub"),
        pytest.param(
            "arn:aws:events:bogus",
            ["Address is invalid", "Address is not a valid AWS ARN"],
            id="a malformed ARN",
        ),
        pytest.param(
            f"{CLOUD}/1/source",
            [
                "Address is invalid",
                "Address is an AWS ARN and includes api_client_id '1' instead of '347082227713'",
            ],
            id="another app's ARN",
        ),
        pytest.param(f"{CLOUD}/347082227713/source", [], id="an ARN"),
        pytest.param(
            "kafka://broker/topic",
            [
                "Address protocol kafka:// is not supported",
                "Address is not a valid kafka topic",
            ],
            id="kafka",
        ),
    ],
)
def test_an_address_is_refused_as_recorded(uri: str, messages: list[str]) -> None:
    payload = subscribed(Till(), uri=uri)
    assert [one["message"] for one in payload["userErrors"]] == messages
    assert all(
        one["field"] == ["webhookSubscription", "callbackUrl"] for one in payload["userErrors"]
    )
    assert (payload["webhookSubscription"] is None) is bool(messages)


NAME_RULE = "Name name field can only contain alphanumeric characters, underscores, and hyphens"


@pytest.mark.parametrize(
    ("topic", "input", "errors"),
    [
        pytest.param("RETURNS_APPROVE", {"format": "XML"}, [
            ("format", "Format 'xml' is invalid for this webhook topic. Allowed formats: json")
        ], id="XML for a topic that has none"),
        pytest.param("SHOP_UPDATE", {"format": "XML", "uri": "pubsub://valid-project:topic"}, [
            ("format", "Format can only be used with format: 'json'")
        ], id="XML for a cloud"),
        pytest.param("SHOP_UPDATE", {"name": ""}, [
            ("name", "Name is too short (minimum is 1 character)"), ("name", NAME_RULE)
        ], id="an empty name"),
        pytest.param("SHOP_UPDATE", {"name": "has spaces"}, [("name", NAME_RULE)], id="spaces"),
        pytest.param("ORDERS_CREATE", {"filter": "id:1 bare"}, [(None, BAD_FILTER)], id="a word"),
        pytest.param("ORDERS_CREATE", {"filter": "id:1 OR total_price:>10"}, [], id="two fields"),
        pytest.param("ORDERS_CREATE", {"filter": "tags:a", "includeFields": ["id"]}, [
            (None, BAD_FILTER)
        ], id="a field that is not included"),
    ],
)  # fmt: skip
def test_the_rest_of_a_subscription_is_refused_as_recorded(
    topic: str, input: Any, errors: list[tuple[str | None, str]]
) -> None:
    payload = subscribed(Till(), topic, **input)
    assert payload["userErrors"] == [
        {"field": ["webhookSubscription", *([field] if field else [])], "message": message}
        for field, message in errors
    ]


PUB_SUB = """
mutation P($webhookSubscription: PubSubWebhookSubscriptionInput!) {
  pubSubWebhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: $webhookSubscription) {
    webhookSubscription { uri callbackUrl }
    userErrors { field message }
  }
}
"""
EVENT_BRIDGE = """
mutation E($webhookSubscription: EventBridgeWebhookSubscriptionInput!) {
  eventBridgeWebhookSubscriptionCreate(
    topic: SHOP_UPDATE, webhookSubscription: $webhookSubscription
  ) {
    webhookSubscription { uri callbackUrl }
    userErrors { field message }
  }
}
"""
PROJECT_RULE = "Google Cloud Pub/Sub project ID is not valid"
TOPIC_RULE = "Google Cloud Pub/Sub topic ID is not valid"


@pytest.mark.parametrize(
    ("document", "input", "uri", "errors"),
    [
        pytest.param(PUB_SUB, {"pubSubProject": "123456789012", "pubSubTopic": "a%25topic"},
            "pubsub://123456789012:a%25topic", [], id="a numbered project"),
        pytest.param(PUB_SUB, {"pubSubProject": "-bad", "pubSubTopic": "1topic"},
            None, [("pubSubProject", PROJECT_RULE), ("pubSubTopic", TOPIC_RULE)], id="both bad"),
        pytest.param(EVENT_BRIDGE, {"arn": f"{CLOUD}/347082227713/source"},
            f"{CLOUD}/347082227713/source", [], id="an ARN"),
        pytest.param(EVENT_BRIDGE, {"arn": f"{CLOUD}/347082227713"},
            None, [("arn", "Address is invalid"), ("arn", "Address is not a valid AWS ARN")],
            id="half an ARN"),
    ],
)  # fmt: skip
def test_the_older_mutations_for_clouds_name_their_own_fields(
    document: str, input: Any, uri: str | None, errors: list[tuple[str, str]]
) -> None:
    (payload,) = Till().ask(document, {"webhookSubscription": input})["data"].values()
    assert payload["userErrors"] == [
        {"field": ["webhookSubscription", field], "message": message} for field, message in errors
    ]
    made = payload["webhookSubscription"]
    shown = {"uri": uri, "callbackUrl": "https://eventbridge.arn"}
    assert made == (None if errors else shown)


def test_the_same_address_for_the_same_topic_is_taken() -> None:
    till = Till()
    assert subscribed(till)["userErrors"] == []
    assert subscribed(till, filter="")["userErrors"] == [
        {
            "field": ["webhookSubscription", "callbackUrl"],
            "message": "Address for this topic has already been taken",
        }
    ]
    assert subscribed(till, "PRODUCTS_CREATE")["userErrors"] == []
    assert subscribed(till, filter="id:1")["userErrors"] == []


def test_an_update_changes_what_is_given() -> None:
    till = Till()
    made = subscribed(till, includeFields=["id", "name"], filter="id:1")["webhookSubscription"]
    till.hands.passed_s += 5
    changes = {"includeFields": ["id"]}
    body = till.ask(UPDATE, {"id": made["id"], "webhookSubscription": changes})
    assert body["data"]["webhookSubscriptionUpdate"]["webhookSubscription"] == {
        "id": made["id"],
        "uri": HOOK,
        "filter": "id:1",
        "includeFields": ["id"],
        "createdAt": "2026-11-25T08:00:00Z",
        "updatedAt": "2026-11-25T08:00:05Z",
    }


def test_a_refused_update_changes_nothing() -> None:
    till = Till()
    made = subscribed(till, "CUSTOMERS_UPDATE", filter="customer_id:1")["webhookSubscription"]
    changes = {"uri": HOOK, "filter": "customer_id:1 bareword"}
    body = till.ask(UPDATE, {"id": made["id"], "webhookSubscription": changes})
    payload = body["data"]["webhookSubscriptionUpdate"]
    assert payload["webhookSubscription"] is None
    assert payload["userErrors"] == [{"field": ["webhookSubscription"], "message": BAD_FILTER}]
    read = till.ask(READ, {"id": made["id"]})["data"]["webhookSubscription"]
    assert read == {"id": made["id"], "filter": "customer_id:1"}


def test_an_unknown_subscription_does_not_exist() -> None:
    till, unknown = Till(), {"id": "gid://shopify/WebhookSubscription/999999999999"}
    assert till.ask(READ, unknown)["data"] == {"webhookSubscription": None}
    body = till.ask(UPDATE, {**unknown, "webhookSubscription": {"uri": HOOK}})
    assert body["data"]["webhookSubscriptionUpdate"]["userErrors"] == UNKNOWN
    body = till.ask(DELETE, unknown)
    assert body["data"]["webhookSubscriptionDelete"] == {
        "deletedWebhookSubscriptionId": None,
        "userErrors": UNKNOWN,
    }


def test_a_removed_subscription_is_gone() -> None:
    till = Till()
    made = subscribed(till)["webhookSubscription"]
    body = till.ask(DELETE, {"id": made["id"]})
    payload = body["data"]["webhookSubscriptionDelete"]
    assert payload == {"deletedWebhookSubscriptionId": made["id"], "userErrors": []}
    assert till.ask(READ, {"id": made["id"]})["data"] == {"webhookSubscription": None}


def test_subscriptions_are_listed_in_pages() -> None:
    till = Till()
    for topic in ("ORDERS_CREATE", "ORDERS_PAID", "PRODUCTS_CREATE"):
        subscribed(till, topic)
    first = till.ask(LIST, {"first": 2})["data"]
    assert [one["topic"] for one in first["webhookSubscriptions"]["nodes"]] == [
        "ORDERS_CREATE",
        "ORDERS_PAID",
    ]
    assert first["webhookSubscriptionsCount"] == {"count": 3, "precision": "EXACT"}
    info = first["webhookSubscriptions"]["pageInfo"]
    rest = till.ask(LIST, {"first": 2, "after": info["endCursor"]})["data"]
    assert [one["topic"] for one in rest["webhookSubscriptions"]["nodes"]] == ["PRODUCTS_CREATE"]
    some = till.ask(LIST, {"first": 9, "topics": ["ORDERS_PAID"], "uri": HOOK})["data"]
    assert [one["topic"] for one in some["webhookSubscriptions"]["nodes"]] == ["ORDERS_PAID"]


def test_a_topic_needs_its_scope() -> None:
    till = Till()
    visit = Visit(till.shop, scopes=frozenset({"read_products"}))
    asked = {"topic": "ORDERS_CREATE", "webhookSubscription": {"uri": HOOK}}
    body = execute(visit, till.bucket, Request(SUBSCRIBE, asked)).body
    assert body["data"] == {"webhookSubscriptionCreate": None}
    assert body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


def test_topics_about_customers_need_an_approved_app() -> None:
    till = Till()
    visit = Visit(till.shop, scopes=frozenset({"read_orders"}))
    visit.app = replace(App(), customer_data=0)
    asked = {"topic": "ORDERS_CREATE", "webhookSubscription": {"uri": HOOK}}
    body = execute(visit, till.bucket, Request(SUBSCRIBE, asked)).body
    assert body["errors"][0]["message"].startswith(
        "This app is not approved to subscribe to webhook topics containing protected customer data"
    )


def test_an_app_sees_its_own_subscriptions_only() -> None:
    till = Till()
    made = subscribed(till)["webhookSubscription"]
    visit = Visit(till.shop, app=App(client_id="another"))
    body = execute(visit, till.bucket, Request(READ, {"id": made["id"]})).body
    assert body["data"] == {"webhookSubscription": None}


@pytest.mark.parametrize(
    ("topic", "shown"),
    [
        ("PRODUCTS_UPDATE", "products/update"),
        ("INVENTORY_LEVELS_UPDATE", "inventory_levels/update"),
        ("CUSTOMERS_EMAIL_MARKETING_CONSENT_UPDATE", "customers_email_marketing_consent/update"),
        ("FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE", "fulfillment_orders/order_routing_complete"),
        ("BULK_OPERATIONS_FINISH", "bulk_operations/finish"),
        ("APP_UNINSTALLED", "app/uninstalled"),
        ("APP_SCOPES_UPDATE", "app/scopes_update"),
        ("SHOP_UPDATE", "shop/update"),
    ],
)
def test_a_topic_has_a_name_in_headers(topic: str, shown: str) -> None:
    assert header(topic) == shown


BODY = {
    "id": 7,
    "status": "active",
    "tags": "a, b",
    "total_price": "19.90",
    "variants": [{"price": "9.00"}, {"price": "12.00"}],
}


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("", True),
        ("id:7", True),
        ("id:8", False),
        ("status:active AND id:8", False),
        ("status:active OR id:8", True),
        ("-status:draft", True),
        ("total_price:>=19.9", True),
        ("total_price:>20", False),
        ("variants.price:>10", True),
        ("variants.price:>12", False),
        ("vendor:*", False),
        ("status:*", True),
        ("status:act*", True),
    ],
)
def test_a_filter_reads_the_body(text: str, passes: bool) -> None:
    assert is_wanted(BODY, text) is passes
