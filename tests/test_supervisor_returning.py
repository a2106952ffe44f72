"""The daemon brings orders back, fulfils what is completed, whatever else has trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import asyncpg
import pytest

from syncd.postgres.embedded import Server
from tests import leasing
from tests.flows import counter
from tests.flows.conftest import Scene, playing
from tests.test_supervisor import PATIENCE_S, served, until


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One is enough: what is asked of Postgres is tried on each of them elsewhere."""
    return embedded


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    async with playing(pool, tmp_path) as scene:
        await counter.stocked(scene, fulfil_orders=True)
        await leasing.leave_all(scene.pool)
        yield scene


async def holds(scene: Scene, query: str) -> None:
    """Wait until the query says true."""
    with anyio.fail_after(PATIENCE_S):
        while not await scene.pool.fetchval(query):
            await anyio.lowlevel.checkpoint()


async def test_an_order_comes_and_goes_as_a_parcel(scene: Scene) -> None:
    await counter.buy(scene, ("J-S", 1))
    async with served(scene):
        await holds(scene, "select count(*) = 1 from retail.sales_order")
        await scene.pool.execute("update retail.sales_order set completed_at = now()")
        await until(scene, lambda: len(scene.running.shop.held["Fulfillment"]) == 1)


async def test_trouble_with_orders_keeps_no_product_back(scene: Scene) -> None:
    await scene.pool.execute("drop function syncd_contract.receive_order")
    await counter.buy(scene, ("J-S", 1))
    async with served(scene):
        await holds(
            scene, "select count(*) = 1 from syncd.cursor where last_error like '%receive_order%'"
        )
        await scene.pool.execute("update retail.product set title = 'Ny' where product_id = 1")
        await until(scene, lambda: any(one["title"] == "Ny" for one in scene.state()))
    assert await scene.pool.fetchval("select paused_until from syncd.shop") is None
