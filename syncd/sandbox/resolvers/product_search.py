"""Which products a search finds, which variants: the fields, the orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from syncd.sandbox.connections import Key, by_id
from syncd.sandbox.records import Owner, Product, Variant
from syncd.sandbox.resolvers.variant_texts import title_of
from syncd.sandbox.search import (
    SearchFields,
    choice,
    exact,
    flag,
    number,
    of_shop,
    reverse,
    time,
    words,
)
from syncd.sandbox.shop import Shop

STATUSES = ("ACTIVE", "ARCHIVED", "DRAFT", "UNLISTED")
PUBLISHED = ("published", "unpublished", "any", "visible", "hidden", "unavailable")

Order = Callable[[Any], Key]


def total_inventory(product: Product) -> int:
    """Of tracked variants only."""
    items = [variant.item for variant in product.variants if variant.item.tracked]
    return sum(item.available for item in items)


def published_at(product: Product) -> str | None:
    return min((one.at for one in product.published), default=None)


def quantity(variant: Variant) -> int:
    return variant.item.available


def is_sold_out(variant: Variant) -> bool:
    return variant.item.tracked and quantity(variant) <= 0


def is_default(product: Product) -> bool:
    """Without options of its own: Shopify then shows one called Title."""
    names = [value.name for option in product.options for value in option.values]
    return [option.name for option in product.options] == ["Title"] and names == ["Default Title"]


def _of_variants(of: Callable[[Variant], Any]) -> Callable[[Product], tuple[Any, ...]]:
    return lambda product: tuple(of(variant) for variant in product.variants)


def _metafields(owner: Owner) -> Mapping[str, str]:
    return {f"{one.namespace}.{one.key}": one.value for one in owner.metafields}


def _publishing(product: Product) -> tuple[str, ...]:
    is_published = bool(product.published) and product.status == "ACTIVE"
    return ("any", *(("published", "visible") if is_published else ("unpublished", "hidden")))


PRODUCT_FIELDS: SearchFields = {
    "default": words(
        lambda product: (
            product.title,
            product.vendor,
            product.product_type,
            product.handle,
            *product.tags,
            *(variant.item.sku for variant in product.variants),
            *(variant.barcode for variant in product.variants),
        )
    ),
    "barcode": exact(_of_variants(lambda variant: variant.barcode)),
    "category_id": exact(lambda product: product.category and product.category.rpartition("/")[2]),
    "created_at": time(lambda product: product.created_at),
    "gift_card": flag(lambda _product: False),
    "handle": exact(lambda product: product.handle),
    "has_only_default_variant": flag(is_default),
    "id": number(lambda product: product.id),
    "inventory_total": number(total_inventory),
    "is_price_reduced": flag(
        lambda product: any(
            variant.compare_at_price and Decimal(variant.compare_at_price) > Decimal(variant.price)
            for variant in product.variants
        )
    ),
    "metafields": exact(_metafields),
    "out_of_stock_somewhere": flag(lambda product: any(map(is_sold_out, product.variants))),
    "price": number(_of_variants(lambda variant: variant.price)),
    "product_type": exact(lambda product: product.product_type),
    "publication_ids": number(lambda product: tuple(p.publication_id for p in product.published)),
    "published_at": time(published_at),
    "published_status": choice(_publishing, PUBLISHED),
    "sku": exact(_of_variants(lambda variant: variant.item.sku)),
    "status": choice(lambda product: product.status, STATUSES),
    "tag": exact(lambda product: product.tags),
    "tag_not": reverse(exact(lambda product: product.tags)),
    "title": words(lambda product: product.title),
    "updated_at": time(lambda product: product.updated_at),
    "variant_id": number(_of_variants(lambda variant: variant.id)),
    "vendor": exact(lambda product: product.vendor),
}


def _product_of(of: Callable[[Product], Any]) -> Callable[[Variant, Shop], Any]:
    return lambda variant, shop: of(shop.product_of(variant))


def _chosen(place: int) -> Callable[[Variant, Shop], str | None]:
    def name(variant: Variant, shop: Shop) -> str | None:
        if place >= len(variant.values):
            return None
        values = shop.product_of(variant).options[place].values
        return next(one.name for one in values if one.id == variant.values[place])

    return name


def full_title(variant: Variant, shop: Shop) -> str:
    product = shop.product_of(variant)
    return f"{product.title} - {title_of(variant, product)}"


VARIANT_FIELDS: SearchFields = {
    "default": of_shop(
        words(
            lambda variant, shop: (
                full_title(variant, shop),
                shop.product_of(variant).vendor,
                variant.item.sku,
                variant.barcode,
            )
        )
    ),
    "barcode": exact(lambda variant: variant.barcode),
    "gift_card": flag(lambda _variant: False),
    "id": number(lambda variant: variant.id),
    "inventory_quantity": number(quantity),
    "location_id": number(lambda variant: tuple(one.location_id for one in variant.item.levels)),
    "managed": flag(lambda variant: variant.item.tracked),
    "option1": of_shop(exact(_chosen(0))),
    "option2": of_shop(exact(_chosen(1))),
    "option3": of_shop(exact(_chosen(2))),
    "product_id": number(lambda variant: variant.product_id),
    "product_ids": number(lambda variant: variant.product_id),
    "product_status": of_shop(choice(_product_of(lambda one: one.status), STATUSES)),
    "product_type": of_shop(exact(_product_of(lambda one: one.product_type))),
    "published_status": of_shop(choice(_product_of(_publishing), PUBLISHED)),
    "requires_components": flag(lambda variant: variant.requires_components),
    "sku": exact(lambda variant: variant.item.sku),
    "tag": of_shop(exact(_product_of(lambda one: one.tags))),
    "tag_not": reverse(of_shop(exact(_product_of(lambda one: one.tags)))),
    "taxable": flag(lambda variant: variant.taxable),
    "title": of_shop(words(lambda variant, shop: title_of(variant, shop.product_of(variant)))),
    "updated_at": time(lambda variant: variant.updated_at),
    "vendor": of_shop(exact(_product_of(lambda one: one.vendor))),
}

PRODUCT_ORDERS: Mapping[str, Order] = {
    "ID": by_id,
    "RELEVANCE": by_id,
    "TITLE": lambda product: (product.title.lower(), product.id),
    "VENDOR": lambda product: (product.vendor.lower(), product.id),
    "PRODUCT_TYPE": lambda product: (product.product_type.lower(), product.id),
    "CREATED_AT": lambda product: (product.created_at, product.id),
    "UPDATED_AT": lambda product: (product.updated_at, product.id),
    "PUBLISHED_AT": lambda product: (published_at(product) or "", product.id),
    "INVENTORY_TOTAL": lambda product: (total_inventory(product), product.id),
}


def variant_order(name: str, shop: Shop) -> Order:
    match name:
        case "SKU":
            return lambda variant: (variant.item.sku or "", variant.id)
        case "TITLE" | "NAME":
            return lambda one: (title_of(one, shop.product_of(one)).lower(), one.id)
        case "FULL_TITLE":
            return lambda one: (full_title(one, shop).lower(), one.id)
        case "INVENTORY_QUANTITY" | "INVENTORY_LEVELS_AVAILABLE":
            return lambda variant: (quantity(variant), variant.id)
        case "INVENTORY_POLICY":
            return lambda variant: (variant.inventory_policy, variant.id)
        case "INVENTORY_MANAGEMENT":
            return lambda variant: (int(variant.item.tracked), variant.id)
        case "POSITION":
            return lambda variant: (shop.places[variant.id], variant.id)
        case _:
            return by_id
