"""Move events to the changes of the shops they concern, in the order of their commits."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from syncd.postgres import backoffice, links
from syncd.postgres.db import Connection, Statements, transaction
from syncd.postgres.outbox import enqueue

sql = Statements("router")


@dataclass(frozen=True, slots=True)
class Routed:
    """One step of the router: events moved, and the shops whose changes are due by it.

    After a rebase `events` is the number of keys made due.
    """

    events: int
    shops: tuple[int, ...]
    is_rebased: bool = False


async def route_once(pool: asyncpg.Pool, *, most: int = 5000) -> Routed:
    """Move about `most` events to the changes of the shops they concern; 0 events: nothing waits.

    Never misses a late commit, never splits a transaction, never counts an event twice. Where the
    cursor was written by another cluster (a restore) every product of every shop becomes due.
    Raises ContractError when an event names every product and the Backoffice cannot be read.
    """
    standing = await sql.standing.row(pool)
    if standing is not None and standing["is_here"] and not standing["has_news"]:
        return Routed(0, ())
    async with transaction(pool) as connection:
        cursor = await sql.lock_router.row(connection)
        if cursor is None or not cursor["is_here"]:
            return await _rebase(connection)
        return await _move(connection, cursor["snap"], most)


async def _move(connection: Connection, snap: object, most: int) -> Routed:
    following = await sql.next_snapshot.value(connection, snap=snap, most=most)
    account_ids: list[str] = []
    keys: list[str] = []
    for row in await sql.wide_accounts.fetch(connection, snap=snap, next=following):
        found = await backoffice.product_keys(connection, row["account_id"])
        account_ids += [row["account_id"]] * len(found)
        keys += found
    moved = await sql.move.row(
        connection, snap=snap, next=following, account_ids=account_ids, keys=keys
    )
    assert moved is not None  # a select without from
    if moved["events"]:
        await sql.advance.execute(connection, next=following, moved=moved["events"])
    return Routed(moved["events"], tuple(moved["shops"]))


async def _rebase(connection: Connection) -> Routed:
    """Stand at the present; in this order, what is written meanwhile is news or already seen."""
    await sql.rebase.execute(connection)
    count = 0
    shops = []
    for row in await sql.product_shops.fetch(connection):
        keys = await backoffice.product_keys(connection, row["account_id"])
        keys += await links.keys(connection, row["shop_id"])
        count += await enqueue(connection, shop_id=row["shop_id"], kind="product", keys=keys)
        shops.append(row["shop_id"])
    return Routed(count, tuple(shops), is_rebased=True)
