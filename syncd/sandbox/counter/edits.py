"""Which changes the merchant may make: EDITS, by the name that `do` has in the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids, stockroom
from syncd.sandbox.counter import named
from syncd.sandbox.counter.editing import run, want
from syncd.sandbox.counter.named import Refused
from syncd.sandbox.counter.order_edits import ORDER_EDITS
from syncd.sandbox.records import Location, Product, Variant
from syncd.sandbox.shop import Shop

Asked = Mapping[str, Any]
Edit = Callable[[Shop, Asked], Any]

UPDATE = """
mutation ($product: ProductUpdateInput!, $media: [CreateMediaInput!]) {
  productUpdate(product: $product, media: $media) {
    product { id } userErrors { field message }
  }
}
"""
DELETE = """
mutation ($input: ProductDeleteInput!) {
  productDelete(input: $input) { deletedProductId userErrors { field message } }
}
"""
ADD = """
mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkCreate(productId: $id, variants: $variants) {
    productVariants { id } userErrors { field message }
  }
}
"""
CHANGE = """
mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $id, variants: $variants) {
    productVariants { id } userErrors { field message }
  }
}
"""
REMOVE = """
mutation ($id: ID!, $ids: [ID!]!) {
  productVariantsBulkDelete(productId: $id, variantsIds: $ids) {
    product { id } userErrors { field message }
  }
}
"""
PUBLISH = """
mutation ($id: ID!, $input: [PublicationInput!]!) {
  publishablePublish(id: $id, input: $input) { userErrors { field message } }
}
"""
UNPUBLISH = """
mutation ($id: ID!, $input: [PublicationInput!]!) {
  publishableUnpublish(id: $id, input: $input) { userErrors { field message } }
}
"""
NEW_CUSTOMER = """
mutation ($input: CustomerInput!) {
  customerCreate(input: $input) { customer { id } userErrors { field message } }
}
"""
CHANGE_CUSTOMER = """
mutation ($input: CustomerInput!) {
  customerUpdate(input: $input) { customer { id } userErrors { field message } }
}
"""
DELETE_CUSTOMER = """
mutation ($input: CustomerDeleteInput!) {
  customerDelete(input: $input) { deletedCustomerId userErrors { field message } }
}
"""


def product_gid(shop: Shop, asked: Asked) -> str:
    return gids.gid("Product", named.product(shop, want(asked, "product")).id)


def variant_of(shop: Shop, asked: Asked) -> Variant:
    return named.variant(shop, want(asked, "variant"))


# ------------------------------------------------------------------------------------- products


def change_product(shop: Shop, asked: Asked) -> Any:
    fields = {**want(asked, "set"), "id": product_gid(shop, asked)}
    return run(shop, UPDATE, product=fields)


def delete_product(shop: Shop, asked: Asked) -> Any:
    return run(shop, DELETE, input={"id": product_gid(shop, asked)})


def add_variant(shop: Shop, asked: Asked) -> Any:
    """`options` are names with values; SKU, price and the like stand in `set`."""
    chosen = [{"optionName": name, "name": value} for name, value in want(asked, "options").items()]
    fields = {**_variant_fields(asked.get("set") or {}), "optionValues": chosen}
    return run(shop, ADD, id=product_gid(shop, asked), variants=[fields])


def change_variant(shop: Shop, asked: Asked) -> Any:
    variant = variant_of(shop, asked)
    fields = _variant_fields(want(asked, "set"))
    fields["id"] = gids.gid("ProductVariant", variant.id)
    return run(shop, CHANGE, id=gids.gid("Product", variant.product_id), variants=[fields])


def _variant_fields(given: Asked) -> dict[str, Any]:
    """`sku`, `tracked` and `cost` belong to the inventory item."""
    fields = dict(given)
    item = {name: fields.pop(name) for name in ("sku", "tracked", "cost") if name in fields}
    return {**fields, "inventoryItem": item} if item else fields


def delete_variant(shop: Shop, asked: Asked) -> Any:
    variant = variant_of(shop, asked)
    ids = [gids.gid("ProductVariant", variant.id)]
    return run(shop, REMOVE, id=gids.gid("Product", variant.product_id), ids=ids)


def add_picture(shop: Shop, asked: Asked) -> Any:
    media = {
        "originalSource": want(asked, "url"),
        "mediaContentType": "IMAGE",
        "alt": asked.get("alt"),
    }
    return run(shop, UPDATE, product={"id": product_gid(shop, asked)}, media=[media])


def remove_picture(shop: Shop, asked: Asked) -> Any:
    """`picture` is a gid, or its place from 1. The file stays in the shop."""
    product = named.product(shop, want(asked, "product"))
    gone = _picture(product, want(asked, "picture"))
    variants = tuple(
        replace(one, media_id=None) if one.media_id == gone else one for one in product.variants
    )
    left = tuple(id_ for id_ in product.media_ids if id_ != gone)
    changed = replace(product, media_ids=left, variants=variants, updated_at=shop.now())
    shop.put("Product", changed)
    shop.tell("PRODUCTS_UPDATE", changed)
    return {}


def _picture(product: Product, name: object) -> int:
    number = gids.number(str(name), "MediaImage")
    if isinstance(name, int) and 0 < name <= len(product.media_ids):
        number = product.media_ids[name - 1]
    if number not in product.media_ids or number is None:
        raise named.unknown("picture", name)
    return number


def publish(shop: Shop, asked: Asked) -> Any:
    return run(shop, PUBLISH, id=product_gid(shop, asked), input=_channel(shop, asked))


def unpublish(shop: Shop, asked: Asked) -> Any:
    return run(shop, UNPUBLISH, id=product_gid(shop, asked), input=_channel(shop, asked))


def _channel(shop: Shop, asked: Asked) -> list[dict[str, str]]:
    channel = named.publication(shop, asked.get("publication"))
    return [{"publicationId": gids.gid("Publication", channel.id)}]


# ---------------------------------------------------------------------------------------- stock


def set_stock(shop: Shop, asked: Asked) -> Any:
    """`available` is the new number, `change` how many more."""
    variant, place = variant_of(shop, asked), named.location(shop, asked.get("location"))
    change = _change(variant, place, asked)
    level = stockroom.moved(shop, variant.item.id, place.id, {"available": change})
    return {"available": level.available, "committed": level.committed}


def _change(variant: Variant, place: Location, asked: Asked) -> int:
    level = stockroom.level_at(variant.item, place.id)
    if isinstance(asked.get("available"), int):
        return int(asked["available"]) - (level.available if level else 0)
    change = want(asked, "change")
    if not isinstance(change, int):
        raise Refused(400, "a change of stock is a whole number", {"edit": dict(asked)})
    return change


# ------------------------------------------------------------------------------------ customers


def add_customer(shop: Shop, asked: Asked) -> Any:
    return run(shop, NEW_CUSTOMER, input=want(asked, "set"))


def change_customer(shop: Shop, asked: Asked) -> Any:
    customer = named.customer(shop, want(asked, "customer"))
    fields = {**want(asked, "set"), "id": gids.gid("Customer", customer.id)}
    return run(shop, CHANGE_CUSTOMER, input=fields)


def delete_customer(shop: Shop, asked: Asked) -> Any:
    customer = named.customer(shop, want(asked, "customer"))
    return run(shop, DELETE_CUSTOMER, input={"id": gids.gid("Customer", customer.id)})


EDITS: Mapping[str, Edit] = {
    "change_product": change_product,
    "delete_product": delete_product,
    "publish": publish,
    "unpublish": unpublish,
    "add_variant": add_variant,
    "change_variant": change_variant,
    "delete_variant": delete_variant,
    "add_picture": add_picture,
    "remove_picture": remove_picture,
    "set_stock": set_stock,
    "add_customer": add_customer,
    "change_customer": change_customer,
    "delete_customer": delete_customer,
    **ORDER_EDITS,
}
