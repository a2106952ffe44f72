"""B7: what one long writing transaction does to everybody else's events."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import asyncpg

from bench import outbox_drain, outbox_ours, peer_process
from bench.outbox_bars import Report
from bench.outbox_drain import Drained
from bench.outbox_ours import OTHER, Moved, Ours
from bench.outbox_pipeline import BATCH, end_to_end
from bench.outbox_server import Lab
from bench.peer_process import Process

KEYS = 10_000
CHUNKS = 3
PROBE_S = 0.1
FEW, FEW_S = 5_000, 10.0  # changes claimed alone after each chunk; the time they may take


@dataclass(slots=True)
class Probe:
    """Another retailer's event each tenth of a second: how long from commit to claim?"""

    ours: Ours
    committed: dict[str, float] = field(default_factory=dict)
    delays_s: list[float] = field(default_factory=list)
    news: anyio.Event = field(default_factory=anyio.Event)

    def told(self, moved: Moved) -> None:
        if self.ours.probe.shop_id in moved.shops:
            self.news.set()

    async def write(self) -> None:
        number = 0
        while True:
            key = f"probe{number}"
            await outbox_ours.copy(self.ours.pool, [key], account=OTHER)
            self.committed[key] = time.perf_counter()
            number += 1
            await anyio.sleep(PROBE_S)

    async def read(self) -> None:
        while True:
            await self.news.wait()
            self.news = anyio.Event()
            changes = await outbox_ours.claim(self.ours, most=100, shop=self.ours.probe)
            now = time.perf_counter()
            for change in changes:
                self.delays_s.append(now - self.committed.pop(change.key, now))
            await outbox_ours.settle(self.ours, changes)

    def longest_s(self) -> float:
        """Of those that still wait, their age counts."""
        now = time.perf_counter()
        return max([0.0, *self.delays_s, *(now - at for at in self.committed.values())])


@asynccontextmanager
async def long_transaction(url: str) -> AsyncIterator[None]:
    """It has written, holds its snapshot, does nothing more."""
    connection = await asyncpg.connect(url)
    try:
        transaction = connection.transaction(isolation="repeatable_read")
        await transaction.start()
        await outbox_ours.call(connection, ["long"])
        yield
        await transaction.rollback()
    finally:
        await connection.close()


async def chunks(
    lab: Lab, ours: Ours, backoffice: Process, size: int, words: str
) -> tuple[list[float], list[Drained]]:
    """End to end, several times; all claims, rates."""
    rates, drains, longest_s = [], [], 0.0
    for _ in range(CHUNKS):
        probe, drained = Probe(ours), Drained()
        async with anyio.create_task_group() as group:
            group.start_soon(probe.write)
            group.start_soon(probe.read)
            rate = await end_to_end(ours, backoffice, size, drained, keys=KEYS, told=probe.told)
            rates.append(rate)
            longest_s = max(longest_s, probe.longest_s())
            group.cancel_scope.cancel()
        await outbox_ours.fill(ours, FEW)
        drained = await outbox_drain.drain(ours, BATCH, limit_s=FEW_S)  # claims with nobody about
        drained.delay_s = longest_s
        drains.append(drained)
        p50_ms = drained.claim_ms(0.5)
        lab.say(
            f"B7 {words}: {rates[-1]:,.0f} events/s, claim p50 {p50_ms:.2f} ms, "
            f"others' longest delay {longest_s:.2f} s"
        )
    return rates, drains


async def measure(lab: Lab, report: Report, size: int) -> None:
    async with lab.our_database("short") as url, outbox_ours.opened(url) as ours:
        with peer_process.started("backoffice", url) as backoffice:
            without, _ = await chunks(lab, ours, backoffice, size, "without")
    async with (
        lab.our_database("long") as url,
        outbox_ours.opened(url) as ours,
        long_transaction(url),
    ):
        with peer_process.started("backoffice", url) as backoffice:
            rates, drains = await chunks(lab, ours, backoffice, size, "with the long transaction")
    p50_ms = [drained.claim_ms(0.5) for drained in drains]
    report.note(
        b7_rate=rates[-1] / rates[0],
        b7_without=statistics.median(rates) / statistics.median(without),
        b7_p50=p50_ms[-1] / p50_ms[0],
        b7_p50_ms=p50_ms[-1],
        b7_delay_s=drains[-1].delay_s,
        b7_events_s=statistics.median(rates),
        b7_without_events_s=statistics.median(without),
        b7_without_last_to_first=without[-1] / without[0],
    )
