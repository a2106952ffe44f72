from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graphql import DocumentNode, GraphQLObjectType

from syncd.sandbox.documents import checked
from syncd.sandbox.gids import gid
from syncd.sandbox.resolvers.nodes import TYPE_NAMES
from syncd.sandbox.schema import executable
from syncd.sandbox.shop import Shop
from tests.sandbox.till import SIZES, Till

SHOP = "{ shop { name } }"
MANY = "query Many($n: Int!) { products(first: $n) { edges { node { id } } } }"
DEAR = """query Dear { products(first: 250) { nodes { variants(first: 250) { nodes { id
  metafields(first: 10) { nodes { owner { ... on Product { id } } } } } } } } }"""


# ------------------------------------------------------------------------------------- the answer


def test_an_answer_has_data_and_its_cost() -> None:
    assert Till().ask(SHOP) == {
        "data": {"shop": {"name": "syncd demo"}},
        "extensions": {
            "cost": {
                "requestedQueryCost": 1,
                "actualQueryCost": 1,
                "throttleStatus": {
                    "maximumAvailable": 2_000,
                    "currentlyAvailable": 1_999,
                    "restoreRate": 100,
                },
            }
        },
    }


def test_what_was_asked_for_and_not_used_is_given_back() -> None:
    cost = Till().ask(MANY, {"n": 250})["extensions"]["cost"]
    assert cost["requestedQueryCost"] == 13
    assert cost["actualQueryCost"] == 2
    assert cost["throttleStatus"]["currentlyAvailable"] == 1_998


def test_a_named_operation_is_run() -> None:
    till, two = Till(), "query A { shop { name } } query B { shop { currencyCode } }"
    assert till.ask(two, name="B")["data"] == {"shop": {"currencyCode": "NOK"}}
    assert till.ask(two) == {"errors": [{"message": "An operation name is required"}]}
    assert till.ask(two, name="C") == {"errors": [{"message": 'No operation named "C"'}]}


def test_a_malformed_argument_makes_its_root_null() -> None:
    body = Till().ask('query Q { product(id: "gid://shopify/Location/1") { id } shop { name } }')
    assert body["data"] == {"product": None, "shop": {"name": "syncd demo"}}
    assert body["errors"] == [
        {
            "message": "Invalid id: gid://shopify/Location/1",
            "locations": [{"line": 1, "column": 11}],
            "extensions": {"code": "RESOURCE_NOT_FOUND"},
            "path": ["product"],
        }
    ]
    assert list(body) == ["errors", "data", "extensions"]


# ------------------------------------------------------------------------------------- the bucket


def test_an_empty_bucket_throttles_and_runs_nothing() -> None:
    till = Till()
    assert till.bucket.reserve(1_995)
    body = till.ask('mutation { productSet(input: {title: "A"}) { product { id } } }')
    assert body == {
        "errors": [
            {
                "message": "Throttled",
                "extensions": {
                    "code": "THROTTLED",
                    "documentation": "https://shopify.dev/api/usage/rate-limits",
                },
            }
        ],
        "extensions": {
            "cost": {
                "requestedQueryCost": 10,
                "actualQueryCost": None,
                "throttleStatus": {
                    "maximumAvailable": 2_000,
                    "currentlyAvailable": 5,
                    "restoreRate": 100,
                },
            }
        },
    }
    assert not till.shop.products


def test_the_bucket_fills_as_time_passes() -> None:
    till = Till()
    assert till.bucket.reserve(2_000)
    assert "data" not in till.ask(MANY, {"n": 250})
    till.hands.passed_s = 0.12
    assert "data" not in till.ask(MANY, {"n": 250})
    till.hands.passed_s = 0.13
    assert "data" in till.ask(MANY, {"n": 250})
    till.hands.passed_s = 60
    assert till.bucket.status()["currentlyAvailable"] == 2_000


def test_a_query_above_the_cap_is_refused_whatever_the_bucket_holds() -> None:
    body = Till().ask(DEAR)
    (fault,) = body["errors"]
    assert list(body) == ["errors"]
    assert fault["extensions"] == {
        "code": "MAX_COST_EXCEEDED",
        "cost": fault["extensions"]["cost"],
        "maxCost": 1_000,
        "documentation": "https://shopify.dev/api/usage/limits#rate-limits",
    }
    cost = fault["extensions"]["cost"]
    assert fault["message"].startswith(
        f"Query cost is {cost}, which exceeds the single query max cost limit (1000).\n\nSee "
    )


# ------------------------------------------------------------------------------- sizes of arrays


@pytest.mark.parametrize(
    ("input_", "message", "path"),
    [
        pytest.param({"tags": ["a"] * 251}, "251 is greater than the maximum allowed of 250",
                     ["productSet", "input", "tags"], id="251 of anything"),
        # product-set-shape-validator-parity.json, by the words of writes.md §4.2
        pytest.param({"variants": [{"optionValues": []}] * 2_049},
                     "2049 is greater than the maximum allowed of 2048",
                     ["productSet", "input", "variants"], id="2,049 variants"),
        pytest.param({"variants": [{"optionValues": [{"name": "S"}] * 251}]},
                     "251 is greater than the maximum allowed of 250",
                     ["productSet", "input", "variants", "optionValues"], id="inside a variant"),
    ],
)  # fmt: skip
def test_a_long_array_is_refused(input_: dict[str, Any], message: str, path: list[str]) -> None:
    query = (
        "mutation M($input: ProductSetInput!) {\n  productSet(input: $input) { shop: __typename } }"
    )
    body = Till().ask(query, {"input": input_})
    assert body["errors"] == [
        {
            "message": f"The input array size of {message}.",
            "locations": [{"line": 2, "column": 3}],
            "path": path,
            "extensions": {"code": "MAX_INPUT_SIZE_EXCEEDED"},
        }
    ]
    assert body["extensions"]["cost"]["actualQueryCost"] is None
    assert "data" not in body


