"""Steady changes for an hour, while whatever could grow is looked at every ten seconds.

    MINUTES=60 RATE=50 python -m chaos.soak         PRODUCTS=1000 EVERY=10 CSV=build/soak.csv

Two nodes, a till that commits RATE changes a second (names, prices, counts), the sandbox. Each look
is a line of the CSV. In the end the slopes since the first quarter are told: memory, connections,
file handles, tables must be flat. The log of events grows until its days are dropped, so does the
history: of these it is told what a change adds.
"""

from __future__ import annotations

import csv
import json
import os
import re
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TextIO

import anyio
import asyncpg

from bench import outbox_server, whole, whole_process
from syncd.postgres import db, embedded
from syncd.postgres.migrate import migrate

MINUTES = float(os.environ.get("MINUTES", "60"))
RATE = float(os.environ.get("RATE", "50"))
PRODUCTS = int(os.environ.get("PRODUCTS", "1000"))
EVERY_S = float(os.environ.get("EVERY", "10"))
SHEET = Path(os.environ.get("CSV") or "build/soak.csv")
LOG = SHEET.with_suffix(".log")
NODES = 2
SETTLE_S = 180.0
WARM = 0.25  # of the time: caches fill, tables get the room that they keep
SHARE = 0.05  # a growth of so much of the whole is none
# By the end of a column's name: what is no growth either.
FLOORS: Mapping[str, float] = {"mb": 5.0, "files": 6.0, "connections": 4.0, "kb": 512.0}
# Kept for days: one row for each event, for each accepted write, for each five minutes.
KEPT = ("outbox", "history", "delay")
UNBARRED = ("seconds", "changes", "waiting", "sandbox_mb")
RSS = re.compile(r"VmRSS:\s+(\d+) kB")
PRIVATE = re.compile(r"Private_Dirty:\s+(\d+) kB")
PREPARE = """
update syncd.shop
set
  stock_direction = 'two_way',
  guard_price_falls_percent = 100,
  guard_zero_percent = 100
"""  # nobody would answer
RETITLE = """
update retail.product
set title = format('Vare %s v%s', $1::int, $2::int)
where product_id = $1
"""
REPRICE = """
update retail.price
set list_price = list_price + case when list_price % 2 = 0 then 1 else -1 end
where variant_id = $1
"""
MOVE = """
insert into retail.movement (variant_id, account_id, warehouse_id, quantity, reason)
values ($1, 'fjord', 'hoved', $2, $3)
"""
VARIANTS = "select product_id, variant_id from retail.variant order by 2"
WAITING = "select count(*) from syncd.change where state <> 'dead'"
IS_QUIET = f"select ({WAITING}) = 0 and (select waiting_since is null from syncd.router_lag)"
DEAD = "select kind, key, error from syncd.dead"
SESSIONS = """
select pid
from pg_stat_activity
where datname = current_database()
  and application_name like 'syncd%'
"""
TABLES = """
select
  replace(coalesce(pg_partition_root(c.oid), c.oid)::regclass::text, 'syncd.', '') as name,
  sum(pg_total_relation_size(c.oid))::float8 / 1024 as kb
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'syncd'
  and c.relkind = 'r'
group by 1
order by 1
"""
Sample = Mapping[str, float]


async def trade(pool: asyncpg.Pool, made: list[int]) -> None:
    """Commit RATE changes a second until cancelled; `made` counts them."""
    chance = Random(1)
    variants = [(row["product_id"], row["variant_id"]) for row in await pool.fetch(VARIANTS)]
    began_s = anyio.current_time()
    for number in count(1):
        product, variant = chance.choice(variants)
        match number % 10:
            case 0 | 1:
                await pool.execute(REPRICE, variant)
            case 2:
                await pool.execute(MOVE, variant, -1, "sale")
            case 3:
                await pool.execute(MOVE, variant, 1, "receipt")
            case _:
                await pool.execute(RETITLE, product, number)
        made[0] = number
        await anyio.sleep_until(began_s + number / RATE)


async def look(scene: whole.Scene, nodes: Sequence[int], made: int, began_s: float) -> Sample:
    """All that could grow: of the nodes together, of their sessions, of the database."""
    pool = scene.stage.pool
    sessions = [row["pid"] for row in await pool.fetch(SESSIONS)]
    tables = {f"{row['name']}_kb": row["kb"] for row in await pool.fetch(TABLES)}
    return {
        "seconds": round(anyio.current_time() - began_s, 1),
        "changes": made,
        "waiting": await pool.fetchval(WAITING),
        "sandbox_mb": _kb(scene.stage.sandbox, "status", RSS) / 1024,
        "nodes_mb": sum(_kb(pid, "status", RSS) for pid in nodes) / 1024,
        "sessions_mb": sum(_kb(pid, "smaps_rollup", PRIVATE) for pid in sessions) / 1024,
        "files": sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in nodes),
        "connections": len(sessions),
        **tables,
    }


def _kb(pid: int, file: str, what: re.Pattern[str]) -> float:
    """A figure of /proc; 0 of a process that has ended, or is not ours to look at."""
    try:
        found = what.search(Path(f"/proc/{pid}/{file}").read_text())
    except OSError:
        return 0.0
    return float(found[1]) if found else 0.0


