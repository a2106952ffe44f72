"""Harm by ordinary changes: what was done to a shop lately, what is held until a person answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import anyio
import asyncpg

from syncd.errors import ConfigError
from syncd.postgres.db import Connection, Statements
from syncd.postgres.leases import Lease
from syncd.rules.comparison import FieldDifference
from syncd.rules.guards import Base, Harmed, Numbers
from syncd.rules.harms import Harm

sql = Statements("harms")

COUNTED_S = 60.0  # so long a count of all products is good enough


@dataclass(frozen=True, slots=True)
class Held:
    """By which run a product is held, for which harms, and why, a sentence each."""

    run_id: int
    is_rejected: bool
    harms: frozenset[Harm]
    hold: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the guards know of a shop when some products are about to be sent.

    `open_run` is the hold that waits for an answer. `lately` is what was done to other products
    within the last hour, or waits with that hold. `held` are those of the products that are held,
    `sending` those that a run sends, with the digests of the forms that were judged then.
    """

    numbers: Numbers
    open_run: int | None
    lately: Mapping[Harm, Harmed]
    held: Mapping[str, Held]
    sending: Mapping[str, Collection[str | None]]


@dataclass(frozen=True, slots=True)
class Note:
    """A held change as people see it: what it would change, with what harm."""

    key: str
    gid: str
    title: str
    fields: Sequence[FieldDifference]
    harms: Sequence[Harm]
    wanted_digest: str


async def look(pool: asyncpg.Pool, shop_id: int, keys: Sequence[str]) -> Seen:
    """What there is to know about these products; raises ConfigError when there is no such shop."""
    row = await sql.look.row(pool, shop_id=shop_id, keys=list(keys))
    if row is None:
        raise ConfigError(f"there is no shop {shop_id}", hint="it may have been removed just now")
    given: dict[str, Any] = dict(row)
    open_run, lately, held, sending = (
        given.pop(name) for name in ("open_run", "lately", "held", "sending")
    )
    return Seen(
        Numbers(**given),
        open_run,
        {harm: Harmed(*counts) for harm, counts in lately.items()},
        {key: _held(one) for key, one in held.items()},
        sending,
    )


def _held(one: Mapping[str, Any]) -> Held:
    return Held(one["run_id"], one["is_rejected"], frozenset(one["harms"]), tuple(one["hold"]))


async def base(pool: asyncpg.Pool, lease: Lease) -> Base:
    """What the shares are counted of; for COUNTED_S the lease keeps what was counted."""
    now_s = anyio.current_time()
    if lease.base is None or now_s >= lease.based_s + COUNTED_S:
        row = await sql.base.row(pool, shop_id=lease.shop_id)
        assert row is not None  # it counts
        lease.base, lease.based_s = Base(**row), now_s
    return lease.base


async def release(pool: asyncpg.Pool, shop_id: int, keys: Sequence[str]) -> None:
    """Hold these products no more; a run that holds nothing then has ended."""
    await sql.release.execute(pool, shop_id=shop_id, keys=list(keys))


async def lock(
    connection: Connection, shop_id: int, run_ids: Collection[int]
) -> dict[int, Literal["held", "rejected"]]:
    """The open hold of the shop and those of these that were rejected, until the commit."""
    rows = await sql.lock.fetch(connection, shop_id=shop_id, run_ids=sorted(run_ids))
    return {row["run_id"]: row["state"] for row in rows}


async def open_hold(
    connection: Connection, shop_id: int, reasons: Sequence[str], run_id: int | None
) -> int | None:
    """The open hold with these reasons: this one, else a new one; None: another was just opened."""
    if run_id is not None:
        await sql.tell.execute(connection, run_id=run_id, reasons=list(reasons))
        return run_id
    opened: int | None = await sql.open.value(connection, shop_id=shop_id, reasons=list(reasons))
    return opened


async def note(connection: Connection, shop_id: int, run_id: int, notes: Sequence[Note]) -> None:
    """Note what a run holds, in the settling transaction; a run that holds nothing is unmade."""
    if notes:
        await sql.forget.execute(connection, shop_id=shop_id, keys=[one.key for one in notes])
        await sql.note.execute(connection, run_id=run_id, rows=list(notes))
    await sql.unmake.execute(connection, run_id=run_id)


async def done(connection: Connection, shop_id: int, harms: Mapping[str, Sequence[Harm]]) -> None:
    """Count what Shopify has accepted, by key, in the settling transaction."""
    if harms:
        rows = [{"key": key, "harms": found} for key, found in harms.items()]
        await sql.done.execute(connection, shop_id=shop_id, rows=rows)
