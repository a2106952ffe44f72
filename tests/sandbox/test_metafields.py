"""metafieldsSet and metafieldDefinitionCreate."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shops import (
    RED_BLUE,
    a_product,
    call,
    check_indexes,
    new_shop,
    refusal,
    told,
    variants_of,
)

SET = """
mutation ($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) {
    metafields {
      id namespace key type value compareDigest ownerType
      owner { ... on Product { id } ... on ProductVariant { id } }
    }
    userErrors { field message code elementIndex }
  }
}
"""
DEFINE = """
mutation ($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) {
    createdDefinition { id namespace key type { name } } userErrors { field message code }
  }
}
"""
NAME = {"namespace": "custom", "key": "material"}
TEXT = {**NAME, "type": "single_line_text_field"}
STALE = (
    "The resource has been updated since it was loaded."
    " Try again with an updated `compareDigest` value."
)


def test_products_and_variants_have_metafields_and_keep_their_ids() -> None:
    shop = new_shop()
    product = a_product(shop, **RED_BLUE)
    red, blue = variants_of(product)
    entries = [{**TEXT, "ownerId": one["id"], "value": "Ull"} for one in (product, red, blue)]
    made = call(shop, SET, metafields=entries)["metafields"]
    assert [one["owner"]["id"] for one in made] == [product["id"], red["id"], blue["id"]]
    assert [one["ownerType"] for one in made] == ["PRODUCT", "PRODUCTVARIANT", "PRODUCTVARIANT"]
    again = call(shop, SET, metafields=[{**entries[1], "value": "Lin"}])["metafields"]
    assert (again[0]["id"], again[0]["value"]) == (made[1]["id"], "Lin")
    check_indexes(shop)


def test_of_two_with_the_same_name_the_last_wins() -> None:
    shop = new_shop()
    entry = {**TEXT, "ownerId": a_product(shop)["id"]}
    payload = call(shop, SET, metafields=[{**entry, "value": "1"}, {**entry, "value": "2"}])
    assert [one["value"] for one in payload["metafields"]] == ["2"]


def test_the_type_comes_from_the_definition_or_from_what_is_there() -> None:
    shop = new_shop()
    owner = a_product(shop)["id"]
    definition = {**NAME, "name": "M", "ownerType": "PRODUCT", "type": "number_integer"}
    assert told(call(shop, DEFINE, definition=definition)) == []
    (made,) = call(shop, SET, metafields=[{**NAME, "ownerId": owner, "value": "7"}])["metafields"]
    assert made["type"] == "number_integer"
    other = {**TEXT, "key": "loose", "ownerId": owner}
    call(shop, SET, metafields=[{**other, "value": "a"}])
    del other["type"]
    (kept,) = call(shop, SET, metafields=[{**other, "value": "b"}])["metafields"]
    assert (kept["type"], kept["value"]) == ("single_line_text_field", "b")
    wrong = call(shop, SET, metafields=[{**TEXT, "ownerId": owner, "value": "7"}])
    assert [one["code"] for one in wrong["userErrors"]] == ["INVALID_TYPE"]


@pytest.mark.parametrize(
    ("digest", "error"),
    [
        pytest.param("right", None, id="the digest it has"),
        pytest.param("0" * 64, f"{STALE} (STALE_OBJECT)", id="another digest"),
        pytest.param(None, f"{STALE} (STALE_OBJECT)", id="null: it should not be there"),
    ],
)
def test_a_digest_guards_what_is_there(digest: str | None, error: str | None) -> None:
    shop = new_shop()
    entry = {**TEXT, "ownerId": a_product(shop)["id"]}
    (held,) = call(shop, SET, metafields=[{**entry, "value": "Ull"}])["metafields"]
    given = held["compareDigest"] if digest == "right" else digest
    payload = call(shop, SET, metafields=[{**entry, "value": "Lin", "compareDigest": given}])
    assert told(payload) == ([f"metafields.0: {error}"] if error else [])


def test_a_digest_of_what_is_not_there_is_invalid_and_null_is_right() -> None:
    shop = new_shop()
    entry = {**TEXT, "ownerId": a_product(shop)["id"], "value": "Ull"}
    wrong = call(shop, SET, metafields=[{**entry, "compareDigest": "0" * 64}])
    assert told(wrong) == ["metafields.0: Invalid `compareDigest` value. (INVALID_COMPARE_DIGEST)"]
    assert told(call(shop, SET, metafields=[{**entry, "compareDigest": None}])) == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param(
            {"ownerId": "gid://shopify/Product/1"},
            "metafields.1.ownerId: Owner does not exist. (INVALID_VALUE)",
            id="no owner",
        ),
        pytest.param(
            {"type": None}, "metafields.1.type: Type can't be blank (BLANK)", id="no type"
        ),
        pytest.param({"value": ""}, "metafields.1.value: can't be blank. (BLANK)", id="no value"),
        pytest.param(
            {"type": "number_integer", "value": "x"},
            "metafields.1.value: Value must be an integer. (INVALID_VALUE)",
            id="a wrong value",
        ),
        pytest.param(
            {"key": "k"},
            "metafields.1.key: Key is too short (minimum is 2 characters) (INVALID_VALUE)",
            id="a short key",
        ),
        pytest.param(
            {"namespace": "app--999--x"},
            "metafields.1: Access to this namespace and key on Metafields for this resource type is"
            " not allowed. (APP_NOT_AUTHORIZED)",
            id="another app's namespace",
        ),
    ],
)
def test_one_wrong_metafield_refuses_all(changes: Any, error: str) -> None:
    shop = new_shop()
    good = {**TEXT, "ownerId": a_product(shop)["id"], "value": "Ull"}
    before = dict(shop.products)
    payload = call(shop, SET, metafields=[good, {**good, "key": "other", **changes}])
    assert (payload["metafields"], told(payload)) == ([], [error])
    assert payload["userErrors"][0]["elementIndex"] is None
    assert shop.products == before


def test_no_more_than_25_at_a_time() -> None:
    shop = new_shop()
    entry = {**TEXT, "ownerId": a_product(shop)["id"], "value": "Ull"}
    payload = call(shop, SET, metafields=[{**entry, "key": f"key_{n}"} for n in range(26)])
    assert payload["metafields"] is None
    assert told(payload) == [
        "metafields: Exceeded the maximum metafields input limit of 25. (LESS_THAN_OR_EQUAL_TO)"
    ]


def test_metafields_of_other_things_are_not_simulated() -> None:
    entry = {**TEXT, "ownerId": "gid://shopify/Market/1", "value": "a"}
    assert refusal(new_shop(), SET, metafields=[entry])[1] == "NOT_SIMULATED"


def test_a_definition_is_made_once() -> None:
    shop = new_shop()
    definition = {**NAME, "name": "M", "ownerType": "PRODUCT", "type": "id"}
    made = call(shop, DEFINE, definition=definition)["createdDefinition"]
    assert (made["namespace"], made["key"], made["type"]) == ("custom", "material", {"name": "id"})
    again = call(shop, DEFINE, definition=definition)
    assert again["createdDefinition"] is None
    assert told(again) == [
        "definition.key: Key is in use for Product metafields on the 'custom' namespace. (TAKEN)"
    ]
    variants = {**definition, "ownerType": "PRODUCTVARIANT", "type": "json"}
    assert told(call(shop, DEFINE, definition=variants)) == [], "of another owner it is new"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param(
            {"name": " "}, "definition.name: Name can't be blank (BLANK)", id="a name of spaces"
        ),
        pytest.param(
            {"key": "k" * 65},
            "definition.key: Key is too long (maximum is 64 characters) (TOO_LONG)",
            id="a long key",
        ),
        pytest.param(
            {"namespace": "n" * 256},
            "definition.namespace: Namespace is too long (maximum is 255 characters) (TOO_LONG)",
            id="a long namespace",
        ),
    ],
)
def test_a_definition_has_limits(changes: Any, error: str) -> None:
    definition = {**NAME, "name": "M", "ownerType": "PRODUCT", "type": "id", **changes}
    assert told(call(new_shop(), DEFINE, definition=definition)) == [error]
