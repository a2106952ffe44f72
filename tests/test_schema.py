"""Pruning the official schema to what documents select, and the pruned schema that is committed."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLSchema,
    build_schema,
    introspection_from_schema,
    parse,
    print_ast,
    print_schema,
    validate,
    validate_schema,
)

ROOT = Path(__file__).resolve().parent.parent


def load(path: Path) -> Any:
    """A script as a module: scripts/ is no package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_schema = load(ROOT / "scripts" / "make_schema.py")

# As Shopify's, it is not valid: it deprecates what an interface of it does not.
FULL = '''
schema { query: QueryRoot mutation: Mutation }
directive @idempotent(key: Key!) on FIELD
scalar Key
scalar Url
scalar Unused
"""A description"""
type QueryRoot { node(id: ID!): Node product(id: ID!): Product search: Found shop: Shop }
type Mutation { productSet(input: ProductInput!, sort: Sort = A): Product shopClose: Shop }
interface Node { id: ID! createdAt: String }
interface Named { name: String title: String }
type Product implements Node & Named {
  id: ID! @deprecated(reason: "no more") createdAt: String
  name: String title: String @deprecated(reason: "use name")
  media(first: Int, sort: Sort): [Media] url: Url
}
type Shop implements Node { id: ID! createdAt: String owner: Person }
type Person { age: Int id: ID! }
union Found = Shop | Person
union Media = Image | Video
type Image { url: Url }
type Video { seconds: Int }
input ProductInput { name: String "a link" media: [MediaInput!] }
input MediaInput { source: Url mode: Mode }
enum Sort { B A }
enum Mode { FAST SLOW }
'''


@pytest.fixture(scope="module")
def full() -> GraphQLSchema:
    schema: GraphQLSchema = make_schema.load_schema(FULL.encode())
    return schema


def prune(full: GraphQLSchema, *texts: str) -> GraphQLSchema:
    """The pruned schema, which must be valid, and hold all that the documents say."""
    pruned: GraphQLSchema = make_schema.pruned(full, dict(enumerate(texts)))
    assert validate_schema(pruned) == []
    for text in texts:
        assert validate(pruned, parse(text)) == []
    return pruned


def fields(schema: GraphQLSchema) -> dict[str, set[str]]:
    own = {name: type_ for name, type_ in schema.type_map.items() if not name.startswith("__")}
    return {name: set(type_.fields) for name, type_ in own.items() if hasattr(type_, "fields")}


def test_only_selected_fields_stay_but_inputs_stay_whole(full: GraphQLSchema) -> None:
    pruned = prune(full, "mutation ($i: ProductInput!) { productSet(input: $i) { name } }")
    assert fields(pruned) == {
        "QueryRoot": {"node"},
        "Node": {"id"},
        "Mutation": {"productSet"},
        "Product": {"name", "id"},
        "ProductInput": {"name", "media"},
        "MediaInput": {"source", "mode"},
    }
    assert set(pruned.mutation_type.fields["productSet"].args) == {"input", "sort"}  # type: ignore[union-attr]
    assert {"Sort", "Mode", "Url", "Key"} <= set(pruned.type_map)
    assert "Unused" not in pruned.type_map


def test_directives_stay_although_no_document_uses_them(full: GraphQLSchema) -> None:
    assert "directive @idempotent(key: Key!) on FIELD" in print_schema(
        prune(full, "{ __typename }")
    )


def test_what_an_interface_keeps_its_objects_keep(full: GraphQLSchema) -> None:
    pruned = prune(
        full, '{ node(id: "1") { createdAt ... on Shop { owner { age } } ... on Product { url } } }'
    )
    assert fields(pruned) == {
        "QueryRoot": {"node"},
        "Node": {"createdAt"},
        "Shop": {"createdAt", "owner"},
        "Person": {"age"},
        "Product": {"createdAt", "url"},
    }


def test_an_interface_nobody_names_is_dropped(full: GraphQLSchema) -> None:
    pruned = prune(full, '{ product(id: "1") { name title } }')
    assert "interface Named" not in print_schema(pruned)
    assert "type Product {" in print_schema(pruned)


