"""Nodes and the Backoffice are killed and frozen at random moments; nothing is lost or goes back.

Two nodes, two shops of one account, each node behind a proxy of its own that notes its calls.
`make soak` does it with KILLS=200 EVENTS=200000.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import asyncpg
import pytest
from anyio.abc import Process

from syncd.catalogue.entries import ProductEntry
from syncd.postgres.embedded import Server
from tests import scribe
from tests.flows.conftest import OPTIONS, Scene, playing, variant
from tests.nodes import Nodes, nodes
from tests.proxies import overlaps, steps_back
from tests.test_crash import environment

KILLS = int(os.environ.get("KILLS", "20"))
EVENTS = int(os.environ.get("EVENTS", "2000"))
PRODUCTS = 30
PATIENCE_S = 100.0
WORK_S = 15.0  # in which a node has begun, if it may
OTHER = replace(OPTIONS, domain="vidda.myshopify.com", token="shpat_other")
COUNT = "select count(*) from syncd.outbox"
DEAD = "select key, cause, error from syncd.dead"
PAUSES = "select domain, paused_reason from syncd.shop where paused_reason is not null"
IS_DRAINED = f"""
select (select waiting_since is null from syncd.router_lag)
  and not exists (select from syncd.change)
  and not exists (
    select
    from pg_stat_activity
    where datname = current_database()
      and application_name = '{scribe.NAME}'
  )
"""
UNGUARDED = "update syncd.shop set guard_price_falls_percent = 100"  # nobody would answer
TITLES = "select product_id::text as key, title from retail.product"

pytestmark = pytest.mark.timeout(120 + 24 * KILLS)


@dataclass
class Company:
    """Two nodes and a writer, to be killed in turn."""

    nodes: Nodes
    writing: Callable[[int], Awaitable[Process]]
    chance: random.Random
    writer: Process

    async def moment(self) -> None:
        """Some time passes: so many calls, or so many questions to the database."""
        calls = len(self.nodes.book) + self.chance.randint(1, 60)
        for _ in range(self.chance.randint(20, 150)):
            await self.nodes.look()
            if len(self.nodes.book) >= calls:
                return

    async def strike(self, number: int) -> None:
        """Kill or freeze somebody; one in twenty is frozen for longer than a lease."""
        await self.moment()
        awake = [place for place in self.nodes.running if place != self.nodes.frozen]
        place = self.chance.choice(awake)
        match self.chance.random():
            case _ if self.nodes.froze <= number // 20 and not self.nodes.frozen:
                if not (await self.at_work(*awake) and await self.nodes.freeze(place)):
                    await self.nodes.kill(place)
            case luck if luck < 0.35:
                self.writer.kill()
                assert await self.writer.wait() == -signal.SIGKILL
                self.writer = await self.writing(number)
            case luck if luck < 0.55:
                self.nodes.send(place, signal.SIGSTOP)
                await self.moment()
                self.nodes.send(place, signal.SIGCONT)
            case luck:
                if luck < 0.9:  # the others die while they start
                    await self.at_work(place)
                    await self.moment()
                await self.nodes.kill(place)
        if self.nodes.frozen and await self.nodes.is_overdue():
            self.nodes.thaw()

    async def at_work(self, *places: str) -> bool:
        """Wait until these nodes call the shops, which need not come to be."""
        with anyio.move_on_after(WORK_S):
            while any(self.nodes.running[place].proxy.calls < 10 for place in places):
                await self.nodes.look()
            return True
        return False

    async def until(
        self, holds: Callable[[], Awaitable[bool]], patience_s: float = PATIENCE_S
    ) -> None:
        with anyio.fail_after(patience_s):
            while not await holds():
                await self.nodes.look()


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here: tests/postgres asks each for every statement."""
    return embedded


@pytest.fixture
async def scenes(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[list[Scene]]:
    async with playing(pool, tmp_path) as one, playing(pool, tmp_path, OTHER) as other:
        yield [one, other]


@asynccontextmanager
async def company(scenes: list[Scene], url: str, folder: Path) -> AsyncIterator[Company]:
    scene = scenes[0]
    log = folder / "log"
    log.touch()

    async def writing(number: int) -> Process:
        program = [sys.executable, "-m", "tests.scribe", url, str(log), str(number)]
        return await anyio.open_process(program, stdout=None, stderr=None)

    shops = {
        options.token: one.running.url
        for options, one in zip((OPTIONS, OTHER), scenes, strict=True)
    }
    given = environment(scene, url, folder)
    async with nodes(scene.pool, given, shops, folder) as running:
        writer = await writing(-1)
        together = Company(running, writing, random.Random(11), writer)
        try:
            for place in ("a", "b"):
                await running.start(place)
            yield together
        finally:
            if together.writer.returncode is None:
                together.writer.kill()
                await together.writer.wait()


async def test_nothing_is_lost_when_nodes_and_writers_die(
    scenes: list[Scene], database_url: str, tmp_path: Path
) -> None:
    pool = scenes[0].pool
    await scenes[0].load(*(goods(number) for number in range(1, PRODUCTS + 1)))
    await pool.execute(scribe.PREPARE)
    await pool.execute(UNGUARDED)
    async with company(scenes, database_url, tmp_path) as together:
        for number in range(KILLS):
            await together.strike(number)
        if together.nodes.frozen:
            await together.until(together.nodes.is_overdue)
            together.nodes.thaw()

        async def is_told() -> bool:
            return bool(await pool.fetchval(COUNT) >= EVENTS)

        async def is_drained() -> bool:
            assert await pool.fetch(DEAD) == []
            return bool(await pool.fetchval(IS_DRAINED))

        await together.until(is_told, PATIENCE_S + EVENTS / 50)
        together.writer.kill()
        await together.writer.wait()
        await together.until(is_drained)
        await together.nodes.stop()
    book = together.nodes.book

    assert await pool.fetch(PAUSES) == []
    assert list(overlaps(book)) == []
    assert list(steps_back(book)) == []
    assert len({call.node for call in book}) > KILLS / 10  # work was passed on
    assert together.nodes.froze > KILLS / 100  # each lasts longer than a lease
    assert {call.shop for call in book} == {scene.running.url for scene in scenes}
    held = {row["key"]: version(row["title"]) for row in await pool.fetch(TITLES)}
    for line in (tmp_path / "log").read_text().splitlines():
        key, noted = line.split()
        assert int(noted) <= held[key]
    for scene in scenes:
        assert await scene.differences() == []
        sent = {
            one["metafields"]["syncd.backoffice_id"]: version(one["title"]) for one in scene.state()
        }
        assert sent == held


def goods(number: int) -> ProductEntry:
    return ProductEntry(
        2, f"vare-{number}", f"Vare {number} v0", "Fjell", (variant(sku=f"V-{number}"),)
    )


def version(title: str) -> int:
    found = scribe.TITLE.fullmatch(title)
    assert found is not None, title
    return int(found.group(2))
