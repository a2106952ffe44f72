"""Nodes of the service as processes of their own, each behind a proxy, to be killed and frozen."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import asyncpg
from anyio.abc import Process

from tests import programs
from tests.proxies import Call, Proxy

LOOKS = 150  # questions to the database in which nothing moves: it does not move
BURY_LEASES = """
update syncd.lease
set lease_until = '-infinity'
where split_part(node, ':', 2) = any($1)
  and lease_until > syncd.clock()
"""
BURY_CLAIMS = """
update syncd.change
set claimed_until = syncd.clock()
where change_id = any(array(
  select change_id
  from syncd.change
  where split_part(claimed_by, ':', 2) = any($1)
    and claimed_until > syncd.clock()
  for update skip locked
))
"""
BURY_SIGNS = "delete from syncd.node where split_part(name, ':', 2) = any($1)"
HOLDS = "select exists (select from syncd.lease where split_part(node, ':', 2) = $1)"


@dataclass(slots=True)
class Node:
    """A node as it runs; `ending` takes its proxy away."""

    process: Process
    proxy: Proxy
    ending: AsyncExitStack


@dataclass(slots=True)
class Nodes:
    """Some places for nodes; one that died or gave up is replaced, as systemd would.

    For the dead time passes at once: when no call of theirs is on its way any more, their leases
    and claims are ended. Nothing is turned for the living, whose own clocks go on as they do.
    """

    pool: asyncpg.Pool
    environment: Mapping[str, str]
    shops: Mapping[str, str]
    session: aiohttp.ClientSession
    logs: Path
    book: list[Call] = field(default_factory=list)
    running: dict[str, Node] = field(default_factory=dict)
    frozen: str = ""
    started: int = 0
    froze: int = 0
    _buried: deque[str] = field(default_factory=lambda: deque(maxlen=4))
    _dying: list[Node] = field(default_factory=list)

    async def start(self, place: str) -> None:
        self.started += 1
        ending = AsyncExitStack()
        proxy = Proxy(f"{place}{self.started}", self.shops, self.book, self.session)
        await ending.enter_async_context(proxy.listening())
        given = {**self.environment, "SYNCD_SHOPIFY_URL": proxy.url}
        process = await programs.daemon(given, self.logs / f"{proxy.node}.log")
        self.running[place] = Node(process, proxy, ending)

    async def kill(self, place: str) -> None:
        """SIGKILL, and another one in its place."""
        node = self.running[place]
        node.process.kill()
        assert await node.process.wait() == -signal.SIGKILL
        self._dying.append(node)
        await self.start(place)

    def send(self, place: str, number: signal.Signals) -> None:
        os.kill(self.running[place].process.pid, number)

    async def freeze(self, place: str) -> bool:
        """Stop a node that waits for answers of a shop, all of its calls carried out.

        One that is stopped between its last look at the clock and the sending of a call cannot be
        kept from sending it afterwards, by no lease: so it is stopped where it does neither.
        Returns whether there was such a moment.
        """
        proxy = self.running[place].proxy
        proxy.close_gate()
        seen, still, looks = 0, 0, 0
        while still < LOOKS and looks < 10 * LOOKS:
            await self.look()
            is_still = proxy.parked > 0 and proxy.under_way == 0 and proxy.calls == seen
            still, seen, looks = still + 1 if is_still else 0, proxy.calls, looks + 1
        if still >= LOOKS:
            self.send(place, signal.SIGSTOP)
            self.frozen = place
            self.froze += 1
        proxy.open_gate()
        return still >= LOOKS

    async def is_overdue(self) -> bool:
        """Whether all leases of the frozen node are another's by now."""
        pid = str(self.running[self.frozen].process.pid)
        return not await self.pool.fetchval(HOLDS, pid)

    def thaw(self) -> None:
        self.send(self.frozen, signal.SIGCONT)
        self.frozen = ""

    async def look(self) -> None:
        """Bury the dead, replace who gave up; at least one question to the database."""
        for place, node in list(self.running.items()):
            if node.process.returncode is not None:
                assert node.process.returncode == os.EX_TEMPFAIL, self.last_words(node)
                self._dying.append(node)
                await self.start(place)
        for node in [one for one in self._dying if one.proxy.is_quiet]:
            self._dying.remove(node)
            self._buried.append(str(node.process.pid))
            await node.ending.aclose()
        for statement in (BURY_LEASES, BURY_CLAIMS, BURY_SIGNS):
            await self.pool.execute(statement, [*self._buried])

    def last_words(self, node: Node) -> str:
        return (self.logs / f"{node.proxy.node}.log").read_text()[-3000:]

    async def stop(self) -> None:
        """End all cleanly; one that was thawed a moment ago may find its session gone, give up."""
        for node in self.running.values():
            with suppress(ProcessLookupError):
                node.process.terminate()
            code, said = await node.process.wait(), self.last_words(node)
            is_unborn = code == -signal.SIGTERM and not said  # it was still starting
            is_fine = is_unborn or code in (os.EX_OK, os.EX_TEMPFAIL)
            assert is_fine, f"{node.proxy.node} ended with {code}: {said}"


@asynccontextmanager
async def nodes(
    pool: asyncpg.Pool, environment: Mapping[str, str], shops: Mapping[str, str], logs: Path
) -> AsyncIterator[Nodes]:
    """Places for nodes; what still runs at the end of the block is killed."""
    async with aiohttp.ClientSession() as session:
        company = Nodes(pool, environment, shops, session, logs)
        try:
            yield company
        finally:
            left = [*company.running.values(), *company._dying]
            for node in left:
                if node.process.returncode is None:
                    node.process.kill()
                    await node.process.wait()
                await node.ending.aclose()
