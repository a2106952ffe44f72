"""Fulfilment orders, fulfillments: who ships what, and when it is done."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.sandbox.options import ShopOptions
from tests.sandbox.sales import (
    FULFIL,
    fulfil,
    goods,
    later,
    ordered,
    payload,
    portions,
    read,
    said,
    stock,
)
from tests.sandbox.till import Till

HOLD = """
mutation ($id: ID!, $hold: FulfillmentOrderHoldInput!) {
  fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) {
    fulfillmentHold { id handle displayReason heldByRequestingApp }
    fulfillmentOrder { id status } remainingFulfillmentOrder { id status }
    userErrors { field message code }
  }
}
"""
RELEASE = """
mutation ($id: ID!, $holdIds: [ID!]) {
  fulfillmentOrderReleaseHold(id: $id, holdIds: $holdIds) {
    fulfillmentOrder { id status } userErrors { field message code }
  }
}
"""
MOVE = """
mutation ($id: ID!, $place: ID!, $lines: [FulfillmentOrderLineItemInput!]) {
  fulfillmentOrderMove(id: $id, newLocationId: $place, fulfillmentOrderLineItems: $lines) {
    movedFulfillmentOrder { id } originalFulfillmentOrder { id } remainingFulfillmentOrder { id }
    userErrors { field message code }
  }
}
"""
SPLIT = """
mutation ($splits: [FulfillmentOrderSplitInput!]!) {
  fulfillmentOrderSplit(fulfillmentOrderSplits: $splits) {
    fulfillmentOrderSplits { fulfillmentOrder { id } remainingFulfillmentOrder { id } }
    userErrors { field message code }
  }
}
"""
MERGE = """
mutation ($inputs: [FulfillmentOrderMergeInput!]!) {
  fulfillmentOrderMerge(fulfillmentOrderMergeInputs: $inputs) {
    fulfillmentOrderMerges { fulfillmentOrder { id } } userErrors { field message code }
  }
}
"""
REPORT = """
mutation ($id: ID!) {
  fulfillmentOrderReportProgress(id: $id) {
    fulfillmentOrder { status } userErrors { field message }
  }
}
"""
OPEN = """
mutation ($id: ID!) {
  fulfillmentOrderOpen(id: $id) { fulfillmentOrder { status } userErrors { field message } }
}
"""
CANCEL_ORDER = """
mutation ($id: ID!) {
  fulfillmentOrderCancel(id: $id) {
    fulfillmentOrder { id status } replacementFulfillmentOrder { id status }
    userErrors { field message }
  }
}
"""
CANCEL = """
mutation ($id: ID!) {
  fulfillmentCancel(id: $id) {
    fulfillment { status displayStatus } userErrors { field message }
  }
}
"""
TRACK = """
mutation ($id: ID!, $tracking: FulfillmentTrackingInput!) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking) {
    fulfillment { trackingInfo { number url company } } userErrors { field message }
  }
}
"""
EVENT = """
mutation ($event: FulfillmentEventInput!) {
  fulfillmentEventCreate(fulfillmentEvent: $event) {
    fulfillmentEvent { status happenedAt } userErrors { field message }
  }
}
"""
NOWHERE = "gid://shopify/FulfillmentOrder/999999999"


def an_order(count: int = 2) -> tuple[Till, str, Any]:
    till = Till()
    ski = goods(till, "SKI", 9)
    return till, ski, ordered(till, (ski, count))


def source_of(order: Any) -> Any:
    return order["fulfillmentOrders"]["nodes"][0]


def group(source: Any, *lines: tuple[str, int]) -> dict[str, Any]:
    chosen = [{"id": id_, "quantity": count} for id_, count in lines]
    return {"fulfillmentOrderId": source["id"], "fulfillmentOrderLineItems": chosen}


def part(order: Any, count: int) -> list[dict[str, Any]]:
    return [{"id": source_of(order)["lineItems"]["nodes"][0]["id"], "quantity": count}]


def actions(order: Any) -> list[list[str]]:
    return [
        [each["action"] for each in one["supportedActions"]]
        for one in order["fulfillmentOrders"]["nodes"]
    ]


# --------------------------------------------------------------------------------------- shipping


def test_shipping_everything_closes_the_fulfilment_order() -> None:
    till, ski, order = an_order()
    made = fulfil(till, order)
    assert made["fulfillment"] | {"id": ""} == {
        "id": "",
        "name": "#1001-F1",
        "status": "SUCCESS",
        "displayStatus": "FULFILLED",
        "trackingInfo": [],
    }
    after = read(till, order)
    assert after["displayFulfillmentStatus"] == "FULFILLED"
    assert portions(after) == [{"CLOSED": [(2, 0)]}]
    assert actions(after) == [[]]
    assert stock(till, ski) == (7, 0, 7)


def test_shipping_a_part_leaves_the_rest_in_progress() -> None:
    till, ski, order = an_order()
    fulfil(till, order, 1)
    after = read(till, order)
    assert after["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert portions(after) == [{"IN_PROGRESS": [(2, 1)]}]
    assert after["lineItems"]["nodes"][0]["fulfillableQuantity"] == 1
    assert stock(till, ski) == (7, 1, 8)
    assert fulfil(till, order, 1)["fulfillment"]["name"] == "#1001-F2"
    assert [one["name"] for one in read(till, order)["fulfillments"]] == ["#1001-F2", "#1001-F1"]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        pytest.param(
            lambda order: group({"id": NOWHERE}),
            "Fulfillment order does not exist.",
            id="unknown fulfilment order",
        ),
        pytest.param(
            lambda order: group(source_of(order), ("gid://shopify/FulfillmentOrderLineItem/1", 1)),
            "Fulfillment order line item does not exist.",
            id="unknown line",
        ),
        pytest.param(
            lambda order: {**group(source_of(order)), "fulfillmentOrderLineItems": part(order, 3)},
            "Invalid fulfillment order line item quantity requested.",
            id="too many",
        ),
    ],
)
def test_fulfillment_create_refuses(asked: Any, error: str) -> None:
    till, _, order = an_order()
    found = payload(till, FULFIL, fulfillment={"lineItemsByFulfillmentOrder": [asked(order)]})
    assert found["fulfillment"] is None
    assert said(found) == [(["fulfillment"], error)]


def test_a_quantity_is_more_than_nothing() -> None:
    till, _, order = an_order()
    asked = {**group(source_of(order)), "fulfillmentOrderLineItems": part(order, 0)}
    found = payload(till, FULFIL, fulfillment={"lineItemsByFulfillmentOrder": [asked]})
    path = ["lineItemsByFulfillmentOrder", "0", "fulfillmentOrderLineItems", "0", "quantity"]
    assert said(found) == [(["fulfillment", *path], "Quantity must be greater than 0")]


def test_what_is_done_is_not_shipped_again() -> None:
    till, _, order = an_order()
    fulfil(till, order)
    number = source_of(order)["id"].rpartition("/")[2]
    assert said(fulfil(till, order)) == [
        (["fulfillment"], f"Fulfillment order {number} has an unfulfillable status= closed.")
    ]


def test_one_fulfillment_is_of_one_order() -> None:
    till, ski, order = an_order()
    other = ordered(till, (ski, 1))
    groups = [group(source_of(order)), group(source_of(other))]
    for one in groups:
        del one["fulfillmentOrderLineItems"]
    ids = [int(each["id"].rpartition("/")[2]) for each in (order, other)]
    found = payload(till, FULFIL, fulfillment={"lineItemsByFulfillmentOrder": groups})
    assert said(found) == [
        (
            ["fulfillment"],
            "All fulfillment orders must belong to the same order."
            f" Multiple orders with ids {ids} were found.",
        )
    ]


def test_an_id_of_another_kind_refuses_the_call() -> None:
    till, _, order = an_order()
    asked = {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": order["id"]}]}
    body = till.ask(FULFIL, {"fulfillment": asked})
    assert [(one["message"], one["extensions"]["code"]) for one in body["errors"]] == [
        ("invalid id", "RESOURCE_NOT_FOUND")
    ]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param({}, [], id="none"),
        pytest.param(
            {"number": "1", "company": "Bring"},
            [{"number": "1", "url": None, "company": "Bring"}],
            id="one",
        ),
        pytest.param(
            {"numbers": ["1", "2"], "urls": ["https://a.example/1", "https://a.example/2"]},
            [
                {"number": "1", "url": "https://a.example/1", "company": None},
                {"number": "2", "url": "https://a.example/2", "company": None},
            ],
            id="several",
        ),
    ],
)
def test_tracking(given: Any, shown: Any) -> None:
    till, _, order = an_order()
    made = fulfil(till, order)["fulfillment"]
    found = payload(till, TRACK, id=made["id"], tracking=given)
    assert found["fulfillment"]["trackingInfo"] == shown


def test_the_last_event_is_the_display_status() -> None:
    till, _, order = an_order()
    made = fulfil(till, order)["fulfillment"]
    payload(till, EVENT, event={"fulfillmentId": made["id"], "status": "IN_TRANSIT"})
    later(till)
    payload(till, EVENT, event={"fulfillmentId": made["id"], "status": "DELIVERED"})
    assert read(till, order)["fulfillments"][0]["displayStatus"] == "DELIVERED"


@pytest.mark.parametrize(
    ("document", "variables", "error"),
    [
        pytest.param(CANCEL, {}, (["id"], "Fulfillment not found."), id="cancel"),
        pytest.param(
            TRACK,
            {"tracking": {}},
            (["fulfillmentId"], "Fulfillment does not exist."),
            id="tracking",
        ),
    ],
)
def test_an_unknown_fulfillment(document: str, variables: Any, error: Any) -> None:
    found = payload(Till(), document, id="gid://shopify/Fulfillment/999999999999991", **variables)
    assert said(found) == [error]


# --------------------------------------------------------------------------------- called off


def test_a_fulfilment_order_that_was_done_gets_a_successor() -> None:
    till, ski, order = an_order()
    made = fulfil(till, order)["fulfillment"]
    found = payload(till, CANCEL, id=made["id"])
    assert found["fulfillment"] == {"status": "CANCELLED", "displayStatus": "CANCELED"}
    after = read(till, order)
    assert portions(after) == [{"CLOSED": [(2, 2)]}, {"OPEN": [(2, 2)]}]
    assert after["displayFulfillmentStatus"] == "UNFULFILLED"
    assert stock(till, ski) == (7, 2, 9)
    assert said(payload(till, CANCEL, id=made["id"])) == []


def test_one_that_was_under_way_is_open_again() -> None:
    till, ski, order = an_order()
    made = fulfil(till, order, 1)["fulfillment"]
    payload(till, CANCEL, id=made["id"])
    assert portions(read(till, order)) == [{"OPEN": [(2, 2)]}]
    assert stock(till, ski) == (7, 2, 9)


# ---------------------------------------------------------------------------------------- holds


def test_a_hold_on_a_part_splits_and_its_release_joins_again() -> None:
    till, _, order = an_order(2)
    source = source_of(order)
    hold = {"reason": "OTHER", "handle": "one", "fulfillmentOrderLineItems": part(order, 1)}
    found = payload(till, HOLD, id=source["id"], hold=hold)
    assert found["fulfillmentHold"]["displayReason"] == "Other"
    held = read(till, order)
    assert portions(held) == [{"ON_HOLD": [(1, 1)]}, {"OPEN": [(1, 1)]}]
    assert actions(held)[0] == ["RELEASE_HOLD", "HOLD", "MOVE"]
    assert held["displayFulfillmentStatus"] == "UNFULFILLED"
    assert held["lineItems"]["nodes"][0]["fulfillableQuantity"] == 1
    payload(till, RELEASE, id=source["id"])
    assert portions(read(till, order)) == [{"OPEN": [(2, 2)]}, {"CLOSED": [(0, 0)]}]


def test_a_hold_on_everything_holds_the_order() -> None:
    till, _, order = an_order()
    source = source_of(order)
    for handle in ("one", "two"):
        payload(till, HOLD, id=source["id"], hold={"reason": "OTHER", "handle": handle})
    held = read(till, order)
    assert held["displayFulfillmentStatus"] == "ON_HOLD"
    first = source_of(held)["fulfillmentHolds"][0]
    payload(till, RELEASE, id=source["id"], holdIds=[first["id"]])
    after = source_of(read(till, order))
    assert [one["handle"] for one in after["fulfillmentHolds"]] == ["two"]
    assert after["status"] == "ON_HOLD"


def test_a_handle_is_used_once() -> None:
    till, _, order = an_order()
    hold = {"reason": "OTHER", "handle": "one"}
    payload(till, HOLD, id=source_of(order)["id"], hold=hold)
    again = payload(till, HOLD, id=source_of(order)["id"], hold=hold)
    assert [one["code"] for one in again["userErrors"]] == ["DUPLICATE_FULFILLMENT_HOLD_HANDLE"]


# ---------------------------------------------------------------------- taken apart, put together


def two_places() -> tuple[Till, str, Any]:
    till = Till()
    object.__setattr__(till.shop.options, "locations", ("Butikk", "Lager"))
    till.shop._furnish()
    ski = goods(till, "SKI", 9)
    return till, ski, ordered(till, (ski, 2))


def test_moving_everything_moves_the_fulfilment_order_with_its_stock() -> None:
    till, ski, order = two_places()
    source, place = source_of(order), f"gid://shopify/Location/{list(till.shop.locations)[1]}"
    found = payload(till, MOVE, id=source["id"], place=place)
    assert found["movedFulfillmentOrder"] == found["originalFulfillmentOrder"]
    assert source_of(read(till, order))["assignedLocation"] == {"name": "Lager"}
    assert stock(till, ski, 0) == (9, 0, 9)
    assert stock(till, ski, 1) == (-2, 2, 0)


def test_moving_a_part_makes_a_new_one() -> None:
    till, _, order = two_places()
    place = f"gid://shopify/Location/{list(till.shop.locations)[1]}"
    payload(till, MOVE, id=source_of(order)["id"], place=place, lines=part(order, 1))
    after = read(till, order)
    assert portions(after) == [{"OPEN": [(1, 1)]}, {"OPEN": [(1, 1)]}]
    names = [one["assignedLocation"]["name"] for one in after["fulfillmentOrders"]["nodes"]]
    assert names == ["Butikk", "Lager"]


def test_a_split_is_undone_by_a_merge() -> None:
    till, _, order = an_order(3)
    source = source_of(order)
    split = {"fulfillmentOrderId": source["id"], "fulfillmentOrderLineItems": part(order, 1)}
    payload(till, SPLIT, splits=[split])
    apart = read(till, order)
    assert portions(apart) == [{"OPEN": [(2, 2)]}, {"OPEN": [(1, 1)]}]
    assert [one[-2:] for one in actions(apart)] == [["SPLIT", "MERGE"], ["HOLD", "MERGE"]]
    ids = [one["id"] for one in apart["fulfillmentOrders"]["nodes"]]
    intents = [{"fulfillmentOrderId": id_} for id_ in ids]
    payload(till, MERGE, inputs=[{"mergeIntents": intents}])
    assert portions(read(till, order)) == [{"OPEN": [(3, 3)]}, {"CLOSED": [(0, 0)]}]


def test_merging_with_the_unknown_changes_nothing() -> None:
    till, _, order = an_order()
    intents = [{"fulfillmentOrderId": id_} for id_ in (source_of(order)["id"], NOWHERE)]
    found = payload(till, MERGE, inputs=[{"mergeIntents": intents}])
    assert found["fulfillmentOrderMerges"] is None
    assert said(found) == [(None, "Fulfillment order does not exist.")]


# --------------------------------------------------------------------------------------- states


def test_progress_is_reported_and_taken_back() -> None:
    till, _, order = an_order(1)
    source = source_of(order)
    payload(till, REPORT, id=source["id"])
    under_way = read(till, order)
    assert under_way["displayFulfillmentStatus"] == "IN_PROGRESS"
    assert actions(under_way) == [["CREATE_FULFILLMENT", "REPORT_PROGRESS", "HOLD", "MARK_AS_OPEN"]]
    payload(till, OPEN, id=source["id"])
    assert actions(read(till, order)) == [["CREATE_FULFILLMENT", "REPORT_PROGRESS", "MOVE", "HOLD"]]


@pytest.mark.parametrize(
    ("document", "error"),
    [
        pytest.param(
            OPEN, "Expected fulfillment order status to be valid but it was on_hold.", id="open"
        ),
        pytest.param(
            REPORT, "Cannot report progress on a fulfillment order in this state.", id="progress"
        ),
    ],
)
def test_what_is_held_stays_held(document: str, error: str) -> None:
    till, _, order = an_order()
    source = source_of(order)
    payload(till, HOLD, id=source["id"], hold={"reason": "OTHER"})
    assert said(payload(till, document, id=source["id"])) == [(None, error)]


def test_a_cancelled_fulfilment_order_hands_its_lines_to_another() -> None:
    till, _, order = an_order()
    found = payload(till, CANCEL_ORDER, id=source_of(order)["id"])
    assert found["fulfillmentOrder"]["status"] == "CLOSED"
    assert found["replacementFulfillmentOrder"]["status"] == "OPEN"
    after = read(till, order)
    assert portions(after) == [{"CLOSED": []}, {"OPEN": [(2, 2)]}]
    line = source_of(order)["lineItems"]["nodes"][0]["id"]
    assert after["fulfillmentOrders"]["nodes"][1]["lineItems"]["nodes"][0]["id"] == line


# ---------------------------------------------------------------------------------------- routing


def test_an_order_is_shipped_from_where_all_of_it_lies() -> None:
    till = Till()
    object.__setattr__(till.shop.options, "locations", ("Butikk", "Lager"))
    till.shop._furnish()
    ski, boot = goods(till, "SKI", 5, 1), goods(till, "BOOT", 5, 1)
    order = ordered(till, (ski, 1), (boot, 1))
    names = [one["assignedLocation"]["name"] for one in order["fulfillmentOrders"]["nodes"]]
    assert names == ["Lager"]


def test_what_lies_apart_is_shipped_apart() -> None:
    till = Till()
    object.__setattr__(till.shop.options, "locations", ("Butikk", "Lager"))
    till.shop._furnish()
    ski, boot = goods(till, "SKI", 5, 0), goods(till, "BOOT", 5, 1)
    order = ordered(till, (ski, 1), (boot, 1))
    names = [one["assignedLocation"]["name"] for one in order["fulfillmentOrders"]["nodes"]]
    assert names == ["Butikk", "Lager"]
    assert (stock(till, ski, 0), stock(till, boot, 1)) == ((4, 1, 5), (4, 1, 5))
    groups = [{"fulfillmentOrderId": one["id"]} for one in order["fulfillmentOrders"]["nodes"]]
    places = list(till.shop.locations)
    found = payload(till, FULFIL, fulfillment={"lineItemsByFulfillmentOrder": groups})
    assert said(found) == [
        (
            ["fulfillment"],
            "All fulfillment orders must be assigned to a single location."
            f" Multiple locations with ids {places} were found.",
        )
    ]


# ---------------------------------------------------------------------------------------- reading


def test_closed_ones_are_listed_when_asked_for() -> None:
    till, ski, order = an_order()
    other = ordered(till, (ski, 1))
    fulfil(till, order)
    found = till.ask(
        "{ open: fulfillmentOrders(first: 5) { nodes { id } }"
        ' all: fulfillmentOrders(first: 5, includeClosed: true, query: "status:closed")'
        " { nodes { id } } }"
    )["data"]
    assert found["open"]["nodes"] == [{"id": source_of(other)["id"]}]
    assert found["all"]["nodes"] == [{"id": source_of(order)["id"]}]


def test_without_the_scope_there_are_none_and_nobody_complains() -> None:
    till, _, _ = an_order()
    scopes = tuple(one for one in ShopOptions().scopes if "merchant_managed" not in one)
    object.__setattr__(till.shop.options, "scopes", scopes)
    body = till.ask("{ fulfillmentOrders(first: 5) { nodes { id } } }")
    assert body["data"] == {"fulfillmentOrders": {"nodes": []}}
    assert "errors" not in body
