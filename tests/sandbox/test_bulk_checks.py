"""What a bulk operation is refused for when it is started."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.bulks import PATH, RUN_MUTATION, SET, lines, run, run_query, started, titles
from tests.sandbox.shops import recorded
from tests.sandbox.till import Till

PRODUCTS = "{ products { edges { node { id } } } }"
CREATE = "mutation P($product: ProductCreateInput!) { productCreate(product: $product) { %s } }"
NEST = "edges { node { id %s } }"
SIX = " ".join(
    f"{name} {{ edges {{ node {{ id }} }} }}"
    for name in ("variants", "metafields", "collections", "media", "sellingPlanGroups")
)
NO_FILE = (
    "The JSONL file could not be found. Try uploading the file again, and check that you've entered"
    " the URL correctly for the stagedUploadPath mutation argument."
)


@pytest.mark.parametrize(
    ("mutation", "error"),
    [
        pytest.param(
            "mutation { not real syntax",
            (
                None,
                "Failed to parse the mutation - syntax error, unexpected end of file at [1, 21]",
                "INVALID_MUTATION",
            ),
            id="no document",
        ),
        pytest.param(
            "query { products { edges { node { id } } } }",
            (
                None,
                "Invalid operation type. Only `mutation` operations are supported.",
                "INVALID_MUTATION",
            ),
            id="a query",
        ),
        pytest.param(
            "mutation($a: ProductSetInput!) { a: productSet(input: $a) { product { id } }"
            " b: productSet(input: $a) { product { id } } }",
            (["mutation"], "You must specify a single top level mutation.", None),
            id="two mutations",
        ),
        pytest.param(
            'mutation { bulkOperationRunQuery(query: "") { userErrors { field } } }',
            (["mutation"], "You must use an allowed mutation name.", None),
            id="a bulk operation",
        ),
        pytest.param(
            CREATE
            % "product { variants(first: 1) { nodes { id media(first: 1) { nodes { id } } } } }",
            (["mutation"], "Bulk mutations cannot contain more than 1 connection.", None),
            id="two connections",
        ),
        pytest.param(
            SET + " " * (65_536 - len(SET) - SET.count("\n")),
            (["query"], "is too large (65536 bytes; maximum is 65535 bytes)", "INVALID_MUTATION"),
            id="too large, line ends counted twice",
        ),
    ],
)
def test_a_mutation_document_is_refused_before_the_file_is_looked_for(
    mutation: str, error: tuple[Any, str, str | None]
) -> None:
    variables = {"mutation": mutation, "path": "valid"}
    payload = Till().ask(RUN_MUTATION, variables)["data"]["bulkOperationRunMutation"]
    field, message, code = error
    assert payload == {
        "bulkOperation": None,
        "userErrors": [{"field": field, "message": message, "code": code}],
    }


@pytest.mark.parametrize(
    ("size", "message"),
    [
        pytest.param(9, "is too short (minimum is 10 characters)", id="9"),
        pytest.param(256, "is too long (maximum is 255 characters)", id="256"),
        pytest.param(10, None, id="10"),
        pytest.param(255, None, id="255"),
    ],
)
def test_a_client_identifier_has_10_to_255_characters(size: int, message: str | None) -> None:
    payload = run(Till(), titles(1), client="x" * size)
    error = {"field": ["clientIdentifier"], "message": message, "code": "INVALID_MUTATION"}
    assert payload["userErrors"] == ([error] if message else [])


@pytest.mark.parametrize(
    ("file", "message", "code"),
    [
        pytest.param(None, NO_FILE, "NO_SUCH_FILE", id="none"),
        pytest.param(b"", "The input file is empty.", "INVALID_STAGED_UPLOAD_FILE", id="empty"),
        pytest.param(
            b" " * 104_857_601,
            "The input file size exceeds the maximum allowed size of 100 MB.",
            "INVALID_STAGED_UPLOAD_FILE",
            id="too large",
        ),
    ],
)
def test_a_file_is_refused_before_the_running_operations_are_counted(
    file: bytes | None, message: str, code: str
) -> None:
    till = Till()
    for _ in range(5):
        started(run(till, titles(1)))
    till.shop.works.blobs.remove(PATH)
    if file is not None:
        till.shop.works.blobs.write(PATH, file)
    variables = {"mutation": SET, "path": PATH}
    payload = till.ask(RUN_MUTATION, variables)["data"]["bulkOperationRunMutation"]
    assert payload["userErrors"] == [{"field": None, "message": message, "code": code}]


def test_five_of_a_kind_run_at_a_time() -> None:
    till = Till()
    ids = {
        "mutation": [started(run(till, titles(1))) for _ in range(5)],
        "query": [started(run_query(till, PRODUCTS)) for _ in range(5)],
    }
    for kind, payload in (
        ("mutation", run(till, titles(1))),
        ("query", run_query(till, PRODUCTS)),
    ):
        message = (
            f"A bulk {kind} operation for this app and shop is already in progress:"
            f" {', '.join(ids[kind])}."
        )
        error = {"field": None, "message": message, "code": "OPERATION_IN_PROGRESS"}
        assert payload == {"bulkOperation": None, "userErrors": [error]}


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        pytest.param(
            "{ shop { id } }", ["Bulk queries must contain at least one connection."], id="none"
        ),
        pytest.param("", ["Invalid bulk query: syntax error, unexpected end of file"], id="empty"),
        pytest.param(
            "{ products { nodes { id } } }",
            [
                "All connection fields in a bulk query must select their contents using 'edges' >"
                " 'node', e.g: 'products { edges { node {'. Selecting via 'nodes' is not supported."
                " Invalid connection fields: 'products'."
            ],
            id="nodes",
        ),
        pytest.param(
            '{ node(id: "gid://shopify/Product/0") { id } }',
            [
                "Bulk queries cannot contain a top level `node` field.",
                "Bulk queries must contain at least one connection.",
            ],
            id="a node",
        ),
        pytest.param(
            "{ collections { %s } }"
            % (NEST % f"products {{ {NEST % 'variants { %s }'} }}")
            % (NEST % "metafields { edges { node { id } } }"),
            ["Bulk queries cannot contain connections with a nesting depth greater than 2."],
            id="too deep",
        ),
        pytest.param(
            f"{{ products {{ {NEST % SIX} }} }}",
            ["Bulk queries cannot contain more than 5 connections."],
            id="six",
        ),
        pytest.param(
            "{ products { edges { node { title variants { edges { node { id } } } } } } }",
            [
                "The parent 'node' field for a nested connection must select the 'id' field without"
                " an alias and must be of 'ID' return type. Connection fields without 'id':"
                " products."
            ],
            id="a parent without id",
        ),
        pytest.param(
            "mutation { productCreate(input: {}) { product { id } } }",
            ["Invalid operation type. Only `query` operations are supported."],
            id="a mutation",
        ),
        pytest.param(
            "{ orders { edges { node { id"
            " fulfillments { events { edges { node { id } } } } } } } }",
            [
                "Queries that contain a connection field within a list field are not currently"
                " supported."
            ],
            id="in a list",
        ),
        pytest.param(
            PRODUCTS + " " * (65_536 - len(PRODUCTS)),
            ["Query is too large (65536 bytes; maximum is 65535 bytes)"],
            id="too large",
        ),
    ],
)
def test_a_query_is_refused_in_shopifys_words(query: str, messages: list[str]) -> None:
    payload = run_query(Till(), query)
    assert payload["bulkOperation"] is None
    assert payload["userErrors"] == [
        {"field": ["query"], "message": message, "code": "INVALID"} for message in messages
    ]


@pytest.mark.parametrize(
    "file",
    [
        "2026-04/bulk-operations/bulk-operation-run-mutation-validators.json",
        "2026-04/bulk-operations/bulk-operation-run-mutation-user-errors.json",
        "2026-04/bulk-operations/bulk-operation-run-query-user-error-codes.json",
    ],
)
def test_refusals_are_as_recorded(file: str) -> None:
    till = Till()
    exchanges = [one for one in recorded(file) if one["path"][0] == "validations"]
    assert exchanges
    for exchange in exchanges:
        body = till.ask(exchange["query"], exchange["variables"])
        assert body["data"] == exchange["response"]["data"], exchange["path"]


def test_the_line_of_a_file_may_be_the_last_without_an_end() -> None:
    payload = run(Till(), lines({"input": {"title": "Ski"}}).rstrip())
    assert payload["bulkOperation"]["status"] == "CREATED"
