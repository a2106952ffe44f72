"""Two answers compared: each kind of difference is noticed, each tolerance ends where it says."""

from __future__ import annotations

from typing import Any

import pytest

from fidelity.sameness import Comparison, Difference
from fidelity.twins import Twins
from fidelity.typed import operation, roots

QUERY = """
query Q($id: ID!) {
  product(id: $id) {
    id legacyResourceId title handle tags createdAt totalInventory tracksInventory
    onlineStoreUrl
    collections(first: 2) { nodes { id } }
    variants(first: 2) { nodes { id sku } pageInfo { hasNextPage endCursor } }
  }
  productsCount { count precision }
}
"""
ID = "gid://shopify/Product/10241000000001"
RECORDED = {
    "product": {
        "id": ID,
        "legacyResourceId": "10241000000001",
        "title": "Ski",
        "handle": "ski",
        "tags": ["a", "b"],
        "createdAt": "2026-04-01T10:00:00Z",
        "totalInventory": 5,
        "tracksInventory": True,
        "onlineStoreUrl": "https://a.example/ski",
        "collections": {"nodes": []},
        "variants": {
            "nodes": [{"id": "gid://shopify/ProductVariant/51478000000001", "sku": "S"}],
            "pageInfo": {"hasNextPage": True, "endCursor": "abc"},
        },
    },
    "productsCount": {"count": 17, "precision": "EXACT"},
}


def compared(recorded: Any, ours: Any, sent: str = "") -> list[Difference]:
    asked = operation(QUERY, {"id": ID}, "2026-04")
    assert asked is not None
    comparison = Comparison(asked, Twins(), {"Product", "ProductVariant"}, sent)
    comparison.data(roots(asked), recorded, ours)
    return comparison.found


def changed(value: Any, *path: str | int) -> Any:
    """The recorded data with another value at the path."""

    def put(at: Any, steps: tuple[str | int, ...]) -> Any:
        if not steps:
            return value
        first, *rest = steps
        if isinstance(at, list):
            return [put(one, tuple(rest)) if n == first else one for n, one in enumerate(at)]
        return {**at, first: put(at[first], tuple(rest))}

    return put(RECORDED, path)


def test_an_answer_is_the_same_as_itself() -> None:
    assert compared(RECORDED, RECORDED) == []


@pytest.mark.parametrize(
    ("ours", "name"),
    [
        pytest.param(changed("Sledge", "product", "title"), "value Product.title", id="a text"),
        pytest.param(
            changed(4, "product", "totalInventory"), "value Product.totalInventory", id="a number"
        ),
        pytest.param(
            changed(False, "product", "tracksInventory"),
            "value Product.tracksInventory",
            id="a boolean",
        ),
        pytest.param(
            changed(1, "product", "tracksInventory"),
            "value Product.tracksInventory",
            id="a number for a boolean",
        ),
        pytest.param(changed(None, "product", "title"), "null Product.title", id="a null"),
        pytest.param(
            changed(None, "product", "createdAt"), "null Product.createdAt", id="a null for a time"
        ),
        pytest.param(
            changed("soon", "product", "createdAt"), "value Product.createdAt", id="no time"
        ),
        pytest.param(
            changed(None, "product", "onlineStoreUrl"),
            "null Product.onlineStoreUrl",
            id="a null for an address",
        ),
        pytest.param(
            changed("ski", "product", "onlineStoreUrl"),
            "value Product.onlineStoreUrl",
            id="no address",
        ),
        pytest.param(
            changed("sledge", "product", "handle"), "value Product.handle", id="another handle"
        ),
        pytest.param(
            changed(["b", "a"], "product", "tags"), "value Product.tags", id="another order"
        ),
        pytest.param(changed(["a"], "product", "tags"), "length Product.tags", id="a shorter list"),
        pytest.param(
            changed([], "product", "variants", "nodes"),
            "length ProductVariantConnection.nodes",
            id="an empty page",
        ),
        pytest.param(
            changed("gid://shopify/Order/1", "product", "id"),
            "value Product.id",
            id="an id of another kind",
        ),
        pytest.param(
            changed("AT_LEAST", "productsCount", "precision"), "value Count.precision", id="an enum"
        ),
        pytest.param({"product": RECORDED["product"]}, "key .productsCount", id="a missing key"),
        pytest.param(None, "null data", id="no data"),
    ],
)
def test_a_difference_is_noticed(ours: Any, name: str) -> None:
    assert [one.name for one in compared(RECORDED, ours)][:1] == [name]


