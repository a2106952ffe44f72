"""What the tests of the outbox share: a clock to turn, events to route, claims to end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from syncd.postgres import db, outbox
from syncd.postgres.outbox import Settled
from syncd.records import Change
from syncd.rules.retry import Verdict
from tests import leasing

HOUR_S = 3600.0
LEASE_S = 600.0  # runs out when the clock is turned by an hour


@dataclass(slots=True)
class Clock:
    """Turns syncd.clock() for every connection that the pool hands out."""

    turned_s: float = 0.0

    async def set(self, connection: db.Connection) -> None:
        offset = f"{self.turned_s} seconds"
        await connection.execute("select set_config('syncd.clock_offset', $1, false)", offset)


@asynccontextmanager
async def turned_pool(url: str, clock: Clock) -> AsyncIterator[asyncpg.Pool]:
    """The usual pool, under a clock that the test turns."""
    async with asyncpg.create_pool(
        url, min_size=1, max_size=6, init=db.prepare, setup=clock.set
    ) as pool:
        yield pool


async def add_shop(pool: asyncpg.Pool) -> int:
    """A shop of the account a."""
    shop_id: int = await pool.fetchval(
        "insert into syncd.shop (domain, account_id, credentials, price_department, currency)"
        " values ('x.myshopify.com', 'a', 'x', 'nett', 'NOK') returning shop_id"
    )
    return shop_id


async def route(pool: asyncpg.Pool, *keys: str, changed: Sequence[str] = ("title",)) -> None:
    """Events of these keys become changes."""
    await pool.execute("select syncd.enqueue('a', 'product', $1, $2)", list(keys), list(changed))
    while (await leasing.route_once(pool)).events:
        pass


async def claim(pool: asyncpg.Pool, shop_id: int, most: int = 10) -> list[Change]:
    """What is due, claimed by the node that holds the shop."""
    lease = await leasing.shop_lease(pool, shop_id)
    return await outbox.claim(pool, lease, lease_s=LEASE_S, most=most)


async def settle(
    pool: asyncpg.Pool, verdict: Verdict, *changes: Change, error: str = ""
) -> frozenset[int]:
    async with db.transaction(pool) as connection:
        return await outbox.settle(connection, [Settled(one, verdict, error) for one in changes])


async def rows(pool: asyncpg.Pool) -> dict[str, dict[str, Any]]:
    """The changes by key; `waits` is whether it is not due yet."""
    found = await pool.fetch(
        "select key, state, claimed_by, generation, events, deliveries, failures, last_error,"
        " cause, changed, lane, first_event_at,"
        " coalesce(claimed_until, due_at) > syncd.clock() as waits from syncd.change"
    )
    return {row["key"]: dict(row) for row in found}
