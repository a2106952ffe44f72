"""Which sentence answers "why?", and in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncd.phrases import said
from syncd.rules import clock_words, explaining, field_words, timeline, waiting_words
from syncd.rules.comparison import FieldDifference
from syncd.rules.facts import Facts, Hold, Standing, Waiting
from tests.rules.forms import form, row

FORM = form(row("a", "Rød"))
NOW = datetime(2026, 11, 30, 12, 10, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=8)
LATER = NOW + timedelta(minutes=2)
ENDLESS = datetime.max.replace(tzinfo=UTC)
STANDING = Standing(
    enabled=True,
    sync_products=True,
    is_linked=True,
    paused_until=None,
    paused_reason=None,
    now=NOW,
    is_held=True,
    open_run=None,
    open_state=None,
    next_compare_at=NOW + timedelta(hours=1),
    router_waits_since=None,
)
FACTS = Facts(
    "1", "x.myshopify.com", NOW, STANDING, accepted_at=NOW - timedelta(seconds=12),
    skus={"a": "J-S", "b": "J-M"},
)  # fmt: skip
CHANGE = Waiting("product", "1", "price", "due", ("price",), 1, SINCE, SINCE)
DEAD = replace(
    CHANGE, state="dead", cause="INVALID", failed_at=SINCE,
    error="SKU J-S: too long\n  → shorten it\n  request id abc-1",
)  # fmt: skip
COUNT = replace(CHANGE, kind="stock", key="a", lane="stock")
PRICE = FieldDifference("variant a: price", "399.00", "499.00", "499.00", "backoffice")
TITLE = FieldDifference("title", "Jakke", "Jakke", "Superjakke", "shopify")
PAUSED = replace(STANDING, paused_until=ENDLESS, paused_reason="no token\n  → make one")


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        pytest.param({}, "Everything is equal; last sent 12 s ago.", id="equal"),
        pytest.param(
            {"waiting": (CHANGE,), "differences": (PRICE,)},
            "Waits since 12:02:00: price of J-S; its turn comes in lane prices.",
            id="its turn comes",
        ),
        pytest.param(
            {"waiting": (CHANGE,), "standing": replace(STANDING, is_held=False)},
            "Waits since 12:02:00: price; no daemon works at the shop.",
            id="nobody works",
        ),
        pytest.param(
            {"waiting": (replace(CHANGE, due_at=LATER),)},
            "Waits since 12:02:00: price; it is sent at 12:12:00.",
            id="due later",
        ),
        pytest.param(
            {"waiting": (replace(CHANGE, due_at=LATER, error="no answer", failed_at=SINCE),)},
            "Failed at 12:02:00, tried again at 12:12:00: no answer",
            id="tried again",
        ),
        pytest.param(
            {"waiting": (replace(CHANGE, error="no answer", failed_at=SINCE),)},
            "Failed at 12:02:00, tried again next: no answer",
            id="tried again at once",
        ),
        pytest.param(
            {"waiting": (replace(CHANGE, state="claimed", claimed_by="n1", claimed_until=LATER),)},
            "It is being sent at this moment: price, by n1.",
            id="under way",
        ),
        pytest.param(
            {"waiting": (CHANGE,), "standing": PAUSED},
            "Waits since 12:02:00: price; the shop is paused until somebody resumes it, because: "
            "no token",
            id="paused without an end",
        ),
        pytest.param(
            {"waiting": (CHANGE,), "standing": replace(PAUSED, paused_until=LATER)},
            "Waits since 12:02:00: price; the shop is paused until 12:12:00, because: no token",
            id="paused for a while",
        ),
        pytest.param(
            {"waiting": (CHANGE,), "standing": replace(PAUSED, enabled=False)},
            "Waits since 12:02:00: price; the shop is disabled.",
            id="disabled goes before paused",
        ),
        pytest.param(
            {"waiting": (CHANGE,), "standing": replace(STANDING, sync_products=False)},
            "Waits since 12:02:00: price; the shop gets no products by its settings.",
            id="no products",
        ),
        pytest.param(
            {"is_linked": False, "standing": replace(STANDING, is_linked=False)},
            "Never sent: the shop is not linked with the Backoffice yet.",
            id="an unlinked shop",
        ),
        pytest.param(
            {"is_linked": False, "is_there": False},
            "It is not linked with the shop, and nothing waits; the next compare looks at it, at "
            "13:10:00.",
            id="an unlinked product",
        ),
        pytest.param(
            {"waiting": (CHANGE,), "hold": Hold(7, "59 of 60 prices fall", False)},
            "Waits since 12:02:00 for an answer: run 7 holds it (59 of 60 prices fall).",
            id="held",
        ),
        pytest.param(
            {"waiting": (CHANGE,), "hold": Hold(7, "59 of 60 prices fall", True)},
            "Held back since 12:02:00: run 7 was rejected (59 of 60 prices fall).",
            id="rejected",
        ),
        pytest.param({"waiting": (DEAD,)}, "Given up at 12:02:00: SKU J-S: too long", id="dead"),
        pytest.param(
            {"refusal": "SKU J-S: no price\n  → set one"},
            "It cannot be sent as it stands: SKU J-S: no price",
            id="refused",
        ),
        pytest.param(
            {"differences": (TITLE,)},
            "Changed in Shopify: name; it goes back with the next compare, at 13:10:00.",
            id="the merchant's name",
        ),
        pytest.param(
            {
                "differences": (TITLE,),
                "standing": replace(STANDING, open_run=3, open_state="reading"),
            },
            "Changed in Shopify: name; it goes back with the next compare, under way now.",
            id="a compare is under way",
        ),
        pytest.param(
            {"differences": (PRICE,)},
            "It differs: price of J-S; nothing waits, so the next compare puts it right, at "
            "13:10:00.",
            id="an event that is missing",
        ),
        pytest.param(
            {"differences": (PRICE,), "standing": replace(STANDING, router_waits_since=SINCE)},
            "Changed in the Backoffice: price of J-S; events wait for the router since 12:02:00.",
            id="the router waits",
        ),
        pytest.param(
            {"kept": (replace(PRICE, observed="449.00", who="shopify"),)},
            "Equal but for what the merchant set in Shopify: price of J-S (449.00 instead of "
            "399.00); it stays until the Backoffice's changes.",
            id="the merchant's price",
        ),
        pytest.param(
            {"reverted_at": SINCE},
            "A person took it back to an earlier form at 12:02:00; the shop keeps that until the "
            "Backoffice wants something else than it did then.",
            id="reverted",
        ),
        pytest.param(
            {"waiting": (COUNT,)},
            "Waits since 12:02:00: count of J-S; its turn comes in lane stock.",
            id="a count",
        ),
        pytest.param(
            {"failed_pictures": ("the picture x does not show",)},
            "Equal but for pictures: the picture x does not show",
            id="a picture that failed",
        ),
        pytest.param(
            {"pending_pictures": 2},
            "Everything is equal, last sent 12 s ago; Shopify is still fetching pictures: 2.",
            id="pictures under way",
        ),
        pytest.param(
            {"blocked": ("J-S",)},
            "Everything is equal; blocked in the Backoffice, so that none is for sale: J-S.",
            id="blocked",
        ),
        pytest.param(
            {"is_here": False, "status": "ARCHIVED", "accepted_at": SINCE},
            "The Backoffice has deleted it; it is archived in the shop since 12:02:00.",
            id="deleted in the Backoffice",
        ),
        pytest.param(
            {"is_here": False, "status": "ACTIVE"},
            "The Backoffice has deleted it; it is archived in the shop by the next compare, at "
            "13:10:00.",
            id="deleted without an event",
        ),
        pytest.param(
            {"is_there": False},
            "Somebody has deleted it in Shopify; it is not made anew by itself.",
            id="deleted in Shopify",
        ),
        pytest.param(
            {"is_here": False, "is_there": False},
            "It is deleted in the Backoffice as well as in the shop.",
            id="deleted on both sides",
        ),
        pytest.param(
            {"is_here": False, "is_linked": False},
            "The shop has it, but no product of the Backoffice is linked with it.",
            id="the shop's alone",
        ),
        pytest.param(
            {"is_here": None, "broken": ("product.title is missing", "add it")},
            "The Backoffice cannot be read, so nothing is sent: product.title is missing",
            id="a broken view",
        ),
        pytest.param(
            {"is_there": None, "unheard": "no answer\n  → wait"},
            "What was sent last, 12 s ago, is what the Backoffice says; Shopify was not asked: no "
            "answer",
            id="Shopify is out of reach",
        ),
    ],
)
def test_why(known: dict[str, Any], sentence: str) -> None:
    answer = explaining.why(replace(FACTS, **known))
    assert answer.why == sentence
    assert said(answer.why, "nb") != sentence


@pytest.mark.parametrize(
    ("known", "is_well"),
    [
        ({}, True),
        ({"kept": (PRICE,)}, True),
        ({"blocked": ("J-S",)}, True),
        ({"is_here": False, "status": "ARCHIVED"}, True),
        ({"is_there": None, "unheard": "no answer"}, True),
        ({"differences": (TITLE,)}, False),
        ({"waiting": (CHANGE,)}, False),
        ({"reverted_at": SINCE}, False),
        ({"failed_pictures": ("x",)}, False),
    ],
)
def test_what_asks_for_nobody_is_well(known: dict[str, Any], is_well: bool) -> None:
    assert explaining.why(replace(FACTS, **known)).is_well == is_well


def test_what_was_given_up_comes_with_its_steps_and_the_request() -> None:
    answer = explaining.why(replace(FACTS, waiting=(COUNT, DEAD)))
    assert answer.hints[0] == "shorten it"
    assert answer.hints[1].endswith("`syncd dead retry 1`")
    assert waiting_words.request_id(DEAD.error or "") == "abc-1"


def test_moments_are_as_short_as_they_can_be() -> None:
    assert clock_words.moment(SINCE, NOW) == "12:02:00"
    assert clock_words.moment(NOW - timedelta(days=1), NOW) == "2026-11-29 12:10"
    assert clock_words.moment(ENDLESS, NOW) == "–"


def test_the_words_of_a_list_are_translated_each() -> None:
    names = ["title", "variant a: price", "variant b: price", "picture 2", "vendor"]
    found = field_words.fields(names, {"a": "J-S", "b": "J-M"})
    assert found == "name, price of J-S, price of J-M, 2 more"
    assert said(found, "nb") == "navn, pris for J-S, pris for J-M, 2 til"
    assert field_words.fields(["variant a: price"], {"a": "J-S"}) == "price"


def test_a_line_of_the_timeline_tells_what_went_to_what() -> None:
    after = replace(FORM, title="Varm jakke")
    assert timeline.accepted(FORM, after, {}) == f"name: {FORM.title} → Varm jakke"
    assert said(timeline.accepted(FORM, after, {}), "nb") == f"navn: {FORM.title} → Varm jakke"
    assert timeline.accepted(FORM, FORM, {}) == "sent, as it was known"
