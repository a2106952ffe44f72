"""The primary dies with its last commits; a real standby takes its place."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from syncd.postgres import db, embedded, leases, reference
from syncd.postgres.migrate import migrate
from tests import leasing, standbys
from tests.conftest import missing
from tests.flows import counter
from tests.flows.conftest import JAKKE, LUE, Scene, names, playing
from tests.flows.running import resync
from tests.standbys import Pair

NAME = "backoffice"
VIEWS = """
select c.relname
from pg_class c
where c.relnamespace = 'syncd'::regnamespace and c.relkind = 'v'
order by 1
"""


@pytest.mark.timeout(120)
async def test_what_a_failover_loses_is_found_again(open_folder: Path, tmp_path: Path) -> None:
    if reason := missing("postgres18"):
        pytest.skip(reason)
    async with standbys.pair(open_folder) as both:
        url = await embedded.create_database(both.primary, NAME)
        async with db.connect(url, name="tests", size=6) as pool:
            await migrate(pool)
            await reference.install(pool)
            async with playing(pool, tmp_path) as scene:
                await until_lost(scene, both)
                async with db.connect(both.url(NAME), name="tests", size=6) as promoted:
                    await promoted.execute("select pg_promote()")
                    await goes_on(scene, promoted)


async def until_lost(scene: Scene, both: Pair) -> None:
    """Jakke is on both servers; a price, Lue and a lease only on the one that dies."""
    await scene.load(JAKKE)
    await scene.push()
    async with db.connect(both.url(NAME), name="tests", size=1) as standby:
        await both.followed(scene.pool, standby)
        assert await unreadable(standby) == []
        await both.cut(scene.pool, standby)
    await scene.pool.execute("update retail.price set list_price = 777")
    await scene.load(LUE)
    await scene.push()
    await both.kill()


async def unreadable(standby: asyncpg.Pool) -> list[str]:
    """Views that a report cannot read there."""
    found = []
    for row in await standby.fetch(VIEWS):
        try:
            await standby.fetch(f"select * from syncd.{row['relname']}")
        except asyncpg.PostgresError as error:
            found.append(f"{row['relname']}: {error}")
    return found


async def goes_on(scene: Scene, promoted: asyncpg.Pool) -> None:
    scene.pool = promoted
    assert sorted(names(scene.state())) == ["Jakke", "Lue"]
    run = await resync(scene, with_prices=True)
    assert (run.state, run.only_there) == ("done", 1)  # Lue, lost with its events
    assert {one["price"] for one in scene.variants().values()} == {"499.00"}
    lease = await leasing.shop_lease(promoted, scene.shop.shop_id)
    assert await leases.renew(promoted, [lease]) == []
    await counter.later(scene)  # Shopify's search lags by seconds
    await scene.load(LUE)  # entered once more; numbers went on, so it has another key
    await scene.push()
    cause = "select cause from syncd.change where kind = 'product'"
    assert await promoted.fetchval(cause) == "sku_in_shop"  # a person says whether it is the same
    assert sorted(names(scene.state())) == ["Jakke", "Lue"]
