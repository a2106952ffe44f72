"""A million changes, a million events: each statement reads little, whatever the planner knows."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from math import inf
from typing import Any

import asyncpg
import pytest
from anyio.from_thread import BlockingPortal

from syncd.postgres import db, outbox, router
from syncd.postgres.db import Statement
from syncd.postgres.embedded import Server
from syncd.postgres.floors import Floors
from syncd.postgres.leases import Lease
from tests import leasing
from tests.conftest import TEMPLATE, fresh_database
from tests.postgres.claims import add_shop

ROWS = 1_000_000
NEWS = 1_000
FILL = """
alter table syncd.change set (autovacuum_enabled = off);
alter table syncd.change set unlogged;
insert into syncd.change (shop_id, kind, key, changed, lane, first_event_at, last_event_at, due_at)
select 1 + n % 3, 'product', n::text, '{title}', 'product', now(), now(), now() - interval '1 day'
from generate_series(1, $1) as n;
"""
MOVED = """
insert into syncd.outbox (account_id, kind, key, changed, xid)
select 'a', 'product', n::text, '{title}', (3 + n / 1600)::text::xid8
from generate_series(1, $1) as n
"""
EVENTS = """
insert into syncd.outbox (account_id, kind, key, changed)
select 'a', 'product', n::text, '{title}'
from generate_series(1, $1) as n
"""
STAND = "update syncd.router set snap = pg_current_snapshot()"
FORGET = """
delete from pg_statistic
where starelid in (
  select c.oid from pg_class c
  where c.relnamespace = 'syncd'::regnamespace and c.relname ~ '^(change|outbox)'
)
"""
TABLES = "syncd.change, syncd.outbox"


@pytest.fixture(scope="module")
def large_url(portal: BlockingPortal, postgres: Server) -> Iterator[str]:
    """A database for these tests together, filled after the planner looked at it: empty."""
    with fresh_database(portal, postgres, TEMPLATE) as url:
        portal.call(fill, url)
        yield url


async def fill(url: str) -> None:
    async with db.connect(url, name="tests", size=1) as pool:
        await add_shop(pool)
        await pool.execute(f"analyze {TABLES}")
        for statement in FILL.strip().split(";\n"):
            given = [ROWS] if "$1" in statement else []
            await pool.execute(statement, *given, timeout=100)
        await pool.execute(MOVED, ROWS, timeout=100)  # by transactions that are long over
        await pool.execute(STAND)
        await pool.execute(EVENTS, NEWS)
        await pool.execute("update syncd.router set since = now() - interval '1 hour'")


@pytest.fixture
async def connection(large_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(large_url)
    await db.prepare(connection)
    yield connection
    await connection.close()


async def explained(
    connection: asyncpg.Connection, statement: Statement, **given: Any
) -> dict[str, Any]:
    """The plan with what it read; what it wrote is the caller's to take back."""
    types = [sql_type for _, sql_type in statement.parameters]
    await connection.execute(f"prepare it ({', '.join(types)}) as {statement.text}")
    values = []
    for sql_type, value in zip(types, statement.arguments(given), strict=True):
        text = await connection.fetchval(f"select quote_literal($1::{sql_type}::text)", value)
        values.append(f"{text}::{sql_type}")
    found = await connection.fetchval(
        f"explain (analyze, buffers, timing off, format json) execute it ({', '.join(values)})"
    )
    await connection.execute("deallocate it")
    plan: dict[str, Any] = json.loads(found)[0]["Plan"]
    return plan


def buffers(plan: dict[str, Any]) -> int:
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


def scans(plan: dict[str, Any]) -> Iterator[str]:
    """Tables that are read from one end to the other, and found to be large."""
    if plan["Node Type"] == "Seq Scan" and plan["Actual Rows"] * plan["Actual Loops"] > NEWS:
        yield plan["Relation Name"]
    for below in plan.get("Plans", []):
        yield from scans(below)


BUFFERS = {  # at most; a page is 8 kB
    "standing": 60,
    "next_snapshot": 3 * NEWS,
    "move": 40 * NEWS,
    "claim": 40 * 24,
    "renew": 40 * 24,
    "settle": 24 * 24,
}


@pytest.mark.parametrize("plans", ["force_custom_plan", "force_generic_plan"])
async def test_each_statement_reads_little(connection: asyncpg.Connection, plans: str) -> None:
    """Statistics: stale, from when the tables were empty; none at all; fresh ones."""
    await connection.execute(f"set plan_cache_mode = {plans}; set jit = off")
    faults = []
    for statistics in ("stale", "absent", "fresh"):
        transaction = connection.transaction()
        await transaction.start()
        if statistics == "absent":
            await connection.execute(FORGET)
        if statistics == "fresh":
            await connection.execute(f"analyze {TABLES}")
        for name, plan in (await plans_of(connection)).items():
            read = buffers(plan)
            if read > BUFFERS[name] or list(scans(plan)):
                faults.append((statistics, name, read, list(scans(plan))))
        await transaction.rollback()
    assert faults == []


