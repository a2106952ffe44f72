"""Router, settle, claim, enqueue and people, statement by statement in every order."""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count

import asyncpg
import pytest

from syncd.postgres import db, outbox, router
from syncd.postgres.floors import Floors
from syncd.postgres.outbox import Settled
from syncd.records import Change
from syncd.rules.retry import Ack, Dead, Retry, Verdict
from tests import leasing
from tests.postgres.claims import add_shop, claim, settle
from tests.postgres.interleaving import Actor, Program, Scheduler, Stepped, orders

MOST = int(os.environ.get("ORDERS", "100"))  # drawn by a seed; `make soak` tries all
STATE = """
select key, state, events, generation, due_at <= syncd.clock() as is_due
from syncd.change
order by key
"""
EVER = {"since": router.EVER[0], "until": router.EVER[1]}


@dataclass
class Table:
    """What each order begins with: key 1 claimed or dead, key 2 claimed, news of both on the way.

    `grabbed` is what the claim in between got.
    """

    pool: asyncpg.Pool
    shop_id: int
    first: Verdict | None = None
    ends: Verdict = field(default_factory=Ack)
    changes: list[Change] = field(default_factory=list)
    grabbed: list[asyncpg.Record] = field(default_factory=list)
    is_wide: bool = False

    async def lay(self) -> None:
        await self.pool.execute("delete from syncd.change")
        await self.tell("2", "1")
        await self.drain()
        self.changes, self.grabbed = await claim(self.pool, self.shop_id), []
        if self.first:
            (dies,) = (one for one in self.changes if one.key == "1")
            await settle(self.pool, self.first, dies, error="why")
            self.changes.remove(dies)
        await self.tell("2", "*" if self.is_wide else "1")

    async def tell(self, *keys: str) -> None:
        await self.pool.execute("select syncd.enqueue('a', 'product', $1, '{title}')", keys)

    async def drain(self) -> None:
        while (await leasing.route_once(self.pool)).events:
            pass

    # The programs; each begins a transaction with its first statement

    async def route(self, connection: db.Connection) -> None:
        cursor = await router.sql.lock_router.row(connection, fence=1)
        assert cursor is not None
        given = {"snap": cursor["snap"], **EVER}
        following = await router.sql.next_snapshot.value(connection, most=100, **given)
        moved = await router.sql.move.row(connection, next=following, **given)
        assert moved is not None
        if moved["wide_accounts"]:
            await router.sql.move_to.execute(
                connection, next=following, shop_id=self.shop_id, keys=["1", "2"], **given
            )
        await router.sql.advance.execute(connection, next=following, moved=moved["events"])

    async def settle(self, connection: db.Connection) -> None:
        ended = [Settled(change, self.ends, "why") for change in reversed(self.changes)]
        await outbox.settle(connection, ended)

    async def claim(self, connection: db.Connection) -> None:
        self.grabbed = await outbox.sql.claim.fetch(
            connection,
            shop_id=self.shop_id,
            kind="product",
            node="other",
            fence=1,
            lease_s=600.0,
            token=7,
            most=10,
            max_deliveries=20,
            floors=Floors().at,
            floor_ids=Floors().ids,
        )

    async def enqueue(self, connection: db.Connection) -> None:
        await outbox.enqueue(connection, shop_id=self.shop_id, kind="product", keys=["2", "1"])

    async def renew(self, connection: db.Connection) -> None:
        await outbox.sql.renew.execute(
            connection,
            change_ids=[change.change_id for change in reversed(self.changes)],
            tokens=[change.token for change in reversed(self.changes)],
            lease_s=600.0,
        )

    async def retry(self, connection: db.Connection) -> None:
        await connection.execute("select syncd.retry()")

    async def skip(self, connection: db.Connection) -> None:
        await connection.execute("select syncd.skip()")


TURNS = {"route": 5, "settle": 1, "claim": 1, "enqueue": 1, "renew": 1, "retry": 1, "skip": 1}


@pytest.fixture
async def table(pool: asyncpg.Pool) -> Table:
    table = Table(pool, await add_shop(pool))
    await leasing.router_lease(pool)
    return table


@pytest.fixture
async def connections(database_url: str) -> AsyncIterator[list[asyncpg.Connection]]:
    """Three for the actors, one to look on."""
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(4):
            connection = await asyncpg.connect(database_url)
            await db.prepare(connection)
            stack.push_async_callback(connection.close)
            opened.append(connection)
        yield opened


CASES: dict[
    str, tuple[Verdict | None, Verdict]
] = {  # who acts, what became of key 1 before, how the settle ends what is claimed
    "route settle": (None, Ack()),
    "route settle claim": (None, Ack()),
    "route settle enqueue": (None, Ack()),
    "route settle renew": (None, Ack()),
    "route route settle": (None, Ack()),
    "route settle dead": (None, Dead()),
    "route settle again": (None, Retry(0, blame=True)),
    "route settle retry": (Dead(), Ack()),
    "route settle skip": (Dead(), Ack()),
    "route retry skip": (Dead(), Ack()),
    "settle enqueue claim": (None, Ack()),
    "route enqueue claim": (Dead(), Ack()),
    "route settle *": (None, Ack()),
    "route settle enqueue *": (None, Ack()),
}


@pytest.mark.parametrize("case", CASES)
async def test_news_are_never_lost_and_nobody_waits_in_a_ring(
    table: Table, connections: list[asyncpg.Connection], case: str
) -> None:
    table.first, table.ends = CASES[case]
    table.is_wide = "*" in case
    acting = [name for name in case.split() if name in TURNS]
    actors = [
        Actor(name, TURNS[name], program(table, name), Stepped(connection))
        for name, connection in zip(acting, connections, strict=False)
    ]
    ways = list(orders([actor.statements for actor in actors]))
    random.Random(5).shuffle(ways)
    scheduler = Scheduler(connections[-1], actors)
    for way in ways[:MOST]:
        await table.lay()
        await scheduler.play(way)
        await table.drain()
        left = {row["key"]: row for row in await table.pool.fetch(STATE)}
        for key in "12":
            assert key in left, (way, case)
            row = left[key]
            assert row["state"] == "claimed" or (row["state"], row["is_due"]) == ("due", True), way
        for row in table.grabbed:
            assert left[row["key"]]["state"] == "claimed", way
        claimed = {change.key for change in table.changes if "settle" not in acting}
        grabbed = {row["key"] for row in table.grabbed}
        assert claimed | grabbed == {k for k, row in left.items() if row["state"] == "claimed"}


def program(table: Table, name: str) -> Program:
    programs: dict[str, Program] = {
        "route": table.route,
        "settle": table.settle,
        "claim": table.claim,
        "enqueue": table.enqueue,
        "renew": table.renew,
        "retry": table.retry,
        "skip": table.skip,
    }
    return programs[name]


def test_all_orders_are_tried() -> None:
    for counts, ways in {(1, 1): 2, (2, 2): 6, (4, 3, 1): 280}.items():
        found = {tuple(order) for order in orders(counts)}
        assert len(found) == ways
        for number, steps in zip(count(), counts, strict=False):
            assert all(order.count(number) == steps for order in found)
