"""Stock that is adjusted or moved."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.stocks import (
    ADJUST,
    MOVE,
    Store,
    changes,
    codes,
    told,
)

WORDS = {
    "INVALID_QUANTITY_NAME": (
        "The specified quantity name is invalid. Valid values are: available, damaged, incoming,"
        " quality_control, reserved, safety_stock."
    ),
    "INVALID_QUANTITY_TOO_HIGH": "The quantity can't be higher than 2,000,000,000.",
    "INVALID_QUANTITY_TOO_LOW": "The quantity can't be lower than -2,000,000,000.",
    "INVALID_QUANTITY_DOCUMENT": (
        "A ledger document URI is required except when adjusting available."
    ),
    "INVALID_AVAILABLE_DOCUMENT": "A ledger document URI is not allowed when adjusting available.",
    "INTERNAL_LEDGER_DOCUMENT": (
        "Internal (gid://shopify/) ledger documents are not allowed to be adjusted via API."
    ),
    "CHANGE_FROM_QUANTITY_STALE": (
        "The changeFromQuantity argument no longer matches the persisted quantity."
    ),
    "INVALID_LEDGER_DOCUMENT": "The specified ledger document is invalid.",
}
CHANGE = "input.changes.0"
LEDGER = {"ledgerDocumentUri": "ledger://books/1"}


@pytest.mark.parametrize(
    ("given", "place", "code"),
    [
        pytest.param(
            {"name": "on_hand", **LEDGER},
            "input.name",
            "INVALID_QUANTITY_NAME",
            id="on hand is no quantity of its own",
        ),
        pytest.param(
            {"name": "committed", **LEDGER},
            "input.name",
            "INVALID_QUANTITY_NAME",
            id="only orders commit",
        ),
        pytest.param(
            {"delta": 2_000_000_001}, f"{CHANGE}.delta", "INVALID_QUANTITY_TOO_HIGH", id="too high"
        ),
        pytest.param(
            {"delta": -2_000_000_001}, f"{CHANGE}.delta", "INVALID_QUANTITY_TOO_LOW", id="too low"
        ),
        pytest.param(
            {"name": "damaged"},
            f"{CHANGE}.ledgerDocumentUri",
            "INVALID_QUANTITY_DOCUMENT",
            id="no ledger",
        ),
        pytest.param(
            LEDGER,
            f"{CHANGE}.ledgerDocumentUri",
            "INVALID_AVAILABLE_DOCUMENT",
            id="a ledger for available",
        ),
        pytest.param(
            {"name": "reserved", "ledgerDocumentUri": "gid://shopify/Order/123"},
            f"{CHANGE}.ledgerDocumentUri",
            "INTERNAL_LEDGER_DOCUMENT",
            id="Shopify's ledger",
        ),
        pytest.param(
            {"name": "reserved", "ledgerDocumentUri": "ledger"},
            f"{CHANGE}.ledgerDocumentUri",
            "INVALID_LEDGER_DOCUMENT",
            id="a ledger that is no URI",
        ),
        pytest.param(
            {"changeFromQuantity": 4},
            f"{CHANGE}.changeFromQuantity",
            "CHANGE_FROM_QUANTITY_STALE",
            id="stale",
        ),
    ],
)
def test_adjust_is_refused(given: Any, place: str, code: str) -> None:
    store = Store()
    item = store.stock(5)
    payload = store.call(ADJUST, input=store.adjust(item, given.pop("delta", 1), **given))
    assert told(payload) == [(place, WORDS[code], code)]
    assert payload["inventoryAdjustmentGroup"] is None


def test_ledgers_of_one_adjustment_agree() -> None:
    store = Store()
    item = store.stock()
    rows = [
        store.adjust(item, 1, ledgerDocumentUri=f"ledger://books/{number}")["changes"][0]
        for number in (1, 2)
    ]
    payload = store.call(ADJUST, input={"name": "damaged", "reason": "damaged", "changes": rows})
    assert codes(payload) == [("input.changes", "MAX_ONE_LEDGER_DOCUMENT")]


@pytest.mark.parametrize(
    ("name", "told_changes", "kept"),
    [
        pytest.param(
            "available",
            [("available", 3), ("on_hand", 3)],
            {"available": 8, "on_hand": 8},
            id="available",
        ),
        pytest.param(
            "damaged",
            [("damaged", 3), ("on_hand", 3)],
            {"available": 5, "damaged": 3, "on_hand": 8},
            id="damaged",
        ),
        pytest.param(
            "reserved",
            [("reserved", 3), ("on_hand", 3)],
            {"available": 5, "reserved": 3, "on_hand": 8},
            id="reserved",
        ),
        pytest.param(
            "safety_stock",
            [("safety_stock", 3), ("on_hand", 3)],
            {"available": 5, "safety_stock": 3, "on_hand": 8},
            id="safety stock",
        ),
        pytest.param(
            "quality_control",
            [("quality_control", 3), ("on_hand", 3)],
            {"available": 5, "quality_control": 3, "on_hand": 8},
            id="quality control",
        ),
        pytest.param(
            "incoming",
            [("incoming", 3)],
            {"available": 5, "incoming": 3, "on_hand": 5},
            id="incoming is not there yet",
        ),
    ],
)
def test_what_is_adjusted_is_on_hand_too(name: str, told_changes: Any, kept: Any) -> None:
    store = Store()
    item = store.stock(5)
    more = {} if name == "available" else LEDGER
    payload = store.call(ADJUST, input=store.adjust(item, 3, name=name, **more))
    assert changes(payload) == told_changes
    assert [one["ledgerDocumentUri"] for one in payload["inventoryAdjustmentGroup"]["changes"]] == [
        more.get("ledgerDocumentUri"),
        None,
    ][: len(told_changes)]
    assert store.counts(item) == kept


def test_moving_leaves_on_hand_as_it_is() -> None:
    store = Store()
    item = store.stock(5)
    payload = store.call(MOVE, input=store.move(item, 2, "available", "damaged"))
    assert changes(payload) == [("available", -2), ("damaged", 2)]
    books = [one["ledgerDocumentUri"] for one in payload["inventoryAdjustmentGroup"]["changes"]]
    assert books == [None, "ledger://books/to"]
    assert store.counts(item) == {"available": 3, "damaged": 2, "on_hand": 5}
    payload = store.call(MOVE, input=store.move(item, 2, "incoming", "available"))
    assert changes(payload) == [("incoming", -2), ("available", 2), ("on_hand", 2)]


@pytest.mark.parametrize(
    ("quantity", "start", "goal", "place", "code"),
    [
        pytest.param(1, "on_hand", "damaged", ".from.name", "INVALID_QUANTITY_NAME", id="on hand"),
        pytest.param(
            1, "available", "committed", ".to.name", "INVALID_QUANTITY_NAME", id="committed"
        ),
        pytest.param(
            -1, "available", "damaged", ".quantity", "INVALID_QUANTITY_NEGATIVE", id="negative"
        ),
        pytest.param(
            2_000_000_001,
            "available",
            "damaged",
            ".quantity",
            "INVALID_QUANTITY_TOO_HIGH",
            id="too high",
        ),
        pytest.param(1, "damaged", "damaged", "", "SAME_QUANTITY_NAME", id="to itself"),
        pytest.param(
            1,
            "available",
            {"name": "damaged"},
            ".to.ledgerDocumentUri",
            "INVALID_QUANTITY_DOCUMENT",
            id="no ledger",
        ),
        pytest.param(
            1,
            {"name": "available", **LEDGER},
            "damaged",
            ".from.ledgerDocumentUri",
            "INVALID_AVAILABLE_DOCUMENT",
            id="a ledger for available",
        ),
        pytest.param(
            1,
            {"name": "available", "changeFromQuantity": 4},
            "damaged",
            ".from.changeFromQuantity",
            "CHANGE_FROM_QUANTITY_STALE",
            id="stale",
        ),
    ],
)
def test_move_is_refused(quantity: int, start: Any, goal: Any, place: str, code: str) -> None:
    store = Store()
    item = store.stock(5)
    payload = store.call(MOVE, input=store.move(item, quantity, start, goal))
    assert codes(payload) == [(f"input.changes.0{place}", code)]


def test_move_stays_at_one_location_and_in_two_ledgers() -> None:
    store = Store()
    item = store.stock(5)
    away = {"name": "damaged", "locationId": store.lager, **LEDGER}
    assert codes(store.call(MOVE, input=store.move(item, 1, "available", away)))[0] == (
        "input.changes.0",
        "DIFFERENT_LOCATIONS",
    )
    rows = [
        store.move(item, 1, "available", {"name": "damaged", "ledgerDocumentUri": f"a:{one}"})
        for one in range(3)
    ]
    input = rows[0] | {"changes": [row["changes"][0] for row in rows]}
    assert codes(store.call(MOVE, input=input)) == [
        ("input.changes", "MAXIMUM_LEDGER_DOCUMENT_URIS")
    ]


def test_adjusting_past_what_the_api_can_say_fails() -> None:
    store = Store()
    item = store.stock(1_000_000_000)
    input = store.adjust(item, 2_000_000_000)
    assert codes(store.call(ADJUST, input=input)) == [("", "ADJUST_QUANTITIES_FAILED")]
    assert store.counts(item) == {"available": 1_000_000_000, "on_hand": 1_000_000_000}