@pytest.mark.parametrize(
    "ours",
    [
        pytest.param(changed("2027-01-01T00:00:00Z", "product", "createdAt"), id="another time"),
        pytest.param(
            changed("https://b.example/", "product", "onlineStoreUrl"), id="another address"
        ),
        pytest.param(changed("ski-1", "product", "handle"), id="a handle that was taken"),
        pytest.param(changed("gid://shopify/Product/7", "product", "id"), id="an id of ours"),
        pytest.param(changed("xyz", "product", "variants", "pageInfo", "endCursor"), id="a cursor"),
        pytest.param(changed(3, "productsCount", "count"), id="how many there are in the shop"),
        pytest.param(
            changed(False, "product", "variants", "pageInfo", "hasNextPage"),
            id="what lies behind the page",
        ),
    ],
)
def test_what_no_recording_can_tell_is_compared_by_kind(ours: Any) -> None:
    assert compared(RECORDED, ours) == []


def test_a_page_that_was_the_last_stays_the_last() -> None:
    last = changed(False, "product", "variants", "pageInfo", "hasNextPage")
    assert [one.place for one in compared(last, RECORDED)] == ["PageInfo.hasNextPage"]


def test_what_a_request_sent_must_come_back() -> None:
    ours = changed("https://b.example/", "product", "onlineStoreUrl")
    assert compared(RECORDED, ours, sent="… https://a.example/ski …")


def test_one_recorded_id_has_one_twin() -> None:
    twice = {"product": {**RECORDED["product"], "collections": {"nodes": [{"id": ID}]}}}
    ours = {
        "product": {
            **RECORDED["product"],
            "id": "gid://shopify/Product/7",
            "collections": {"nodes": [{"id": "gid://shopify/Product/8"}]},
        }
    }
    assert [one.path[-1] for one in compared(twice, ours)] == ["id"]


def test_things_without_a_record_want_state() -> None:
    node = {"id": "gid://shopify/Collection/1"}
    recorded = changed([node], "product", "collections", "nodes")
    (difference,) = compared(recorded, RECORDED)
    assert difference.wants_state
    (difference,) = compared(RECORDED, changed([], "product", "variants", "nodes"))
    assert not difference.wants_state, "of variants the sandbox has records"


ERROR = {
    "message": "Nope",
    "path": ["product"],
    "locations": [{"line": 1, "column": 1}],
    "extensions": {"code": "BAD", "requestId": "a"},
}


@pytest.mark.parametrize(
    ("ours", "place"),
    [
        pytest.param([], "number", id="none"),
        pytest.param([{**ERROR, "message": "No"}], "message", id="other words"),
        pytest.param([{**ERROR, "path": None}], "path", id="elsewhere"),
        pytest.param([{**ERROR, "extensions": {"code": "WORSE"}}], "code", id="another code"),
        pytest.param([{**ERROR, "extensions": {"code": "BAD", "x": 1}}], "x", id="more to it"),
    ],
)
def test_a_difference_of_errors_is_noticed(ours: list[Any], place: str) -> None:
    comparison = Comparison(None, Twins(), ())
    comparison.errors([ERROR], ours)
    assert [one.name for one in comparison.found] == [f"errors {place}"]


def test_where_an_error_stands_in_the_document_is_not_compared() -> None:
    comparison = Comparison(None, Twins(), ())
    ours = {**ERROR, "locations": [], "extensions": {"code": "BAD", "requestId": "b"}}
    comparison.errors([ERROR], [ours])
    assert comparison.found == []


PARAMETERS = [{"name": "policy", "value": "eyJjb25kaXRpb25zIjpbeyJhY2wiOiJwcml2YXRlIn1dfQ=="}]


@pytest.mark.parametrize(
    ("policy", "is_same"),
    [
        pytest.param("eyJjb25kaXRpb25zIjpbeyJhY2wiOiJwdWJsaWMifV19", True, id="other values"),
        pytest.param("eyJjb25kaXRpb25zIjpbeyJrZXkiOiJhIn1dfQ==", False, id="other conditions"),
        pytest.param("nonsense", False, id="no policy"),
    ],
)
def test_a_policy_names_the_same_conditions(policy: str, is_same: bool) -> None:
    query = """
    mutation { stagedUploadsCreate(input: []) {
      stagedTargets { parameters { name value } } userErrors { message }
    } }
    """
    asked = operation(query, {}, "2026-04")
    assert asked is not None
    comparison = Comparison(asked, Twins(), ())

    def data(value: str) -> Any:
        targets = [{"parameters": [{"name": "policy", "value": value}]}]
        return {"stagedUploadsCreate": {"stagedTargets": targets, "userErrors": []}}

    comparison.data(roots(asked), data(PARAMETERS[0]["value"]), data(policy))
    assert (comparison.found == []) is is_same
