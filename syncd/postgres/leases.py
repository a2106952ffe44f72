"""Who may work: a node holds the router, or a shop, for a while, under a number that only grows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import anyio
import asyncpg

from syncd.postgres.db import Executor, Statements
from syncd.postgres.floors import Floors
from syncd.records import Lane
from syncd.rules.guards import Base

sql = Statements("leases")

ROUTER = "router"
# After LEASE_S a dead node's work is another's, who needs some seconds to begin: 30 in all. Right
# before it is renewed a lease must outlast the longest call (CALL_S) by what a renewal may take.
LEASE_S = 26.0
RENEWED_S = 4.0


@dataclass(slots=True)
class Lease:
    """A lease that `node` has taken: `fence` is its number, `shop_id` None for the router's.

    `until_s` is when it surely still holds, by this process's monotonic clock: counted from before
    the database was asked.
    `floors` of claims, by kind with the lanes that are claimed. `base` is what the guards' shares
    are counted of, as it was counted at `based_s`.
    """

    name: str
    shop_id: int | None
    node: str
    fence: int
    until_s: float
    floors: dict[tuple[str, tuple[Lane, ...]], Floors] = field(
        default_factory=lambda: defaultdict(Floors)
    )
    base: Base | None = None
    based_s: float = 0.0


def of_shop(shop_id: int) -> str:
    """The name of a shop's lease."""
    return f"shop {shop_id}"


async def take(
    pool: Executor, node: str, *, shop_id: int | None = None, lease_s: float = LEASE_S
) -> Lease | None:
    """Take the lease of a shop, or without one the router's; None: somebody holds it.

    Even the same node takes it anew only when it ran out or was left: a number is never used twice.
    """
    name = ROUTER if shop_id is None else of_shop(shop_id)
    asked_s = anyio.current_time()
    fence = await sql.take.value(pool, name=name, shop_id=shop_id, node=node, lease_s=lease_s)
    if fence is None:
        return None
    return Lease(name, shop_id, node, fence, asked_s + lease_s)


async def waits(pool: asyncpg.Pool, names: Collection[str]) -> dict[str, float]:
    """How many seconds each of these leases is held yet, 0: nobody holds it; writes nothing."""
    rows = await sql.waits.fetch(pool, names=list(names))
    return {row["name"]: row["wait_s"] for row in rows}


async def renew(
    pool: asyncpg.Pool, held: Sequence[Lease], *, lease_s: float = LEASE_S
) -> list[Lease]:
    """Hold these `lease_s` longer from now; returns those that are lost: stop their work."""
    asked_s = anyio.current_time()
    rows = await sql.renew.fetch(
        pool,
        **_of(held),
        lease_s=lease_s,
    )
    renewed = {row["name"] for row in rows}
    for lease in held:
        if lease.name in renewed:
            lease.until_s = asked_s + lease_s
    return [lease for lease in held if lease.name not in renewed]


async def leave(pool: asyncpg.Pool, held: Sequence[Lease]) -> None:
    """Give leases back when their work has ended; those lost meanwhile stay another's."""
    await sql.leave.execute(pool, **_of(held))


def _of(held: Sequence[Lease]) -> dict[str, list[Any]]:
    return {
        "names": [lease.name for lease in held],
        "fences": [lease.fence for lease in held],
        "nodes": [lease.node for lease in held],
    }
