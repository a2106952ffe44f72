"""B1 to B5: our outbox beside its peers, one after the other in each round."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import anyio
import asyncpg

from bench import outbox_bare, outbox_drain, outbox_ours, peer_process
from bench.outbox_bare import Bare
from bench.outbox_bars import Report
from bench.outbox_cpu import per
from bench.outbox_drain import SIDE_BY_SIDE, Drained, Settling
from bench.outbox_ours import Ours
from bench.outbox_pipeline import end_to_end
from bench.outbox_rates import Rates
from bench.outbox_server import Lab
from bench.peer_process import PEERS, Process
from syncd.postgres.db import Connection

BATCH = 100
SLOW = {"procrastinate": 10}  # a tenth of the load is long enough to tell its rate
LIMIT_S = 3.0  # of one load: a rate is a rate, however far it came
CLEAN_S = 20.0  # to work off what was left
KEYS = 10_000
STEP = 5_000  # events that the router moves at once


@dataclass(slots=True)
class Sizes:
    """Loads of one round."""

    events: int
    singles: int
    routed: int


@dataclass(slots=True)
class Round:
    """The contenders' databases, open for all rounds."""

    lab: Lab
    sizes: Sizes
    ours: Ours
    backoffice: Process
    bare: Bare
    peers: dict[str, tuple[Process, Process]]
    urls: dict[str, str]
    rates: Rates = field(default_factory=Rates)
    number: int = -1  # round 0 warms up

    async def run(self) -> None:
        self.number += 1
        for name in PEERS:
            await self.peer(name)
        self.rates.add("single", "bare", await self.bare.write_singly(self.sizes.singles))
        await self.bare.fill(self.sizes.events)
        cpu_s = self.lab.cpu_s()
        rate = await self.bare.drain(BATCH)
        self.rates.add("cpu_settle", "bare", per(self.sizes.events, self.lab.cpu_s() - cpu_s))
        self.rates.add("settle", "bare", rate)
        await self.bare.fill(self.sizes.events)
        self.rates.add("settle", "bare_alone", await self.bare.drain_alone(BATCH))
        await self.own()

    def told(self, name: str, **rates: float) -> None:
        words = ", ".join(f"{measure} {value:,.0f}" for measure, value in rates.items())
        self.lab.say(f"round {self.number} {name:14}{words} /s")
        for measure, value in rates.items():
            self.rates.add(measure, name, value)

    async def peer(self, name: str) -> None:
        """One process enqueues and drains; then one does each at the same time."""
        one, other = self.peers[name]
        slow = SLOW.get(name, 1)
        count, singles = self.sizes.events // slow, self.sizes.singles // slow
        pids = one.process.pid, other.process.pid
        marks = [self.lab.cpu_s(*pids)]
        enqueued = await one.order("enqueue", count=count, batch=BATCH, limit_s=LIMIT_S)
        marks.append(self.lab.cpu_s(*pids))
        single = await one.order("enqueue", count=singles, batch=1, limit_s=LIMIT_S)
        waiting = enqueued["count"] + single["count"]
        marks.append(self.lab.cpu_s(*pids))
        drained = await one.order("drain", count=waiting, limit_s=LIMIT_S)
        marks.append(self.lab.cpu_s(*pids))
        await one.order("drain", count=waiting - drained["count"], limit_s=CLEAN_S)
        await vacuum(self.urls[name])
        marks.append(self.lab.cpu_s(*pids))
        consumed: list[dict[str, float]] = []

        async def consume() -> None:
            consumed.append(await one.order("drain", count=count, limit_s=LIMIT_S))

        async with anyio.create_task_group() as group:
            group.start_soon(consume)
            await anyio.sleep(0.5)  # it listens by then
            produced = await other.order("enqueue", count=count, batch=BATCH, limit_s=LIMIT_S)
        self.told(
            name,
            batch=_rate(enqueued),
            single=_rate(single),
            settle=_rate(drained),
            end=consumed[0]["count"] / (consumed[0]["ended"] - produced["began"]),
            cpu_batch=per(enqueued["count"], marks[1] - marks[0]),
            cpu_settle=per(drained["count"], marks[3] - marks[2]),
            cpu_end=per(consumed[0]["count"], self.lab.cpu_s(*pids) - marks[4]),
        )
        left = produced["count"] - consumed[0]["count"]
        await one.order("drain", count=left, limit_s=CLEAN_S)
        await vacuum(self.urls[name])

    async def own(self) -> None:
        events, singles = self.sizes.events, self.sizes.singles
        copy = await self.enqueue(outbox_ours.copy, events, BATCH)
        single = await self.enqueue(outbox_ours.copy, singles, 1)
        call = await self.enqueue(outbox_ours.call, events, BATCH)
        single_call = await self.enqueue(outbox_ours.call, singles, 1)
        unnest = await self.enqueue(outbox_ours.unnest, events, BATCH)
        await self.drain_router()
        settle = await self.drain(outbox_ours.settle)
        await self.enqueue(outbox_ours.unnest, events, BATCH)
        await self.drain_router()
        noted = await self.drain(outbox_ours.settle_with_history)
        self.told(
            "ours",
            batch=copy,
            settle=settle,
            end=await self.through("cpu_end"),
            end_10k=await self.through("cpu_end_10k", KEYS),
        )
        self.told(
            "ours",
            batch_call=call,
            batch_unnest=unnest,
            single_copy=single,
            single_call=single_call,
            settle_history=noted,
            router=await self.route(),
        )

    async def enqueue(
        self,
        way: Callable[[Connection, Sequence[str]], Awaitable[None]],
        count: int,
        batch: int,
    ) -> float:
        async with self.ours.pool.acquire() as connection:
            cpu_s, began, made = self.lab.cpu_s(), time.perf_counter(), 0
            while made < count and time.perf_counter() - began < LIMIT_S:
                size = min(batch, count - made)
                await way(connection, [f"p{made + place}" for place in range(size)])
                made += size
            rate = made / (time.perf_counter() - began)
            if way is outbox_ours.copy and batch == BATCH:
                self.rates.add("cpu_batch", "ours", per(made, self.lab.cpu_s() - cpu_s))
            return rate

    async def drain_router(self) -> int:
        events = 0
        while moved := (await outbox_ours.route(self.ours, STEP)).events:
            events += moved
        return events

    async def drain(self, settling: Settling) -> float:
        """Changes a second; what LIMIT_S leaves over is worked off untimed."""
        cpu_s = self.lab.cpu_s()
        drained = await outbox_drain.drain(
            self.ours, BATCH, settling, limit_s=LIMIT_S, side_by_side=SIDE_BY_SIDE
        )
        measure = f"cpu_{settling.__name__}"
        self.rates.add(measure, "ours", per(drained.changes, self.lab.cpu_s() - cpu_s))
        await self.clean()
        return drained.changes_s

    async def clean(self) -> None:
        await self.drain_router()
        await outbox_drain.drain(self.ours, STEP, limit_s=CLEAN_S)
        await vacuum(self.urls["ours"])

    async def through(self, measure: str, keys: int = 0) -> float:
        pids = os.getpid(), self.backoffice.process.pid
        drained, cpu_s = Drained(), self.lab.cpu_s(*pids)
        rate = await end_to_end(
            self.ours, self.backoffice, self.sizes.events, drained, keys=keys, limit_s=2 * LIMIT_S
        )
        self.rates.add(measure, "ours", per(drained.events, self.lab.cpu_s(*pids) - cpu_s))
        await self.clean()
        return rate

    async def route(self) -> float:
        """Events over 10,000 keys, into an empty set of changes."""
        keys = [f"k{random.randrange(KEYS)}" for _ in range(self.sizes.routed)]
        for first in range(0, len(keys), 1000):
            await outbox_ours.copy(self.ours.pool, keys[first : first + 1000])
        began = time.perf_counter()
        events = await self.drain_router()
        rate = events / (time.perf_counter() - began)
        for _ in range(200):
            began = time.perf_counter()
            await outbox_ours.route(self.ours, STEP)
            self.rates.add("poll_ms", "ours", 1_000 * (time.perf_counter() - began))
        await self.clean()
        return rate


