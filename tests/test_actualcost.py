"""What Shopify charges once a document has run: what is given back, and what never is."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    GraphQLResolveInfo,
    build_schema,
    execute_sync,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    parse,
    validate,
)
from hypothesis import given
from hypothesis import strategies as st

from syncd.actualcost import actual
from syncd.querycost import requested

HERE = Path(__file__).resolve().parent
SCHEMA = build_schema((HERE / "cost_schema.graphql").read_text(encoding="utf-8"))

NODES_OF_5 = "{ products(first: 5) { nodes { id } } }"
GIFT_CARD = "mutation { giftCardCreate { giftCard { customer { id } } } }"
NODES_BY_ID = "{ nodes(ids: [1, 2]) { ... on Variant { image { url } product { id } } } }"
VARIANT = {"image": {"url": "u"}, "product": {"id": "p"}}
THREE_VARIANTS = (
    "mutation { productVariantsBulkUpdate(variants: [{}, {}, {}])"
    " { product { featured { url } } } }"
)
OF_10 = "{ products(first: 10) { nodes { id } } }"
OF_20 = "{ products(first: 20) { nodes { id } } }"
EDGES_OF_5 = "{ products(first: 5) { edges { node { id } } } }"


def page(count: int) -> dict[str, Any]:
    return {"nodes": [{"id": "gid"}] * count}


# One case a line, as a table: the formatter would make three of each.
# fmt: off
CHARGED = [
    pytest.param(1, "{ blog { articles(first: 250) { nodes { id } } } }", {"blog": None},
                 id="all below a null is given back"),
    pytest.param(1, "{ functions { function { id } } }", {"functions": []},
                 id="and all below an empty list"),
    pytest.param(2, "{ functions { function { id } } }",
                 {"functions": [{"function": {"id": "f"}}] * 9}, id="a path is paid once"),
    pytest.param(3, NODES_BY_ID, {"nodes": [None, VARIANT]}, id="as soon as one ran it"),
    pytest.param(1, NODES_BY_ID, {"nodes": [None, None]}, id="none ran it"),
    pytest.param(2, "{ shop { name } product { featured { url } } }", None,
                 id="an error: each root's own price"),
    pytest.param(10, GIFT_CARD, {"giftCardCreate": {"giftCard": None}}, id="a refused mutation"),
    pytest.param(10, GIFT_CARD, {"giftCardCreate": None}, id="a mutation denied"),
    pytest.param(11, GIFT_CARD, {"giftCardCreate": {"giftCard": {"customer": None}}},
                 id="a null has run too"),
    pytest.param(6, "{ product { __typename featured { __typename } variants(first: 5)"
                    " { nodes { id } } } }",
                 {"product": {"__typename": "Product", "featured": {"__typename": "Image"},
                              "variants": None}},
                 id="each __typename is 1, a connection that is null 2"),
    pytest.param(1, "{ product { __typename } }", {"product": {"__typename": "Product"}},
                 id="but never more than was asked"),
    pytest.param(1, '{ __type(name: "Shop") { fields { name } } }',
                 {"__type": {"fields": [{"name": "name"}]}}, id="introspection's lists are free"),
    pytest.param(5, NODES_OF_5, {"products": page(5)}, id="a full page"),
    pytest.param(5, NODES_OF_5, {"products": page(0)}, id="empty nodes are paid in full"),
    pytest.param(2, EDGES_OF_5, {"products": {"edges": []}},
                 id="empty edges are given back"),
    pytest.param(3, OF_10, {"products": page(1)}, id="1 of 10"),
    pytest.param(5, OF_20, {"products": page(9)}, id="9 of 20"),
    pytest.param(11, "{ products(first: 250) { nodes { id } pageInfo { endCursor } } }",
                 {"products": {**page(209), "pageInfo": {"endCursor": "x"}}}, id="209 of 250"),
    pytest.param(27, "{ products(first: 20) { nodes { variants(first: 5) { nodes { id } } } } }",
                 {"products": {"nodes": [{"variants": page(2)}] * 11
                                        + [{"variants": page(1)}] * 9}},
                 id="pages in a page, 31 variants in all"),
    pytest.param(12, THREE_VARIANTS, {"productVariantsBulkUpdate": {"product": None}},
                 id="variants in bulk are never given back"),
]
# fmt: on


@pytest.mark.parametrize(("points", "text", "found"), CHARGED)
def test_what_was_not_found_is_given_back(
    points: int, text: str, found: dict[str, Any] | None
) -> None:
    document = parse(text)
    assert validate(SCHEMA, document) == []
    assert actual(SCHEMA, document, {}, found) == points


SELECTIONS = (
    "__typename",
    "shop { name }",
    "product { __typename id price { shopMoney { amount } } images { url } }",
    "products(first: $n) { nodes { featured { url } variants(first: $m) { nodes {"
    " image { url } product { variants(first: 3) { nodes { __typename } } } } } } }",
    "edged: products(first: $m) { edges { node { variantsCount { count } } }"
    " pageInfo { endCursor } }",
    "nodes(ids: [1]) { __typename ... on Product { variants(first: $m) { nodes { id } } }"
    " ... on Variant { product { id } } }",
    "customer { orders { nodes { shippingAddress { city } } } }",
    "productsCount { count }",
    "node { id ... on Node { ... on Blog { articles(first: $n) { nodes { id } } } } }",
    '__type(name: "Product") { kind fields { name type { ofType { kind } } } }',
)
DOCUMENTS = st.lists(st.sampled_from(SELECTIONS), min_size=1, unique=True).map(
    lambda chosen: parse("query ($n: Int, $m: Int) { " + " ".join(chosen) + " }")
)
WINDOWS = st.integers(0, 250)


@given(DOCUMENTS, WINDOWS, WINDOWS, st.randoms(use_true_random=False))
def test_the_charge_lies_between_one_and_what_was_asked(
    document: DocumentNode, n: int, m: int, random: Random
) -> None:
    variables = {"n": n, "m": m}
    found = answer(document, variables, random)
    assert 1 <= actual(SCHEMA, document, variables, found) <= requested(SCHEMA, document, variables)


def answer(document: DocumentNode, variables: dict[str, Any], random: Random) -> dict[str, Any]:
    """What a shop with random contents would answer."""

    def resolve(_source: object, info: GraphQLResolveInfo[Any], **_arguments: object) -> Any:
        if not is_non_null_type(info.return_type) and random.random() < 0.3:
            return None
        is_list = is_list_type(get_nullable_type(info.return_type))
        one: Any = 7
        if not is_leaf_type(get_named_type(info.return_type)):
            one = {"is": random.choice(("Product", "Variant", "Blog"))}
        return [one] * random.randint(0, 3) if is_list else one

    result = execute_sync(
        SCHEMA,
        document,
        variable_values=variables,
        field_resolver=resolve,
        type_resolver=lambda source, _info, _type: str(source["is"]),
    )
    assert result.errors is None
    assert result.data is not None
    return result.data
