"""How Shopify's counts are heard of: webhooks at once, a pull every ten minutes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
import asyncpg
import orjson
from aiohttp import web

from syncd.postgres import db, outbox, stock
from syncd.postgres.leases import Lease
from syncd.records import Shop
from syncd.shopify import stock as shopify
from syncd.shopify.client import Client

OVERLAP = timedelta(minutes=2)
TOPIC = "INVENTORY_LEVELS_UPDATE"


@dataclass(slots=True)
class Road:
    """Takes webhooks while syncd lives; who is dead answers 503, and is told again."""

    shop: Shop
    url: str = ""
    deliveries: int = 0
    pool: asyncpg.Pool | None = None
    pulled_at: datetime | None = None

    async def opened(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    def closed(self) -> None:
        self.pool = None

    async def take(self, request: web.Request) -> web.Response:
        """Make the change due that a delivery tells of, unless it is our own echo."""
        told = orjson.loads(await request.read())
        if self.pool is None:
            return web.Response(status=503)
        self.deliveries += 1
        item = f"gid://shopify/InventoryItem/{told['inventory_item_id']}"
        await self._due(self.pool, {item: told["available"]})
        return web.Response()

    async def _due(self, pool: asyncpg.Pool, counts: Mapping[str, int]) -> None:
        keys = await stock.differing(pool, self.shop, counts)
        await outbox.enqueue(pool, shop_id=self.shop.shop_id, kind="stock", keys=keys, lane="stock")

    async def ingest_once(
        self, pool: asyncpg.Pool, client: Client, shop: Shop, lease: Lease
    ) -> int:
        """Deliveries are made due as they come."""
        return 0

    async def pull_once(self, pool: asyncpg.Pool, client: Client, shop: Shop, lease: Lease) -> None:
        """Make due what changed in Shopify since the last pull and is not as agreed."""
        began_at = await db.clock(pool)
        since = (self.pulled_at or began_at - timedelta(days=1)) - OVERLAP
        async for page in shopify.changed(client.on("stock"), str(shop.location), since):
            await self._due(pool, page.counts)
        self.pulled_at = began_at


SUBSCRIBE = """
mutation Subscribe($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: {uri: $uri}) {
    userErrors { field message }
  }
}
"""


async def subscribe(session: aiohttp.ClientSession, token: str, url: str) -> None:
    """Ask Shopify to tell of counts."""
    body = {"query": SUBSCRIBE, "variables": {"topic": TOPIC, "uri": url}}
    headers = {"X-Shopify-Access-Token": token}
    path = "/admin/api/2026-10/graphql.json"
    async with session.post(path, json=body, headers=headers) as response:
        answer = await response.json()
    if answer["data"]["webhookSubscriptionCreate"]["userErrors"]:
        raise RuntimeError(f"no webhooks: {answer}")


@asynccontextmanager
async def listening(shop: Shop) -> AsyncIterator[Road]:
    """A road whose receiver listens on this machine until the block ends."""
    road = Road(shop)
    app = web.Application()
    app.router.add_post("/webhooks", road.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        road.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks"
        yield road
    finally:
        await runner.cleanup()
