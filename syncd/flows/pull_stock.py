"""Pull counts that changed in a shop: those that nobody told of become due."""

from __future__ import annotations

import asyncpg
import structlog

from syncd.postgres import cursors, inbox, outbox, stock
from syncd.postgres.db import transaction
from syncd.postgres.leases import Lease
from syncd.records import Shop
from syncd.rules import pulling
from syncd.rules import stock as rule
from syncd.shopify import stock as shopify
from syncd.shopify.client import Client

log = structlog.get_logger()


async def pull_once(pool: asyncpg.Pool, client: Client, shop: Shop, lease: Lease) -> int | None:
    """The counts that changed since the last pull, held against those agreed on.

    Returns how many are due by it; None: no pull is due. The first time every count is. The cursor
    moves when all before it is due, so that it can be repeated. Raises what `Client.execute`
    raises, LeaseLostError.
    """
    if not rule.is_kept(shop):
        return None
    assert shop.location is not None  # is_kept
    cursor = await cursors.find(pool, shop_id=shop.shop_id, kind="stock")
    if cursor.until is None or not cursor.is_full:
        async with transaction(pool) as connection:
            count = await stock.recount(connection, shop.shop_id)
            await cursors.moved(connection, lease, "stock", cursor.now)
        return count
    if not pulling.is_due(
        cursor.now, cursor.pulled_at, cursor.gap_since, has_failed=bool(cursor.last_error)
    ):
        return None
    since, newest, due = pulling.floor(cursor.until, cursor.gap_since), cursor.until, 0
    async for page in shopify.changed(client.on("stock"), shop.location, since):
        keys = await stock.differing(pool, shop, page.counts)
        newest = max([newest, *page.changed_at])
        if keys:
            due += await outbox.enqueue(
                pool, shop_id=shop.shop_id, kind="stock", keys=keys, lane="stock"
            )
    async with transaction(pool) as connection:
        await cursors.moved(connection, lease, "stock", newest)
        if cursor.gap_since is not None:
            await inbox.close_gap(connection, shop.shop_id, "stock", cursor.gap_since)
    if due:
        log.info("counts_pulled", shop=shop.domain, counts=due)
    return due
