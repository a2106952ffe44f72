"""Products, their variants: found one by one, searched, listed, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import Key, by_id, page
from syncd.sandbox.customids import product_identified
from syncd.sandbox.records import Product, Variant
from syncd.sandbox.resolvers.fields import Fields, Info, Resolver, count, shop_of
from syncd.sandbox.resolvers.product_search import (
    PRODUCT_FIELDS,
    PRODUCT_ORDERS,
    VARIANT_FIELDS,
    variant_order,
)
from syncd.sandbox.search import filtered
from syncd.sandbox.words import invalid_id, not_simulated


def product(_root: Any, info: Info, id: str) -> Product | None:
    number = gids.number(id, "Product")
    if number is None:
        raise invalid_id(id)
    return shop_of(info).products.get(number)


def product_by_handle(_root: Any, info: Info, handle: str) -> Product | None:
    shop = shop_of(info)
    number = shop.handles.get(handle)
    return None if number is None else shop.products[number]


def product_by_identifier(_root: Any, info: Info, identifier: dict[str, Any]) -> Product | None:
    """By id, handle or custom id, at once: this is no search."""
    return product_identified(shop_of(info), identifier)


def products(_root: Any, info: Info, **arguments: Any) -> Any:
    return product_page(shop_of(info).searchable("Product"), info, arguments)


def product_page(records: Iterable[Product], info: Info, arguments: dict[str, Any]) -> Any:
    """Those of the products that the arguments of a `products` field ask for."""
    _refuse_saved_search(arguments)
    found = filtered(records, arguments.get("query"), PRODUCT_FIELDS, info)
    return _page(found, PRODUCT_ORDERS[arguments.get("sortKey") or "ID"], arguments)


def products_count(_root: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    _refuse_saved_search(arguments)
    records = shop_of(info).searchable("Product")
    found = filtered(records, arguments.get("query"), PRODUCT_FIELDS, info)
    return counted(len(found), arguments)


def variant(_root: Any, info: Info, id: str) -> Variant | None:
    number = gids.number(id, "ProductVariant")
    if number is None:
        raise invalid_id(id)
    return shop_of(info).variants.get(number)


def variants(_root: Any, info: Info, **arguments: Any) -> Any:
    _refuse_saved_search(arguments)
    shop = shop_of(info)
    records = shop.searchable("ProductVariant")
    found = filtered(records, arguments.get("query"), VARIANT_FIELDS, info)
    return _page(found, variant_order(arguments.get("sortKey") or "ID", shop), arguments)


def variants_count(_root: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    records = shop_of(info).searchable("ProductVariant")
    found = filtered(records, arguments.get("query"), VARIANT_FIELDS, info)
    return counted(len(found), arguments)


def counted(number: int, arguments: dict[str, Any]) -> dict[str, Any]:
    """Counting stops at `limit`, and the answer says so."""
    limit = arguments.get("limit")
    if limit is None or number <= limit:
        return count(number)
    return {"count": limit, "precision": "AT_LEAST"}


def texts(of: Callable[[Product], Iterable[str]]) -> Resolver:
    """All different texts that the products have, sorted."""

    def resolve(_root: Any, info: Info, **arguments: Any) -> Any:
        found = {text for one in shop_of(info).products.values() for text in of(one) if text}
        ordered = sorted(found, key=str.lower)
        places = {text: place for place, text in enumerate(ordered, start=1)}
        return page(ordered, lambda text: (text.lower(), places[text]), arguments)

    return resolve


def _page(found: list[Any], key: Callable[[Any], Key], arguments: dict[str, Any]) -> Any:
    # Sorting by a number that C code reads costs next to nothing when it is sorted already.
    found.sort(key=attrgetter("id") if key is by_id else key)
    return page(found, key, arguments)


def _refuse_saved_search(arguments: dict[str, Any]) -> None:
    if arguments.get("savedSearchId"):
        raise not_simulated("saved searches")


LISTS: dict[str, Resolver] = {
    "products": products,
    "productVariants": variants,
    "productTags": texts(lambda one: one.tags),
    "productTypes": texts(lambda one: [one.product_type]),
    "productVendors": texts(lambda one: [one.vendor]),
}
FIELDS: Fields = {
    "QueryRoot": {
        **LISTS,
        "product": product,
        "productByHandle": product_by_handle,
        "productByIdentifier": product_by_identifier,
        "productsCount": products_count,
        "productVariant": variant,
        "productVariantsCount": variants_count,
    },
    "Shop": LISTS,
}
