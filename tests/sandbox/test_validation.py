from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from syncd.sandbox.validation import document_faults
from syncd.sandbox.variables import unfit
from syncd.selection import operation_of
from tests.sandbox.till import RECORDINGS, Till

# ------------------------------------------------------------------------------- in our own words

SET = "mutation M { productSet(input: {INPUT}) { product { id } } }"

# fmt: off
FAULTS = [
    # functions-output-field-validation.json, 2026-04: three steps, the last is the field
    pytest.param('query Q { node(id: "gid://shopify/Product/1") { ... on Product { nam } } }',
                 "Field 'nam' doesn't exist on type 'Product'",
                 ["query Q", "node", "... on Product", "nam"],
                 {"code": "undefinedField", "typeName": "Product", "fieldName": "nam"},
                 id="an unknown field"),
    pytest.param("{ shop { n: nam } }", "Field 'nam' doesn't exist on type 'Shop'",
                 ["query", "shop", "n"],
                 {"code": "undefinedField", "typeName": "Shop", "fieldName": "nam"},
                 id="an alias is a step"),
    # product-status-enum-validation.json, 2025-01
    pytest.param(SET.replace("INPUT", "status: PUBLISHED"),
                 "Argument 'status' on InputObject 'ProductSetInput' has an invalid value"
                 " (PUBLISHED). Expected type 'ProductStatus'.",
                 ["mutation M", "productSet", "input", "status"],
                 {"code": "argumentLiteralsIncompatible", "typeName": "InputObject",
                  "argumentName": "status"}, id="a wrong enum value in an input"),
    pytest.param("query Q { products(first: 1, sortKey: NAME) { nodes { id } } }",
                 "Argument 'sortKey' on Field 'products' has an invalid value (NAME)."
                 " Expected type 'ProductSortKeys'.",
                 ["query Q", "products", "sortKey"],
                 {"code": "argumentLiteralsIncompatible", "typeName": "Field",
                  "argumentName": "sortKey"}, id="a wrong enum value of a field"),
    pytest.param('query Q { product(id: "1") { id } }', "Invalid global id '1'",
                 ["query Q", "product", "id"],
                 {"code": "argumentLiteralsIncompatible", "typeName": "CoercionError"},
                 id="no gid"),
    pytest.param("query Q { shop(id: 1) { name } }", "Field 'shop' doesn't accept argument 'id'",
                 ["query Q", "shop", "id"],
                 {"code": "argumentNotAccepted", "name": "shop", "typeName": "Field",
                  "argumentName": "id"}, id="an unknown argument"),
    pytest.param(SET.replace("INPUT", "sku: 1"),
                 "InputObject 'ProductSetInput' doesn't accept argument 'sku'",
                 ["mutation M", "productSet", "input", "sku"],
                 {"code": "argumentNotAccepted", "name": "ProductSetInput",
                  "typeName": "InputObject", "argumentName": "sku"}, id="an unknown input field"),
    pytest.param("query Q { product { id } }", "Field 'product' is missing required arguments: id",
                 ["query Q", "product"],
                 {"code": "missingRequiredArguments", "className": "Field", "name": "product",
                  "arguments": "id"}, id="a missing argument"),
    pytest.param(SET.replace("INPUT", "variants: [{sku: \"A\"}]"),
                 "Argument 'optionValues' on InputObject 'ProductVariantSetInput' is required."
                 " Expected type [VariantOptionValueInput!]!",
                 ["mutation M", "productSet", "input", "variants", "optionValues"],
                 {"code": "missingRequiredInputObjectAttribute", "argumentName": "optionValues",
                  "argumentType": "[VariantOptionValueInput!]!",
                  "inputObjectType": "ProductVariantSetInput"}, id="a missing input field"),
    pytest.param("query Q { productByIdentifier(identifier: {}) { id } }",
                 "OneOf Input Object 'ProductIdentifierInput' must specify exactly one key.",
                 ["query Q", "productByIdentifier", "identifier"],
                 {"code": "invalidOneOfInputObject", "inputObjectType": "ProductIdentifierInput"},
                 id="none of one"),
    pytest.param("{ shop }",
                 "Field must have selections (field 'shop' returns Shop but has no selections."
                 " Did you mean 'shop { ... }'?)", ["query", "shop"],
                 {"code": "selectionMismatch", "nodeName": "field 'shop'", "typeName": "Shop"},
                 id="an object without selections"),
    pytest.param("{ shop { name { first last } } }",
                 "Selections can't be made on scalars (field 'name' returns String but has"
                 ' selections ["first", "last"])', ["query", "shop", "name"],
                 {"code": "selectionMismatch", "nodeName": "field 'name'", "typeName": "String"},
                 id="a scalar with selections"),
    pytest.param("query Q($n: Int) { shop { name } }", "Variable $n is declared by Q but not used",
                 ["query Q"], {"code": "variableNotUsed", "variableName": "n"},
                 id="an unused variable"),
    pytest.param("query($n: Int) { shop { name } }",
                 "Variable $n is declared by anonymous query but not used",
                 ["query"], {"code": "variableNotUsed", "variableName": "n"},
                 id="in an anonymous query"),
    pytest.param("query Q { product(id: $id) { id } }",
                 "Variable $id is used by Q but not declared", ["query Q"],
                 {"code": "variableNotDefined", "variableName": "id"},
                 id="an undeclared variable"),
    pytest.param("query Q($id: String!) { product(id: $id) { id } }",
                 "Type mismatch on variable $id and argument id (String! / ID!)",
                 ["query Q", "product", "id"],
                 {"code": "variableMismatch", "variableName": "id", "typeName": "String!",
                  "argumentName": "id", "errorMessage": "Type mismatch"}, id="another type"),
    pytest.param("query Q($id: ID) { product(id: $id) { id } }",
                 "Nullability mismatch on variable $id and argument id (ID / ID!)",
                 ["query Q", "product", "id"],
                 {"code": "variableMismatch", "variableName": "id", "typeName": "ID",
                  "argumentName": "id", "errorMessage": "Nullability mismatch"}, id="may be null"),
    pytest.param("query Q($n: Number) { products(first: $n) { nodes { id } } }",
                 "Number isn't a defined input type (on $n)", ["query Q"],
                 {"code": "variableRequiresValidType", "typeName": "Number", "variableName": "n"},
                 id="an unknown type"),
    pytest.param("{ node(id: \"gid://shopify/Product/1\") { ... on Ordre { id } } }",
                 "No such type Ordre, so it can't be a fragment condition",
                 ["query", "node", "... on Ordre"],
                 {"code": "undefinedType", "typeName": "Ordre"}, id="an unknown fragment type"),
    pytest.param("{ shop @idempotnt(key: \"a\") { name } }", "Directive @idempotnt is not defined",
                 ["query", "shop"],
                 {"code": "undefinedDirective", "directiveName": "idempotnt"},
                 id="an unknown directive"),
    pytest.param("{ shop { name } } fragment F on Shop { name }",
                 "Fragment F was defined, but not used", ["fragment F"],
                 {"code": "useAndDefineFragment", "fragmentName": "F"}, id="an unused fragment"),
]
# fmt: on


