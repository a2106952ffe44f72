"""Customers, orders fetched by the command line, where no daemon runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from anyio import to_thread

from syncd.postgres import shops
from syncd.postgres.embedded import Server
from tests.flows import counter
from tests.flows.conftest import DOMAIN, Scene, playing
from tests.flows.shelves import here
from tests.test_cli import Shell


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One is enough: what is asked of Postgres is tried on each of them elsewhere."""
    return embedded


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    async with playing(pool, tmp_path) as scene:
        await counter.stocked(scene)
        yield scene


@pytest.fixture
def shell(scene: Scene, tmp_path: Path, database_url: str) -> Shell:
    shell = Shell(tmp_path)
    shell.settings = {
        "SYNCD_DATABASE_URL": database_url,
        "SYNCD_SHOPIFY_URL": scene.running.url,
        "SYNCD_KEY_FILE": str(tmp_path / "key"),
    }
    return shell


async def test_orders_are_fetched_from_here(scene: Scene, shell: Shell) -> None:
    await scene.pool.execute("update syncd.lease set lease_until = '-infinity'")
    for _ in range(2):
        await counter.buy(scene, ("L-1", 1))
    assert await to_thread.run_sync(shell.run, "pull", "orders") == 0, shell.output
    assert f"the Backoffice has 2 orders of {DOMAIN}, refused 0" in shell.output
    assert await scene.pool.fetchval("select count(*) from retail.sales_order") == 2
    since = ("pull", "customers", "--since", "2026-01-01")
    assert await to_thread.run_sync(shell.run, *since) == 0, shell.output
    assert f"the Backoffice has 1 customers of {DOMAIN}" in shell.output


async def test_who_does_not_want_orders_is_told_how_to(scene: Scene, shell: Shell) -> None:
    await scene.pool.execute("update syncd.shop set sync_orders = false")
    assert await to_thread.run_sync(shell.run, "pull", "orders") == 78
    assert "syncd shop sales" in shell.output
    assert [one.sync_orders for one in await shops.all(scene.pool)] == [False]


async def test_what_is_in_the_way_is_told(scene: Scene, shell: Shell) -> None:
    await scene.pool.execute("update syncd.lease set lease_until = '-infinity'")
    await scene.pool.execute("drop function syncd_contract.receive_order")
    await counter.buy(scene, ("L-1", 1))
    assert await to_thread.run_sync(shell.run, "pull", "orders") == 1, shell.output
    assert "not up to date: syncd_contract.receive_order cannot be called" in shell.output


async def test_sales_are_switched_once_the_app_may(scene: Scene, shell: Shell) -> None:
    asked = ("shop", "sales", DOMAIN, "--fulfil", "--no-orders")
    assert await to_thread.run_sync(shell.run, *asked) == 0, shell.output
    (shop,) = await shops.all(scene.pool)
    assert (shop.sync_customers, shop.sync_orders, shop.fulfil_orders) == (True, False, True)
    options = scene.running.shop.options
    scopes = ("read_products", "read_orders", "read_locations", "read_publications")
    scene.running.shop.options = replace(options, scopes=scopes)
    lacking = ("shop", "sales", DOMAIN, "--orders", "--fulfil")
    assert await to_thread.run_sync(shell.run, *lacking) == 78
    assert "lacks scopes: read_customers, read_merchant_managed" in shell.output
    (shop,) = await shops.all(scene.pool)
    assert not shop.sync_orders


async def test_counts_are_brought_in_step_from_here(scene: Scene, shell: Shell) -> None:
    await scene.pool.execute("update syncd.lease set lease_until = '-infinity'")
    assert await to_thread.run_sync(shell.run, "shop", "stock", DOMAIN, "--off") == 0
    assert await to_thread.run_sync(shell.run, "pull", "stock") == 78
    assert "syncd shop stock" in shell.output
    led = ("shop", "stock", DOMAIN, "--on", "--direction", "from_shopify")
    assert await to_thread.run_sync(shell.run, *led) == 0, shell.output
    assert "overwrite the warehouse's, till sales too" in shell.output
    two_way = ("shop", "stock", DOMAIN, "--on", "--direction", "two_way")
    assert await to_thread.run_sync(shell.run, *two_way) == 0, shell.output
    await counter.buy(scene, ("L-1", 2))
    assert await to_thread.run_sync(shell.run, "pull", "stock") == 0, shell.output
    assert f"3 counts of {DOMAIN} agreed on, 0 to be mended" in shell.output
    assert await here(scene, "L-1") == 3
