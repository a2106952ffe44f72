"""Variants of products."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import Key, by_id, page, positioned
from syncd.sandbox.records import OptionValue, Picture, Product, Variant
from syncd.sandbox.resolvers.fields import (
    Fields,
    Info,
    always,
    attribute,
    gid_of,
    legacy_id,
    shop_of,
)
from syncd.sandbox.resolvers.media import image
from syncd.sandbox.resolvers.products import published_on
from syncd.sandbox.words import invalid_id, not_simulated


def variant(_root: None, info: Info, id: str) -> Variant | None:
    number = gids.number(id, "ProductVariant")
    if number is None:
        raise invalid_id(id)
    return shop_of(info).variants.get(number)


def variants(_root: None, info: Info, **arguments: Any) -> Any:
    if arguments.get("query") or arguments.get("savedSearchId"):
        raise not_simulated("the search of variants")
    keys = {"ID": by_id, "SKU": by_sku}
    if (key := keys.get(arguments["sortKey"])) is None:
        raise not_simulated(f"variants sorted by {arguments['sortKey']}")
    return page(sorted(shop_of(info).variants.values(), key=key), key, arguments)


def by_sku(variant: Variant) -> Key:
    return (variant.item.sku or "", variant.id)


def product_of(variant: Variant, info: Info) -> Product:
    return shop_of(info).product_of(variant)


def values_of(variant: Variant, product: Product) -> list[OptionValue]:
    """Its option values, in the order of the product's options."""
    known = {value.id: value for option in product.options for value in option.values}
    return [known[id_] for id_ in variant.values]


def title_of(variant: Variant, product: Product) -> str:
    return " / ".join(value.name for value in values_of(variant, product))


def display_name(variant: Variant, info: Info) -> str:
    product = product_of(variant, info)
    return f"{product.title} - {title_of(variant, product)}"


def selected_options(variant: Variant, info: Info) -> list[dict[str, Any]]:
    product = product_of(variant, info)
    return [
        {
            "name": option.name,
            "value": value.name,
            "optionValue": {
                "__typename": "ProductOptionValue",
                "id": gids.gid("ProductOptionValue", value.id),
                "name": value.name,
                "hasVariants": True,
            },
        }
        for option, value in zip(product.options, values_of(variant, product), strict=True)
    ]


def position(variant: Variant, info: Info) -> int:
    """From 1, without gaps."""
    return int(positioned(product_of(variant, info).variants)(variant)[0])


def quantity(variant: Variant, _info: Info | None = None) -> int:
    return sum(level.available for level in variant.item.levels)


def available_for_sale(variant: Variant, info: Info) -> bool:
    if product_of(variant, info).status not in ("ACTIVE", "UNLISTED"):
        return False
    is_sellable = variant.inventory_policy == "CONTINUE" or quantity(variant) > 0
    return is_sellable or not variant.item.tracked


def picture_of(variant: Variant, info: Info) -> Picture | None:
    return shop_of(info).media.get(variant.media_id) if variant.media_id else None


def variant_image(variant: Variant, info: Info, **_: Any) -> Any:
    picture = picture_of(variant, info)
    return picture and image(picture, info)


def media(variant: Variant, info: Info, **arguments: Any) -> Any:
    picture = picture_of(variant, info)
    return page([picture] if picture else [], by_id, arguments)


FIELDS: Fields = {
    "QueryRoot": {"productVariant": variant, "productVariants": variants},
    "ProductVariant": {
        "id": gid_of("ProductVariant"),
        "legacyResourceId": legacy_id,
        "title": lambda variant, info: title_of(variant, product_of(variant, info)),
        "displayName": display_name,
        "sku": lambda variant, _info: variant.item.sku,
        "barcode": attribute("barcode"),
        "price": attribute("price"),
        "compareAtPrice": attribute("compare_at_price"),
        "position": position,
        "taxable": attribute("taxable"),
        "taxCode": attribute("tax_code"),
        "inventoryPolicy": attribute("inventory_policy"),
        "inventoryQuantity": quantity,
        "availableForSale": available_for_sale,
        "requiresComponents": always(False),
        "showUnitPrice": always(False),
        "createdAt": attribute("created_at"),
        "updatedAt": attribute("updated_at"),
        "selectedOptions": selected_options,
        "inventoryItem": attribute("item"),
        "product": product_of,
        "image": variant_image,
        "media": media,
        "publishedOnPublication": published_on,
    },
}
