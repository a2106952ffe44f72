"""The daemon with a shop that sells: by webhook, both ways, within moments."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import asyncpg
import pytest

from syncd.postgres import webhooks
from syncd.postgres.embedded import Server
from syncd.supervisor import House, serve
from syncd.supervisor.house import Listening
from syncd.web import receiver
from tests import leasing
from tests.flows import counter
from tests.flows.conftest import OPTIONS, Scene, playing
from tests.flows.shelves import here, sell, there
from tests.test_supervisor import PATIENCE_S, until


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One is enough: what is asked of Postgres is tried on each of them elsewhere."""
    return embedded


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    async with playing(pool, tmp_path, replace(OPTIONS, api_secret="hush")) as scene:
        await counter.stocked(scene, fulfil_orders=True, stock_direction="two_way")
        await leasing.leave_all(scene.pool)
        yield scene


@asynccontextmanager
async def listening(scene: Scene) -> AsyncIterator[House]:
    """The service with its door open for webhooks, which the shop is asked for."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shop_id = scene.shop.shop_id
    await webhooks.set_secret(scene.pool, shop_id, scene.vault.seal("hush"))
    await webhooks.set_address(scene.pool, shop_id, f"http://127.0.0.1:{port}{receiver.PATH}")
    house = House(scene.pool, scene.vault, scene.running.url)
    house.receiver = Listening("127.0.0.1", port)
    async with anyio.create_task_group() as group:
        group.start_soon(serve, house)
        await holds(scene, "select count(*) > 5 from syncd.webhook where gid is not null")
        yield house
        house.stop.set()


async def holds(scene: Scene, query: str) -> None:
    """Wait until the query says true."""
    with anyio.fail_after(PATIENCE_S):
        while not await scene.pool.fetchval(query):
            await anyio.lowlevel.checkpoint()


async def test_what_the_web_shop_sells_leaves_the_warehouse_and_is_picked_there(
    scene: Scene,
) -> None:
    async with listening(scene):
        await counter.buy(scene, ("J-S", 2))
        with anyio.fail_after(PATIENCE_S):
            while await here(scene) != 3:
                await anyio.lowlevel.checkpoint()
        await holds(scene, "select count(*) = 1 from retail.sales_order_line where quantity = 2")
        await sell(scene, 1)
        await until(scene, lambda: there(scene) == 2)
        await scene.pool.execute("update retail.sales_order set completed_at = now()")
        await until(scene, lambda: len(scene.running.shop.held["Fulfillment"]) == 1)
    assert (await here(scene), there(scene)) == (2, 2)
    assert await scene.pool.fetchval("select count(*) from syncd.inbox where state = 'dead'") == 0


async def test_trouble_with_counts_keeps_no_product_back(scene: Scene) -> None:
    await scene.pool.execute("drop function syncd_contract.receive_stock")
    async with listening(scene):
        await counter.buy(scene, ("J-S", 2))
        await holds(scene, "select count(*) = 1 from syncd.inbox where kind = 'stock'")
        await scene.pool.execute("update retail.product set title = 'Ny' where product_id = 1")
        await until(scene, lambda: any(one["title"] == "Ny" for one in scene.state()))
    assert await scene.pool.fetchval("select paused_until from syncd.shop") is None
    assert await here(scene) == 5
