"""A daemon with many lives: caught in the middle of something, killed there, started again."""

from __future__ import annotations

import random
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import anyio
from anyio.abc import Process

from tests import programs
from tests.flows.conftest import TOKEN, Scene
from tests.proxies import Call, Proxy, Snare

PATIENCE_S = 60.0
DEAD_S = 40.0  # by both clocks: longer than leases, claims, and the wait for a lost start
NAME = "syncd run"  # in pg_stat_activity
SESSIONS = """
select count(*)
from pg_stat_activity
where datname = current_database()
  and application_name = $1
"""
WAITS = """
select count(*)
from pg_stat_activity
where datname = current_database()
  and application_name = $1
  and $2 = any(pg_blocking_pids(pid))
"""
BREATH = "select pg_sleep(0.01)"  # between two looks the daemon has the processor
CUT_OFF = """
select pg_terminate_backend(pid)
from pg_stat_activity
where datname = current_database()
  and application_name = $1
  and wait_event_type = 'Lock'
"""


@dataclass(slots=True)
class Life:
    """One life of the daemon; `holding` is what it is held by, let go when it is dead."""

    scene: Scene
    proxy: Proxy
    chance: random.Random
    log: Path
    holding: AsyncExitStack
    process: Process | None = None
    locker: int = 0

    async def value(self, question: str, *values: object) -> Any:
        """The answer of the database; each is a look whether the daemon still runs."""
        if self.process is not None and self.process.returncode is not None:
            raise AssertionError(f"the daemon ended by itself: {self.last_words()}")
        return await self.scene.pool.fetchval(question, *values)

    async def until(self, question: str, *values: object) -> None:
        while not await self.value(question, *values):
            await self.scene.pool.execute(BREATH)

    def snare(self, document: str, *, nth: int = 1, is_before: bool = False) -> Snare:
        snare = Snare(document, nth, is_before)
        self.proxy.snares.append(snare)
        return snare

    async def lock(self, statement: str, *values: object) -> None:
        """Hold what the statement locks until the daemon is dead."""
        connection = await self.holding.enter_async_context(self.scene.pool.acquire())
        await self.holding.enter_async_context(connection.transaction())
        await connection.execute("set local idle_in_transaction_session_timeout = 0")
        assert (await connection.execute(statement, *values)) not in ("SELECT 0", "UPDATE 0")
        self.locker = await connection.fetchval("select pg_backend_pid()")

    async def blocked(self) -> None:
        """Wait until the daemon waits for the lock."""
        await self.until(WAITS, NAME, self.locker)

    def last_words(self) -> str:
        return self.log.read_text()[-3000:]


@dataclass(slots=True)
class Lives:
    """One after the other; `book` has the calls that reached the shop, of all of them."""

    scene: Scene
    given: Mapping[str, str]
    database: str
    folder: Path
    session: aiohttp.ClientSession
    chance: random.Random
    book: list[Call] = field(default_factory=list)
    lived: int = 0

    async def die(self, moment: Callable[[Life], Awaitable[None]], name: str) -> None:
        """Live until that moment; SIGKILL."""
        await self._live(moment, name, self._kill)

    async def live(self, question: str, *values: object) -> None:
        """Live until the database says yes; SIGTERM."""

        async def over(life: Life) -> None:
            await life.until(question, *values)

        await self._live(over, "the end", self._end)

    async def _live(
        self,
        moment: Callable[[Life], Awaitable[None]],
        name: str,
        end: Callable[[Life], Awaitable[None]],
    ) -> None:
        self.lived += 1
        shops = {TOKEN: self.scene.running.url}
        proxy = Proxy(f"life {self.lived}", shops, self.book, self.session)
        async with proxy.listening(), AsyncExitStack() as holding:
            life = Life(self.scene, proxy, self.chance, self.folder / f"{self.lived}.log", holding)
            try:
                with anyio.fail_after(PATIENCE_S):
                    async with anyio.create_task_group() as group:
                        group.start_soon(self._start, life)
                        await moment(life)
            except BaseException as error:
                if life.process is not None:
                    life.process.kill()
                if isinstance(error, TimeoutError):
                    raise AssertionError(f"{name} never came: {life.last_words()}") from error
                raise
            await end(life)

    async def _start(self, life: Life) -> None:
        given = {**self.given, "SYNCD_SHOPIFY_URL": life.proxy.url}
        life.process = await programs.daemon(given, life.log)

    async def _kill(self, life: Life) -> None:
        """What is on its way arrives, then time passes for all that it held."""
        assert life.process is not None
        life.process.kill()
        assert await life.process.wait() == -signal.SIGKILL, life.last_words()
        if self.chance.random() < 0.5:  # else the statement is carried out, though nobody waits
            await self.scene.pool.execute(CUT_OFF, NAME)
        await self._bury(life)
        await self.scene.tell("clock", {"advance_s": DEAD_S})
        await self.scene.pool.execute(
            f"alter database {self.database} set syncd.clock_offset = '{self.lived * DEAD_S} s'"
        )

    async def _end(self, life: Life) -> None:
        assert life.process is not None
        life.process.terminate()
        assert await life.process.wait() == 0, life.last_words()
        await self._bury(life)

    async def _bury(self, life: Life) -> None:
        """Let go what held it, until nothing of it is left in database or shop."""
        await life.holding.aclose()
        for snare in life.proxy.snares:
            snare.opened.set()
        with anyio.fail_after(PATIENCE_S):
            while not life.proxy.is_quiet or await self.scene.pool.fetchval(SESSIONS, NAME):
                await self.scene.pool.execute(BREATH)
