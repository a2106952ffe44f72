"""Move events to the changes of the shops they concern, in the order of their commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from syncd.errors import LeaseLostError
from syncd.postgres import backoffice, links
from syncd.postgres.db import Connection, Statements, transaction
from syncd.postgres.leases import Lease
from syncd.postgres.outbox import enqueue

sql = Statements("router")

EVER = (datetime.min.replace(year=2000, tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
ASTRAY = timedelta(hours=1)  # so far a clock may be set back and no event is overlooked


@dataclass(frozen=True, slots=True)
class Routed:
    """One step of the router: events moved, and the shops whose changes are due by it.

    Every event from before `since` has been moved. After a rebase `events` is the number of keys
    made due.
    """

    events: int
    shops: tuple[int, ...]
    since: datetime | None = None
    is_rebased: bool = False


async def route_once(
    pool: asyncpg.Pool,
    lease: Lease,
    *,
    most: int = 5000,
    since: datetime | None = None,
    patience_s: float = 0.0,
) -> Routed:
    """Move about `most` events to the changes of the shops they concern; 0 events: nothing waits.

    Never misses a late commit, never splits a transaction, never counts an event twice. Where the
    cursor was written by another cluster (a restore) all that every shop is sent becomes due.
    With the `since` of the step before, a look into an empty outbox reads no older partition; with
    patience the database looks again and again until there is something to do.
    Raises LeaseLostError when the lease was lost, ContractError when an event names every product
    and the Backoffice cannot be read.
    """
    window = _window(since)
    standing = await sql.standing.row(pool, since=window[0], until=window[1], patience_s=patience_s)
    if standing is not None and standing["is_here"]:
        since = standing["since"]
        if not standing["has_news"] and not standing["is_old"]:
            return Routed(0, (), since)
    async with transaction(pool) as connection:
        cursor = await sql.lock_router.row(connection, fence=lease.fence)
        if cursor is not None and not cursor["is_ours"]:
            raise LeaseLostError(f"the router is another node's: lease {lease.fence} is over")
        if cursor is None or not cursor["is_here"]:
            return await _rebase(connection)
        if window != EVER:  # by the database's clock alone: what is left out here is lost
            window = EVER if cursor["is_astray"] else (window[0], cursor["until"])
        return await _move(connection, cursor["snap"], most, window)


async def _move(
    connection: Connection, snap: object, most: int, window: tuple[datetime, datetime]
) -> Routed:
    given: dict[str, Any] = {"snap": snap, "since": window[0], "until": window[1]}
    following = await sql.next_snapshot.value(connection, most=most, **given)
    given["next"] = following
    moved = await sql.move.row(connection, **given)
    assert moved is not None  # a select without from
    shops: list[int] = moved["shops"]
    if moved["wide_accounts"]:
        await _move_widely(connection, moved["wide_accounts"], shops, given)
    await sql.advance.execute(connection, next=following, moved=moved["events"])
    if shops:
        await sql.tell.execute(connection, shops=[str(shop_id) for shop_id in shops])
    return Routed(moved["events"], tuple(shops))


async def _move_widely(
    connection: Connection, wide_accounts: list[str], shops: list[int], given: dict[str, Any]
) -> None:
    """Shop by shop, in the order in which changes are locked."""
    keys = {
        account_id: await backoffice.product_keys(connection, account_id)
        for account_id in wide_accounts
    }
    for row in await sql.accounts_of.fetch(connection, shop_ids=shops):
        found = keys.get(row["account_id"], [])
        await sql.move_to.execute(connection, shop_id=row["shop_id"], keys=found, **given)


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
    for row in await sql.stock_shops.fetch(connection):
        count += await sql.recount.value(connection, shop_id=row["shop_id"])
        shops.append(row["shop_id"])
    for row in await sql.order_shops.fetch(connection):
        found = await sql.completed.fetch(connection, **row)
        keys = [one["key"] for one in found]
        count += await enqueue(
            connection, shop_id=row["shop_id"], kind="order", keys=keys, lane="orders"
        )
        shops.append(row["shop_id"])
    return Routed(count, tuple(dict.fromkeys(shops)), is_rebased=True)


def _window(since: datetime | None) -> tuple[datetime, datetime]:
    """The moments between which an event that waits was written: without `since`, ever.

    No event lies in the future, but clocks are set: whoever polls looks without `since` now and
    then.
    """
    if since is None:
        return EVER
    return since - ASTRAY, datetime.now(UTC) + timedelta(days=1)
