"""productUpdate sets single fields and adds; productDelete removes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shops import (
    RED_BLUE,
    a_product,
    call,
    check_indexes,
    executed,
    new_shop,
    refusal,
    told,
)

LONG = "x" * 256
TOO_LONG = "is too long (maximum is 255 characters)"
PRODUCT_UPDATE = """
mutation ($product: ProductUpdateInput, $media: [CreateMediaInput!],
          $identifier: ProductUpdateIdentifiers) {
  productUpdate(product: $product, media: $media, identifier: $identifier) {
    product {
      id title handle tags vendor seo { title description } updatedAt
      media(first: 9) { nodes { id alt status } }
      metafields(first: 9) { nodes { key value } }
      variants(first: 9) { nodes { id title } }
    }
    userErrors { field message }
  }
}
"""
PRODUCT_DELETE = """
mutation ($input: ProductDeleteInput!, $synchronous: Boolean = true) {
  productDelete(input: $input, synchronous: $synchronous) {
    deletedProductId shop { myshopifyDomain } userErrors { field message }
  }
}
"""
TEXT = {"namespace": "custom", "type": "single_line_text_field"}
PICTURE = {"originalSource": "https://x.no/a.jpg", "mediaContentType": "IMAGE"}


def test_fields_are_set_tags_replaced_metafields_and_pictures_added() -> None:
    shop = new_shop()
    product = a_product(
        shop,
        tags=["a"],
        files=[{"originalSource": "https://x.no/0.jpg"}],
        metafields=[{**TEXT, "key": "one", "value": "1"}, {**TEXT, "key": "two", "value": "2"}],
        **RED_BLUE,
    )
    given = {
        "id": product["id"],
        "title": "Staver",
        "tags": ["b"],
        "seo": {"title": "S"},
        "metafields": [{**TEXT, "key": "two", "value": "3"}],
    }
    payload = call(shop, PRODUCT_UPDATE, product=given, media=[{**PICTURE, "alt": "A"}])
    after = payload["product"]
    assert told(payload) == []
    assert (after["title"], after["handle"], after["tags"]) == ("Staver", "ski", ["b"])
    assert after["seo"] == {"title": "S", "description": None}
    assert [(one["key"], one["value"]) for one in after["metafields"]["nodes"]] == [
        ("one", "1"),
        ("two", "3"),
    ]
    first, second = after["media"]["nodes"]
    assert first["id"] == product["media"]["nodes"][0]["id"]
    assert (second["alt"], second["status"]) == ("A", "UPLOADED")
    assert [one["title"] for one in after["variants"]["nodes"]] == ["Red", "Blue"]
    check_indexes(shop)


def test_a_handle_or_a_custom_id_may_name_the_product() -> None:
    shop = new_shop()
    a_product(shop)
    payload = call(shop, PRODUCT_UPDATE, product={"title": "Staver"}, identifier={"handle": "ski"})
    assert payload["product"]["title"] == "Staver"


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        pytest.param({"title": ""}, ["title: Title can't be blank"], id="no title"),
        pytest.param({"title": LONG}, [f"title: Title {TOO_LONG}"], id="a long title"),
        pytest.param({"vendor": LONG}, [f"vendor: Vendor {TOO_LONG}"], id="a long vendor"),
        pytest.param({"handle": LONG}, [f"handle: Handle {TOO_LONG}"], id="a long handle"),
        pytest.param({"tags": [LONG]}, ["tags: Product tags is invalid"], id="a long tag"),
        pytest.param(
            {"handle": "taken"},
            ["input.handle: Handle 'taken' already in use. Please provide a new handle."],
            id="another's handle",
        ),
        pytest.param(
            {"metafields": [{"namespace": "custom", "key": "one", "value": "1"}]},
            ["metafields.0.type: Type can't be blank"],
            id="a metafield without a type",
        ),
    ],
)
def test_a_refused_update_answers_with_the_product_as_it_is(given: Any, errors: list[str]) -> None:
    shop = new_shop()
    a_product(shop, title="Taken")
    product = a_product(shop)
    before = dict(shop.products)
    payload = call(shop, PRODUCT_UPDATE, product={**given, "id": product["id"]})
    assert [error.removesuffix(" (None)") for error in told(payload)] == errors
    assert payload["product"]["title"] == "Ski"
    assert shop.products == before


def test_one_bad_address_refuses_the_whole_call() -> None:
    shop = new_shop()
    product = a_product(shop)
    media = [PICTURE, {**PICTURE, "originalSource": "not a url"}]
    payload = call(shop, PRODUCT_UPDATE, product={"id": product["id"]}, media=media)
    assert payload["userErrors"] == [
        {"field": ["media", "1", "originalSource"], "message": "Image URL is invalid"}
    ]
    assert payload["product"]["media"]["nodes"] == []
    assert not shop.media


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"id": "gid://shopify/Product/999999999999999", "title": "G"}, id="unknown"),
        pytest.param({"title": "Ghost Product Missing Id"}, id="no id"),
    ],
)
def test_a_product_that_is_not_there_cannot_be_updated(given: Any) -> None:
    payload = call(new_shop(), PRODUCT_UPDATE, product=given)
    assert payload == {
        "product": None,
        "userErrors": [{"field": ["id"], "message": "Product does not exist"}],
    }


def test_a_deleted_product_is_gone_with_its_variants() -> None:
    shop = new_shop()
    product = a_product(shop, **RED_BLUE)
    payload = call(shop, PRODUCT_DELETE, input={"id": product["id"]})
    assert payload == {
        "deletedProductId": product["id"],
        "shop": {"myshopifyDomain": "syncd-demo.myshopify.com"},
        "userErrors": [],
    }
    assert not shop.products
    check_indexes(shop)
    again = call(shop, PRODUCT_DELETE, input={"id": product["id"]})
    assert again["deletedProductId"] is None
    assert again["userErrors"] == [{"field": ["id"], "message": "Product does not exist"}]


def test_what_is_refused_as_a_whole() -> None:
    shop = new_shop()
    other = {"id": "gid://shopify/ProductVariant/1"}
    assert refusal(shop, PRODUCT_DELETE, input=other)[1] == "RESOURCE_NOT_FOUND"
    assert executed(shop, PRODUCT_UPDATE, product=other).errors
