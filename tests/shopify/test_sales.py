"""Customers, orders, read from the sandbox by their ids."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from syncd.errors import KindError
from syncd.sandbox import server as sandbox
from syncd.sandbox.options import ShopOptions
from syncd.sandbox.server import Running
from syncd.shopify import client as shopify
from syncd.shopify import customers, orders
from syncd.shopify.client import Client

TOKEN = "shpat_test"
PRODUCT = """
mutation Make($input: ProductSetInput!) {
  productSet(input: $input) { product { id } userErrors { field message } }
}
"""
KARI = {"firstName": "Kari", "lastName": "Nordmann", "email": "k@x.no", "phone": "+4722225555"}
HOME = {"firstName": "Kari", "address1": "Storgata 1", "city": "Oslo", "countryCode": "NO"}


async def ask(running: Running, path: str, body: dict[str, Any]) -> Any:
    async with (
        aiohttp.ClientSession(headers={"X-Shopify-Access-Token": TOKEN}) as session,
        session.post(f"{running.url}/{path}", json=body) as response,
    ):
        assert response.status in (200, 201, 204), await response.text()
        return await response.json()


async def goods(running: Running, *skus: str) -> None:
    for sku in skus:
        made = {
            "title": sku,
            "productOptions": [{"name": "Title", "values": [{"name": "Default Title"}]}],
            "variants": [
                {
                    "optionValues": [{"optionName": "Title", "name": "Default Title"}],
                    "sku": sku,
                    "price": "100",
                }
            ],
        }
        body = {"query": PRODUCT, "variables": {"input": made}}
        await ask(running, "admin/api/2026-10/graphql.json", body)


@asynccontextmanager
async def shop(**options: Any) -> AsyncIterator[tuple[Running, Client]]:
    async with (
        sandbox.running(ShopOptions(token=TOKEN, **options)) as running,
        shopify.connect("x", TOKEN, url=running.url) as client,
    ):
        yield running, client


@pytest.fixture
async def sold() -> AsyncIterator[tuple[Running, Client]]:
    """An order of three lines by Kari, paid, to be sent to Oslo."""
    async with shop() as (running, client):
        await buy(running)
        yield running, client


async def buy(running: Running) -> None:
    await goods(running, "A", "B", "C")
    lines = [{"sku": sku, "quantity": 2} for sku in "ABC"]
    wanted = {"lines": lines, "customer": KARI, "shippingAddress": HOME, "shipping": "49.00"}
    await ask(running, "_sandbox/buy", {**wanted, "paid": True})


ORDER, CUSTOMER = "gid://shopify/Order", "gid://shopify/Customer"


def gid(running: Running, kind: str) -> str:
    (one,) = running.shop.held[kind]
    return f"gid://shopify/{kind}/{one}"


async def test_an_order_is_read_whole(sold: tuple[Running, Client]) -> None:
    running, client = sold
    one = gid(running, "Order")
    found = await orders.read(client, [one, f"{ORDER}/999"])
    assert found[f"{ORDER}/999"] is None
    order = found[one]
    assert order is not None
    assert [(line.sku, line.quantity, line.current) for line in order.lines] == [
        ("A", 2, 2),
        ("B", 2, 2),
        ("C", 2, 2),
    ]
    assert order.payment_state == "PAID"
    assert order.delivery_method == "SHIPPING"
    assert [line.price for line in order.shipping_lines] == [49]
    assert order.total == 649
    assert order.customer is not None
    assert order.customer.email == "k@x.no"
    assert order.shipping_address is not None
    assert (order.shipping_address.city, order.shipping_address.country) == ("Oslo", "NO")
    assert order.unread == frozenset()


async def test_lines_beyond_a_page_are_read_too(sold: tuple[Running, Client]) -> None:
    running, client = sold
    one = gid(running, "Order")
    whole, paged = await orders.read(client, [one]), await orders.read(client, [one], lines=1)
    assert whole == paged
    assert client.tally.calls["OrderLines"] == 1


async def test_a_customer_is_read_one_that_is_gone_is_none(sold: tuple[Running, Client]) -> None:
    running, client = sold
    one = gid(running, "Customer")
    found = await customers.read(client, [f"{CUSTOMER}/999", one])
    assert found[f"{CUSTOMER}/999"] is None
    kari = found[one]
    assert kari is not None
    assert (kari.first_name, kari.email, kari.phone) == ("Kari", "k@x.no", "+4722225555")
    assert kari.country == "NO"


async def test_protected_fields_are_unread_not_empty() -> None:
    async with shop(customer_data=1) as (running, client):
        await buy(running)
        kari = (await customers.read(client, [gid(running, "Customer")])).popitem()[1]  # type: ignore[attr-defined]
        order = (await orders.read(client, [gid(running, "Order")])).popitem()[1]  # type: ignore[attr-defined]
    assert kari.unread == {"first_name", "last_name", "email", "phone"}
    assert order.unread == {"email", "phone"}
    assert order.customer.unread == kari.unread
    assert "city" not in order.shipping_address.unread
    assert {"first_name", "address1", "zip", "phone"} <= order.shipping_address.unread


async def test_an_app_that_may_see_no_customers_takes_none_for_gone() -> None:
    async with shop(customer_data=0) as (running, client):
        await buy(running)
        with pytest.raises(KindError, match="lets the app not read"):
            await customers.read(client, [gid(running, "Customer")])
        with pytest.raises(KindError, match="lets the app not read"):
            await orders.read(client, [gid(running, "Order")])


async def test_without_the_scope_of_customers_an_orders_buyer_is_unread() -> None:
    scopes = ("read_products", "write_products", "write_inventory", "read_orders")
    more = ("read_merchant_managed_fulfillment_orders", "read_locations")
    async with shop(scopes=(*scopes, *more)) as (running, client):
        await buy(running)
        order = (await orders.read(client, [gid(running, "Order")])).popitem()[1]  # type: ignore[attr-defined]
    assert order.customer is None
    assert "customer" in order.unread