async def vacuum(url: str) -> None:
    """Each load meets a database as autovacuum leaves it; what wear does is another question."""
    connection = await asyncpg.connect(url)
    await connection.execute("vacuum analyze")
    await connection.close()


def _rate(answer: dict[str, float]) -> float:
    seconds = answer["ended"] - answer["began"]
    return answer["count"] / seconds if seconds > 0 else 0.0


async def measure(lab: Lab, report: Report, sizes: Sizes, rounds: int) -> None:
    """Run the rounds, after a small one that only warms up."""
    async with AsyncExitStack() as stack:
        peers, urls = {}, {}
        for name in PEERS:
            urls[name] = url = await lab.database(name)
            pair = [stack.enter_context(peer_process.started(name, url)) for _ in "ab"]
            await pair[0].order("install")
            peers[name] = (pair[0], pair[1])
        urls["ours"] = url = await stack.enter_async_context(lab.our_database("rounds"))
        ours = await stack.enter_async_context(outbox_ours.opened(url))
        backoffice = stack.enter_context(peer_process.started("backoffice", url))
        bare = await stack.enter_async_context(outbox_bare.opened(await lab.database("bare")))
        small = Sizes(sizes.events // 10, sizes.singles // 10, sizes.routed // 10)
        contest = Round(lab, small, ours, backoffice, bare, peers, urls)
        await contest.run()
        contest.sizes, contest.rates = sizes, Rates()
        for _ in range(rounds):
            await contest.run()
    _note(report, contest.rates)


def _note(report: Report, rates: Rates) -> None:
    report.note(
        b1_copy=rates.ratio("batch"),
        b2_single=max(rates.ratio("single_copy", "single"), rates.ratio("single_call", "single")),
        b3_settle=rates.ratio("settle"),
        b3_bare=rates.ratio("settle", contender="bare"),
        b3_bare_alone=rates.ratio("settle", contender="bare_alone"),
        b4_distinct=rates.ratio("end"),
        b4_10k=rates.ratio("end_10k", "end"),
        b5_events_s=rates.of("router"),
        b5_peer=rates.ratio("router", "settle"),
        b5_poll_ms=rates.of("poll_ms"),
        b1_call=rates.ratio("batch_call", "batch"),
        b1_unnest=rates.ratio("batch_unnest", "batch"),
        b2_call=rates.ratio("single_call", "single"),
        b2_bare=rates.ratio("single_call", "single", contender="bare"),
        cpu_b1_copy=rates.ratio("cpu_batch"),
        cpu_b3_settle=rates.ratio("cpu_settle"),
        cpu_b3_bare=rates.ratio("cpu_settle", contender="bare"),
        cpu_b4_distinct=rates.ratio("cpu_end"),
        cpu_b4_10k=rates.ratio("cpu_end_10k", "cpu_end"),
        b3_with_history=rates.ratio("settle_history", "settle"),
    )
    for measure, found in rates.found.items():
        report.note(**{f"{measure}_{name}": rates.of(measure, name) for name in found})