@pytest.mark.parametrize(("query", "message", "path", "extensions"), FAULTS)
def test_a_fault_of_a_document_is_all_of_the_answer(
    query: str, message: str, path: list[str], extensions: dict[str, str]
) -> None:
    body = Till().ask(query)
    assert list(body) == ["errors"]
    (fault,) = body["errors"]
    assert fault.pop("locations")[0]["line"] == 1
    assert fault == {"message": message, "path": path, "extensions": extensions}


def test_all_faults_are_told_at_once() -> None:
    faults = Till().ask("query Q($n: Int) { shop { a b } }")["errors"]
    assert [fault["extensions"]["code"] for fault in faults] == [
        "undefinedField",
        "undefinedField",
        "variableNotUsed",
    ]


def test_what_has_no_words_of_shopifys_is_refused_all_the_same() -> None:
    body = Till().ask("{ shop { ...F } } fragment F on Shop { ...F }")
    (fault,) = body["errors"]
    assert fault["extensions"] == {"code": "NOT_SIMULATED"}


# The line of runtime.md §1.7, and what graphql-ruby's own tests say of its C parser.
@pytest.mark.parametrize(
    ("query", "message", "column"),
    [
        pytest.param("{ shop { name }", "end of file at [1, 15]", 15, id="a brace is missing"),
        pytest.param("{", "end of file at [1, 1]", 1, id="nothing follows"),
        pytest.param("{ a {{ b } }", 'LCURLY ("{") at [1, 6]', 6, id="a brace too many"),
        pytest.param("quory Q { a }", 'IDENTIFIER ("quory") at [1, 1]', 1, id="a misspelt word"),
    ],
)
def test_a_document_that_cannot_be_parsed(query: str, message: str, column: int) -> None:
    assert Till().ask(query) == {
        "errors": [
            {
                "message": f"syntax error, unexpected {message}",
                "locations": [{"line": 1, "column": column}],
                "extensions": {"code": "PARSE_ERROR"},
            }
        ]
    }


# -------------------------------------------------------------------------------------- variables

PRODUCT = "mutation M($input: ProductSetInput!) { productSet(input: $input) { product { id } } }"
BY_ID = "query Q($id: ID!) { product(id: $id) { id } }"
ONE_OF = "query Q($one: ProductIdentifierInput!) { productByIdentifier(identifier: $one) { id } }"
STATUSES = "ACTIVE, ARCHIVED, DRAFT, UNLISTED"


