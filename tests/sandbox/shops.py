"""Shops to test the sandbox's writes on, and recordings of the real one to hold them to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from graphql import GraphQLError, parse
from graphql.execution import ExecutionResult, execute_sync

from syncd.sandbox.archive import Archive
from syncd.sandbox.options import ShopOptions
from syncd.sandbox.records import Product
from syncd.sandbox.schema import executable
from syncd.sandbox.shop import Shop
from syncd.sandbox.visit import visit

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "shopify" / "recordings.jsonl"
NUMBERS = re.compile(r"(gid://shopify/\w+/)[^?\"]+(\?[^\"]*)?")

PRODUCT_SET = """
mutation (
  $identifier: ProductSetIdentifiers, $input: ProductSetInput!, $synchronous: Boolean = true
) {
  productSet(identifier: $identifier, input: $input, synchronous: $synchronous) {
    product {
      id title handle vendor productType status tags descriptionHtml templateSuffix
      seo { title description }
      options { id name position values optionValues { id name hasVariants } }
      variants(first: 250) {
        nodes {
          id title sku barcode price compareAtPrice taxable inventoryPolicy position
          inventoryQuantity selectedOptions { name value }
          media(first: 1) { nodes { id } }
          metafields(first: 250) { nodes { id namespace key type value } }
          inventoryItem {
            id tracked requiresShipping harmonizedSystemCode countryCodeOfOrigin
            unitCost { amount } measurement { weight { unit value } }
            inventoryLevels(first: 10) {
              nodes { location { name } quantities(names: ["available", "on_hand"]) { quantity } }
            }
          }
        }
      }
      media(first: 250) { nodes { id alt status } }
      metafields(first: 250) { nodes { id namespace key type value } }
    }
    userErrors { field message code }
  }
}
"""


def new_shop(**options: Any) -> Shop:
    """An empty shop in memory."""
    return Shop(ShopOptions(**options), Archive(None))


def executed(shop: Shop, document: str, **variables: Any) -> ExecutionResult:
    """What a request would do, without its way through the network and validation."""
    found = execute_sync(
        executable(), parse(document), context_value=visit(shop), variable_values=variables
    )
    assert isinstance(found, ExecutionResult)
    return found


def call(shop: Shop, document: str, **variables: Any) -> Any:
    """The payload of the document's one root field."""
    result = executed(shop, document, **variables)
    assert result.errors is None and result.data is not None, result.errors
    (payload,) = result.data.values()
    return payload


def refusal(shop: Shop, document: str, **variables: Any) -> tuple[str, str]:
    """Message and code of the error that refused the whole call."""
    result = executed(shop, document, **variables)
    assert result.errors and result.data is not None
    assert set(result.data.values()) == {None}
    error = result.errors[0]
    assert isinstance(error, GraphQLError)
    return error.message, str((error.extensions or {})["code"])


def updated(shop: Shop, product: Any, **input: Any) -> Any:
    """The product after productSet with this input."""
    payload = product_set(shop, input, {"id": product["id"]})
    assert told(payload) == []
    return payload["product"]


def product_set(shop: Shop, input: Any, identifier: Any = None) -> Any:
    """The payload of productSet."""
    return call(shop, PRODUCT_SET, input=input, identifier=identifier)


def a_product(shop: Shop, **input: Any) -> Any:
    """A product made by productSet, as it answers."""
    payload = product_set(shop, {"title": "Ski", **input})
    assert told(payload) == []
    return payload["product"]


def told(payload: Any) -> list[str]:
    """The userErrors, a line each: `input.title: Title can't be blank (INVALID_PRODUCT)`."""
    return [
        f"{'.'.join(one['field'])}: {one['message']} ({one.get('code')})"
        for one in payload["userErrors"]
    ]


def option(name: str, *values: str) -> dict[str, Any]:
    return {"name": name, "values": [{"name": value} for value in values]}


def chosen(**values: str) -> list[dict[str, str]]:
    return [{"optionName": name, "name": value} for name, value in values.items()]


def variants_of(payload: Any) -> list[Any]:
    return list(payload["variants"]["nodes"])


def check_indexes(shop: Shop) -> None:
    """The shop's indexes say what its products say, and the products are whole."""
    products = shop.products.values()
    variants = [variant for product in products for variant in product.variants]
    assert shop.variants == {variant.id: variant for variant in variants}
    assert shop.items == {variant.item.id: variant.id for variant in variants}
    assert shop.places == {
        variant.id: place
        for product in products
        for place, variant in enumerate(product.variants, start=1)
    }
    assert shop.handles == {product.handle: product.id for product in products}
    assert shop.custom_ids == {
        (one.namespace, one.key, one.value): product.id
        for product in products
        for one in product.metafields
        if one.type == "id"
    }
    for product in products:
        check_whole(shop, product)


def check_whole(shop: Shop, product: Product) -> None:
    """Each variant has one value of each option, no other has the same; pictures are there."""
    menus = [{value.id for value in option.values} for option in product.options]
    rows = [variant.values for variant in product.variants]
    assert rows and len(set(rows)) == len(rows)
    for row in rows:
        assert all(value in menu for value, menu in zip(row, menus, strict=True))
    assert set(product.media_ids) <= set(shop.media)
    assert {one.media_id for one in product.variants} <= {None, *product.media_ids}


def recorded(file: str) -> list[dict[str, Any]]:
    """The exchanges of one recorded story that have a query, in their order."""
    if not RECORDINGS.exists():
        pytest.skip("the recordings are not here (/work/shared/shopify)")
    rows = map(orjson.loads, RECORDINGS.read_bytes().splitlines())
    return [row for row in rows if row["file"].endswith(file)]


def without_numbers(answer: Any) -> Any:
    """An answer with the numbers of its ids left out, which no two shops share."""
    return orjson.loads(NUMBERS.sub(r"\1…", orjson.dumps(answer).decode()))


RED_BLUE = {
    "productOptions": [option("Color", "Red", "Blue")],
    "variants": [
        {"optionValues": chosen(Color="Red"), "sku": "R", "price": "10"},
        {"optionValues": chosen(Color="Blue"), "sku": "B", "price": "20"},
    ],
}
