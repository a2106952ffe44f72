"""What somebody does to whole products in Shopify: deletes, copies, restores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.flows.conftest import Scene

DELETE = "mutation ($id: ID!) { productDelete(input: {id: $id}) { userErrors { message } } }"
DELETE_VARIANT = """mutation ($id: ID!, $variant: ID!) {
  productVariantsBulkDelete(productId: $id, variantsIds: [$variant]) { userErrors { message } } }"""
COPY = """mutation ($id: ID!, $title: String!) {
  productDuplicate(productId: $id, newTitle: $title, includeImages: true) {
    newProduct { id } userErrors { message } } }"""
MAKE = """mutation ($input: ProductSetInput!) {
  productSet(input: $input) { product { id } userErrors { message } } }"""


async def deed(scene: Scene, query: str, **variables: Any) -> Any:
    """Something done in Shopify, which it accepts."""
    (payload,) = (await scene.call(query, variables)).values()
    assert payload["userErrors"] == []
    return payload


async def delete(scene: Scene, *titles: str) -> None:
    for title in titles:
        await deed(scene, DELETE, id=scene.product(title)["id"])


async def delete_variant(scene: Scene, sku: str, title: str = "Jakke") -> None:
    variant = scene.variants(title)[sku]["id"]
    await deed(scene, DELETE_VARIANT, id=scene.product(title)["id"], variant=variant)


async def copy(scene: Scene, title: str, name: str) -> str:
    """The GID of the copy."""
    made = await deed(scene, COPY, id=scene.product(title)["id"], title=name)
    gid: str = made["newProduct"]["id"]
    return gid


async def restore(
    scene: Scene, title: str, key: str, *, option: str, variants: Sequence[tuple[str, str]]
) -> str:
    """A backup brings a product back as it was: under another id, with its metafields."""
    given = {
        "title": title,
        "metafields": [{"namespace": "syncd", "key": "backoffice_id", "type": "id", "value": key}],
        "productOptions": [{"name": option, "values": [{"name": value} for value, _ in variants]}],
        "variants": [
            {"optionValues": [{"optionName": option, "name": value}], "sku": sku, "price": "1.00"}
            for value, sku in variants
        ],
    }
    gid: str = (await deed(scene, MAKE, input=given))["product"]["id"]
    return gid
