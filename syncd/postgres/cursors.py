"""How far customers, orders or counts of a shop were read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syncd.errors import LeaseLostError
from syncd.postgres.db import Executor, Statements
from syncd.postgres.inbox import GapKind
from syncd.postgres.leases import Lease

sql = Statements("cursors")

ERROR_CHARS = 1000


@dataclass(frozen=True, slots=True)
class Cursor:
    """Whatever was changed up to `until`, by Shopify's clock, is stored, once `is_full`.

    `operation` lists all there is, asked for at `operation_at`; the last list was there at
    `listed_at`. Since `gap_since` something may have been missed. `now` is the database's.
    """

    until: datetime | None
    is_full: bool
    operation: str | None
    operation_at: datetime | None
    listed_at: datetime | None
    pulled_at: datetime | None
    last_error: str | None
    gap_since: datetime | None
    now: datetime


async def find(db: Executor, *, shop_id: int, kind: GapKind) -> Cursor:
    row = await sql.find.row(db, shop_id=shop_id, kind=kind)
    assert row is not None  # outer joins of one row
    return Cursor(**row)


async def asked(db: Executor, lease: Lease, kind: GapKind, operation: str | None) -> None:
    """Note that a list of all is asked for, at first without an operation.

    Raises LeaseLostError when the shop is another node's by now, as all do that write here.
    """
    values = {"shop_id": lease.shop_id, "kind": kind, "fence": lease.fence}
    _held(await sql.asked.value(db, **values, operation=operation), lease)


async def moved(db: Executor, lease: Lease, kind: GapKind, until: datetime) -> None:
    """All that was changed up to then is stored."""
    values = {"shop_id": lease.shop_id, "kind": kind, "fence": lease.fence}
    _held(await sql.moved.value(db, **values, until=until), lease)


async def rewind(db: Executor, lease: Lease, kind: GapKind) -> None:
    """Everything is to be listed anew."""
    values = {"shop_id": lease.shop_id, "kind": kind, "fence": lease.fence}
    _held(await sql.rewind.value(db, **values), lease)


async def failed(db: Executor, *, shop_id: int, kind: GapKind, error: str) -> None:
    """Note why a pull did not come to its end; the next one is as far away as after any other."""
    await sql.failed.execute(db, shop_id=shop_id, kind=kind, error=error[:ERROR_CHARS])


async def ask(db: Executor, *, shop_id: int, kind: GapKind, since: datetime | None) -> None:
    """Make a pull due now, back to `since` or to where the last one came."""
    await sql.ask.execute(db, shop_id=shop_id, kind=kind, since=since)


async def check_held(db: Executor, lease: Lease) -> None:
    """Raises LeaseLostError when the shop is another node's by now."""
    is_held = await sql.holds.value(db, shop_id=lease.shop_id, fence=lease.fence)
    _held(is_held or None, lease)


def _held(found: object, lease: Lease) -> None:
    if found is None:
        raise LeaseLostError(f"{lease.name} is another node's by now: nothing of it was stored")
