"""The daemon is killed at random moments of the first send; nothing is lost, nothing is doubled."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import asyncpg
import pytest

from syncd.catalogue import sample
from syncd.postgres import reference
from syncd.postgres.embedded import Server
from tests import programs
from tests.flows.conftest import ACCOUNT, Scene, playing

KILLS = 10
PRODUCTS = 120
PATIENCE_S = 60.0


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here: tests/postgres asks each for every statement."""
    return embedded


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    async with playing(pool, tmp_path) as scene:
        yield scene


def environment(scene: Scene, database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        **programs.bare_environment(),
        "SYNCD_DATABASE_URL": database_url,
        "SYNCD_KEY_FILE": str(tmp_path / "key"),
        "SYNCD_SHOPIFY_URL": scene.running.url,
    }


async def sent_at_least(scene: Scene, count: int) -> None:
    """Wait until the shop holds so many products; each look is a question to the database."""
    with anyio.fail_after(PATIENCE_S):
        while len(scene.running.shop.products) < count:
            await scene.pool.fetchval("select 1")


async def test_kill_9_at_ten_random_moments_of_the_first_send(
    scene: Scene, database_url: str, tmp_path: Path
) -> None:
    await reference.load(scene.pool, sample.catalogue(PRODUCTS), account_id=ACCOUNT)
    chance = random.Random(7)
    moments = sorted(chance.sample(range(1, PRODUCTS - 5), KILLS))
    given = environment(scene, database_url, tmp_path)
    for number, moment in enumerate(moments, start=1):
        daemon = await programs.daemon(given, tmp_path / f"{number}.log")
        await sent_at_least(scene, moment)
        os.kill(daemon.pid, signal.SIGKILL)
        assert await daemon.wait() == -signal.SIGKILL
        # The clock goes on, so that what the dead one held is due again without waiting for it.
        await scene.pool.execute(
            f"alter database {database_url.rsplit('/', 1)[1]}"
            f" set syncd.clock_offset = '{number} min'"
        )
    daemon = await programs.daemon(given, tmp_path / "last.log")
    with anyio.fail_after(PATIENCE_S):
        while await scene.pool.fetchval("select count(*) from syncd.change where kind = 'product'"):
            pass
    daemon.terminate()
    assert await daemon.wait() == 0

    assert await scene.differences() == []
    keys = Counter(product["metafields"]["syncd.backoffice_id"] for product in scene.state())
    assert len(keys) == PRODUCTS
    assert set(keys.values()) == {1}
    pictures = sum(len(product["pictures"]) for product in scene.state())
    assert pictures == await scene.pool.fetchval("select count(*) from retail.image")
