"""Stock that is set, checked row by row, all or none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.stocks import (
    ADJUST,
    SET,
    SET_ON_HAND,
    Store,
    changes,
    codes,
    told,
)

WORDS = {
    "INVALID_NAME": "The quantity name must be either 'available' or 'on_hand'.",
    "INVALID_REASON": (
        "The specified reason is invalid. Valid values are: correction, cycle_count_available,"
        " damaged, movement_canceled, movement_created, movement_received, movement_updated, other,"
        " promotion, quality_control, received, reservation_created, reservation_deleted,"
        " reservation_updated, restock, safety_stock, shrinkage."
    ),
    "INVALID_REFERENCE_DOCUMENT": "The specified reference document is invalid.",
    "INVALID_QUANTITY_TOO_HIGH": "The quantity can't be higher than 1,000,000,000.",
    "INVALID_QUANTITY_TOO_LOW": "The quantity can't be lower than -1,000,000,000.",
    "INVALID_QUANTITY_NEGATIVE": "The quantity can't be negative.",
    "CHANGE_FROM_QUANTITY_STALE": (
        "The changeFromQuantity argument no longer matches the persisted quantity."
    ),
    "INVALID_INVENTORY_ITEM": "The specified inventory item could not be found.",
    "INVALID_LOCATION": "The specified location could not be found.",
}
ROW = "input.quantities.0"
LEDGER = {"ledgerDocumentUri": "ledger://books/1"}


def test_set_tells_what_changed_by_quantity_with_on_hand_last() -> None:
    store = Store()
    first, second = store.stock(0), store.stock(0, "Stav")
    rows = store.set(first, 4)["quantities"] + store.set(second, 8)["quantities"]
    payload = store.call(SET, input=store.set(first, 4) | {"quantities": rows})
    assert told(payload) == []
    assert changes(payload) == [("available", 4), ("available", 8), ("on_hand", 4), ("on_hand", 8)]
    (change, *_) = payload["inventoryAdjustmentGroup"]["changes"]
    assert change["quantityAfterChange"] is None
    assert change["location"]["name"] == "Butikk"
    assert (store.counts(first), store.counts(second)) == (
        {"available": 4, "on_hand": 4},
        {"available": 8, "on_hand": 8},
    )


def test_on_hand_is_set_by_way_of_what_is_available() -> None:
    store = Store()
    item = store.stock(5)
    store.call(ADJUST, input=store.adjust(item, 3, name="reserved", **LEDGER))
    payload = store.call(SET, input=store.set(item, 10, name="on_hand"))
    assert changes(payload) == [("available", 2), ("on_hand", 2)]
    payload = store.call(
        SET_ON_HAND,
        input={"reason": "correction", "setQuantities": store.set(item, 1)["quantities"]},
    )
    assert changes(payload) == [("available", -9), ("on_hand", -9)]
    assert store.counts(item) == {"available": -2, "reserved": 3, "on_hand": 1}


@pytest.mark.parametrize(
    ("given", "place", "code"),
    [
        pytest.param({"name": "damaged"}, "input.name", "INVALID_NAME", id="name"),
        pytest.param({"reason": "because"}, "input.reason", "INVALID_REASON", id="reason"),
        pytest.param({"reason": ""}, "input.reason", "INVALID_REASON", id="no reason"),
        pytest.param(
            {"referenceDocumentUri": "4711"},
            "input.referenceDocumentUri",
            "INVALID_REFERENCE_DOCUMENT",
            id="reference without a scheme",
        ),
        pytest.param(
            {"referenceDocumentUri": "gid://kassa/4711"},
            "input.referenceDocumentUri",
            "INVALID_REFERENCE_DOCUMENT",
            id="gid of two parts",
        ),
        pytest.param(
            {"quantity": 1_000_000_001},
            f"{ROW}.quantity",
            "INVALID_QUANTITY_TOO_HIGH",
            id="too high",
        ),
        pytest.param(
            {"quantity": -2_000_000_000},
            f"{ROW}.quantity",
            "INVALID_QUANTITY_TOO_LOW",
            id="too low",
        ),
        pytest.param(
            {"name": "on_hand", "quantity": -5},
            f"{ROW}.quantity",
            "INVALID_QUANTITY_NEGATIVE",
            id="on hand below nought",
        ),
        pytest.param(
            {"changeFromQuantity": 4},
            f"{ROW}.changeFromQuantity",
            "CHANGE_FROM_QUANTITY_STALE",
            id="stale",
        ),
        pytest.param(
            {"inventoryItemId": "gid://shopify/InventoryItem/42"},
            f"{ROW}.inventoryItemId",
            "INVALID_INVENTORY_ITEM",
            id="item",
        ),
        pytest.param(
            {"locationId": "gid://shopify/Location/42"},
            f"{ROW}.locationId",
            "INVALID_LOCATION",
            id="location",
        ),
    ],
)
def test_set_is_refused(given: Any, place: str, code: str) -> None:
    store = Store()
    item = store.stock(5)
    input = store.set(item, given.pop("quantity", 7), **given)
    payload = store.call(SET, input=input)
    assert told(payload) == [(place, WORDS[code], code)]
    assert payload["inventoryAdjustmentGroup"] is None
    assert store.counts(item) == {"available": 5, "on_hand": 5}


def test_all_that_is_wrong_is_told_and_nothing_is_done() -> None:
    store = Store()
    item = store.stock(5)
    rows = [
        *store.set(item, 7)["quantities"],
        *store.set("gid://shopify/InventoryItem/1", 7, locationId="gid://shopify/Location/2")[
            "quantities"
        ],
    ]
    payload = store.call(SET, input=store.set(item, 7) | {"quantities": rows})
    assert codes(payload) == [
        ("input.quantities.1.inventoryItemId", "INVALID_INVENTORY_ITEM"),
        ("input.quantities.1.locationId", "INVALID_LOCATION"),
    ]
    assert store.counts(item) == {"available": 5, "on_hand": 5}


def test_one_stale_row_refuses_all_rows() -> None:
    store = Store()
    first, second = store.stock(1), store.stock(2, "Stav")
    rows = [
        *store.set(first, 7, changeFromQuantity=1)["quantities"],
        *store.set(second, 7, changeFromQuantity=1)["quantities"],
    ]
    payload = store.call(SET, input=store.set(first, 7) | {"quantities": rows})
    assert codes(payload) == [
        ("input.quantities.1.changeFromQuantity", "CHANGE_FROM_QUANTITY_STALE")
    ]
    assert store.counts(first) == {"available": 1, "on_hand": 1}


def test_one_level_is_set_once_a_call() -> None:
    store = Store()
    item = store.stock()
    rows = store.set(item, 1)["quantities"] + store.set(item, 2)["quantities"]
    payload = store.call(SET, input=store.set(item, 1) | {"quantities": rows})
    assert [place for place, _ in codes(payload)] == [
        "input.quantities.0.locationId",
        "input.quantities.1.locationId",
    ]
    assert {code for _, code in codes(payload)} == {"NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"}


@pytest.mark.parametrize(
    ("query", "method", "number"),
    [
        pytest.param(SET, "set", 5, id="set to what is there"),
        pytest.param(ADJUST, "adjust", 0, id="adjusted by nothing"),
    ],
)
def test_no_change_is_a_success_without_a_group(query: str, method: str, number: int) -> None:
    store = Store()
    item = store.stock(5)
    input = getattr(store, method)(item, number, changeFromQuantity=5)
    assert store.call(query, input=input) == {"inventoryAdjustmentGroup": None, "userErrors": []}
