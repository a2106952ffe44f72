"""B10, B12: how soon the supervisor's loops notice, what they cost when nothing happens."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
import asyncpg

from bench import outbox_ours
from bench.outbox_bars import Report
from bench.outbox_cpu import family_s, parent, process_s
from bench.outbox_ours import Daemon
from bench.outbox_server import Lab
from syncd.records import Change

EVENTS_S = 20.0
SETTLED_S = 2.0  # the loops have made their first rounds by then
COUNTED_S = 10.0  # of statements
TRACK = "alter database {name} set pg_stat_statements.track = 'all'"
SESSIONS = """
select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
"""
SPENT = """
select
  s.calls,
  s.wal_bytes::float8 as wal_bytes,
  s.toplevel as is_sent,  -- not by a function of ours
  regexp_replace(left(s.query, 60), '\\s+', ' ', 'g') as query
from pg_stat_statements s
join pg_database d on d.oid = s.dbid and d.datname = current_database()
where s.query not like '%pg_stat_statements%'
order by s.calls desc
"""


async def delay(lab: Lab, report: Report, count: int) -> None:
    """Commit to claim at 20 events a second, at random moments."""
    committed: dict[str, float] = {}
    delays_ms: list[float] = []

    def told(change: Change) -> None:
        if change.key in committed:
            delays_ms.append(1_000 * (time.perf_counter() - committed.pop(change.key)))

    async with lab.ours("delay") as ours, anyio.create_task_group() as group:
        Daemon(ours, told).start(group)
        await anyio.sleep(SETTLED_S)
        for number in range(count):
            key = f"late{number}"
            await outbox_ours.copy(ours.pool, [key])
            committed[key] = time.perf_counter()
            await anyio.sleep(random.expovariate(EVENTS_S))
        await anyio.sleep(SETTLED_S)
        group.cancel_scope.cancel()
    lost = len(committed)
    lab.say(f"B10 {len(delays_ms)} of {count} events noticed at once, {lost} not within 2 s")
    percents = statistics.quantiles([*delays_ms, *[2_000.0] * lost], n=100)
    report.note(b10_p50_ms=percents[49], b10_p99_ms=percents[98])


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds so far: this process, its sessions, all of the server; the log's place."""

    client_s: float
    sessions_s: float
    server_s: float
    wal: int

    @staticmethod
    async def now(watcher: asyncpg.Connection) -> Spent:
        pid = await watcher.fetchval("select pg_backend_pid()")
        wal = await watcher.fetchval("select pg_current_wal_insert_lsn() - '0/0'")
        sessions = await watcher.fetch(SESSIONS)
        return Spent(
            process_s(os.getpid()),
            sum(process_s(row["pid"]) for row in sessions),
            family_s(parent(pid)),
            int(wal),
        )


async def idle(lab: Lab, report: Report, seconds: float) -> None:
    """The supervisor's loops with two shops, nothing to do; first what they cost, then of what.

    Counting statements costs more than ours do, so they are counted apart.
    """
    async with lab.our_database("idle") as url:
        await outbox_ours.add_backoffice(url)
        watcher = await asyncpg.connect(url)
        await watcher.execute("create extension pg_stat_statements")
        async with resting(url):
            before = await Spent.now(watcher)
            await anyio.sleep(seconds)
            after = await Spent.now(watcher)
        await watcher.execute(TRACK.format(name=url.rpartition("/")[2]))
        async with resting(url):
            await watcher.execute("select pg_stat_statements_reset()")
            await anyio.sleep(COUNTED_S)
            rows = await watcher.fetch(SPENT)
        await watcher.close()
    for row in rows[:8]:
        lab.say(f"B12 {row['calls'] / COUNTED_S:6.1f}/s {row['wal_bytes']:7.0f} B  {row['query']}")
    client = 100 * (after.client_s - before.client_s) / seconds
    sessions = 100 * (after.sessions_s - before.sessions_s) / seconds
    report.note(
        b12_cpu=client + sessions,
        b12_statements_s=sum(row["calls"] for row in rows if row["is_sent"]) / COUNTED_S,
        b12_wal=sum(row["wal_bytes"] for row in rows),
        b12_client_cpu=client,
        b12_sessions_cpu=sessions,
        b12_server_cpu=100 * (after.server_s - before.server_s) / seconds,
        b12_wal_of_all_s=(after.wal - before.wal) / seconds,
    )


@asynccontextmanager
async def resting(url: str) -> AsyncIterator[None]:
    """A daemon that has made its first rounds."""
    async with outbox_ours.opened(url) as ours, anyio.create_task_group() as group:
        Daemon(ours, lambda change: None).start(group)
        await anyio.sleep(SETTLED_S)
        yield
        group.cancel_scope.cancel()
