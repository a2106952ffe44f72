"""The shop's own pages: stock, orders, customers, bulk operations, webhooks."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import ClientSession

from tests.sandbox.callers import answer, open_shop, product
from tests.sandbox.test_page import page, words

LOCATION = "gid://shopify/Location/113884004402"
STOCKED: dict[str, Any] = {
    "productOptions": [{"name": "Size", "values": [{"name": "S"}]}],
    "variants": [
        {
            "optionValues": [{"optionName": "Size", "name": "S"}],
            "price": 199,
            "inventoryItem": {"sku": "LUE-S", "tracked": True},
            "inventoryQuantities": [
                {"locationId": LOCATION, "name": "available", "quantity": 7},
            ],
        }
    ],
}


async def buy(session: ClientSession, quantity: int = 2) -> None:
    asked = {"lines": [{"sku": "LUE-S", "quantity": quantity}], "email": "kari@example.com"}
    async with session.post("/_sandbox/buy", json=asked) as response:
        assert response.status == 201, await response.text()


async def test_an_empty_shop_tells_how_each_thing_comes_about() -> None:
    async with open_shop() as (session, shop):
        assert "Nothing in stock" in await page(session, "/stock")
        assert f"{shop.url}/_sandbox/buy" in await page(session, "/orders")
        assert "customerCreate" in await page(session, "/customers")
        assert "No bulk operations yet" in await page(session, "/bulk")
        assert "Nobody subscribed" in await page(session, "/webhooks")


async def test_stock_is_shown_by_place_with_what_is_promised() -> None:
    async with open_shop() as (session, _):
        await product(session, "Lue", **STOCKED)
        await buy(session)
        shown = words(await page(session, "/stock"))
        found = words(await page(session, "/stock?q=sku:LUE-S"))
        nothing = words(await page(session, "/stock?q=sku:VOTT"))
    assert "Lue - S LUE-S Butikk 5 2 7 0" in shown
    assert "LUE-S" in found
    assert "LUE-S" not in nothing


async def test_an_order_is_shown_in_a_row_with_a_page_of_its_own() -> None:
    async with open_shop() as (session, _):
        await product(session, "Lue", **STOCKED)
        await buy(session)
        html = await page(session, "/orders")
        (address,) = set(re.findall(r'href="(/orders/\d+)"', html))
        one = words(await page(session, address))
        assert "No such order" in await page(session, "/orders/1", status=404)
    assert "kari@example.com Paid Unfulfilled 2 × Lue 398.00 NOK" in words(html)
    assert "Lue S LUE-S 199.00 NOK 2 2 2" in one
    assert "2 of 2 LUE-S" in one
    assert "Sale Success" in one


async def test_a_customer_is_shown_with_the_number_of_orders() -> None:
    async with open_shop() as (session, _):
        await product(session, "Lue", **STOCKED)
        await buy(session, 1)
        await buy(session, 1)
        shown = words(await page(session, "/customers"))
    assert re.search(r"kari@example\.com – – Disabled\s+2 2026-11-25 08:00:00 UTC", shown), shown


async def test_a_bulk_operation_is_shown_to_its_end() -> None:
    start = (
        'mutation { bulkOperationRunQuery(query: "{ products { edges { node { id } } } }")'
        " { bulkOperation { id } userErrors { message } } }"
    )
    async with open_shop() as (session, _):
        await product(session, "Lue")
        _, body, _ = await answer(session, {"query": start})
        assert body["data"]["bulkOperationRunQuery"]["userErrors"] == []
        assert "Created" in words(await page(session, "/bulk")).partition("Took")[2][:200]
        for _turn in range(20):
            await session.post("/_sandbox/clock", json={"advance_s": 60})
            await answer(session, {"query": "{ shop { name } }"})
            shown = words(await page(session, "/bulk")).partition("Took")[2]
            if "Completed" in shown:
                break
    assert "Completed 1 1 JSONL" in shown


async def test_a_webhook_is_shown_with_its_attempts_and_its_body() -> None:
    subscribe = (
        "mutation { webhookSubscriptionCreate(topic: PRODUCTS_CREATE, webhookSubscription:"
        ' {uri: "http://127.0.0.1:9/hooks"}) { userErrors { message } } }'
    )
    async with open_shop() as (session, _):
        await answer(session, {"query": subscribe})
        await product(session, "<i>Lue</i>")
        await session.post("/_sandbox/clock", json={"advance_s": 1})
        html = await page(session, "/webhooks")
        address = re.findall(r'href="(/webhooks/\d+)"', html)[0]
        one = await page(session, address)
        assert "No such webhook" in await page(session, "/webhooks/1", status=404)
    assert "products/create http://127.0.0.1:9/hooks" in words(html)
    assert "<i>Lue</i>" not in one
    assert "http://127.0.0.1:9/hooks" in one
