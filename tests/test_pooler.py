"""Behind pgbouncer: what works, what is refused, with a real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import asyncpg
import pytest

from syncd.errors import ConfigError
from syncd.postgres import db, pooler
from syncd.postgres.embedded import Server
from syncd.supervisor import House, serve
from tests import poolers, programs
from tests.flows.conftest import JAKKE, LUE, Scene, names, playing
from tests.poolers import Pooler

PATIENCE_S = 20.0


@pytest.fixture
def postgres(embedded: Server) -> Server:
    """One Postgres is enough: poolers are the subject."""
    return embedded


@pytest.fixture
async def between(database_url: str) -> AsyncIterator[Pooler]:
    async with poolers.pooler(database_url) as running:
        yield running


async def opened(url: str) -> None:
    async with db.connect(url, name="tests", size=2) as pool:
        await pool.fetchval("select 1")


@pytest.mark.parametrize("mode", ["transaction", "statement"])
async def test_a_pool_that_takes_sessions_away_is_refused(between: Pooler, mode: str) -> None:
    with pytest.raises(ConfigError, match="pool_mode=transaction") as refused:
        await opened(between.urls[mode])
    assert "pool_mode=session" in str(refused.value.hint)
    assert "test" not in str(refused.value)  # the password


async def test_it_is_refused_while_others_work_through_it(
    between: Pooler, database_url: str
) -> None:
    """Each look may find another session, or the same."""
    url = between.urls["transaction"]
    is_over = anyio.Event()

    async def work() -> None:
        while not is_over.is_set():
            await poolers.write(url, "select pg_sleep(0.001)")

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(work)
        for _ in range(5):
            assert not await pooler.keeps_sessions(url)
        is_over.set()


async def test_it_is_refused_where_sessions_go_round(database_url: str) -> None:
    async with poolers.pooler(database_url, server_round_robin="1", min_pool_size="5") as running:
        assert not await pooler.keeps_sessions(running.urls["transaction"])


async def test_commands_end_with_78_and_the_next_step(between: Pooler, tmp_path: Path) -> None:
    given = {"SYNCD_DATABASE_URL": between.urls["transaction"]}
    code, printed = programs.ran("run", folder=tmp_path, settings=given)
    assert code == 78
    assert "point SYNCD_DATABASE_URL at Postgres itself" in " ".join(printed.split())


async def test_nothing_is_asked_of_a_pooler_that_is_none(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        assert not await pooler.is_between(connection)


async def test_a_frozen_process_lets_go_of_its_transaction_behind_any_pooler(
    between: Pooler, database_url: str
) -> None:
    for url in (between.urls["session"], database_url):
        async with db.connect(url, name="tests", size=1) as pool:
            assert await pool.fetchval("show idle_in_transaction_session_timeout") == "15s"


async def test_the_daemon_keeps_its_sessions_while_the_backoffice_has_none(
    pool: asyncpg.Pool, between: Pooler, tmp_path: Path
) -> None:
    """The daemon behind pool_mode=session, the Backoffice's writes behind pool_mode=transaction."""
    async with (
        playing(pool, tmp_path) as scene,
        db.connect(between.urls["session"], name="syncd run", size=10) as through,
    ):
        await scene.load(JAKKE, LUE)
        house = House(through, scene.vault, scene.running.url)
        async with anyio.create_task_group() as group:
            group.start_soon(serve, house)
            await until_there(scene, "Jakke", "Lue")
            await poolers.write(
                between.urls["transaction"], "update retail.product set title = title || ' ny'"
            )
            await until_there(scene, "Jakke ny", "Lue ny")
            house.stop.set()
        assert await scene.differences() == []


async def until_there(scene: Scene, *titles: str) -> None:
    with anyio.fail_after(PATIENCE_S):
        while sorted(names(scene.state())) != sorted(titles):
            await scene.pool.fetchval("select 1")
