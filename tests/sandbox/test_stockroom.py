"""How stock moves with orders, what is told of it, what is read of items."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.sandbox import stockroom
from syncd.sandbox.hooks.records import Subscription
from syncd.sandbox.state import state
from tests.sandbox.stocks import ACTIVATE, ADJUST, DEACTIVATE, MOVE, SET, Store, told

ITEM_UPDATE = """
mutation U($id: ID!, $input: InventoryItemInput!) {
  inventoryItemUpdate(id: $id, input: $input) {
    inventoryItem { sku tracked harmonizedSystemCode unitCost { amount } }
    userErrors { field message }
  }
}
"""
PROPERTIES = (
    "{ inventoryProperties { quantityNames { name displayName isInUse belongsTo comprises } } }"
)
GONE = "The product couldn't be updated because it does not exist."
CHEAP = "Cost must be greater than or equal to 0"
LIGHT = "Measurement weight value -1 kg must be >= 0 kg"
NOWHERE = "Country code of origin is invalid"
HARMONIZED = "Harmonized system code must be a number between six and thirteen digits"
MINUS = {"measurement": {"weight": {"unit": "KILOGRAMS", "value": -1}}}
TOPICS = (
    "INVENTORY_LEVELS_UPDATE INVENTORY_LEVELS_CONNECT INVENTORY_LEVELS_DISCONNECT"
    " INVENTORY_ITEMS_UPDATE VARIANTS_IN_STOCK VARIANTS_OUT_OF_STOCK"
).split()


def numbers(store: Store, item: str) -> tuple[int, int]:
    return store.item(item).id, next(iter(store.shop.locations))


@pytest.mark.parametrize(
    ("verbs", "expected"),
    [
        pytest.param(["commit"], {"available": 3, "committed": 2, "on_hand": 5}, id="ordered"),
        pytest.param(["commit", "fulfil"], {"available": 3, "on_hand": 3}, id="shipped"),
        pytest.param(["commit", "release"], {"available": 5, "on_hand": 5}, id="cancelled"),
        pytest.param(["sell"], {"available": 3, "on_hand": 3}, id="sold over the counter"),
        pytest.param(["sell", "restock"], {"available": 5, "on_hand": 5}, id="returned"),
        pytest.param(["fulfil"], {"available": 5, "on_hand": 5}, id="nothing was committed"),
    ],
)
def test_stock_moves_with_orders(verbs: list[str], expected: dict[str, int]) -> None:
    store = Store()
    item = store.stock(5)
    for verb in verbs:
        level = getattr(stockroom, verb)(store.shop, *numbers(store, item), 2)
        assert level == stockroom.level_at(store.item(item), level.location_id)
    assert store.counts(item) == expected


def test_what_is_not_tracked_does_not_move() -> None:
    store = Store()
    item = store.stock(5)
    store.call(ITEM_UPDATE, id=item, input={"tracked": False})
    stockroom.commit(store.shop, *numbers(store, item), 2)
    assert store.counts(item) == {"available": 5, "on_hand": 5}


def test_a_move_of_ones_own_makes_an_inactive_level_where_there_is_none() -> None:
    store = Store()
    item = store.stock(5)
    lager = list(store.shop.locations)[1]
    level = stockroom.moved(store.shop, store.item(item).id, lager, {"incoming": 4})
    assert (level.incoming, level.on_hand, level.is_active) == (4, 0, False)
    assert stockroom.stocked_at(store.shop, store.item(item).id) == [numbers(store, item)[1]]


def test_the_state_shows_all_that_lies_there() -> None:
    store = Store()
    item = store.stock(5)
    stockroom.commit(store.shop, *numbers(store, item), 2)
    (variant,) = state(store.shop)["products"][0]["variants"]
    assert variant["quantities"] == {"Butikk": 3}
    assert variant["levels"] == {"Butikk": {"available": 3, "on_hand": 5, "committed": 2}}


def subscribed(store: Store) -> None:
    for topic in TOPICS:
        at = store.shop.now()
        number = store.shop.new_id("WebhookSubscription")
        made = Subscription(number, topic, "https://a.example", "sandbox-app", "2026-04", at, at)
        store.shop.put("WebhookSubscription", made)


def hints(store: Store) -> list[str]:
    """The topics told since the last time."""
    held = list(store.shop.held["Hint"].values())
    for one in held:
        store.shop.remove("Hint", one)
    return [one.topic for one in held]


def test_webhooks_tell_what_is_available_and_where() -> None:
    store = Store()
    item = store.stock(5)
    subscribed(store)
    steps: list[tuple[str, dict[str, Any], list[str]]] = [
        (SET, {"input": store.set(item, 5)}, []),
        (SET, {"input": store.set(item, 7)}, ["INVENTORY_LEVELS_UPDATE"]),
        (
            ADJUST,
            {"input": store.adjust(item, 1, name="damaged", ledgerDocumentUri="a:b")},
            [],
        ),
        (MOVE, {"input": store.move(item, 1, "available", "damaged")}, ["INVENTORY_LEVELS_UPDATE"]),
        (ACTIVATE, {"item": item, "place": store.lager}, ["INVENTORY_LEVELS_CONNECT"]),
        (
            DEACTIVATE,
            {"level": store.level(item)},
            ["INVENTORY_LEVELS_DISCONNECT", "VARIANTS_OUT_OF_STOCK"],
        ),
        (
            SET,
            {"input": store.set(item, 2, locationId=store.lager)},
            ["INVENTORY_LEVELS_UPDATE", "VARIANTS_IN_STOCK"],
        ),
        (ITEM_UPDATE, {"id": item, "input": {"sku": "X"}}, ["INVENTORY_ITEMS_UPDATE"]),
        (ITEM_UPDATE, {"id": item, "input": {"sku": "X"}}, []),
    ]
    for query, variables, expected in steps:
        assert told(store.call(query, **variables)) == []
        assert hints(store) == expected


@pytest.mark.parametrize(
    ("id_", "given", "field", "words"),
    [
        pytest.param("gid://shopify/InventoryItem/1", {}, "id", GONE, id="unknown"),
        pytest.param(None, {"cost": "-5.00"}, "input.cost", CHEAP, id="cost"),
        pytest.param(None, MINUS, "input.measurement.weight", LIGHT, id="weight"),
        pytest.param(
            None, {"countryCodeOfOrigin": "ZZ"}, "input.countryCodeOfOrigin", NOWHERE, id="country"
        ),
        pytest.param(
            None,
            {"harmonizedSystemCode": "12"},
            "input.harmonizedSystemCode",
            HARMONIZED,
            id="customs code",
        ),
    ],
)
def test_an_item_is_refused(id_: str | None, given: Any, field: str, words: str) -> None:
    store = Store()
    payload = store.call(ITEM_UPDATE, id=id_ or store.stock(5), input=given)
    assert told(payload) == [(field, words, None)]
    assert payload["inventoryItem"] is None


def test_an_item_gets_what_the_input_gives() -> None:
    store = Store()
    input = {"sku": "A-1", "cost": "12.5", "harmonizedSystemCode": "1234.56", "tracked": False}
    payload = store.call(ITEM_UPDATE, id=store.stock(5), input=input)
    assert payload["inventoryItem"] == {
        "sku": "A-1",
        "tracked": False,
        "harmonizedSystemCode": "123456",
        "unitCost": {"amount": "12.5"},
    }


def test_the_quantities_there_are() -> None:
    names = {one["name"]: one for one in Store().call(PROPERTIES)["quantityNames"]}
    assert list(names) == [
        "available",
        "committed",
        "damaged",
        "incoming",
        "on_hand",
        "quality_control",
        "reserved",
        "safety_stock",
    ]
    assert names["quality_control"] == {
        "name": "quality_control",
        "displayName": "Quality control",
        "isInUse": False,
        "belongsTo": ["on_hand"],
        "comprises": [],
    }
    assert names["on_hand"]["comprises"] == [
        name for name in names if name not in ("incoming", "on_hand")
    ]
    assert names["incoming"]["belongsTo"] == []
