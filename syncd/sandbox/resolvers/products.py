"""Products, with their options."""

from __future__ import annotations

import hashlib
import html
import re
from decimal import Decimal
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import by_id, page, positioned
from syncd.sandbox.records import Option, Picture, Product
from syncd.sandbox.resolvers.fields import (
    Fields,
    Info,
    always,
    attribute,
    count,
    gid_of,
    legacy_id,
    money,
    shop_of,
)
from syncd.sandbox.resolvers.product_search import (
    is_default,
    published_at,
    total_inventory,
)
from syncd.sandbox.resolvers.publications import visible
from syncd.sandbox.resolvers.shop import shop_number
from syncd.sandbox.words import not_simulated

TAG = re.compile(r"<[^>]*>")
SPACES = re.compile(r"\s+")


def has_only_default_variant(product: Product, _info: Info) -> bool:
    return len(product.variants) == 1 and is_default(product)


def has_out_of_stock_variants(product: Product, _info: Info) -> bool:
    return any(variant.item.tracked and variant.item.available <= 0 for variant in product.variants)


def price_range(product: Product, info: Info) -> dict[str, Any]:
    prices = sorted((variant.price for variant in product.variants), key=Decimal)
    return {
        "minVariantPrice": money(shop_of(info), prices[0]),
        "maxVariantPrice": money(shop_of(info), prices[-1]),
    }


def description(product: Product, _info: Info, truncateAt: int | None = None) -> str:
    """The words of the HTML."""
    text = SPACES.sub(" ", html.unescape(TAG.sub(" ", product.description_html))).strip()
    if truncateAt is not None and len(text) > truncateAt:
        return text[: max(0, truncateAt - 3)] + "..."
    return text


def options(product: Product, _info: Info, first: int | None = None) -> list[dict[str, Any]]:
    used = {value for variant in product.variants for value in variant.values}
    shown = product.options if first is None else product.options[:first]
    return [_option(option, place, used) for place, option in enumerate(shown, start=1)]


def _option(option: Option, place: int, used: set[int]) -> dict[str, Any]:
    """`values` names only those that a variant has, `optionValues` all: recorded so."""
    return {
        "__typename": "ProductOption",
        "id": gids.gid("ProductOption", option.id),
        "name": option.name,
        "position": place,
        "values": [value.name for value in option.values if value.id in used],
        "optionValues": [
            {
                "__typename": "ProductOptionValue",
                "id": gids.gid("ProductOptionValue", value.id),
                "name": value.name,
                "hasVariants": value.id in used,
            }
            for value in option.values
        ],
    }


def variants(product: Product, _info: Info, **arguments: Any) -> Any:
    if arguments["sortKey"] not in ("POSITION", "ID"):
        raise not_simulated(f"variants sorted by {arguments['sortKey']}")
    if arguments["sortKey"] == "ID":
        return page(sorted(product.variants, key=by_id), by_id, arguments)
    return page(product.variants, positioned(product.variants), arguments)


def media(product: Product, info: Info, **arguments: Any) -> Any:
    if arguments.get("query"):
        raise not_simulated("the search of a product's media")
    pictures = shop_of(info).pictures(product)
    if arguments["sortKey"] == "ID":
        return page(sorted(pictures, key=by_id), by_id, arguments)
    return page(pictures, positioned(pictures), arguments)


def featured_media(product: Product, info: Info) -> Picture | None:
    return next(iter(shop_of(info).pictures(product)), None)


def preview_url(product: Product, info: Info) -> str:
    """Where a merchant looks at a product that nobody else sees yet. Nothing answers there."""
    key = hashlib.md5(f"{product.id}".encode(), usedforsecurity=False).hexdigest()
    host = f"{key[:16]}-{shop_number(shop_of(info).options)}.shopifypreview.com"
    return f"https://{host}/products_preview?preview_key={key}"


def online_url(product: Product, info: Info) -> str | None:
    """In the Online Store, if it is seen there."""
    shop = shop_of(info)
    names = [shop.publications[one.publication_id].name for one in visible(product, shop.now())]
    is_seen = "Online Store" in names
    return f"https://{shop.options.domain}/products/{product.handle}" if is_seen else None


FIELDS: Fields = {
    "Product": {
        "id": gid_of("Product"),
        "legacyResourceId": legacy_id,
        "title": attribute("title"),
        "handle": attribute("handle"),
        "description": description,
        "descriptionHtml": attribute("description_html"),
        "vendor": attribute("vendor"),
        "productType": attribute("product_type"),
        "status": attribute("status"),
        "tags": attribute("tags"),
        "templateSuffix": attribute("template_suffix"),
        "isGiftCard": always(False),
        "giftCardTemplateSuffix": always(None),
        "requiresSellingPlan": attribute("requires_selling_plan"),
        "category": lambda product, _info: product.category and {"id": product.category},
        "seo": lambda product, _info: {
            "title": product.seo_title,
            "description": product.seo_description,
        },
        "createdAt": attribute("created_at"),
        "updatedAt": attribute("updated_at"),
        "onlineStorePreviewUrl": preview_url,
        "onlineStoreUrl": online_url,
        "publishedAt": lambda product, _info: published_at(product),
        "totalInventory": lambda product, _info: total_inventory(product),
        "tracksInventory": lambda product, _info: any(
            variant.item.tracked for variant in product.variants
        ),
        "hasOnlyDefaultVariant": has_only_default_variant,
        "hasOutOfStockVariants": has_out_of_stock_variants,
        "priceRangeV2": price_range,
        "priceRange": price_range,
        "combinedListingRole": attribute("combined_listing_role"),
        "hasVariantsThatRequiresComponents": lambda product, _info: any(
            variant.requires_components for variant in product.variants
        ),
        "options": options,
        "variantsCount": lambda product, _info: count(len(product.variants)),
        "variants": variants,
        "mediaCount": lambda product, _info: count(len(product.media_ids)),
        "media": media,
        "featuredMedia": featured_media,
    },
}
