"""Each write that Shopify accepted, with what stood there before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from syncd.postgres.db import Connection, Statements
from syncd.records import Change, Form
from syncd.rules import mapping

sql = Statements("history")


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted write: the documents sent, in order, and the events it answered."""

    history_id: int
    gid: str
    writes: tuple[str, ...]
    events: int
    first_event_at: datetime
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """A product as it was before a write, None if it was new, with what Shopify accepted."""

    key: str
    gid: str
    before: Form | None
    after: Form


async def add(
    connection: Connection,
    *,
    shop_id: int,
    change: Change,
    gid: str,
    writes: Sequence[str],
    before: Form | None,
    after: Form,
    accepted_at: datetime,
    request_ids: Sequence[str] = (),
    note: str | None = None,
) -> None:
    """Note what answered a change, in its settling transaction; `before` None: it was new.

    `note` is what a person should know of it.
    """
    await sql.add.execute(
        connection,
        shop_id=shop_id,
        key=change.key,
        gid=gid,
        writes=list(writes),
        request_ids=list(filter(None, request_ids)),
        before=None if before is None else mapping.to_json(before),
        after=mapping.to_json(after),
        events=change.events,
        first_event_at=change.first_event_at,
        accepted_at=accepted_at,
        note=note,
    )


async def add_all(
    connection: Connection,
    *,
    shop_id: int,
    written: Sequence[Written],
    write: str,
    request_id: str | None,
    accepted_at: datetime,
) -> None:
    """Note products that one bulk operation wrote, its GID; no event waited for them."""
    rows = [
        {
            "key": one.key,
            "gid": one.gid,
            "before": None if one.before is None else mapping.to_json(one.before),
            "after": mapping.to_json(one.after),
        }
        for one in written
    ]
    await sql.add_all.execute(
        connection,
        shop_id=shop_id,
        write=write,
        request_ids=[request_id] if request_id else [],
        rows=rows,
        accepted_at=accepted_at,
    )


async def newest(pool: asyncpg.Pool, shop_id: int) -> int:
    """The newest row's number, 0 when there is none; `since` takes it."""
    history_id: int = await sql.newest.value(pool, shop_id=shop_id)
    return history_id


async def since(pool: asyncpg.Pool, shop_id: int, key: str, history_id: int) -> list[Accepted]:
    """The accepted writes of a product after that row, oldest first."""
    rows = await sql.since.fetch(pool, shop_id=shop_id, key=key, history_id=history_id)
    return [Accepted(**{**row, "writes": tuple(row["writes"])}) for row in rows]


async def add_order(
    connection: Connection,
    *,
    shop_id: int,
    change: Change,
    gid: str,
    writes: Sequence[str],
    sent: Mapping[str, object],
    request_ids: Sequence[str],
) -> None:
    """Note what Shopify accepted of a completed order, in its settling transaction."""
    await sql.add_order.execute(
        connection,
        shop_id=shop_id,
        key=change.key,
        gid=gid,
        writes=list(writes),
        sent=dict(sent),
        request_ids=list(filter(None, request_ids)),
        events=change.events,
        first_event_at=change.first_event_at,
    )
