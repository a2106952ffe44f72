"""A run of 20,000 products: each statement reads little, whatever the planner knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from syncd.postgres import bulk, db, differences
from tests import leasing
from tests.postgres.claims import add_shop
from tests.postgres.test_engine_size import buffers, explained

ROWS, SOME = 20_000, 100
TABLES = "syncd.run, syncd.run_difference, syncd.bulk_operation, syncd.bulk_line, syncd.change"
RUN = """
insert into syncd.run (shop_id, state, asked_by, sending_at, sent, total, only_here, only_there)
values ($1, 'sending', 'tests', now(), $2, $2, $2, $2)
"""
FOUND = """
insert into syncd.run_difference (run_id, shop_id, place, verdict, key, title, skus, spellings)
select
  1,
  $1,
  n,
  case when n > $2 then 'only_there' else 'only_here' end,
  case when n <= $2 then n::text end,
  'x',
  array[n || 'a', n || 'b', n || 'c', n || 'd', n || 'e'],
  array[n || 'A', n || 'B', n || 'C', n || 'D', n || 'E']
from generate_series(1, 2 * $2) as n
"""
DUE = """
insert into syncd.change (shop_id, kind, key, lane, first_event_at, last_event_at)
select $1, 'product', n::text, 'resync', now(), now()
from generate_series(1, $2 / 2) as n
"""
LINES = f"""
update syncd.bulk_line set line = place - {ROWS // 2} - 1, form = '{{}}' where operation_id = 1
"""
BUFFERS = {  # at most; a page is 8 kB
    "follow": ROWS,
    "give_up": SOME,
    "lines": 20 * SOME,
    "settle": 20 * SOME,
    "write": 20 * SOME,
}


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The planner looked at all tables when they were empty."""
    async with db.connect(database_url, name="tests", size=1) as pool:
        shop_id = await add_shop(pool)
        for table in TABLES.split(", "):
            await pool.execute(f"alter table {table} set (autovacuum_enabled = off)")
        await pool.execute(f"analyze {TABLES}")
        await pool.execute(RUN, shop_id, ROWS)
        await pool.execute(FOUND, shop_id, ROWS)
        await pool.execute(DUE, shop_id, ROWS)
        places = {str(place): place for place in range(ROWS // 2 + 1, ROWS + 1)}
        await bulk.plan(pool, 1, bulk.CREATE, places, most=bulk.LINES)
        await pool.execute(LINES)
        await leasing.shop_lease(pool, shop_id)
    connection = await asyncpg.connect(database_url)
    await db.prepare(connection)
    yield connection
    await connection.close()


async def plans_of(connection: asyncpg.Connection, fence: int) -> dict[str, dict[str, Any]]:
    keys = [str(place) for place in range(ROWS // 2 + 1, ROWS // 2 + 1 + SOME)]
    own = {"operation_id": 1, "fence": fence}
    found, lines = differences.sql, bulk.sql
    written = {"keys": keys, "numbers": list(range(SOME)), "forms": "[]", "left_keys": keys[:9]}
    told = {"ok_keys": keys, "failed_keys": [], "unknown_keys": []}
    plans = {
        "follow": await explained(connection, found.follow, run_id=1),
        "give_up": await explained(connection, found.give_up, run_id=1),
        "lines": await explained(
            connection, lines.lines, operation_id=1, numbers=list(range(SOME))
        ),
        "write": await explained(
            connection, lines.write, **own, **{**written, "forms": [{}] * SOME}
        ),
    }
    await connection.execute(
        "update syncd.bulk_operation set phase = 'fetch', gid = 'gid://shopify/BulkOperation/1'"
    )
    plans["settle"] = await explained(connection, lines.settle, **own, **told)
    return plans


def most(plan: dict[str, Any]) -> int:
    """What is written by a part that nothing reads from is not in the whole's buffers."""
    return max([buffers(plan), *map(most, plan.get("Plans", []))])


@pytest.mark.parametrize("plans", ["force_custom_plan", "force_generic_plan"])
async def test_each_statement_of_a_run_reads_little(
    connection: asyncpg.Connection, plans: str
) -> None:
    """Statistics: stale, from when the tables were empty; fresh ones."""
    fence = await connection.fetchval("select fence from syncd.lease")
    await connection.execute(
        f"set plan_cache_mode = {plans}; set jit = off; set statement_timeout = '20s'"
    )
    faults = []
    for statistics in ("stale", "fresh"):
        transaction = connection.transaction()
        await transaction.start()
        if statistics == "fresh":
            await connection.execute(f"analyze {TABLES}")
        for name, plan in (await plans_of(connection, fence)).items():
            read = most(plan)
            if read > BUFFERS[name]:
                faults.append((statistics, name, read))
        await transaction.rollback()
    assert faults == []