def verdicts(samples: Sequence[Sample]) -> dict[str, tuple[float, float, bool]]:
    """By column: its median, its growth an hour by the slope since it is warm, whether it is flat.

    Flat: what the slope makes of the whole time looked at is a small share, or next to nothing.
    """
    warm = samples[int(len(samples) * WARM) :]
    seconds = [one["seconds"] for one in warm]
    found = {}
    for name in samples[0]:
        table = name.removesuffix("_kb")
        if name in UNBARRED or table in KEPT:
            continue
        values = [one[name] for one in warm]
        slope = statistics.linear_regression(seconds, values).slope
        middle, grown = statistics.median(values), slope * (seconds[-1] - seconds[0])
        floor = FLOORS[name.rpartition("_")[2]]
        found[name] = (middle, slope * 3600, grown <= max(floor, SHARE * middle))
    return found


def told(samples: Sequence[Sample]) -> bool:
    """Print the slopes, then one line of JSON; whether all is flat."""
    found, first, last = verdicts(samples), samples[len(samples) // 4], samples[-1]
    print(f"\n{'':24}{'median':>12}{'an hour':>12}")
    for name, (middle, hourly, is_flat) in found.items():
        if hourly or not name.endswith("_kb"):
            print(f"{name:24}{middle:12,.1f}{hourly:+12,.1f}  {'flat' if is_flat else 'GROWS'}")
    changes = last["changes"] - first["changes"]
    added = {
        f"{name}_bytes_a_change": round(1024 * (last[f"{name}_kb"] - first[f"{name}_kb"]) / changes)
        for name in KEPT
    }
    grows = [name for name, (_, _, is_flat) in found.items() if not is_flat]
    figures = {
        "seconds": last["seconds"],
        "changes": last["changes"],
        "most_waiting": max(one["waiting"] for one in samples),
        "nodes_mb": round(found["nodes_mb"][0]),
        "nodes_mb_an_hour": round(found["nodes_mb"][1], 1),
        **added,
        "grows": grows,
    }
    print(json.dumps({**figures, "is_met": not grows}))
    return not grows


@asynccontextmanager
async def playing(folder: Path) -> AsyncIterator[whole.Scene]:
    """A full shop that nothing waits for."""
    async with embedded.server(folder / "data") as server:
        url = await embedded.create_database(server, "soak")
        async with db.connect(url, name="soak", size=1) as pool:
            await migrate(pool)
        with TemporaryDirectory() as keys:
            async with whole.playing(url, Path(keys), PRODUCTS, "bulk") as scene:
                filled = await scene.stage.run("resync")
                assert filled.code == 0, filled.said
                await scene.stage.pool.execute(PREPARE)
                yield scene


async def settled(scene: whole.Scene) -> list[str]:
    """Let the rest be sent; what is wrong then."""
    with anyio.move_on_after(SETTLE_S):
        while True:
            if await scene.stage.pool.fetchval(IS_QUIET):
                break
            await anyio.sleep(0.5)
    waiting = await scene.stage.pool.fetchval(WAITING)
    found = [f"{waiting} changes still wait"] if waiting else []
    found += [f"given up: {dict(row)}" for row in await scene.stage.pool.fetch(DEAD)]
    return found + [f"differs: {one}" for one in await scene.differences()]


class Sheet:
    """The CSV, a line for each look."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._writer = csv.writer(file)
        self.samples: list[Sample] = []

    def add(self, sample: Sample) -> None:
        if not self.samples:
            self._writer.writerow(sample)
        self._writer.writerow(round(value, 2) for value in sample.values())
        self._file.flush()
        self.samples.append(sample)
        print({name: round(sample[name]) for name in [*sample][:8]}, flush=True)


async def watch(
    scene: whole.Scene, nodes: Sequence[subprocess.Popen[str]], sheet: Sheet
) -> list[str]:
    """Trade for the time that is asked for; what is wrong in the end."""
    began_s, made = anyio.current_time(), [0]
    async with anyio.create_task_group() as group:
        group.start_soon(trade, scene.stage.pool, made)
        while anyio.current_time() < began_s + MINUTES * 60:
            await anyio.sleep(EVERY_S)
            if any(node.poll() is not None for node in nodes):
                raise RuntimeError(f"a node ended: {LOG}")
            sheet.add(await look(scene, [node.pid for node in nodes], made[0], began_s))
        group.cancel_scope.cancel()
    return await settled(scene)


async def soak(sheet: Sheet, said: TextIO) -> list[str]:
    """Everything started, watched, ended; what is wrong in the end."""
    with outbox_server.folder() as place:
        async with playing(place) as scene:
            settings = {**scene.stage.settings, "SYNCD_CONSOLE_PORT": "0"}
            nodes = [whole_process.started(("run",), settings, said) for _ in range(NODES)]
            try:
                return await watch(scene, nodes, sheet)
            finally:
                for node in nodes:
                    node.terminate()
                    node.wait(20)


def main() -> int:
    SHEET.parent.mkdir(parents=True, exist_ok=True)
    with SHEET.open("w", newline="") as file, LOG.open("w") as said:
        wrong = anyio.run(soak, sheet := Sheet(file), said)
    is_flat = told(sheet.samples)
    for one in wrong[:10]:
        print(f"WRONG: {one}")
    print(f"each look: {SHEET}; what the nodes said: {LOG}")
    return 0 if is_flat and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
