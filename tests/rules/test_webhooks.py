"""Is a webhook Shopify's own, what does it tell? No bytes but the signed ones count."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.deliveries import Delivery
from syncd.rules import webhooks
from syncd.rules.topics import BY_ENUM, TOPICS
from syncd.rules.webhooks import MalformedError, UnknownTopicError, is_signed, read


def signature(secret: bytes, raw: bytes) -> str:
    return base64.b64encode(hmac.new(secret, raw, hashlib.sha256).digest()).decode()


def told(topic: str, body: Any, **headers: str) -> Delivery:
    named = {webhooks.TOPIC: topic, webhooks.DELIVERY: "d-1", **headers}
    return read(7, named, orjson.dumps(body))


@given(raw=st.binary(), secret=st.binary(min_size=1), other=st.binary(min_size=1))
def test_only_who_has_the_secret_can_sign(raw: bytes, secret: bytes, other: bytes) -> None:
    signed = signature(secret, raw)
    assert is_signed(raw, signed, [secret])
    assert is_signed(raw, signed, [other, secret])
    assert not is_signed(raw + b" ", signed, [secret])
    assert not is_signed(raw, signed, [])
    if other.ljust(64, b"\0") != secret.ljust(64, b"\0") and max(len(other), len(secret)) <= 64:
        assert not is_signed(raw, signed, [other])


@given(raw=st.binary(), given=st.text())
def test_a_signature_that_is_none_is_refused_and_never_an_error(raw: bytes, given: str) -> None:
    assert not is_signed(raw, given, [b"secret"])


def test_the_secret_of_an_unknown_shop_signs_nothing() -> None:
    assert not is_signed(b"{}", signature(webhooks.EMPTY, b"{}"), [])


@pytest.mark.parametrize(
    ("topic", "body", "kind", "gid"),
    [
        pytest.param(
            "inventory_levels/update",
            {"inventory_item_id": 271878346596884015, "location_id": 24826418, "available": 10},
            "stock",
            "gid://shopify/InventoryItem/271878346596884015",
            id="an id of 64 bits stays exact",
        ),
        pytest.param(
            "inventory_levels/disconnect",
            {"inventory_item_id": 1, "location_id": 2},
            "stock",
            "gid://shopify/InventoryItem/1",
            id="a level that is gone",
        ),
        pytest.param("orders/updated", {"id": 1}, "order", "gid://shopify/Order/1", id="an order"),
        pytest.param(
            "orders/edited",
            {"order_edit": {"id": 9, "order_id": 1}},
            "order",
            "gid://shopify/Order/1",
            id="an edit names its order",
        ),
        pytest.param(
            "refunds/create",
            {"id": 9, "order_id": 1},
            "order",
            "gid://shopify/Order/1",
            id="refund",
        ),
        pytest.param(
            "customers/delete", {"id": "1"}, "customer", "gid://shopify/Customer/1", id="as text"
        ),
        pytest.param(
            "customers/merge",
            {
                "admin_graphql_api_customer_kept_id": "gid://shopify/Customer/1",
                "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/2",
            },
            "customer",
            "gid://shopify/Customer/1",
            id="the customer that is kept",
        ),
        pytest.param("app/uninstalled", {"id": 1}, "app", None, id="the app itself"),
    ],
)
def test_a_webhook_tells_what_it_concerns(
    topic: str, body: dict[str, Any], kind: str, gid: str | None
) -> None:
    found = told(topic, body)
    assert (found.kind, found.gid) == (kind, gid)


def test_what_comes_with_a_delivery_is_kept() -> None:
    triggered = "2026-11-23T08:00:00.123456Z"
    found = told(
        "orders/create", {"id": 1}, **{webhooks.EVENT: "e-1", webhooks.TRIGGERED: triggered}
    )
    assert (found.shop_id, found.delivery_id, found.event_id) == (7, "d-1", "e-1")
    assert found.triggered_at == datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("topic", sorted(one for one in TOPICS if TOPICS[one].kind != "privacy"))
def test_nobodys_name_is_kept(topic: str) -> None:
    person = {"email": "kari@example.no", "first_name": "Kari", "phone": "+4790000000"}
    ids = {"id": 1, "order_id": 2, "inventory_item_id": 3, "order_edit": {"order_id": 2, **person}}
    body = {**ids, **person, "customer": person, "billing_address": person, "updated_at": "now"}
    assert b"Kari" not in orjson.dumps(told(topic, body).body)
    assert b"kari" not in orjson.dumps(told(topic, body).body)


@pytest.mark.parametrize(
    ("customer", "kept"),
    [
        pytest.param(
            {"id": 1, "email": "kari@example.no", "phone": "+47 900 00 000"},
            {"id": "1", "email": "kari@example.no", "phone": "+47 900 00 000"},
            id="by all there is",
        ),
        pytest.param({"email": "k@x.no"}, {"id": None, "email": "k@x.no"}, id="by e-mail alone"),
        pytest.param({"id": 1, "email": None, "phone": None}, {"id": "1"}, id="nulls name nobody"),
        pytest.param(None, {"id": None}, id="by nothing"),
    ],
)
def test_a_request_by_law_names_whom_it_concerns(
    customer: dict[str, Any] | None, kept: dict[str, Any]
) -> None:
    body = {"customer": customer, "orders_to_redact": [299938, "220458"], "shop_id": 954889}
    assert told("customers/redact", body).body == {
        "customer": kept,
        "orders": ["299938", "220458"],
        "request_id": None,
    }


def test_a_data_request_keeps_its_number() -> None:
    body = {"customer": {"id": 1}, "orders_requested": [3], "data_request": {"id": 9999}}
    found = told("customers/data_request", body).body
    assert (found["orders"], found["request_id"]) == (["3"], "9999")


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="cut short"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"{}", id="without an id"),
        pytest.param(b'{"id": true}', id="an id that is none"),
        pytest.param(b'{"id": 1.5}', id="an id that is no whole number"),
        pytest.param(b'{"id": "1; drop table"}', id="an id with a tail"),
        pytest.param(b'{"id": ' + b"9" * 400 + b"}", id="an id without end"),
        pytest.param(b"[" * 100_000, id="too deep"),
    ],
)
def test_what_shopify_never_sends_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        read(7, {webhooks.TOPIC: "orders/create", webhooks.DELIVERY: "d"}, raw)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({webhooks.DELIVERY: " "}, id="empty"),
        pytest.param({webhooks.DELIVERY: "x" * 300}, id="too long"),
        pytest.param({webhooks.DELIVERY: "a\0b"}, id="unprintable"),
    ],
)
def test_a_delivery_without_its_number_is_malformed(headers: dict[str, str]) -> None:
    with pytest.raises(MalformedError):
        read(7, {webhooks.TOPIC: "orders/create", **headers}, b'{"id": 1}')


def test_a_topic_that_nobody_asked_for_is_told_apart() -> None:
    with pytest.raises(UnknownTopicError):
        told("carts/create", {"id": 1})


@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
        lambda deeper: st.lists(deeper) | st.dictionaries(st.text(), deeper),
    ),
    topic=st.sampled_from(sorted(TOPICS)),
    named=st.text(),
)
def test_whatever_is_signed_is_read_or_malformed(body: Any, topic: str, named: str) -> None:
    try:
        found = told(topic, body, **{webhooks.EVENT: named, webhooks.TRIGGERED: named})
    except MalformedError:
        return
    except TypeError:  # a text that orjson cannot write: no webhook has it
        return
    assert "\\u0000" not in orjson.dumps(found.body).decode()


def test_each_topic_asks_for_the_fields_it_is_known_by() -> None:
    for one in BY_ENUM.values():
        assert not one.subject or {path.split(".")[0] for path in one.numbers} & {*one.keeps}
