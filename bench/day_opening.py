"""The shop in the morning: filled, equal on both sides, webhooks asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import anyio

from bench.day_demand import WAREHOUSE, Demand, Size
from bench.day_ledger import Ledger
from bench.day_service import Service
from bench.day_stage import ACCOUNT, Hand, Stage, Turned, turned
from syncd.flows import carry_run, onboard, push, stock
from syncd.flows.onboard import Wishes
from syncd.postgres import leases, reference, router, runs, shops
from syncd.records import Shop
from syncd.sandbox import server as sandbox
from syncd.sandbox.options import ShopOptions
from syncd.shopify import client as shopify
from syncd.shopify import identity
from syncd.shopify.client import Client
from syncd.vault import Vault

DOMAIN, TOKEN = "day.myshopify.com", "shpat_day"
OPTIONS = ShopOptions(domain=DOMAIN, token=TOKEN, plan="enterprise")


async def filled(people: Turned, client: Client, demand: Demand, *, sealed: bytes) -> Shop:
    """The Backoffice with its goods, the shop with the same: made by a resync, counts agreed on."""
    pool = people.pool
    await reference.install(pool)
    report = await reference.load(pool, demand.catalogue, account_id=ACCOUNT)
    if report.problems:
        raise RuntimeError(f"not loaded: {report.problems[:3]}")
    wishes = Wishes(
        DOMAIN,
        ACCOUNT,
        "nett",
        WAREHOUSE,
        sync_stock=True,
        stock_direction="two_way",
        is_empty=True,
    )
    shop = await onboard.add(pool, client, wishes, sealed=sealed)
    settings = "sync_orders = true, guard_zero_percent = $1"
    await pool.execute(f"update syncd.shop set {settings}", demand.size.guard_percent)
    await identity.declare(client)
    held = [await leases.take(pool, "filling", shop_id=one) for one in (None, shop.shop_id)]
    routing, lease = held
    assert routing is not None and lease is not None  # nobody else is here
    while (await router.route_once(pool, routing)).events:
        pass
    await pool.execute("delete from syncd.change")
    run_id = await runs.ask(pool, shop.shop_id)
    assert run_id is not None
    while (run := await runs.find(pool, run_id)) is not None and run.ended_at is None:
        wait_s = await carry_run.advance_once(pool, client, shop, lease)
        await leases.renew(pool, [routing, lease])
        if not await push.push_once(pool, client, shop, lease):
            await anyio.sleep(min(wait_s or 0.0, 0.2))
    while await stock.stock_once(pool, client, shop, lease):
        await leases.renew(pool, [routing, lease])
    await leases.leave(pool, [routing, lease])
    found = await shops.find(pool, DOMAIN)
    assert found is not None
    return found


@asynccontextmanager
async def opened(url: str, folder: Path, demand: Demand) -> AsyncIterator[Service]:
    """The shop in the morning: both sides equal, webhooks asked for, nothing due, syncd awake."""
    vault = Vault.open(folder / "key", create=True)
    async with (
        turned(url, Hand(), size=3) as people,
        sandbox.running(OPTIONS) as running,
        aiohttp.ClientSession(running.url) as session,
    ):
        async with shopify.connect(DOMAIN, TOKEN, url=running.url) as client:
            shop = await filled(people, client, demand, sealed=vault.seal(TOKEN))
        stage = Stage(people, session, running, demand, Ledger(demand.start))
        await stage.learn()
        service = Service(url, TOKEN, stage, shop, vault)
        await service.wire(OPTIONS.api_secret)
        try:
            await service.rise()
            await service.work()  # subscribes, pulls for the first time
            if apart := await stage.differing(range(len(demand.skus))):
                raise RuntimeError(f"{len(apart)} counts differ before the first sale")
            await stage.ask("faults", faults(demand.size))
            service.forget_costs()
            yield service
        finally:
            await service.end()


def faults(size: Size) -> list[dict[str, Any]]:
    """What befalls webhooks, each by a seed of its own."""
    chances = {"dropped": 0.10, "doubled": 0.05, "late": 0.05}
    found: list[dict[str, Any]] = [
        {
            "kind": f"webhook_{fate}",
            "probability": chance,
            "times": None,
            "seed": f"{size.seed} {fate}",
        }
        for fate, chance in chances.items()
    ]
    found[-1]["seconds"] = size.late_s
    return found
