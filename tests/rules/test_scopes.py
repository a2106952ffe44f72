"""Which scopes are missing, and whether anything that is switched on needs them."""

from __future__ import annotations

from dataclasses import replace

from syncd.records import Shop
from syncd.rules import scopes

BARE = Shop(
    shop_id=1,
    domain="x.myshopify.com",
    account_id="a",
    state="linked",
    enabled=True,
    sync_products=False,
    sync_stock=False,
    sync_description=False,
    price_department="nett",
    stock_warehouse="hoved",
    location="gid://shopify/Location/1",
    publish_to=("gid://shopify/Publication/1",),
    inactive_as="draft",
    currency="NOK",
)


def needed(shop: Shop, *held: str) -> set[str]:
    return {one.scope for one in scopes.lacking(shop, held) if one.is_needed}


def test_only_what_is_switched_on_needs_its_scopes() -> None:
    assert needed(BARE) == set()
    products = {"read_products", "write_products", "read_locations", "read_publications"}
    assert needed(replace(BARE, sync_products=True)) == products | {"write_publications"}
    assert needed(replace(BARE, sync_products=True, publish_to=())) == products
    stock = {"read_products", "read_locations", "write_inventory"}
    assert needed(replace(BARE, sync_stock=True)) == stock
    assert needed(replace(BARE, sync_customers=True)) == {"read_customers"}
    assert "read_merchant_managed_fulfillment_orders" in needed(replace(BARE, sync_orders=True))
    fulfil = {"read_orders", "write_merchant_managed_fulfillment_orders"}
    assert needed(replace(BARE, fulfil_orders=True)) == fulfil


def test_the_right_to_write_includes_the_right_to_read() -> None:
    shop = replace(BARE, sync_products=True, publish_to=())
    assert needed(shop, "write_products", "read_locations", "write_publications") == set()


def test_each_scope_says_what_it_is_for_and_all_are_told() -> None:
    everything = scopes.lacking(BARE, ())
    assert {one.scope for one in everything} == set(scopes.purposes())
    assert all(one.purpose and not one.is_needed for one in everything)
    assert scopes.lacking(BARE, tuple(scopes.purposes())) == []
