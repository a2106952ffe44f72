"""Which scopes an app needs in a shop, with what each is for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from syncd.phrases import Phrase, phrase
from syncd.records import Shop
from syncd.rules.sales_scopes import CUSTOMERS, FULFIL, ORDERS


@dataclass(frozen=True, slots=True)
class Lack:
    """A scope that the app does not have; `is_needed`: by what is switched on."""

    scope: str
    purpose: Phrase
    is_needed: bool


def lacking(shop: Shop, held: Collection[str]) -> list[Lack]:
    """What of all that syncd can use is not there; `write_x` includes `read_x`."""
    has = {*held, *(scope.replace("write_", "read_", 1) for scope in held)}
    needed = set(_needed(shop))
    return [
        Lack(scope, purpose, scope in needed)
        for scope, purpose in purposes().items()
        if scope not in has
    ]


def purposes() -> dict[str, Phrase]:
    """Every scope that syncd can use."""
    return {
        "read_products": phrase("to read products"),
        "write_products": phrase("to write products"),
        "read_locations": phrase("to know the shop's locations"),
        "read_publications": phrase("to know the sales channels"),
        "write_publications": phrase("to publish new products"),
        "write_inventory": phrase("to keep counts in step"),
        "read_customers": phrase("to bring customers to the Backoffice"),
        "read_orders": phrase("to bring orders to the Backoffice"),
        "read_merchant_managed_fulfillment_orders": phrase("to know what is to be picked"),
        "write_merchant_managed_fulfillment_orders": phrase("to fulfil completed orders"),
    }


def _needed(shop: Shop) -> Iterator[str]:
    if shop.sync_products:
        yield from ("read_products", "write_products", "read_publications")
    if shop.sync_products and shop.publish_to:
        yield "write_publications"
    if shop.sync_products or shop.sync_stock:
        yield "read_locations"
    if shop.sync_stock:
        yield from ("read_products", "write_inventory")
    yield from CUSTOMERS * shop.sync_customers
    yield from ORDERS * shop.sync_orders
    yield from FULFIL * shop.fulfil_orders