EMPTY = "vacuum (analyze) syncd.change"
GROW = """
insert into syncd.change (shop_id, kind, key, changed, lane, first_event_at, last_event_at)
select $1, 'product', 'n' || n, '{title}', 'product', now(), now()
from generate_series(1, 20000) as n
on conflict do nothing
"""


async def test_plans_that_were_made_while_nothing_was_due_hold_in_a_mass_import(
    database_url: str,
) -> None:
    async with db.connect(database_url, name="tests", size=1) as pool:
        shop_id = await add_shop(pool)
        lease = await leasing.shop_lease(pool, shop_id)
        await pool.execute("alter table syncd.change set (autovacuum_enabled = off)")
    connection = await asyncpg.connect(database_url)
    try:

        async def cycle() -> dict[str, int]:
            """Buffers that a claim read, and its settle."""
            found = await explained(connection, outbox.sql.claim, **claiming(lease))
            rows = await connection.fetch("select change_id from syncd.change where fence > 0")
            ids = [row["change_id"] for row in rows]
            assert len(ids) in (3, 24)
            settled = await explained(connection, outbox.sql.settle, **settling(ids))
            return {"claim": buffers(found), "settle": buffers(settled)}

        faults = []
        # A table that was never large; one that was, whose pages and indexes stay; one that is.
        for before in ("select", "delete from syncd.change", "select"):
            await connection.execute(before)
            await connection.execute(EMPTY)
            for _ in range(7):  # a plan is kept from the sixth time on
                await outbox.enqueue(
                    connection, shop_id=shop_id, kind="product", keys=["1", "2", "3"]
                )
                await cycle()
            await connection.execute(GROW, shop_id)
            faults += [
                (before, name, read)
                for name, read in (await cycle()).items()
                if read > BUFFERS[name]
            ]
        assert faults == []
    finally:
        await connection.close()


def claiming(lease: Lease) -> dict[str, Any]:
    return {
        "shop_id": lease.shop_id,
        "kind": "product",
        "node": lease.node,
        "fence": lease.fence,
        "lease_s": 30.0,
        "token": 5,
        "most": 24,
        "max_deliveries": 20,
        "floors": Floors().at,
        "floor_ids": Floors().ids,
    }


def settling(ids: list[int]) -> dict[str, Any]:
    """All of them accepted."""
    return {
        "change_ids": ids,
        "tokens": [5] * len(ids),
        "generations": [1] * len(ids),
        "events": [1] * len(ids),
        "ends": ["ack"] * len(ids),
        "waits_s": [0.0] * len(ids),
        "until_news": [False] * len(ids),
        "errors": [None] * len(ids),
        "causes": [None] * len(ids),
    }


@asynccontextmanager
async def sub(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """What is done in the block is taken back."""
    savepoint = connection.transaction()
    await savepoint.start()
    try:
        yield
    finally:
        await savepoint.rollback()


async def plans_of(connection: asyncpg.Connection) -> dict[str, dict[str, Any]]:
    """A way of a change: moved, claimed, renewed, settled."""
    cursor = await connection.fetchrow(
        "select snap, since - interval '1 hour' as since, now() + interval '1 day' as until"
        " from syncd.router"
    )
    assert cursor is not None
    window = {"since": cursor["since"], "until": cursor["until"]}
    looked = {**window, "patience_s": 0.0}
    await router.sql.standing.row(connection, **looked)  # to plan reads catalogues, and is kept
    found = {"standing": await explained(connection, router.sql.standing, **looked)}
    settings = connection.transaction()
    await settings.start()
    await router.sql.lock_router.row(connection, fence=1)  # sets what guides the planner
    given = {"snap": cursor["snap"], **window}
    found["next_snapshot"] = await explained(
        connection, router.sql.next_snapshot, most=NEWS // 2, **given
    )
    following = await router.sql.next_snapshot.value(connection, most=5000, **given)
    async with sub(connection):
        found["move"] = await explained(connection, router.sql.move, next=following, **given)
    await settings.rollback()
    await connection.execute(
        "insert into syncd.lease (name, shop_id, node, lease_until)"
        " values ('shop 1', 1, 'n', 'infinity')"
    )
    claim = claiming(Lease("shop 1", 1, "n", 1, until_s=inf))
    async with sub(connection):
        found["claim"] = await explained(connection, outbox.sql.claim, **claim)
    rows = await outbox.sql.claim.fetch(connection, **claim)
    ids, tokens = [row["change_id"] for row in rows], [5] * len(rows)
    assert len(ids) == 24
    found["renew"] = await explained(
        connection, outbox.sql.renew, change_ids=ids, tokens=tokens, lease_s=30.0
    )
    found["settle"] = await explained(connection, outbox.sql.settle, **settling(ids))
    return found
