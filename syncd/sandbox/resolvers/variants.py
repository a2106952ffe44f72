"""Variants of products."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import by_id, page
from syncd.sandbox.records import Picture, Product, Variant
from syncd.sandbox.resolvers.fields import (
    Fields,
    Info,
    attribute,
    gid_of,
    legacy_id,
    shop_of,
)
from syncd.sandbox.resolvers.media import image
from syncd.sandbox.resolvers.product_search import quantity
from syncd.sandbox.resolvers.variant_texts import title_of, values_of


def product_of(variant: Variant, info: Info) -> Product:
    return shop_of(info).product_of(variant)


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
    return shop_of(info).places[variant.id]


def available_for_sale(variant: Variant, info: Info) -> bool:
    if product_of(variant, info).status not in ("ACTIVE", "UNLISTED"):
        return False
    is_sellable = variant.inventory_policy == "CONTINUE" or quantity(variant) > 0
    return is_sellable or not variant.item.tracked


def unit_price(variant: Variant, _info: Info) -> dict[str, Any]:
    """Noughts when nothing is measured: recorded so."""
    given = variant.unit_price or {}
    return {
        "quantityValue": given.get("quantityValue") or 0,
        "quantityUnit": given.get("quantityUnit"),
        "referenceValue": given.get("referenceValue") or 0,
        "referenceUnit": given.get("referenceUnit"),
        "measuredType": None,
    }


def picture_of(variant: Variant, info: Info) -> Picture | None:
    return shop_of(info).media.get(variant.media_id) if variant.media_id else None


def variant_image(variant: Variant, info: Info, **_: Any) -> Any:
    picture = picture_of(variant, info)
    return picture and image(picture, info)


def media(variant: Variant, info: Info, **arguments: Any) -> Any:
    picture = picture_of(variant, info)
    return page([picture] if picture else [], by_id, arguments)


FIELDS: Fields = {
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
        "inventoryQuantity": lambda variant, _info: quantity(variant),
        "availableForSale": available_for_sale,
        "requiresComponents": attribute("requires_components"),
        "showUnitPrice": attribute("show_unit_price"),
        "unitPriceMeasurement": unit_price,
        "createdAt": attribute("created_at"),
        "updatedAt": attribute("updated_at"),
        "selectedOptions": selected_options,
        "inventoryItem": attribute("item"),
        "product": product_of,
        "image": variant_image,
        "media": media,
    },
}
