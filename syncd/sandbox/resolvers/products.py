"""Products, with their options, where they are published."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import Key, by_id, page, positioned
from syncd.sandbox.customids import product_identified
from syncd.sandbox.records import Option, Owner, Picture, Product, Published
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
from syncd.sandbox.words import invalid_id, not_simulated

TAG = re.compile(r"<[^>]*>")
SPACES = re.compile(r"\s+")

ORDERS: dict[str, Callable[[Product], Key]] = {
    "ID": by_id,
    "TITLE": lambda product: (product.title.lower(), product.id),
    "VENDOR": lambda product: (product.vendor.lower(), product.id),
    "PRODUCT_TYPE": lambda product: (product.product_type.lower(), product.id),
    "CREATED_AT": lambda product: (product.created_at, product.id),
    "UPDATED_AT": lambda product: (product.updated_at, product.id),
}


def product(_root: None, info: Info, id: str) -> Product | None:
    number = gids.number(id, "Product")
    if number is None:
        raise invalid_id(id)
    return shop_of(info).products.get(number)


def product_by_identifier(_root: None, info: Info, identifier: dict[str, Any]) -> Product | None:
    """By id, handle or custom id, at once: this is no search."""
    return product_identified(shop_of(info), identifier)


def products(_root: None, info: Info, **arguments: Any) -> Any:
    if arguments.get("query") or arguments.get("savedSearchId"):
        raise not_simulated("the search of products")
    if (key := ORDERS.get(arguments["sortKey"])) is None:
        raise not_simulated(f"products sorted by {arguments['sortKey']}")
    return page(sorted(shop_of(info).products.values(), key=key), key, arguments)


def published_at(product: Product, _info: Info) -> str | None:
    return min((one.at for one in product.published), default=None)


def total_inventory(product: Product, _info: Info) -> int:
    """Of tracked variants only."""
    items = [variant.item for variant in product.variants if variant.item.tracked]
    return sum(level.available for item in items for level in item.levels)


def has_only_default_variant(product: Product, _info: Info) -> bool:
    return len(product.variants) == 1 and is_default(product)


def is_default(product: Product) -> bool:
    """Without options of its own: Shopify then shows one called Title."""
    names = [value.name for option in product.options for value in option.values]
    return [option.name for option in product.options] == ["Title"] and names == ["Default Title"]


def has_out_of_stock_variants(product: Product, _info: Info) -> bool:
    return any(
        variant.item.tracked and sum(level.available for level in variant.item.levels) <= 0
        for variant in product.variants
    )


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


def published_on(owner: Owner, info: Info, publicationId: str) -> bool:
    """A variant is published where its product is."""
    product = owner if isinstance(owner, Product) else shop_of(info).product_of(owner)
    if (number := gids.number(publicationId, "Publication")) is None:
        raise invalid_id(publicationId)
    return any(one.publication_id == number for one in visible(product))


def visible(product: Product) -> tuple[Published, ...]:
    """Only an active product is to be seen in a sales channel."""
    return product.published if product.status in ("ACTIVE", "UNLISTED") else ()


def resource_publications(product: Product, info: Info, **arguments: Any) -> Any:
    held = visible(product) if arguments["onlyPublished"] else product.published
    if arguments.get("catalogType") not in (None, "APP", "NONE"):
        held = ()
    return page([_resource(product, one, info) for one in held], _publication_key, arguments)


def _resource(product: Product, one: Published, info: Info) -> dict[str, Any]:
    return {
        "isPublished": one in visible(product),
        "publishDate": one.at,
        "publication": shop_of(info).publications[one.publication_id],
        "publishable": product,
    }


def _publication_key(resource: dict[str, Any]) -> Key:
    number = resource["publication"].id
    return (number, number)


def publications_count(product: Product, _info: Info, onlyPublished: bool = True) -> dict[str, Any]:
    return count(len(visible(product) if onlyPublished else product.published))


FIELDS: Fields = {
    "QueryRoot": {
        "product": product,
        "productByIdentifier": product_by_identifier,
        "products": products,
    },
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
        "publishedAt": published_at,
        "totalInventory": total_inventory,
        "tracksInventory": lambda product, _info: any(
            variant.item.tracked for variant in product.variants
        ),
        "hasOnlyDefaultVariant": has_only_default_variant,
        "hasOutOfStockVariants": has_out_of_stock_variants,
        "priceRangeV2": price_range,
        "options": options,
        "variantsCount": lambda product, _info: count(len(product.variants)),
        "variants": variants,
        "mediaCount": lambda product, _info: count(len(product.media_ids)),
        "media": media,
        "featuredMedia": featured_media,
        "publishedOnPublication": published_on,
        "resourcePublicationsCount": publications_count,
        "resourcePublicationsV2": resource_publications,
    },
}
