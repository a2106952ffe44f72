"""Stock compared with what was there, and items not stocked, version by version."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.stocks import ADJUST, DEACTIVATE, OLD, SET, TOGGLE, Store, codes

ROW = "input.quantities.0"


@pytest.mark.parametrize(
    ("query", "input", "type_name", "column"),
    [
        pytest.param(SET, "set", "InventoryQuantityInput", 12, id="set"),
        pytest.param(ADJUST, "adjust", "InventoryChangeInput", 12, id="adjust"),
    ],
)
def test_since_2026_04_each_row_says_what_it_changes_from(
    query: str, input: str, type_name: str, column: int
) -> None:
    store = Store()
    given = getattr(store, input)(store.stock(5), 3)
    for row in given.get("quantities") or given["changes"]:
        del row["changeFromQuantity"]
    body = store.ask(
        query.replace(" @idempotent(key: $key)", "").replace(", $key: String!", ""), input=given
    )
    (name,) = body["data"]
    assert body["data"] == {name: None}
    assert body["errors"] == [
        {
            "message": f"{type_name} must include the following argument: changeFromQuantity.",
            "locations": [{"line": 2, "column": 3}, {"line": 1, "column": column}],
            "extensions": {"code": "INVALID_FIELD_ARGUMENTS"},
            "path": [name],
        }
    ]


@pytest.mark.parametrize(
    ("row", "head", "expected"),
    [
        pytest.param({"changeFromQuantity": 5}, {}, [], id="compared"),
        pytest.param(
            {"changeFromQuantity": 4},
            {},
            [(f"{ROW}.changeFromQuantity", "CHANGE_FROM_QUANTITY_STALE")],
            id="stale",
        ),
        pytest.param(
            {"changeFromQuantity": None, "compareQuantity": 4},
            {},
            [],
            id="null compares nothing and the old argument counts no more",
        ),
        pytest.param({"compareQuantity": 5}, {}, [], id="compared by the old argument"),
        pytest.param(
            {"compareQuantity": 4},
            {},
            [(f"{ROW}.compareQuantity", "COMPARE_QUANTITY_STALE")],
            id="stale by the old argument",
        ),
        pytest.param(
            {"compareQuantity": 4},
            {"ignoreCompareQuantity": True},
            [],
            id="the old argument ignored",
        ),
        pytest.param({}, {"ignoreCompareQuantity": True}, [], id="ignored"),
        pytest.param(
            {}, {}, [("input.ignoreCompareQuantity", "COMPARE_QUANTITY_REQUIRED")], id="neither"
        ),
    ],
)
def test_in_2026_01_the_old_pair_of_arguments_compares_too(
    row: Any, head: Any, expected: Any
) -> None:
    store = Store(OLD)
    item = store.stock(5)
    payload = store.call(SET, input=store.set(item, 7, **row, **head))
    assert codes(payload) == expected


@pytest.mark.parametrize(
    ("version", "is_known", "expected"),
    [
        pytest.param(
            "2026-01", True, ["ITEM_NOT_STOCKED_AT_LOCATION"], id="2026-01: an inactive level"
        ),
        pytest.param("2026-01", False, ["ITEM_NOT_STOCKED_AT_LOCATION"], id="2026-01: no level"),
        pytest.param("2026-04", True, [], id="2026-04: an inactive level"),
        pytest.param("2026-07", False, ["ITEM_NOT_STOCKED_AT_LOCATION"], id="2026-07: no level"),
        pytest.param("2026-10", False, [], id="2026-10: no level"),
    ],
)
def test_where_an_item_is_not_stocked(version: str, is_known: bool, expected: Any) -> None:
    store = Store(version)
    item = store.stock(5)
    if is_known:
        store.call(TOGGLE, item=item, rows=[{"locationId": store.lager, "activate": True}])
        store.call(DEACTIVATE, level=store.level(item, store.lager))
    more = {"ignoreCompareQuantity": True} if version == OLD else {}
    payload = store.call(SET, input=store.set(item, 9, locationId=store.lager, **more))
    assert [code for _, code in codes(payload)] == expected
    if not expected:
        assert store.counts(item, store.lager) == {"available": 9, "on_hand": 9}
        assert store.item(item).available == 5  # an inactive level sells nothing
