"""Links with what was in the shop already: the report of a run, what people decide, what became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from syncd.errors import LeaseLostError
from syncd.postgres import runs
from syncd.postgres.db import Connection, Executor, Statements, transaction
from syncd.postgres.leases import Lease
from syncd.postgres.runs import Run, ours
from syncd.records import Link
from syncd.rules import mapping
from syncd.rules.link_report import Finding, Outcome, Side

sql = Statements("linking")


@dataclass(frozen=True, slots=True)
class Due:
    """A row that is to be linked; `pairs` are variant keys with the GIDs of their variants."""

    number: int
    key: str
    gid: str
    first_counts: Side | None
    pairs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a row; `key` is the Backoffice's of a product that was taken in."""

    number: int
    outcome: Outcome
    error: str | None = None
    key: str | None = None


async def ask(db: Executor, shop_id: int, *, asked_by: str | None = None) -> int | None:
    """Ask for a link; returns its number, None while another run of the shop is under way."""
    run_id: int | None = await sql.ask.value(db, shop_id=shop_id, asked_by=asked_by)
    return run_id


async def begin(db: Executor, run: Run, lease: Lease, *, total: int, products: int) -> None:
    """The report is written, from the beginning; raises LeaseLostError, as do the others."""
    await ours(sql.begin, db, run, lease, total=total, products=products)


async def note(db: Executor, run: Run, lease: Lease, rows: Sequence[Finding]) -> None:
    await ours(sql.note, db, run, lease, rows=list(rows))


async def same(db: Executor, run: Run, count: int) -> None:
    """So many products are linked already."""
    await sql.same.execute(db, run_id=run.run_id, same=count)


async def begin_send(db: Executor, run: Run, lease: Lease) -> None:
    """What is not to be linked or imported is left; the rest is due."""
    await ours(sql.begin_send, db, run, lease)


async def to_link(db: Executor, run_id: int) -> list[Due]:
    """What is to be linked and is not yet."""
    found = []
    for row in await sql.to_link.fetch(db, run_id=run_id):
        pairs = {
            here: there
            for choice in row["choices"]
            if choice["gid"] == row["gid"]
            for here, there, _ in choice["pairs"]
        }
        found.append(Due(row["number"], row["key"], row["gid"], row["first_counts"], pairs))
    return found


async def to_import(db: Executor, run_id: int) -> dict[str, int]:
    """What is to come into the Backoffice and has not yet: row numbers by GID."""
    return {row["gid"]: row["number"] for row in await sql.to_import.fetch(db, run_id=run_id)}


async def link(
    connection: Connection, shop_id: int, made: Sequence[Link], accepted_at: datetime
) -> frozenset[str]:
    """Write these links; returns the keys of those that could be written, see sql/linking.sql."""
    rows = [
        {
            "key": one.key,
            "gid": one.gid,
            "known": mapping.to_json(one.known),
            "digest": one.digest,
            "files": dict(one.files),
            "variants": {
                key: [ids.variant, ids.inventory_item] for key, ids in one.variants.items()
            },
        }
        for one in made
    ]
    new = await sql.link.fetch(connection, shop_id=shop_id, accepted_at=accepted_at, rows=rows)
    return frozenset(row["key"] for row in new)


async def at(db: Executor, run: Run, lease: Lease) -> datetime:
    """The moment at which links are written; raises LeaseLostError when the run is not ours."""
    if (now := await sql.at.value(db, run_id=run.run_id, fence=lease.fence)) is None:
        raise LeaseLostError(f"run {run.run_id} is another node's by now, or has ended")
    moment: datetime = now
    return moment


async def settle(db: Executor, run_id: int, settled: Sequence[Settled]) -> None:
    await sql.settle.execute(db, run_id=run_id, rows=list(settled))


async def unnamed(db: Executor, run_id: int, *, most: int) -> dict[int, tuple[str, str]]:
    """Linked products that may not carry our identity yet: key with GID, by row number."""
    rows = await sql.unnamed.fetch(db, run_id=run_id, most=most)
    return {row["number"]: (row["key"], row["gid"]) for row in rows}


async def named(
    db: Executor, run_id: int, numbers: Sequence[int], *, error: str | None = None
) -> None:
    """These carry it now, or, with an error, never will."""
    await sql.named.execute(db, run_id=run_id, numbers=list(numbers), error=error)


async def progress(db: Executor, run_id: int) -> None:
    """Count in the run how far it is."""
    await sql.progress.execute(db, run_id=run_id)


async def finish(pool: asyncpg.Pool, run: Run, lease: Lease) -> int | None:
    """End the run: the shop is linked, and a compare is asked for, whose number is returned."""
    async with transaction(pool) as connection:
        await sql.progress.execute(connection, run_id=run.run_id)
        await ours(sql.finish, connection, run, lease)
        return await runs.ask(connection, run.shop_id, asked_by="link")


async def links(db: Executor, shop_id: int) -> dict[str, str]:
    """Which product of the shop, by GID, each product of ours is linked with."""
    return {row["key"]: row["gid"] for row in await sql.links.fetch(db, shop_id=shop_id)}


async def is_due(db: Executor, run_id: int) -> bool:
    """Whether something is to be linked or imported yet."""
    is_due: bool = await sql.is_due.value(db, run_id=run_id)
    return is_due