# -------------------------------------------------------------------------------------- mutations


def test_root_mutations_run_in_order_and_are_kept() -> None:
    till = Till()
    body = till.ask(
        'mutation { a: productSet(input: {title: "Lue"}) { product { handle } }'
        ' b: productSet(input: {title: "Lue"}) { product { handle } } }'
    )
    assert body["data"]["a"]["product"]["handle"] == "lue"
    assert body["data"]["b"]["product"]["handle"] == "lue-1"
    till.shop.restore()
    assert len(till.shop.products) == 2


def test_a_refused_root_leaves_the_others() -> None:
    # metafield-definition-app-namespace-resolution.json
    till = Till()
    body = till.ask(
        """mutation Two($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) { createdDefinition { id } }
  productSet(input: {title: "Lue"}) { product { title } }
}""",
        {
            "definition": {
                "name": "N",
                "namespace": "app--1",
                "key": "tier",
                "ownerType": "PRODUCT",
                "type": "single_line_text_field",
            }
        },
    )
    required = (
        "API client to have access to the namespace and the resource type associated with"
        " the metafield definition.\n"
    )
    assert body["errors"] == [
        {
            "message": "Access denied for metafieldDefinitionCreate field."
            f" Required access: {required}",
            "locations": [{"line": 2, "column": 3}],
            "extensions": {
                "code": "ACCESS_DENIED",
                "documentation": "https://shopify.dev/api/usage/access-scopes",
                "requiredAccess": required,
            },
            "path": ["metafieldDefinitionCreate"],
        }
    ]
    assert body["data"] == {
        "metafieldDefinitionCreate": None,
        "productSet": {"product": {"title": "Lue"}},
    }


def test_after_a_bug_nothing_of_the_request_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    till = Till()
    id_ = till.make("Before")
    (product,) = till.shop.products.values()
    lost = replace(product.variants[0], values=(1,))  # an option value that is not there
    till.shop.put("Product", replace(product, variants=(lost,)))
    till.shop.save()
    body = till.ask(
        """mutation Break($id: ID!) {
  productUpdate(product: {id: $id, title: "After"}) {
    product { variants(first: 1) { nodes { title } } }
  }
}""",
        {"id": id_},
    )
    (fault,) = body["errors"]
    assert list(body) == ["errors"]
    assert fault["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    request_id = fault["extensions"]["requestId"]
    assert fault["message"] == (
        "Internal error. Looks like something went wrong on our end.\n"
        f"Request ID: {request_id} (include this in support requests)."
    )
    assert [one.title for one in till.shop.products.values()] == ["Before"]
    logged = capsys.readouterr().err
    assert request_id in logged
    assert "KeyError: 1" in logged


# -------------------------------------------------------------------------------------- documents


def test_a_document_is_parsed_and_validated_once() -> None:
    document = checked(SHOP)
    assert isinstance(document, DocumentNode)
    assert checked(SHOP) is document


def test_every_field_of_a_record_has_a_resolver() -> None:
    for name in TYPE_NAMES.values():
        type_ = executable().type_map[name]
        assert isinstance(type_, GraphQLObjectType)
        unserved = [field for field, one in type_.fields.items() if one.resolve is None]
        assert unserved == [], name


@pytest.mark.parametrize("name", ["Shop", "Places", "Products", "Definitions", "Nodes"])
def test_every_field_of_the_surface_answers(name: str) -> None:
    till = Till()
    picture = {"originalSource": "https://example.com/a.jpg"}
    till.make("Lue", files=[picture], metafields=[METAFIELD], **SIZES)
    surface = Path(__file__).with_name("surface.graphql").read_text(encoding="utf-8")
    surface = surface.replace('namespace: "a", key: "b"', 'namespace: "custom", key: "made"')
    for id_ in every_gid(till.shop):
        body = till.ask(surface, {"id": id_, "ids": [id_], "identifier": {"id": id_}}, name)
        codes = {fault["extensions"]["code"] for fault in body.get("errors", ())}
        assert codes <= {"RESOURCE_NOT_FOUND"}, body
        till.hands.passed_s += 10


METAFIELD = {"namespace": "custom", "key": "made", "type": "single_line_text_field", "value": "c"}


def every_gid(shop: Shop) -> Iterator[str]:
    """One of each kind that can be asked for."""
    (product,) = shop.products.values()
    variant = product.variants[0]
    (place,) = shop.locations.values()
    yield gid("Product", product.id)
    yield gid("ProductVariant", variant.id)
    yield gid("InventoryItem", variant.item.id)
    yield f"{gid('InventoryLevel', place.level_number)}?inventory_item_id={variant.item.id}"
    yield gid("Location", place.id)
    yield from (gid("Publication", number) for number in shop.publications)
    yield from (gid("MediaImage", number) for number in shop.media)
