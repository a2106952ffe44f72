"""A call with a key is done once within a day, however often it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncd.sandbox.idempotency import number_of
from tests.sandbox.stocks import ACTIVATE, ADJUST, OLD, SET, Store, codes, told

DAY_S = 24 * 60 * 60
FAILED = "A previous request with this idempotency key failed. Retry with a new idempotency key."
MISMATCH = "The same idempotency key cannot be used with different operation parameters."
BLANK = "The idempotency key can't be blank."
MISSING = "The @idempotent directive is required for this mutation but was not provided."
RUNNING = "This request is currently in progress, please try again."


def test_a_repeat_is_answered_like_the_first_call_and_changes_nothing() -> None:
    store = Store()
    item = store.stock(5)
    input = store.adjust(item, 2)
    first = store.call(ADJUST, input=input, key="k")
    assert store.call(ADJUST, input=input, key="k") == first
    assert store.counts(item) == {"available": 7, "on_hand": 7}


def test_what_a_repeat_shows_is_as_it_is_by_then() -> None:
    store = Store()
    item = store.stock(5)
    given: Any = {"item": item, "place": store.lager, "available": 3, "key": "k"}
    store.call(ACTIVATE, **given)
    store.call(SET, input=store.set(item, 8, locationId=store.lager))
    again = store.call(ACTIVATE, **given)
    assert [one["quantity"] for one in again["inventoryLevel"]["quantities"]] == [8, 8]


def test_a_key_is_forgotten_after_a_day() -> None:
    store = Store()
    item = store.stock(5)
    input = store.adjust(item, 2)
    for passed_s, expected in ((0, 7), (DAY_S - 1, 7), (DAY_S, 9)):
        store.hands.passed_s = passed_s
        store.call(ADJUST, input=input, key="k")
        assert store.item(item).available == expected


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"delta": 3}, id="another delta"),
        pytest.param({"changeFromQuantity": 5}, id="compared"),
        pytest.param({"reason": "restock"}, id="another reason"),
    ],
)
def test_a_key_is_for_one_call_with_its_arguments(other: Any) -> None:
    store = Store()
    item = store.stock(5)
    store.call(ADJUST, input=store.adjust(item, 2), key="k")
    payload = store.call(ADJUST, input=store.adjust(item, other.pop("delta", 2), **other), key="k")
    assert told(payload) == [("", MISMATCH, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")]
    assert payload["inventoryAdjustmentGroup"] is None
    assert store.item(item).available == 7


def test_a_key_is_not_for_another_mutation() -> None:
    store = Store()
    item = store.stock(5)
    store.call(ADJUST, input=store.adjust(item, 2), key="k")
    payload = store.call(SET, input=store.set(item, 2), key="k")
    assert codes(payload) == [("", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")]


def test_a_key_whose_call_was_refused_is_spent() -> None:
    store = Store()
    item = store.stock(5)
    input = store.set(item, 9, changeFromQuantity=4)
    assert codes(store.call(SET, input=input, key="k"))[0][1] == "CHANGE_FROM_QUANTITY_STALE"
    store.call(SET, input=store.set(item, 4))
    payload = store.call(SET, input=input, key="k")
    assert told(payload) == [("", FAILED, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")]
    assert store.item(item).available == 4


def test_a_call_that_is_still_running_is_told_of() -> None:
    store = Store()
    item = store.stock(5)
    input = store.adjust(item, 2)
    store.call(ADJUST, input=input, key="k")
    calls = store.shop.held["KeyedCall"]
    store.shop.put(
        "KeyedCall",
        replace(
            calls[number_of("k", store.shop.options.app.client_id)], state="running", payload=None
        ),
    )
    payload = store.call(ADJUST, input=input, key="k")
    assert told(payload) == [("", RUNNING, "IDEMPOTENCY_CONCURRENT_REQUEST")]


@pytest.mark.parametrize(
    ("version", "key", "message"),
    [
        pytest.param("2026-01", None, None, id="2026-01: without one"),
        pytest.param("2026-04", None, MISSING, id="2026-04: without one"),
        pytest.param("2026-04", " ", BLANK, id="a blank one"),
    ],
)
def test_a_key_is_mandatory_since_2026_04(version: str, key: Any, message: str | None) -> None:
    store = Store(version)
    item = store.stock(5)
    query, given = ADJUST, {"key": key}
    if key is None:
        query, given = ADJUST.replace(" @idempotent(key: $key)", ""), {}
        query = query.replace(", $key: String!", "")
    body = store.ask(query, input=store.adjust(item, 2), **given)
    if message is None:
        assert body["data"]["inventoryAdjustQuantities"]["userErrors"] == []
    else:
        assert body["errors"] == [
            {
                "message": message,
                "locations": [{"line": 2, "column": 3}],
                "extensions": {"code": "BAD_REQUEST"},
                "path": ["inventoryAdjustQuantities"],
            }
        ]
        assert body["data"] == {"inventoryAdjustQuantities": None}


def test_a_key_may_stand_in_the_document_and_a_call_has_its_own() -> None:
    store = Store(OLD)
    item = store.stock(5)
    row = f'{{inventoryItemId: "{item}", locationId: "{store.butikk}", delta: 1}}'
    input = f'{{name: "available", reason: "restock", changes: [{row}]}}'
    fields = (
        f'{name}: inventoryAdjustQuantities(input: {input}) @idempotent(key: "{key}")'
        " { userErrors { code } }"
        for name, key in (("a", "x"), ("b", "x"), ("c", "y"))
    )
    body = store.ask(f"mutation {{ {' '.join(fields)} }}")
    assert [one["userErrors"] for one in body["data"].values()] == [[], [], []]
    assert store.item(item).available == 7
