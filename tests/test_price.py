"""A price that is worked out once a document is the one that is worked out for each call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, validate
from hypothesis import given
from hypothesis import strategies as st

from syncd.price import Price
from syncd.querycost import requested
from syncd.shopify.documents import documents, schema

SCHEMA = build_schema((Path(__file__).parent / "cost_schema.graphql").read_text(encoding="utf-8"))
SET = "productSet(input: {variants: $input})"
ID = "{ product { id } }"
UPDATE = "productUpdate(product: $input, media: $media) { products(first: $n) { nodes { id } } }"
OTHERS = [
    "query ($n: Int = 250, $m: Int) { products(first: $n, last: $m) { nodes { id } } }",
    "query ($yes: Boolean!, $n: Int) { shop { name } ...F @skip(if: $yes) }"
    " fragment F on QueryRoot { shop { name } products(first: $n) { nodes { featured { url }"
    " variants(first: $n) { nodes { id } } } } }",
    "query ($yes: Boolean!, $no: Boolean!) { node { ... on Variant @include(if: $yes)"
    " { product { id } image { url } } ... on Product @skip(if: $no) { featured { url } } } }",
    f"mutation ($input: [VariantInput!], $yes: Boolean!) {{ {SET} {ID} b: {SET}"
    f" @include(if: $yes) {ID} }}",
    f"mutation ($input: ProductInput, $media: [MediaInput!], $n: Int) {{ {UPDATE} }}",
    f"mutation ($media: [MetafieldInput!] = [{{}}, {{}}])"
    f" {{ productSet(input: {{variants: [{{}}, {{}}], metafields: $media}}) {ID} }}",
    "mutation ($no: Boolean!) { fileCreate { __typename } tagsAdd @skip(if: $no) { __typename } }",
]

WINDOWS: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, -1, 0, 1, 2, 5, 250, 0.0, 1.0, 5.0, 250.0, "5"]  # 5.0 is no 5
)
NAMES = ("variants", "metafields", "mediaSrc", "file", "files", "else")
INPUTS: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([None, "a", 1, {}]),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, inner))
    ),
    max_leaves=15,
)
VALUES = WINDOWS | INPUTS


def variables_of(operation: OperationDefinitionNode) -> st.SearchStrategy[dict[str, Any]]:
    """Of the right type or not, given or not: both prices read them as they were sent."""
    names = [one.variable.name.value for one in operation.variable_definitions or ()]
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, VALUES))


@given(st.data())
def test_a_document_of_ours_has_one_price(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(list(documents().values())), "document")
    (operation,) = document.node.definitions
    assert isinstance(operation, OperationDefinitionNode)
    variables = data.draw(variables_of(operation), "variables")
    asked = requested(schema(), document.node, variables, document.name)
    assert document.cost_points(variables) == asked


PRICES = [Price(SCHEMA, parse(text)) for text in OTHERS]


@given(st.data())
def test_any_document_has_one_price(data: st.DataObject) -> None:
    at = data.draw(st.sampled_from(range(len(OTHERS))), "document")
    document = parse(OTHERS[at])
    assert isinstance(document.definitions[0], OperationDefinitionNode)
    variables = data.draw(variables_of(document.definitions[0]), "variables")
    assert PRICES[at].points(variables) == requested(SCHEMA, document, variables)


@pytest.mark.parametrize("text", OTHERS)
def test_these_documents_have_a_price_at_all(text: str) -> None:
    assert [one.message for one in validate(SCHEMA, parse(text))] == []


def test_the_operation_must_be_named_clearly() -> None:
    with pytest.raises(ValueError, match="2 operations"):
        Price(SCHEMA, parse("query A { shop { name } } query B { shop { name } }"))


def test_what_is_remembered_of_a_page_is_of_no_other() -> None:
    document = parse(OTHERS[0])
    price = Price(SCHEMA, document)
    for variables in ({"n": 5}, {"n": 5.0}, {"n": 5, "m": 250}, {"m": 5}, {}, {"n": None}):
        assert price.points(variables) == requested(SCHEMA, document, variables), variables
