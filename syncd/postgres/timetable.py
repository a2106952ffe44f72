"""Tell the outbox of prices that change by the clock alone: offers that begin or end."""

from __future__ import annotations

from datetime import datetime, timedelta

import asyncpg

from syncd.postgres import backoffice
from syncd.postgres.db import Connection, Executor, Statements, transaction

sql = Statements("timetable")

KEPT = timedelta(hours=1)  # a cursor may lag as long where nothing happens: idle writes nothing


async def announce_once(pool: asyncpg.Pool) -> int:
    """Enqueue an event for each product whose offer began or ended since the last look.

    Only products of accounts with a shop, in the departments their shops use; above 5,000 of an
    account one event `*`. Returns the events written. The first look ever begins at the present.
    Events and cursor are one transaction: killed, all of it happened or nothing. Any number of
    nodes may call this; while one is at it the others do nothing. Where the clock was turned back,
    what lies between is told again, as prices there are again what they were.
    Raises ContractError, naming the view's column, when the contract is broken.
    """
    async with backoffice.reading(pool), transaction(pool) as connection:
        standing = await sql.standing.row(connection)
        assert standing is not None  # a select without from
        if standing["since"] is None:
            await sql.open.execute(connection)
            return 0
        await sql.look_by_index.execute(connection)
        is_stale = abs(standing["until"] - standing["since"]) >= KEPT
        if not is_stale and not await turned(connection, standing["since"], standing["until"]):
            return 0
        cursor = await sql.lock_cursor.row(connection)
        return 0 if cursor is None else await _announce(connection, cursor)


async def _announce(connection: Connection, cursor: asyncpg.Record) -> int:
    """Write the events and move the cursor, whose lock is held."""
    events = 0
    for account_id, keys in await turned(connection, cursor["since"], cursor["until"]):
        events += await sql.announce.value(connection, account_id=account_id, keys=keys)
    await sql.advance.execute(connection, until=cursor["until"], announced=events)
    return events


async def turned(db: Executor, since: datetime, until: datetime) -> list[tuple[str, list[str]]]:
    """Accounts with the keys of products whose offer turned after the one moment, up to the other.

    In whichever order the two are. `["*"]` instead of more than 5,000 keys.
    """
    rows = await sql.turned.fetch(db, since=min(since, until), until=max(since, until))
    return [(row["account_id"], row["keys"]) for row in rows]
