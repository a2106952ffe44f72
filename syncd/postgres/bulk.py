"""Bulk operations of ours: which products are in them, how far they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import asyncpg

from syncd.errors import LeaseLostError
from syncd.postgres.db import Connection, Executor, Statement, Statements
from syncd.postgres.leases import Lease
from syncd.records import Form
from syncd.rules import mapping
from syncd.rules.pace import Ended, Look

sql = Statements("bulk")

CREATE, PUBLISH = "ProductCreateLine", "PublishablePublishLine"
LINES = 5000  # an operation: several run at once, and a lost one costs less

Phase = Literal["write", "start", "wait", "fetch", "done"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as it stands; see the comments of syncd.bulk_operation.

    `read_at` is when the shop was read that it is based on.
    """

    operation_id: int
    shop_id: int
    run_id: int
    document: str
    phase: Phase
    writes: int
    path: str | None
    read_at: datetime
    wrote_at: datetime | None
    asked_at: datetime | None
    gid: str | None
    seen: int
    seen_at: datetime | None
    lines: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line whose answer came: the form that it carried, and whether there is newer news."""

    line: int
    key: str
    form: Form
    has_news: bool


@dataclass(frozen=True, slots=True)
class Loose:
    """A product that is an ordinary change again; the shop may have it or not."""

    key: str
    may_be_there: bool


async def plan(
    db: Executor, run_id: int, document: str, places: Mapping[str, int], *, most: int
) -> None:
    """Plan operations of up to `most` lines each, for products by key with their place."""
    if places:
        await sql.plan.execute(
            db,
            run_id=run_id,
            document=document,
            keys=list(places),
            places=list(places.values()),
            most=most,
        )


async def under_way(db: Executor, shop_id: int, *, most: int) -> list[Operation]:
    """The first operations that have not ended, in the order in which they were planned."""
    rows = await sql.under_way.fetch(db, shop_id=shop_id, most=most)
    return [Operation(**row) for row in rows]


async def to_write(db: Executor, operation: Operation, *, after: int, most: int) -> dict[str, int]:
    """Its products with their places, in order, after a place."""
    rows = await sql.to_write.fetch(db, operation_id=operation.operation_id, after=after, most=most)
    return {row["key"]: row["place"] for row in rows}


async def begin_write(db: Executor, operation: Operation, lease: Lease) -> None:
    """Its file is written anew. Raises LeaseLostError, as do the others that take a lease."""
    await _ours(sql.begin_write, db, operation, lease)


async def write(
    db: Executor,
    operation: Operation,
    lease: Lease,
    *,
    first: int,
    forms: Mapping[str, Form],
    left: Sequence[str],
) -> None:
    """Lines from number `first` were added, for these keys; `left` are no lines."""
    await _ours(
        sql.write,
        db,
        operation,
        lease,
        keys=list(forms),
        numbers=list(range(first, first + len(forms))),
        forms=[mapping.to_json(form) for form in forms.values()],
        left_keys=list(left),
    )


async def part(db: Executor, operation: Operation, lease: Lease, *, after: int) -> None:
    """Those after a place go to an operation of their own: the file is full."""
    await _ours(sql.part, db, operation, lease, after=after)


async def wrote(
    db: Executor, operation: Operation, lease: Lease, *, path: str | None, lines: int
) -> None:
    """The file is uploaded to `path`."""
    await _ours(sql.wrote, db, operation, lease, path=path, lines=lines)


async def ask(db: Executor, operation: Operation, lease: Lease) -> None:
    """Its start is about to be asked for."""
    await _ours(sql.ask, db, operation, lease)


async def not_asked(db: Executor, operation: Operation) -> None:
    """It was surely not started."""
    await sql.not_asked.execute(db, operation_id=operation.operation_id)


async def started(db: Executor, operation: Operation, lease: Lease, gid: str) -> None:
    await _ours(sql.started, db, operation, lease, gid=gid)


async def saw(db: Executor, operation: Operation, lease: Lease, *, seen: int) -> float:
    """So many lines are behind it; returns the seconds since there was any progress."""
    still_s: float = await _ours(sql.saw, db, operation, lease, seen=seen)
    return still_s


async def ended(
    db: Executor,
    operation: Operation,
    lease: Lease,
    *,
    note: str | None,
    worked_s: float | None = None,
) -> None:
    """Shopify has ended it; `note` says what went wrong, if anything did.

    `worked_s` is how long it took for all lines, None where it has not done them.
    """
    await _ours(sql.ended, db, operation, lease, note=note, worked_s=worked_s)


async def worked(
    db: Executor, shop_id: int, document: str, *, is_other: bool, most: int
) -> list[Ended]:
    """The shop's last operations of a document, or of others, that did all their lines."""
    rows = await sql.worked.fetch(
        db, shop_id=shop_id, document=document, is_other=is_other, most=most
    )
    return [
        Ended(row["began_s"], (*_first(row), Look(row["lines"], row["worked_s"]))) for row in rows
    ]


def _first(row: asyncpg.Record) -> list[Look]:
    first_s = row["first_s"]
    return [] if first_s is None else [Look(1, min(first_s, row["worked_s"]))]


async def lines(
    connection: Connection, operation: Operation, numbers: Sequence[int]
) -> dict[int, Line]:
    """Those of these lines that are not settled yet, locked until the transaction ends."""
    rows = await sql.lines.fetch(
        connection, operation_id=operation.operation_id, numbers=list(numbers)
    )
    return {
        row["line"]: Line(row["line"], row["key"], mapping.from_json(row["form"]), row["has_news"])
        for row in rows
    }


async def settle(
    connection: Connection,
    operation: Operation,
    lease: Lease,
    *,
    ok: Sequence[str],
    failed: Sequence[str],
    unknown: Sequence[str],
) -> None:
    """What became of some products; `unknown` are those that news overtook."""
    await _ours(
        sql.settle,
        connection,
        operation,
        lease,
        ok_keys=list(ok),
        failed_keys=list(failed),
        unknown_keys=list(unknown),
    )


async def end(
    connection: Connection, operation: Operation, lease: Lease, *, note: str | None = None
) -> list[Loose]:
    """Nothing more will be answered; returns those that are ordinary changes again."""
    await _ours(sql.lock, connection, operation, lease)
    rows: list[asyncpg.Record] = await sql.end.fetch(
        connection, operation_id=operation.operation_id, note=note
    )
    return [Loose(**row) for row in rows]


async def own_prices(db: Executor, operation: Operation) -> None:
    """Note the prices of lines without an answer with their changes, so that they count as ours."""
    await sql.own_prices.execute(db, operation_id=operation.operation_id)


async def to_publish(db: Executor, operation: Operation) -> dict[str, int]:
    """The products that the operation made, with their places, as far as none is published."""
    rows = await sql.to_publish.fetch(db, operation_id=operation.operation_id)
    return {row["key"]: row["place"] for row in rows}


async def _ours(
    statement: Statement, db: Executor, operation: Operation, lease: Lease, **values: Any
) -> Any:
    answer = await statement.value(
        db, operation_id=operation.operation_id, fence=lease.fence, **values
    )
    if answer is None:
        raise LeaseLostError(f"bulk operation {operation.operation_id} is another node's by now")
    return answer