def test_fields_named_through_fragments_stay(full: GraphQLSchema) -> None:
    pruned = prune(
        full,
        '{ product(id: "1") { ...F media { ... on Video { seconds } } } }'
        " fragment F on Named { name }",
    )
    assert fields(pruned)["Product"] == {"name", "media"}
    assert fields(pruned)["Named"] == {"name"}
    assert "union Media = Video" in print_schema(pruned)


def test_a_type_without_selected_fields_still_has_one(full: GraphQLSchema) -> None:
    pruned = prune(full, "{ search { __typename } shop { owner { __typename } } }")
    assert fields(pruned) == {
        "QueryRoot": {"search", "shop"},
        "Person": {"id"},
        "Shop": {"owner"},
    }
    assert "union Found = Person | Shop" in print_schema(pruned)


def test_a_deprecation_that_the_interface_lacks_is_dropped(full: GraphQLSchema) -> None:
    assert len(validate_schema(build_schema(FULL, assume_valid_sdl=True))) == 2
    kept = prune(full, '{ node(id: "1") { id } product(id: "1") { title } }').type_map["Product"]
    assert kept.fields["id"].deprecation_reason is None  # type: ignore[attr-defined]
    assert kept.fields["title"].deprecation_reason == "use name"  # type: ignore[attr-defined]


def test_the_order_of_types_and_documents_makes_no_difference(full: GraphQLSchema) -> None:
    texts = {"a": "{ shop { id } }", "b": '{ product(id: "1") { media(first: 1) { __typename } } }'}
    backwards = "\n".join(print_ast(one) for one in reversed(parse(FULL).definitions))
    turned = make_schema.made(
        make_schema.load_schema(backwards.encode()), dict(reversed(texts.items()))
    )
    assert turned == make_schema.made(full, texts)


def test_introspection_json_and_sdl_make_the_same_text(full: GraphQLSchema) -> None:
    known = build_schema(FULL.replace(' @deprecated(reason: "no more")', ""), assume_valid=True)
    answer = json.dumps({"data": introspection_from_schema(known)})
    texts = {"a": "mutation { productSet(input: {}) { id } }"}
    from_json = make_schema.made(make_schema.load_schema(answer.encode()), texts)
    assert from_json == make_schema.made(full, texts)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "{\n  shop { nam }\n}", r"push.graphql:2: Cannot query field 'nam'", id="a field"
        ),
        pytest.param("{ shop {", r"push.graphql:1: Syntax Error", id="no GraphQL"),
    ],
)
def test_a_document_that_does_not_fit_is_named_with_its_field(
    full: GraphQLSchema, text: str, message: str
) -> None:
    with pytest.raises(SystemExit, match=message):
        make_schema.made(full, {"push.graphql": text})


# ---------------------------------------------------------------------------- what is committed

COMMITTED = ROOT / "graphql" / "schema.graphql"


@pytest.fixture(scope="module")
def committed() -> GraphQLSchema:
    return build_schema(COMMITTED.read_text(encoding="utf-8"))


def test_the_committed_schema_is_a_valid_schema(committed: GraphQLSchema) -> None:
    assert validate_schema(committed) == []


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.name)
        for path in sorted(COMMITTED.parent.glob("*.graphql"))
        if path != COMMITTED
    ],
)
def test_each_document_fits_the_committed_schema(committed: GraphQLSchema, path: Path) -> None:
    assert validate(committed, parse(path.read_text(encoding="utf-8"))) == []


OFFICIAL = ROOT.parent / "shared" / "shopify" / "schema" / "admin-2026-10.graphql"


@pytest.mark.skipif(not OFFICIAL.is_file(), reason=f"the official schema is not at {OFFICIAL}")
def test_the_committed_schema_is_what_the_documents_need_today() -> None:
    schema = make_schema.load_schema(OFFICIAL.read_bytes())
    texts = make_schema.documents()
    committed = make_schema.body(COMMITTED.read_text(encoding="utf-8"))
    assert committed == make_schema.body(make_schema.made(schema, texts)), "run `make schema`"
