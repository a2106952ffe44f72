"""Where items are stocked, what lies at levels that are inactive."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.stocks import ACTIVATE, DEACTIVATE, NEW, OLD, TOGGLE, Store, told

STOCKED = "The product couldn't be stocked at Lager because "
BOTH = f"{STOCKED}not allowed to set available and on_hand quantities at the same time."
RANGE = f"{STOCKED}the quantity needs to be between -1 billion and 1 billion."
NO_PLACE = "The product couldn't be stocked because the location wasn't found."
ACTIVE = "Not allowed to set {} quantity when the item is already active at the location."
UNSTOCKED = "The product couldn't be unstocked"
LAST = f"{UNSTOCKED} from Butikk because products need to be stocked at a minimum of 1 location."
LEVELS = """
query L($item: ID!, $place: ID!) {
  inventoryItem(id: $item) {
    locationsCount { count }
    variant { inventoryQuantity availableForSale }
    active: inventoryLevels(first: 5) { nodes { isActive location { name } } }
    all: inventoryLevels(first: 5, includeInactive: true) { nodes { isActive location { name } } }
    hidden: inventoryLevel(locationId: $place) { id }
    shown: inventoryLevel(locationId: $place, includeInactive: true) { isActive }
  }
}
"""


def quantities(level: Any) -> dict[str, int]:
    return {one["name"]: one["quantity"] for one in level["quantities"]}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, 0, id="nothing"),
        pytest.param({"available": 9}, 9, id="available"),
        pytest.param({"onHand": 50}, 50, id="on hand"),
        pytest.param({"available": -3}, -3, id="below nought"),
    ],
)
def test_an_item_is_stocked_at_a_second_location(given: Any, expected: int) -> None:
    store = Store()
    item = store.stock(5)
    payload = store.call(ACTIVATE, item=item, place=store.lager, **given)
    assert told(payload) == []
    level = payload["inventoryLevel"]
    assert (level["id"], level["isActive"]) == (store.level(item, store.lager), True)
    assert quantities(level) == {"available": expected, "on_hand": expected}
    dates = [one["updatedAt"] for one in level["quantities"]]
    assert dates == ["2026-11-25T08:00:00Z", None]


@pytest.mark.parametrize(
    ("given", "errors", "is_level"),
    [
        pytest.param(
            {"available": 10, "onHand": 20},
            [("available", BOTH), ("onHand", BOTH)],
            False,
            id="both",
        ),
        pytest.param({"onHand": 1_000_000_001}, [("onHand", RANGE)], False, id="out of range"),
        pytest.param(
            {"place": "gid://shopify/Location/1"},
            [("locationId", NO_PLACE)],
            False,
            id="no location",
        ),
    ],
)
def test_stocking_is_refused(given: Any, errors: Any, is_level: bool) -> None:
    store = Store()
    item = store.stock(5)
    payload = store.call(ACTIVATE, **{"item": item, "place": store.lager} | given)
    assert [(place, words) for place, words, _ in told(payload)] == errors
    assert (payload["inventoryLevel"] is not None) == is_level
    assert len(store.item(item).levels) == 1


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"available": 7}, [("available", ACTIVE.format("available"))], id="available"),
        pytest.param({"onHand": 5}, [("onHand", ACTIVE.format("an on_hand"))], id="on hand"),
    ],
)
def test_an_active_level_is_shown_but_not_set(given: Any, errors: Any) -> None:
    store = Store()
    item = store.stock(5)
    payload = store.call(ACTIVATE, item=item, place=store.butikk, **given)
    assert [(place, words) for place, words, _ in told(payload)] == errors
    assert quantities(payload["inventoryLevel"]) == {"available": 5, "on_hand": 5}


def test_an_inactive_level_keeps_what_lies_there_and_sells_nothing() -> None:
    store = Store()
    item = store.stock(5)
    store.call(ACTIVATE, item=item, place=store.lager, available=7)
    assert told(store.call(DEACTIVATE, level=store.level(item, store.lager))) == []
    shown = store.call(LEVELS, item=item, place=store.lager)
    assert shown["locationsCount"] == {"count": 1}
    assert shown["variant"] == {"inventoryQuantity": 5, "availableForSale": True}
    assert [one["location"]["name"] for one in shown["active"]["nodes"]] == ["Butikk"]
    assert [one["isActive"] for one in shown["all"]["nodes"]] == [True, False]
    assert (shown["hidden"], shown["shown"]) == (None, {"isActive": False})
    assert store.counts(item, store.lager) == {"available": 7, "on_hand": 7}


@pytest.mark.parametrize(
    ("version", "given", "expected"),
    [
        pytest.param(NEW, {}, {"available": 7, "on_hand": 7}, id="brings back what lay there"),
        pytest.param(
            NEW, {"available": 2}, {"available": 2, "on_hand": 2}, id="sets what is asked"
        ),
        pytest.param(OLD, {}, {}, id="2026-01: begins at nought"),
    ],
)
def test_activating_again(version: str, given: Any, expected: Any) -> None:
    store = Store(version)
    activate = ACTIVATE if version == NEW else ACTIVATE.replace(" isActive", "")
    item = store.stock(5)
    store.call(activate, item=item, place=store.lager, available=7)
    store.call(DEACTIVATE, level=store.level(item, store.lager))
    store.call(activate, item=item, place=store.lager, **given)
    assert store.counts(item, store.lager) == expected


@pytest.mark.parametrize(
    ("level", "words"),
    [
        pytest.param("{level}", LAST, id="the only one"),
        pytest.param(
            "gid://shopify/InventoryLevel/9?inventory_item_id=9",
            f"{UNSTOCKED} because the product was deleted.",
            id="no item",
        ),
        pytest.param(
            "gid://shopify/InventoryLevel/9?inventory_item_id={number}",
            f"{UNSTOCKED} because the location was deleted.",
            id="no location",
        ),
    ],
)
def test_unstocking_is_refused(level: str, words: str) -> None:
    store = Store()
    item = store.stock(5)
    number = item.rpartition("/")[2]
    text = level.format(level=store.level(item), number=number)
    assert told(store.call(DEACTIVATE, level=text)) == [("", words, None)]


def test_an_item_is_toggled_at_several_locations_all_or_none() -> None:
    store = Store()
    item = store.stock(5)
    on, off = (
        [{"locationId": place, "activate": activate}]
        for place, activate in ((store.lager, True), (store.butikk, False))
    )
    payload = store.call(TOGGLE, item=item, rows=off)
    assert told(payload) == [
        (
            "inventoryItemUpdates.0.locationId",
            "The variant couldn't be unstocked from Butikk because products need to be stocked at"
            " a minimum of 1 location.",
            "CANNOT_DEACTIVATE_FROM_ONLY_LOCATION",
        )
    ]
    lost = [{"locationId": "gid://shopify/Location/1", "activate": True}]
    payload = store.call(TOGGLE, item=item, rows=on + lost)
    assert [code for _, _, code in told(payload)] == ["LOCATION_NOT_FOUND"]
    assert [one.is_active for one in store.item(item).levels] == [True]
    payload = store.call(TOGGLE, item=item, rows=on + off)
    assert told(payload) == []
    assert payload["inventoryLevels"] == [{"location": {"name": "Lager"}}]
    assert [one.is_active for one in store.item(item).levels] == [False, True]
    payload = store.call(TOGGLE, item="gid://shopify/InventoryItem/1", rows=on)
    assert [code for _, _, code in told(payload)] == ["INVENTORY_ITEM_NOT_FOUND"]
