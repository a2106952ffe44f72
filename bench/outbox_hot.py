"""B9: what the events cost eight writers who fight over fifty products.

By pgbench, so that no Python of ours hides the cost.
"""

from __future__ import annotations

import re
import statistics
import tempfile
from collections.abc import Mapping, Sequence

import anyio
import asyncpg

from bench import outbox_ours
from bench.outbox_bars import Report
from bench.outbox_drain import Drained, claim_and_settle
from bench.outbox_ours import CAPTURE, CAPTURE_BY_INSERT, Ours
from bench.outbox_pipeline import STEP
from bench.outbox_server import Lab
from syncd.postgres import binaries

WRITERS = 8
SECONDS = 2
SCHEMA = """
create table hot (id integer primary key, price integer not null) with (fillfactor = 50);
insert into hot select n, 0 from generate_series(1, 50) as n;
"""
WRITE = """
create function write_{way}(picked integer[]) returns void language plpgsql as $$
declare
  written integer[] := array(select distinct p from unnest(picked) as p order by p);
  one integer;
begin
  foreach one in array written loop
    update hot set price = price + 1 where id = one;
  end loop;
  {capture};
end $$
"""
WAYS = {"bare": "null", "captured": CAPTURE, "inserted": CAPTURE_BY_INSERT}
SCRIPT = r"""
\set a random(1, 50)
\set b random(1, 50)
\set c random(1, 50)
\set d random(1, 50)
select write_WAY(array[:a::int, :b::int, :c::int, :d::int]);
"""


def pgbench() -> str | None:
    path = binaries.search(None) / "pgbench"
    return str(path) if path.exists() else None


async def transactions_s(url: str, way: str) -> float:
    program = pgbench()
    assert program
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(SCRIPT.replace("WAY", way))
        script.flush()
        options = f"-n -M prepared -c {WRITERS} -j 1 -T {SECONDS} -f {script.name}".split()
        ran = await anyio.run_process([program, *options, url])
    found = re.search(r"^tps = ([\d.]+)", ran.stdout.decode(), re.MULTILINE)
    assert found, ran.stdout
    return float(found[1])


async def _work_off(ours: Ours) -> None:
    """Route, claim, settle while the writers write: who locks what in which order?"""
    drained = Drained()
    while True:
        await outbox_ours.route(ours, STEP)
        if not await claim_and_settle(ours, drained, 100):
            await anyio.sleep(0.001)


async def measure(lab: Lab, report: Report, rounds: int) -> None:
    if pgbench() is None:
        lab.say("B9 skipped: no pgbench beside these programs")
        return
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    async with lab.our_database("hot") as url, outbox_ours.opened(url) as ours:
        await ours.pool.execute(SCHEMA)
        for way, capture in WAYS.items():
            await ours.pool.execute(WRITE.format(way=way, capture=capture))
        for number in range(rounds):
            for way in WAYS if number % 2 else reversed([*WAYS]):
                rates[way].append(await transactions_s(url, way))
            shown = {way: f"{found[-1]:,.0f}" for way, found in rates.items()}
            lab.say(f"B9 round {number + 1} transactions/s: {shown}")
        async with anyio.create_task_group() as group:
            group.start_soon(_work_off, ours)
            rate = await transactions_s(url, "captured")
            group.cancel_scope.cancel()
        lab.say(f"B9 with router, claims beside them: {rate:,.0f}")
        deadlocks = await _deadlocks(ours.pool)
    report.note(
        b9_rate=ratio(rates, "captured"),
        b9_by_insert=ratio(rates, "inserted"),
        b9_deadlocks=deadlocks,
        b9_bare_s=statistics.median(rates["bare"]),
        b9_beside_router_s=rate,
    )


def ratio(rates: Mapping[str, Sequence[float]], way: str) -> float:
    """To the bare ones, round by round."""
    pairs = zip(rates[way], rates["bare"], strict=True)
    return statistics.median(one / bare for one, bare in pairs)


async def _deadlocks(pool: asyncpg.Pool) -> float:
    """Of this database; the writers' processes have ended, so their counters are written."""
    count: int = await pool.fetchval(
        "select deadlocks from pg_stat_database where datname = current_database()"
    )
    return float(count)
