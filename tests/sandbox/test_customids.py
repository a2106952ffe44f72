"""Custom ids: a metafield of type `id` names one product, whatever else changes."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.sandbox.shop import Shop
from tests.sandbox.shops import (
    PRODUCT_SET,
    a_product,
    call,
    check_indexes,
    new_shop,
    product_set,
    refusal,
    told,
)

DEFINE = """
mutation ($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) {
    createdDefinition { id } userErrors { field message code }
  }
}
"""
FIND = """
query ($identifier: ProductIdentifierInput!) { productByIdentifier(identifier: $identifier) { id } }
"""
SET = """
mutation ($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) {
    metafields { value type } userErrors { field message code }
  }
}
"""
NAME = {"namespace": "syncd", "key": "backoffice_id"}
MISSING = "Metafield definition of type 'id' is required when using custom ids."


def custom(value: str) -> dict[str, Any]:
    return {"customId": {**NAME, "value": value}}


def defined_shop() -> Shop:
    shop = new_shop()
    definition = {**NAME, "name": "Id", "ownerType": "PRODUCT", "type": "id"}
    assert told(call(shop, DEFINE, definition=definition)) == []
    return shop


def test_without_a_definition_the_call_is_refused() -> None:
    for document, variables in ((PRODUCT_SET, {"input": {"title": "a"}}), (FIND, {})):
        found = refusal(new_shop(), document, identifier=custom("1"), **variables)
        assert found == (MISSING, "NOT_FOUND")


def test_a_definition_of_another_type_is_none() -> None:
    shop = new_shop()
    definition = {**NAME, "name": "Id", "ownerType": "PRODUCT", "type": "number_integer"}
    call(shop, DEFINE, definition=definition)
    assert refusal(shop, FIND, identifier=custom("1")) == (MISSING, "NOT_FOUND")


def test_repeating_a_create_updates_the_same_product() -> None:
    shop = defined_shop()
    made = product_set(shop, {"title": "Ski"}, custom("4711"))["product"]
    again = product_set(shop, {"title": "Staver"}, custom("4711"))["product"]
    assert (made["id"], "Staver") == (again["id"], again["title"])
    (held,) = again["metafields"]["nodes"]
    assert (held["type"], held["value"]) == ("id", "4711")
    assert call(shop, FIND, identifier=custom("4711")) == {"id": made["id"]}
    check_indexes(shop)


def test_a_list_of_metafields_has_to_hold_the_custom_id() -> None:
    shop = defined_shop()
    other = [{**NAME, "value": "2"}]
    payload = product_set(shop, {"title": "Ski", "metafields": other}, custom("1"))
    message = "The input argument `metafields` (if present) must contain the `customId` value."
    assert told(payload) == [f"input: {message} (METAFIELD_MISMATCH)"]
    right = [{**NAME, "value": "1"}]
    assert told(product_set(shop, {"title": "Ski", "metafields": right}, custom("1"))) == []


def test_no_two_products_have_the_same() -> None:
    shop = defined_shop()
    one, other = a_product(shop)["id"], a_product(shop)["id"]
    entry = {**NAME, "ownerId": one, "value": "1"}
    assert call(shop, SET, metafields=[entry]) == {
        "metafields": [{"value": "1", "type": "id"}],
        "userErrors": [],
    }
    taken = "Value has already been taken."
    payload = call(shop, SET, metafields=[{**entry, "ownerId": other}])
    assert told(payload) == [f"metafields.0.value: {taken} (TAKEN)"]
    both = [{**entry, "value": "2"}, {**entry, "ownerId": other, "value": "2"}]
    assert told(call(shop, SET, metafields=both)) == [f"metafields.1.value: {taken} (TAKEN)"]
    created = product_set(shop, {"title": "Ny", "metafields": [{**NAME, "value": "1"}]})
    assert told(created) == [f"input.metafields.0.value: {taken} (CAPABILITY_VIOLATION)"]
    assert told(call(shop, SET, metafields=[entry])) == [], "its own it may have again"
    check_indexes(shop)


@pytest.mark.parametrize(
    ("identifier", "is_found"),
    [
        pytest.param({"handle": "ski"}, True, id="a handle"),
        pytest.param({"handle": "staver"}, False, id="an unknown handle"),
        pytest.param(custom("2"), False, id="an unknown custom id"),
        pytest.param({"id": "gid://shopify/Product/1"}, False, id="an unknown id"),
    ],
)
def test_a_product_is_found_by_its_identifier(identifier: Any, is_found: bool) -> None:
    shop = defined_shop()
    product = a_product(shop)
    found = call(shop, FIND, identifier=identifier)
    assert found == ({"id": product["id"]} if is_found else None)
