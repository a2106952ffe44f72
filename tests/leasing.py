"""Leases for tests that are about something else: taken once, held for years."""

from __future__ import annotations

from datetime import datetime
from math import inf

import asyncpg

from syncd.postgres import leases, router
from syncd.postgres.leases import Lease
from syncd.postgres.router import Routed

YEARS_S = 1e9
HELD = "select node, fence from syncd.lease where name = $1 and lease_until > syncd.clock()"


async def shop_lease(pool: asyncpg.Pool, shop_id: int | None, node: str = "tests") -> Lease:
    """The lease of a shop, as the one who has it holds it; taken when nobody has."""
    name = leases.ROUTER if shop_id is None else leases.of_shop(shop_id)
    row = await pool.fetchrow(HELD, name)
    if row is not None:
        return Lease(name, shop_id, row["node"], row["fence"], until_s=inf)
    lease = await leases.take(pool, node, shop_id=shop_id, lease_s=YEARS_S)
    return lease or await shop_lease(pool, shop_id, node)  # another task of the test was faster


async def leave_all(pool: asyncpg.Pool, node: str = "tests") -> None:
    """Give back what this node holds, so that a daemon can take it."""
    await pool.execute("update syncd.lease set lease_until = '-infinity' where node = $1", node)


async def router_lease(pool: asyncpg.Pool) -> Lease:
    return await shop_lease(pool, None)


async def route_once(
    pool: asyncpg.Pool, *, most: int = 5000, since: datetime | None = None
) -> Routed:
    """A step of the router, by the one who holds it."""
    return await router.route_once(pool, await router_lease(pool), most=most, since=since)
