"""Things of a shop by the names that people use: a gid, its number, a SKU, a mail address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.records import Location, Product, Publication, Variant
from syncd.sandbox.records_orders import Order
from syncd.sandbox.records_people import Customer
from syncd.sandbox.shop import Shop


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """Nothing was done. `status` is that of the answer; `more` goes beside the error."""

    status: int
    error: str
    more: Mapping[str, Any]


def unknown(what: str, name: object) -> Refused:
    return Refused(404, f"there is no {what} {name!r}", {what: name})


def _by_number(held: Mapping[int, Any], kind: str, name: object) -> Any:
    text = str(name)
    number = gids.number(text, kind) if text.startswith("gid:") else None
    if number is None and text.isdecimal():
        number = int(text)
    return held.get(number or 0)


def _by_text(records: Iterable[Any], field: str, name: object) -> Any:
    wanted = str(name).lower()
    return next((one for one in records if (getattr(one, field) or "").lower() == wanted), None)


def product(shop: Shop, name: object) -> Product:
    """By gid, number, handle, or title."""
    held = shop.products
    found = _by_number(held, "Product", name) or held.get(shop.handles.get(str(name), 0))
    if not (found := found or _by_text(held.values(), "title", name)):
        raise unknown("product", name)
    return found


def variant(shop: Shop, name: object) -> Variant:
    """By gid, SKU, or number."""
    found = next((one for one in shop.variants.values() if one.item.sku == name), None)
    if not (found := found or _by_number(shop.variants, "ProductVariant", name)):
        raise unknown("variant", name)
    return found


def location(shop: Shop, name: object | None) -> Location:
    """By gid, number, or name; the first one without a name."""
    if name is None:
        return next(iter(shop.locations.values()))
    held = shop.locations
    found = _by_number(held, "Location", name) or _by_text(held.values(), "name", name)
    if not found:
        raise unknown("location", name)
    return found  # type: ignore[no-any-return]


def publication(shop: Shop, name: object | None) -> Publication:
    """By gid, number, or name; the first one without a name."""
    if name is None:
        return next(iter(shop.publications.values()))
    held = shop.publications
    found = _by_number(held, "Publication", name) or _by_text(held.values(), "name", name)
    if not found:
        raise unknown("publication", name)
    return found  # type: ignore[no-any-return]


def customer(shop: Shop, name: object) -> Customer:
    """By gid, number, or mail address."""
    held = shop.held["Customer"]
    found = _by_number(held, "Customer", name) or _by_text(held.values(), "email", name)
    if not found:
        raise unknown("customer", name)
    return found  # type: ignore[no-any-return]


def order(shop: Shop, name: object) -> Order:
    """By gid, number, or name (`#1001`)."""
    held = shop.held["Order"]
    found = _by_number(held, "Order", name) or _by_text(held.values(), "name", name)
    if not (found := found or _by_text(held.values(), "name", f"#{name}")):
        raise unknown("order", name)
    return found  # type: ignore[no-any-return]
