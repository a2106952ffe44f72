"""B8: what a million events leave behind, whether the last go as fast as the first."""

from __future__ import annotations

import random
import statistics
import time

import asyncpg

from bench import outbox_ours
from bench.outbox_bars import Report
from bench.outbox_drain import Drained, claim_and_settle
from bench.outbox_ours import CHANGES, EVENTS, ROUTER, Ours
from bench.outbox_server import Lab

KEYS = 10_000
CHUNKS = 20
ENDS = 3  # chunks at either end whose median is compared
BATCH, STEP = 100, 5_000
LIMIT_S = 100.0

STATE = """
select
  pg_total_relation_size('syncd.' || $1) + pg_total_relation_size('syncd.' || $2) as size_bytes,
  (select n_tup_upd - n_tup_hot_upd + n_tup_del from pg_stat_user_tables
    where schemaname = 'syncd' and relname = $1) as died,  -- pages shed their hot ones alone
  (select n_tup_hot_upd from pg_stat_user_tables
    where schemaname = 'syncd' and relname = $1) as hot,
  (select sum(n_dead_tup) from pg_stat_user_tables
    where schemaname = 'syncd' and relname like $3 || '%') as log_dead
"""


async def chunk(ours: Ours, size: int, drained: Drained) -> float:
    """Enqueue untimed; events a second of routing, claiming, settling."""
    keys = [f"k{random.randrange(KEYS)}" for _ in range(size)]
    for first in range(0, size, 1000):
        await outbox_ours.copy(ours.pool, keys[first : first + 1000])
    began = time.perf_counter()
    while (await outbox_ours.route(ours, STEP)).events:
        pass
    while await claim_and_settle(ours, drained, BATCH):
        pass
    return size / (time.perf_counter() - began)


async def measure(lab: Lab, report: Report, events: int) -> None:
    rates: list[float] = []
    drained = Drained()
    began = time.monotonic()
    async with lab.our_database("wear") as url:
        async with outbox_ours.opened(url) as ours:
            for number in range(CHUNKS):
                rates.append(await chunk(ours, events // CHUNKS, drained))
                if number % 5 == 4:
                    lab.say(f"B8 {number + 1} of {CHUNKS} chunks: {rates[-1]:,.0f} events/s")
                if time.monotonic() - began > LIMIT_S:
                    lab.say(f"B8 stops after {number + 1} of {CHUNKS} chunks: time is over")
                    break
        connection = await asyncpg.connect(url)  # the pool is closed: its counters are written
        state = await connection.fetchrow(STATE, CHANGES, ROUTER, EVENTS)
        await connection.close()
    assert state is not None
    first, last = statistics.median(rates[:ENDS]), statistics.median(rates[-ENDS:])
    report.note(
        b8_mb=state["size_bytes"] / 1e6,
        b8_dead=state["died"] / drained.changes,
        b8_hot=state["hot"] / drained.changes,
        b8_log_dead=float(state["log_dead"] or 0),
        b8_rate=last / first,
        b8_events=drained.events,
        b8_first_s=first,
        b8_last_s=last,
    )
