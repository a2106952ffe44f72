"""The database as it was yesterday, the shop as of today: equal again, with nothing twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from syncd.demo.proof import Difference
from syncd.postgres import backoffice, db, leases, outbox
from syncd.postgres import embedded as servers
from syncd.postgres.embedded import Server
from tests import leasing
from tests.conftest import missing
from tests.flows import counter
from tests.flows.conftest import ACCOUNT, LUE, Scene, names, playing, variant
from tests.flows.running import counts, resync
from tests.postgres import dumps

VOTTER = replace(LUE, handle="votter", title="Votter", variants=(variant(sku="V-1"),))
SOKK = replace(LUE, handle="sokk", title="Sokk", variants=(variant(sku="S-1"),))
HELD_S = 30.0
TOMORROW = "alter database {} set syncd.clock_offset = '1 day'"


@pytest.fixture(params=["same cluster", "another cluster"])
def server(request: pytest.FixtureRequest) -> Server:
    """Where syncd runs until the backup; it is restored into the embedded server."""
    if request.param == "another cluster" and (reason := missing("postgres15")):
        pytest.skip(reason)
    name = "embedded" if request.param == "same cluster" else "debian"
    server: Server = request.getfixturevalue(name)
    return server


@pytest.fixture
def postgres(server: Server) -> Server:
    return server


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    async with playing(pool, tmp_path) as scene:
        await counter.stocked(scene)
        yield scene


async def in_flight(scene: Scene) -> None:
    """A node dies with the change of a new product in its hands."""
    await scene.load(VOTTER)
    while (await leasing.route_once(scene.pool)).events:
        pass
    await leasing.leave_all(scene.pool)
    lease = await leases.take(scene.pool, "old", shop_id=scene.shop.shop_id, lease_s=HELD_S)
    assert lease is not None
    assert await outbox.claim(scene.pool, lease, lease_s=HELD_S, most=10)


async def a_day(scene: Scene) -> None:
    """What happened after the backup: sent, made, bought; none of it is in the backup."""
    await scene.pool.execute(
        "update syncd.lease set lease_until = '-infinity';"
        " update syncd.change set claimed_until = '-infinity' where claimed_by is not null"
    )
    await scene.pool.execute("update retail.price set list_price = 777")
    await scene.pool.execute("update retail.product set title = 'Varm jakke' where product_id = 1")
    await scene.load(SOKK)
    await scene.push()
    await counter.buy(scene, ("L-1", 1))
    await counter.pulled(scene)
    assert sorted(names(scene.state())) == ["Lue", "Sokk", "Varm jakke", "Votter"]


async def restored(scene: Scene, target: Server, backup: bytes) -> str:
    url = await servers.create_database(target, "restored")
    await dumps.run(target, "pg_restore", url, "--exit-on-error", given=backup)
    async with db.connect(url, name="tests", size=1) as pool:
        await pool.execute(TOMORROW.format("restored"))
    return url


async def test_a_database_restored_to_yesterday_ends_equal_with_the_shop_and_nothing_twice(
    scene: Scene, server: Server, embedded: Server, database_url: str
) -> None:
    await counter.buy(scene, ("J-S", 1))
    await counter.pulled(scene)
    await in_flight(scene)
    backup = await dumps.run(server, "pg_dump", database_url, "--format=custom")
    await a_day(scene)
    url = await restored(scene, embedded, backup)
    try:
        async with db.connect(url, name="tests", size=6) as pool:
            scene.pool = pool
            await goes_on(scene)
    finally:
        await drop(embedded)


async def goes_on(scene: Scene) -> None:
    """The first hours on the restored database, as sql/README.md says what to do."""
    await scene.push()  # the change that was in the dead node's hands, although it was sent
    run = await resync(scene)
    assert run.only_there == 1  # Sokk, which the Backoffice has forgotten
    assert {one.field.rpartition(" ")[2] for one in await apart(scene)} == {"price"}
    await resync(scene, with_prices=True)  # what was sent since looks like the merchant's
    assert await apart(scene) == []
    assert sorted(names(scene.state())) == ["Jakke", "Lue", "Sokk", "Votter"]
    await counter.due(scene)
    await counter.pulled(scene)
    assert await scene.pool.fetchval("select count(*) from retail.sales_order") == 2
    await scene.load(SOKK)  # entered once more, under the same key
    await scene.push()
    assert await scene.differences() == []
    assert sorted(names(scene.state())) == ["Jakke", "Lue", "Sokk", "Votter"]
    assert counts(await resync(scene)) == {"same": 4}


async def apart(scene: Scene) -> list[Difference]:
    """What is not equal of the Backoffice's own products."""
    keys = await backoffice.product_keys(scene.pool, ACCOUNT)
    return [one for one in await scene.differences() if one.key in keys]


async def drop(server: Server) -> None:
    await servers.drop_database(server, "restored")
