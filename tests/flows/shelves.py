"""What happens to counts on either side, and the steps that bring it across."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp

from syncd.flows import stock
from syncd.shopify import client as shopify
from tests import leasing
from tests.flows.conftest import DOMAIN, TOKEN, Scene
from tests.proxies import Proxy


async def sell(scene: Scene, quantity: int, sku: str = "J-S") -> None:
    """A sale at the till; less than none is a return."""
    await scene.pool.execute(
        "insert into retail.movement (variant_id, account_id, warehouse_id, quantity, reason)"
        " select variant_id, 'fjord', 'hoved', $2, 'sale' from retail.variant"
        " where sku = $1 and $2 <> 0",
        sku,
        -quantity,
    )


async def buy(scene: Scene, quantity: int, sku: str = "J-S") -> None:
    """A sale in the web shop."""
    await scene.tell("buy", {"lines": [{"sku": sku, "quantity": quantity}]})


async def edit(scene: Scene, change: int, sku: str = "J-S") -> None:
    """The merchant adds to the count in Shopify's admin."""
    await scene.tell("edit", {"do": "set_stock", "variant": sku, "change": change})


async def here(scene: Scene, sku: str = "J-S") -> int:
    count: int = await scene.pool.fetchval(
        "select s.quantity from retail.stock s join retail.variant v using (variant_id)"
        " where v.sku = $1 and s.warehouse_id = 'hoved'",
        sku,
    )
    return count


def there(scene: Scene, sku: str = "J-S") -> int:
    return sum(scene.variants()[sku]["quantities"].values())


async def both(scene: Scene, sku: str = "J-S") -> tuple[int, int]:
    return await here(scene, sku), there(scene, sku)


async def told(scene: Scene, *keys: str) -> None:
    """Shopify has told of a movement, or a pull has found one."""
    await scene.pool.fetch(
        "select syncd.arm(array(select row($1, 'stock', k, '{}', 'stock', false, 1, now(), now())"
        "::syncd.news from unnest($2::text[]) as k))",
        scene.shop.shop_id,
        list(keys),
    )


async def route(scene: Scene) -> None:
    while (await leasing.route_once(scene.pool)).events:
        pass


async def count(scene: Scene) -> list[str]:
    """Route and bring counts across until nothing is due; the documents sent meanwhile."""
    before = dict(scene.client.tally.calls)
    await route(scene)
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    while await stock.stock_once(scene.pool, scene.client, scene.shop, lease):
        pass
    await leasing.leave_all(scene.pool)
    calls = scene.client.tally.calls
    return sorted(n for n, made in calls.items() for _ in range(made - before.get(n, 0)))


@asynccontextmanager
async def proxied(scene: Scene) -> AsyncIterator[tuple[Scene, Proxy]]:
    """The scene with a proxy between syncd and the shop, to catch calls with."""
    async with aiohttp.ClientSession() as session:
        proxy = Proxy("node", {TOKEN: scene.running.url}, [], session)
        async with proxy.listening(), shopify.connect(DOMAIN, TOKEN, url=proxy.url) as client:
            yield replace(scene, client=client), proxy
