"""Locations that are added, edited, closed and found."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.stocks import ACTIVATE, SET, Store, told

ADD = """
mutation A($input: LocationAddInput!) {
  locationAdd(input: $input) {
    location {
      id name isActive fulfillsOnlineOrders shipsInventory isPrimary deletable deactivatable
      activatable hasActiveInventory
      address { address1 city country countryCode province provinceCode zip formatted }
    }
    userErrors { field message code }
  }
}
"""
EDIT = """
mutation E($id: ID!, $input: LocationEditInput!) {
  locationEdit(id: $id, input: $input) {
    location { name fulfillsOnlineOrders address { city zip } } userErrors { field message code }
  }
}
"""
DEACTIVATE = """
mutation D($id: ID!, $goal: ID, $key: String!) {
  locationDeactivate(locationId: $id, destinationLocationId: $goal) @idempotent(key: $key) {
    location { isActive deactivatedAt deletable hasActiveInventory }
    locationDeactivateUserErrors { field message code }
  }
}
"""
ACTIVATE_PLACE = """
mutation A($id: ID!, $key: String!) {
  locationActivate(locationId: $id) @idempotent(key: $key) {
    location { isActive } locationActivateUserErrors { field message code }
  }
}
"""
DELETE = """
mutation D($id: ID!) {
  locationDelete(locationId: $id) {
    deletedLocationId locationDeleteUserErrors { field message code }
  }
}
"""
FIND = """
query F($query: String, $inactive: Boolean) {
  locations(first: 9, query: $query, includeInactive: $inactive) { nodes { name } }
}
"""
TAKEN = "You already have a location with this name"
LONG = "A" * 256
LONG_NAME = "Use a shorter location name (up to 100 characters)"
LONG_STREET = "Use a shorter name for the street (up to 255 characters)"
LONG_ZIP = "Use a shorter postal / ZIP code (up to 255 characters)"
STATE_ST = {
    "address1": "1 State St",
    "city": "Boston",
    "provinceCode": "MA",
    "countryCode": "US",
    "zip": "02110",
}


def added(store: Store, name: str, **more: Any) -> str:
    """The gid of a new location."""
    input = {"name": name, "address": {"countryCode": "NO"}, **more}
    payload = store.call(ADD, input=input)
    assert told(payload) == []
    return str(payload["location"]["id"])


def test_a_new_location_is_active_and_ships_nothing_by_itself() -> None:
    store = Store()
    payload = store.call(ADD, input={"name": "Boston", "address": STATE_ST})
    assert told(payload) == []
    assert payload["location"] | {"id": ""} == {
        "id": "",
        "name": "Boston",
        "isActive": True,
        "fulfillsOnlineOrders": True,
        "shipsInventory": False,
        "isPrimary": False,
        "deletable": False,
        "deactivatable": True,
        "activatable": True,
        "hasActiveInventory": False,
        "address": {
            **STATE_ST,
            "country": "United States",
            "province": "Massachusetts",
            "formatted": ["1 State St", "Boston MA 02110", "United States"],
        },
    }


@pytest.mark.parametrize(
    ("given", "field", "words", "code"),
    [
        pytest.param({"name": ""}, "name", "Add a location name", "BLANK", id="no name"),
        pytest.param({"name": "Lager"}, "name", TAKEN, "TAKEN", id="a name that is taken"),
        pytest.param({"name": "N" * 101}, "name", LONG_NAME, "TOO_LONG", id="a long name"),
        pytest.param({"address1": LONG}, "address.address1", LONG_STREET, "TOO_LONG", id="street"),
        pytest.param({"zip": LONG}, "address.zip", LONG_ZIP, "TOO_LONG", id="postal code"),
    ],
)
def test_a_location_is_refused(given: Any, field: str, words: str, code: str) -> None:
    store = Store()
    address = {name: text for name, text in given.items() if name != "name"}
    input = {"name": given.get("name", "Boston"), "address": {"countryCode": "US", **address}}
    assert told(store.call(ADD, input=input)) == [(f"input.{field}", words, code)]
    assert len(store.shop.locations) == 2


def test_an_edit_keeps_what_it_leaves_out() -> None:
    store = Store()
    place = added(store, "Boston", address=STATE_ST)
    payload = store.call(EDIT, id=place, input={"address": {"zip": "02111"}})
    assert payload["location"] == {
        "name": "Boston",
        "fulfillsOnlineOrders": True,
        "address": {"city": "Boston", "zip": "02111"},
    }
    lost = store.call(EDIT, id="gid://shopify/Location/1", input={"name": "X"})
    assert told(lost) == [("id", "Location not found.", "NOT_FOUND")]


def test_somebody_ships_online_orders() -> None:
    store = Store()
    for place, expected in (
        (store.lager, []),
        (store.butikk, ["CANNOT_DISABLE_ONLINE_ORDER_FULFILLMENT"]),
    ):
        payload = store.call(EDIT, id=place, input={"fulfillsOnlineOrders": False})
        assert [code for _, _, code in told(payload)] == expected


@pytest.mark.parametrize(
    ("place", "goal", "field", "code"),
    [
        pytest.param("gone", None, "locationId", "LOCATION_NOT_FOUND", id="unknown"),
        pytest.param(
            "butikk",
            "lager",
            "locationId",
            "PERMANENTLY_BLOCKED_FROM_DEACTIVATION_ERROR",
            id="primary",
        ),
        pytest.param(
            "lager",
            "lager",
            "destinationLocationId",
            "DESTINATION_LOCATION_IS_THE_SAME_LOCATION",
            id="to itself",
        ),
        pytest.param(
            "lager",
            "gone",
            "destinationLocationId",
            "DESTINATION_LOCATION_NOT_FOUND_OR_INACTIVE",
            id="to nowhere",
        ),
        pytest.param("lager", None, "locationId", "HAS_ACTIVE_INVENTORY_ERROR", id="with stock"),
    ],
)
def test_a_location_is_not_closed(place: str, goal: str | None, field: str, code: str) -> None:
    store = Store()
    item = store.stock(5)
    store.call(ACTIVATE, item=item, place=store.lager, available=7)
    gone = "gid://shopify/Location/1"
    named: dict[str | None, str | None] = {"gone": gone, "butikk": store.butikk, None: None}
    named["lager"] = store.lager
    payload = store.call(DEACTIVATE, id=named[place], goal=named[goal])
    assert [(one, known) for one, _, known in told(payload)] == [(field, code)]
    assert all(one.is_active for one in store.shop.locations.values())


def test_stock_goes_to_the_destination_when_a_location_is_closed() -> None:
    store = Store()
    item = store.stock(5)
    store.call(ACTIVATE, item=item, place=store.lager, available=7)
    payload = store.call(DEACTIVATE, id=store.lager, goal=store.butikk)
    assert told(payload) == []
    assert payload["location"] == {
        "isActive": False,
        "deactivatedAt": "2026-11-25T08:00:00Z",
        "deletable": True,
        "hasActiveInventory": False,
    }
    assert store.counts(item) == {"available": 12, "on_hand": 12}
    assert store.counts(item, store.lager) == {}
    (error,) = told(store.call(SET, input=store.set(item, 1, locationId=store.lager)))
    assert error[2] == "INVALID_LOCATION"


def test_a_closed_location_is_opened_again_unless_its_name_is_taken() -> None:
    store = Store()
    store.call(DEACTIVATE, id=store.lager)
    place = store.lager
    added(store, "Lager")
    payload = store.call(ACTIVATE_PLACE, id=place)
    assert [code for _, _, code in told(payload)] == ["HAS_NON_UNIQUE_NAME"]
    assert payload["location"] == {"isActive": False}
    store.call(EDIT, id=place, input={"name": "Fjernlager"})
    assert store.call(ACTIVATE_PLACE, id=place)["location"] == {"isActive": True}
    lost = store.call(ACTIVATE_PLACE, id="gid://shopify/Location/1")
    assert told(lost) == [("locationId", "Location not found.", "LOCATION_NOT_FOUND")]


def test_only_an_empty_closed_location_is_deleted() -> None:
    store = Store()
    item = store.stock(5)
    assert [code for _, _, code in told(store.call(DELETE, id=store.butikk))] == [
        "LOCATION_IS_ACTIVE",
        "LOCATION_HAS_INVENTORY",
    ]
    store.call(ACTIVATE, item=item, place=store.lager)
    store.call(DEACTIVATE, id=store.lager)
    place = store.lager
    assert store.call(DELETE, id=place)["deletedLocationId"] == place
    assert len(store.item(item).levels) == 1
    assert [code for _, _, code in told(store.call(DELETE, id=place))] == ["LOCATION_NOT_FOUND"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, ["Boston", "Butikk"], id="active ones by name"),
        pytest.param({"inactive": True}, ["Boston", "Butikk", "Lager"], id="all"),
        pytest.param({"query": "name:Butikk OR city:Boston"}, ["Boston", "Butikk"], id="by fields"),
        pytest.param({"query": "boston"}, ["Boston"], id="by a word"),
        pytest.param({"query": "name:'Lager'"}, [], id="an inactive one"),
    ],
)
def test_locations_are_found(given: Any, expected: list[str]) -> None:
    store = Store()
    added(store, "Boston", address=STATE_ST)
    store.call(DEACTIVATE, id=store.lager)
    assert [one["name"] for one in store.call(FIND, **given)["nodes"]] == expected
