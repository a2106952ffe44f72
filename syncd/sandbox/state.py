"""The shop as canonical JSON: two shops that hold the same give the same text, but for the ids.

For people and for tests that compare. Everything is in a stable order: products by title, the
parts of a product as the merchant sees them.
"""

from __future__ import annotations

from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.records import (
    Definition,
    Level,
    Metafield,
    Option,
    Owner,
    Picture,
    Product,
    Variant,
)
from syncd.sandbox.shop import Shop
from syncd.sandbox.stockroom import NAMES

Json = dict[str, Any]


def state(shop: Shop) -> Json:
    """All that the shop holds."""
    return {
        "shop": {"name": shop.options.name, "domain": shop.options.domain},
        "locations": [
            {"id": gids.gid("Location", one.id), "name": one.name}
            for one in shop.locations.values()
        ],
        "publications": [
            {"id": gids.gid("Publication", one.id), "name": one.name}
            for one in shop.publications.values()
        ],
        "definitions": [_definition(one) for one in _definitions(shop)],
        "products": [
            _product(shop, one)
            for one in sorted(shop.products.values(), key=lambda one: (one.title, one.id))
        ],
    }


def _definitions(shop: Shop) -> list[Definition]:
    return sorted(
        shop.definitions.values(), key=lambda one: (one.owner_type, one.namespace, one.key)
    )


def _definition(definition: Definition) -> Json:
    return {
        "id": gids.gid("MetafieldDefinition", definition.id),
        "owner": definition.owner_type,
        "key": f"{definition.namespace}.{definition.key}",
        "name": definition.name,
        "type": definition.type,
    }


def _product(shop: Shop, product: Product) -> Json:
    return {
        "id": gids.gid("Product", product.id),
        "title": product.title,
        "handle": product.handle,
        "vendor": product.vendor,
        "status": product.status,
        "descriptionHtml": product.description_html,
        "productType": product.product_type,
        "tags": list(product.tags),
        "options": [_option(one) for one in product.options],
        "variants": [_variant(shop, product, one) for one in product.variants],
        "pictures": [_picture(one) for one in shop.pictures(product)],
        "metafields": _metafields(product),
        "publishedOn": [shop.publications[one.publication_id].name for one in product.published],
    }


def _option(option: Option) -> Json:
    return {"name": option.name, "values": [value.name for value in option.values]}


def _variant(shop: Shop, product: Product, variant: Variant) -> Json:
    item = variant.item
    return {
        "id": gids.gid("ProductVariant", variant.id),
        "optionValues": option_values(product, variant),
        "sku": item.sku,
        "barcode": variant.barcode,
        "price": variant.price,
        "compareAtPrice": variant.compare_at_price,
        "inventoryPolicy": variant.inventory_policy,
        "tracked": item.tracked,
        "inventoryItemId": gids.gid("InventoryItem", item.id),
        "quantities": quantities(shop, variant),
        "levels": levels(shop, variant),
        "picture": shop.media[variant.media_id].source if variant.media_id else None,
        "metafields": _metafields(variant),
    }


def option_values(product: Product, variant: Variant) -> dict[str, str]:
    """Option name -> the value that this variant has."""
    names = {value.id: value.name for option in product.options for value in option.values}
    return {
        option.name: names[value]
        for option, value in zip(product.options, variant.values, strict=True)
    }


def quantities(shop: Shop, variant: Variant) -> dict[str, int]:
    """Location name -> available."""
    held = sorted(variant.item.levels, key=lambda level: level.location_id)
    return {shop.locations[level.location_id].name: level.available for level in held}


def levels(shop: Shop, variant: Variant) -> dict[str, Json]:
    """Location name -> all that lies there; nothing but what is not nought."""
    held = sorted(variant.item.levels, key=lambda level: level.location_id)
    return {shop.locations[level.location_id].name: _level(level) for level in held}


def _level(level: Level) -> Json:
    counts = {name: getattr(level, name) for name in NAMES[1:] if getattr(level, name)}
    whether = {} if level.is_active else {"active": False}
    return {"available": level.available, "on_hand": level.on_hand, **counts, **whether}


def _picture(picture: Picture) -> Json:
    return {
        "id": gids.gid("MediaImage", picture.id),
        "source": picture.source,
        "alt": picture.alt,
    }


def _metafields(owner: Owner) -> dict[str, str]:
    held: list[Metafield] = sorted(owner.metafields, key=lambda one: (one.namespace, one.key))
    return {f"{one.namespace}.{one.key}": one.value for one in held}