# fmt: off
MISFITS: list[Any] = [
    # product-status-enum-validation.json, 2025-01 (there was no UNLISTED then)
    pytest.param(PRODUCT, {"input": {"title": "A", "status": "ENABLED"}},
                 f'Expected "ENABLED" to be one of: {STATUSES}', ["status"],
                 id="a wrong enum value"),
    pytest.param(PRODUCT, {"input": {"images": []}},
                 "Field is not defined on ProductSetInput", ["images"], id="unknown field"),
    pytest.param(PRODUCT, {"input": {"variants": [{"price": "1"}]}},
                 "Expected value to not be null", ["variants", 0, "optionValues"],
                 id="a required field is missing"),
    pytest.param(PRODUCT, {"input": {"tags": ["a", None]}},
                 "Expected value to not be null", ["tags", 1], id="null in a list"),
    pytest.param(PRODUCT, {"input": {"title": 5}}, "Could not coerce value 5 to String",
                 ["title"], id="a number for text"),
    pytest.param(PRODUCT, {"input": {"seo": "x"}},
                 'Expected "x" to be a key-value object.', ["seo"], id="text for an object"),
    pytest.param(ONE_OF, {"one": {"handle": "a", "id": "gid://shopify/Product/1"}},
                 "'ProductIdentifierInput' requires exactly one argument, but 2 were provided.",
                 [], id="two of one"),
    pytest.param(BY_ID, {}, "Expected value to not be null", [], id="not sent"),
]
# fmt: on


@pytest.mark.parametrize(("query", "variables", "message", "path"), MISFITS)
def test_a_variable_that_does_not_fit(
    query: str, variables: dict[str, Any], message: str, path: list[str | int]
) -> None:
    fault = only_fault(Till().ask(query, variables))
    assert fault["extensions"]["code"] == "INVALID_VARIABLE"
    assert fault["extensions"]["value"] == next(iter(variables.values()), None)
    assert fault["extensions"]["problems"] == [{"path": path, "explanation": message}]
    shown = f" for {'.'.join(map(str, path))} ({message})" if path else ""
    assert fault["message"].endswith(f"! was provided invalid value{shown}")


# fmt: off
ILL_FORMED: list[Any] = [
    pytest.param(BY_ID, {"id": "4711"}, "Invalid global id '4711'", [], id="no gid"),
    pytest.param(PRODUCT, {"input": {"variants": [{"optionValues": [], "price": "a"}]}},
                 "invalid money 'a'", ["variants", 0, "price"], id="no money"),
    pytest.param(
        PRODUCT,
        {"input": {"variants": [{"optionValues": [], "inventoryItem": {"cost": "1,5"}}]}},
        "invalid decimal '1,5'", ["variants", 0, "inventoryItem", "cost"], id="no decimal"),
]
# fmt: on


@pytest.mark.parametrize(("query", "variables", "message", "path"), ILL_FORMED)
def test_what_a_scalar_says_is_told_twice(
    query: str, variables: dict[str, Any], message: str, path: list[str | int]
) -> None:
    fault = only_fault(Till().ask(query, variables))
    assert fault["extensions"]["problems"] == [
        {"path": path, "explanation": message, "message": message}
    ]


def test_a_fault_points_at_the_variable() -> None:
    fault = only_fault(Till().ask(BY_ID, {"id": "x"}))
    assert fault["message"] == "Variable $id of type ID! was provided invalid value"
    assert fault["locations"] == [{"line": 1, "column": 9}]


def only_fault(body: dict[str, Any]) -> Any:
    assert list(body) == ["errors"]
    (fault,) = body["errors"]
    return fault


# ------------------------------------------------------------------------------------- recordings


@cache
def full_schema(version: str) -> GraphQLSchema:
    path = RECORDINGS.parent / "schema" / f"admin-{version}.graphql"
    return build_schema(path.read_text(encoding="utf-8"), assume_valid=True)


def recordings() -> Iterator[tuple[GraphQLSchema, dict[str, Any]]]:
    with RECORDINGS.open(encoding="utf-8") as lines:
        for recording in map(json.loads, lines):
            version = recording["apiVersion"]  # 2025-01's own schema is not there
            yield full_schema("2026-01" if version == "2025-01" else version), recording


def said(schema: GraphQLSchema, recording: dict[str, Any]) -> list[dict[str, Any]]:
    document, variables = parse(recording["query"]), recording["variables"] or {}
    found = document_faults(schema, document)
    return found or unfit(operation_of(schema, document, variables, None), variables)


needs_recordings = pytest.mark.skipif(not RECORDINGS.exists(), reason=f"{RECORDINGS} is not there")


@needs_recordings
def test_recorded_refusals_are_told_word_for_word() -> None:
    refusals = 0
    for schema, recording in recordings():
        if list(recording["response"]) == ["errors"]:
            refusals += 1
            told = json.dumps(said(schema, recording)).replace(", UNLISTED", "")  # since 2025-10
            assert json.loads(told) == recording["response"]["errors"], recording["file"]
    assert refusals >= 6


@needs_recordings
def test_what_shopify_ran_is_not_refused() -> None:
    accepted = 0
    for schema, recording in recordings():
        if "data" in recording["response"]:
            found = said(schema, recording)
            accepted += not found
            # Some documents do not fit the schema that is there for their version.
            assert not found or validate(schema, parse(recording["query"])), recording["file"]
    assert accepted > 800
