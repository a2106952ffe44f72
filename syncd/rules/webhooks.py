"""Whether a webhook is Shopify's own, what it tells."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from syncd.deliveries import Delivery
from syncd.rules.topics import TOPICS, Topic

TOPIC = "X-Shopify-Topic"
SIGNATURE = "X-Shopify-Hmac-Sha256"
SHOP = "X-Shopify-Shop-Domain"
DELIVERY = "X-Shopify-Webhook-Id"
EVENT = "X-Shopify-Event-Id"
TRIGGERED = "X-Shopify-Triggered-At"

LONGEST_NAME = 255  # of a delivery's or an event's number: Shopify's have 36
LONGEST_NUMBER = 20  # digits of an id; they have 64 bits
LONGEST_LIST = 10_000  # orders of one customer
LONGEST_TEXT = 1_000
EMPTY = b"none"  # a secret that nobody has: a shop we do not know must cost as much time


class MalformedError(ValueError):
    """Signed as it should be, but not what Shopify sends; the text says what is wrong."""


class UnknownTopicError(MalformedError):
    """Of a topic that we never ask for."""


def is_signed(raw: bytes, signature: str, secrets: Sequence[bytes]) -> bool:
    """Whether one of the secrets has signed exactly these bytes.

    Takes as long whether the signature is wrong or there is no secret; each secret is tried.
    """
    given = signature.encode("ascii", "replace")
    found = False
    for secret in secrets or (EMPTY,):
        made = base64.b64encode(hmac.new(secret, raw, hashlib.sha256).digest())
        found |= hmac.compare_digest(made, given)
    return found and bool(secrets)


def read(shop_id: int, headers: Mapping[str, str], raw: bytes) -> Delivery:
    """What a webhook tells whose signature was checked; of its body only what is worked with.

    Raises MalformedError, UnknownTopicError.
    """
    name = headers.get(TOPIC, "")
    topic = TOPICS.get(name)
    if topic is None:
        raise UnknownTopicError("a topic that syncd does not ask for")
    delivery_id = headers.get(DELIVERY, "").strip()
    if not 0 < len(delivery_id) <= LONGEST_NAME or not delivery_id.isprintable():
        raise MalformedError(f"no {DELIVERY}")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedError("no JSON") from error
    if not isinstance(body, dict):
        raise MalformedError("no object")
    return Delivery(
        shop_id=shop_id,
        delivery_id=delivery_id,
        topic=name,
        kind=topic.kind,
        gid=_subject(topic, body),
        event_id=_printable(headers.get(EVENT)),
        triggered_at=_time(headers.get(TRIGGERED)),
        body=_request(body) if topic.kind == "privacy" else _kept(topic, body),
    )


def _subject(topic: Topic, body: Mapping[str, Any]) -> str | None:
    if topic.subject is None:
        return None
    for path in topic.numbers:
        value: Any = body
        for step in path.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if (number := number_of(value)) is not None:
            return f"gid://shopify/{topic.subject}/{number}"
    raise MalformedError(f"no {topic.numbers[0]}")


def number_of(value: object) -> str | None:
    """The digits of an id that came as a number, as text, or as a GID; None for another thing."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    digits = str(value).rpartition("/")[2]
    is_one = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER
    return digits if is_one else None


def _kept(topic: Topic, body: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values only: what is nested may hold persons' names."""
    found: dict[str, Any] = {}
    for name in topic.keeps:
        value = body.get(name)
        if isinstance(value, bool | int | float):
            found[name] = value
        elif isinstance(value, str):
            found[name] = _text(value)
    return found


def _request(body: Mapping[str, Any]) -> dict[str, Any]:
    """A request by law: whom it names, by whatever it names him, and his orders."""
    customer = body.get("customer")
    named = customer if isinstance(customer, dict) else {}
    asked = body.get("data_request")
    orders = body.get("orders_to_redact") or body.get("orders_requested")
    texts = {
        key: _text(named[key]) for key in ("email", "phone") if isinstance(named.get(key), str)
    }
    numbers = map(number_of, orders[:LONGEST_LIST] if isinstance(orders, list) else ())
    return {
        "customer": {"id": number_of(named.get("id")), **texts},
        "orders": [one for one in numbers if one is not None],
        "request_id": number_of(asked.get("id")) if isinstance(asked, dict) else None,
    }


def _text(value: str) -> str:
    """As Postgres can hold it."""
    return value.replace("\0", "")[:LONGEST_TEXT]


def _printable(value: str | None) -> str | None:
    return value[:LONGEST_NAME] if value and value.isprintable() else None


def _time(value: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(value or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
