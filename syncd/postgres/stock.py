"""Counts of variants: what the warehouse holds, what was last agreed on, what is being sent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

import asyncpg

from syncd.errors import LeaseLostError
from syncd.postgres.backoffice import reading
from syncd.postgres.db import Executor, Statements
from syncd.postgres.leases import Lease
from syncd.records import Change, Shop
from syncd.rules.stock import Merge, Shelf

sql = Statements("stock")


@dataclass(frozen=True, slots=True)
class Row:
    """A count that is set in Shopify: from `before` to `after`, in pieces; `item` is a GID."""

    key: str
    item: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Writing:
    """A call that sets counts, as it was written down before it was sent.

    `is_remembered`: Shopify still knows its key, so that sending it again carries it out once.
    """

    write_id: uuid.UUID
    location: str
    rows: tuple[Row, ...]
    is_remembered: bool


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a count that moved in Shopify; `error` is the Backoffice's, if it refused."""

    outcome: Literal["received", "stale", "refused"]
    error: str | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A count that was changed, for the history; `change` is what asked for it, if it is known."""

    row: Row
    write: str
    change: Change | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Emptied:
    """How many variants went to nothing within an hour, or are held; from which share on they are.

    `are_let_go`: a person has said that they may.
    """

    count: int
    percent: int
    are_let_go: bool


async def shelves(db: Executor, shop: Shop, keys: Sequence[str]) -> dict[str, Shelf]:
    """These variants by key; one that is not linked is absent. Raises ContractError."""
    async with reading(db):
        rows = await sql.shelves.fetch(db, keys=list(keys), **_place(shop))
    return {row["key"]: Shelf(**row) for row in rows}


async def note(db: Executor, shop: Shop, counts: Mapping[str, int | None]) -> None:
    """Write down the counts that new variants are given along, by variant key, before they are.

    None: it is not counted.
    """
    await sql.note.execute(
        db,
        shop_id=shop.shop_id,
        warehouse_key=shop.stock_warehouse,
        location=shop.location,
        keys=list(counts),
        quantities=list(counts.values()),
    )


async def uncount(db: Executor, shop_id: int, keys: Sequence[str]) -> None:
    """Nothing is agreed on of these variants; their next counts are first ones."""
    await sql.uncount.execute(db, shop_id=shop_id, keys=list(keys))


async def receive(
    db: Executor, shop: Shop, merges: Mapping[str, tuple[Shelf, Merge]]
) -> dict[str, Received]:
    """Give the warehouse what moved in Shopify, by variant key; each is done whole or not at all.

    `stale`: somebody moved a count meanwhile. Raises ContractError when the function is broken.
    """
    rows = [
        {
            "key": key,
            "here": merge.here,
            "there": merge.there,
            "target": merge.target,
            "agreed": shelf.agreed,
        }
        for key, (shelf, merge) in merges.items()
    ]
    async with reading(db):
        found = await sql.receive.fetch(db, rows=rows, **_place(shop))
    return {row["variant"]: Received(row["outcome"], row["error"]) for row in found}


async def writing(db: Executor, shop_id: int) -> Writing | None:
    """The call that is under way in a shop, or whose answer was lost."""
    row = await sql.writing.row(db, shop_id=shop_id)
    if row is None:
        return None
    rows = tuple(Row(**one) for one in row["rows"])
    return Writing(row["write_id"], row["location"], rows, row["is_remembered"])


async def begin(pool: asyncpg.Pool, lease: Lease, location: str, rows: Sequence[Row]) -> Writing:
    """Write a call down that is about to be sent. Raises LeaseLostError."""
    write_id = uuid.uuid4()
    begun = await sql.begin.value(
        pool,
        shop_id=lease.shop_id,
        fence=lease.fence,
        write_id=write_id,
        location=location,
        rows=[asdict(row) for row in rows],
    )
    if begun is None:
        raise LeaseLostError("counts were not sent: the shop is another node's")
    return Writing(write_id, location, tuple(rows), is_remembered=True)


async def end(db: Executor, write_id: uuid.UUID, done: Sequence[str]) -> list[Row]:
    """Take in the answer to a call: the variants `done` have the new count in Shopify.

    Returns what was done; nothing the second time.
    """
    rows = await sql.end.fetch(db, write_id=write_id, done_keys=list(done))
    return [Row(**row) for row in rows]


async def remember(db: Executor, shop_id: int, moved: Sequence[Moved]) -> None:
    """Note counts that were changed, on either side."""
    rows = [
        {
            **asdict(one.row),
            "write": one.write,
            "request_id": one.request_id,
            "events": one.change.events if one.change else 0,
            "first_event_at": _text(one.change.first_event_at if one.change else None),
        }
        for one in moved
    ]
    if rows:
        await sql.remember.execute(db, shop_id=shop_id, rows=rows)


async def differing(db: Executor, shop: Shop, counts: Mapping[str, int | None]) -> list[str]:
    """The variants, by key, whose count in Shopify is not the agreed one; `counts` by item GID."""
    rows = await sql.differing.fetch(
        db,
        shop_id=shop.shop_id,
        warehouse_key=shop.stock_warehouse,
        location=shop.location,
        items=list(counts),
        quantities=list(counts.values()),
    )
    return [row["key"] for row in rows]


async def behind(db: Executor, shop: Shop, keys: Sequence[str]) -> list[str]:
    """Of these variants those whose count in the warehouse is not the agreed one."""
    async with reading(db):
        rows = await sql.behind.fetch(db, keys=list(keys), **_place(shop))
    return [row["key"] for row in rows]


@dataclass(frozen=True, slots=True)
class Standing:
    """How many counts are agreed on, on their way, or wait for a person."""

    agreed: int
    waiting: int
    dead: int


async def standing(db: Executor, shop_id: int) -> Standing:
    row = await sql.standing.row(db, shop_id=shop_id)
    assert row is not None  # it counts
    return Standing(**row)


async def recount(db: Executor, shop_id: int) -> int:
    """Make the count of every linked variant due, behind all else; returns how many."""
    count: int = await sql.recount.value(db, shop_id=shop_id)
    return count


async def emptied(db: Executor, shop_id: int, keys: Sequence[str]) -> Emptied:
    """What else was sold out by us lately; these variants left out."""
    row = await sql.emptied.row(db, shop_id=shop_id, keys=list(keys))
    if row is None:
        return Emptied(0, 100, are_let_go=True)  # the shop was removed this moment
    return Emptied(row["emptied"], row["percent"], row["are_let_go"])


async def sellable(db: Executor, shop_id: int) -> int:
    """How many variants there were some of when the two sides last agreed."""
    count: int = await sql.sellable.value(db, shop_id=shop_id)
    return count


async def let_zeros_go(db: Executor, shop_id: int, *, hours: float) -> int:
    """Counts may go to nothing for a while; those held are due again, and returned as a number."""
    count: int = await sql.let_zeros_go.value(db, shop_id=shop_id, hours=hours)
    return count


def _place(shop: Shop) -> dict[str, object]:
    return {
        "shop_id": shop.shop_id,
        "account_id": shop.account_id,
        "warehouse_key": shop.stock_warehouse,
        "location": shop.location,
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
