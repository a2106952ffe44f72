"""The daemon hears: Shopify is asked for webhooks, what it tells is received, worked off."""

from __future__ import annotations

from pathlib import Path

import anyio
import asyncpg
from anyio import fail_after

from syncd.postgres import webhooks
from syncd.supervisor import House, Listening, serve
from tests.flows import shelves
from tests.flows.conftest import JAKKE, OPTIONS, playing

COUNT = """
mutation ($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } }
}
"""
PATIENCE_S = 40.0


async def until(pool: asyncpg.Pool, question: str) -> None:
    """Each look is a question to the database."""
    with fail_after(PATIENCE_S):
        while not await pool.fetchval(question):
            pass


async def test_a_sale_in_the_shop_is_told_to_the_warehouse(
    pool: asyncpg.Pool, tmp_path: Path, unused_tcp_port: int
) -> None:
    async with playing(pool, tmp_path) as scene:
        shop_id = scene.shop.shop_id
        await webhooks.set_secret(pool, shop_id, scene.vault.seal(OPTIONS.api_secret))
        address = f"http://127.0.0.1:{unused_tcp_port}/webhooks"
        await webhooks.set_address(pool, shop_id, address)
        await scene.load(JAKKE)
        await scene.push()
        at = Listening("127.0.0.1", unused_tcp_port)
        house = House(pool, scene.vault, scene.running.url, at)
        async with anyio.create_task_group() as group:
            group.start_soon(serve, house)
            await until(pool, "select exists (select from syncd.webhook_round)")
            (row, *_) = await pool.fetch("select * from syncd.variant_link order by variant_key")
            counted = {
                "inventoryItemId": row["inventory_item"],
                "locationId": scene.shop.location,
                "quantity": 3,
                "changeFromQuantity": 5,
            }
            given = {"name": "available", "reason": "other", "quantities": [counted]}
            await scene.call(COUNT, {"input": given, "key": "sold"})
            await until(
                pool,
                "select count(*) > 0 and bool_and(state = 'done') "
                "from syncd.inbox where kind = 'stock'",
            )
            await until(pool, "select exists (select from syncd.agreed_count where quantity = 3)")
            house.stop.set()
        assert sorted([await shelves.here(scene, sku) for sku in ("J-S", "J-M")]) == [3, 5]
