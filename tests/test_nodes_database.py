"""Nodes whose connections die or fall silent: nothing is lost, and nothing waits for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import asyncpg
import pytest
from anyio.abc import SocketStream

from syncd.postgres import db
from syncd.postgres.embedded import Server
from syncd.supervisor import House, serve
from tests import leasing
from tests.flows.conftest import JAKKE, LUE, OPTIONS, Scene, playing
from tests.nodes import nodes
from tests.test_crash import environment

PATIENCE_S = 150.0  # five starts of a process, on a machine that has other work too
CUTS = 4
SOON_S = 5.0  # a look a second, on a machine that has other work too
TERMINATE = """
select count(pg_terminate_backend(pid))
from pg_stat_activity
where application_name = 'syncd run' and datname = current_database()
"""
WAITS = """
select exists (select from syncd.change)
  or (select waiting_since is not null from syncd.router_lag)
"""
LISTENS = """
select exists (
  select
  from pg_stat_activity
  where datname = current_database() and application_name = 'deaf' and query ~* '^listen'
)
"""


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here: tests/postgres asks each for every statement."""
    return embedded


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    async with playing(pool, tmp_path) as scene:
        yield scene


@pytest.mark.timeout(300)
async def test_a_node_that_loses_the_database_ends_with_75_and_goes_on_when_started_again(
    scene: Scene, database_url: str, tmp_path: Path
) -> None:
    shops = {OPTIONS.token: scene.running.url}
    given = environment(scene, database_url, tmp_path)
    await scene.load(JAKKE, LUE)
    async with nodes(scene.pool, given, shops, tmp_path) as running:
        await running.start("a")
        with anyio.fail_after(PATIENCE_S):
            for number in range(CUTS):
                started = running.started
                await scene.pool.execute("update retail.product set title = $1", f"Ny {number}")
                while running.running["a"].proxy.calls == 0:
                    await running.look()
                assert await scene.pool.fetchval(TERMINATE) > 0
                while running.started == started:  # look() holds that it ended with 75
                    await running.look()
            while running.running["a"].proxy.calls == 0:
                await running.look()
            while await scene.pool.fetchval(WAITS):
                await running.look()
        await running.stop()
    assert await scene.differences() == []


class Deaf:
    """Passes bytes between a pool and Postgres; a connection that listens hears no answer more."""

    def __init__(self, host: str, port: int) -> None:
        self.place = host, port
        self.swallowed = 0

    async def serve(self, client: SocketStream) -> None:
        is_deaf = anyio.Event()
        async with (
            client,
            await anyio.connect_tcp(*self.place) as server,
            anyio.create_task_group() as group,
        ):
            group.start_soon(self._pass, client, server, is_deaf, group.cancel_scope)
            group.start_soon(self._pass, server, client, is_deaf, group.cancel_scope)

    async def _pass(
        self,
        source: SocketStream,
        target: SocketStream,
        is_deaf: anyio.Event,
        scope: anyio.CancelScope,
    ) -> None:
        try:
            while True:
                given = await source.receive()
                if given[:1] == b"A":  # NotificationResponse
                    is_deaf.set()  # the first message for its listener, and all after it
                if is_deaf.is_set():
                    self.swallowed += 1
                else:
                    await target.send(given)
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            scope.cancel()


@asynccontextmanager
async def deaf_pool(url: str) -> AsyncIterator[tuple[asyncpg.Pool, Deaf]]:
    parts = urlsplit(url)
    deaf = Deaf(parts.hostname or "", parts.port or 5432)
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    there = url.replace(f":{parts.port}/", f":{port}/").replace(str(parts.hostname), "127.0.0.1")
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, deaf.serve)
        async with db.connect(there, name="deaf", size=8) as pool:
            yield pool, deaf
        group.cancel_scope.cancel()


async def test_a_node_that_hears_no_message_finds_the_news_by_itself(
    scene: Scene, database_url: str
) -> None:
    """The test is the router, so that the pump is woken by a message or by its own look."""
    await leasing.router_lease(scene.pool)
    async with deaf_pool(database_url) as (pool, deaf), anyio.create_task_group() as group:
        house = House(pool, scene.vault, scene.running.url)
        group.start_soon(serve, house)
        with anyio.fail_after(PATIENCE_S):
            while not await scene.pool.fetchval(LISTENS):
                pass
        for number, goods in enumerate((JAKKE, LUE), start=1):
            await scene.load(goods)
            while (await leasing.route_once(scene.pool)).events:
                pass
            with anyio.fail_after(SOON_S):
                while len(scene.state()) < number:
                    await scene.pool.fetchval("select 1")
        assert deaf.swallowed > 0
        house.stop.set()
    assert await scene.differences() == []
