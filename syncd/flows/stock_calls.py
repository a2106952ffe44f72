"""Set counts in Shopify, each call once, though its answer may be lost."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg
import structlog

from syncd.errors import CallError, KindError, ShopError, ShopifyError
from syncd.postgres import stock
from syncd.postgres.db import transaction
from syncd.postgres.leases import Lease
from syncd.postgres.stock import Moved, Row, Writing
from syncd.records import Shop
from syncd.rules import stock as rule
from syncd.shopify import answers
from syncd.shopify import stock as shopify
from syncd.shopify.client import Client
from syncd.shopify.stock import Refusal

DOCUMENT = "InventorySetQuantities"
SPENT = "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
log = structlog.get_logger()


async def begin(
    pool: asyncpg.Pool, client: Client, lease: Lease, location: str, rows: Sequence[Row]
) -> tuple[Writing, list[Refusal]]:
    """Write a call down, then send it; empty: Shopify has set the counts, all of them.

    It stands there until its answer is taken in (`stock.end`). Raises LeaseLostError, and what
    `Client.execute` raises: then `finish` learns how it ended.
    """
    writing = await stock.begin(pool, lease, location, rows)
    return writing, await _send(client, writing)


async def finish(pool: asyncpg.Pool, client: Client, shop: Shop) -> None:
    """Learn how a call ended that a lost answer, or a death of ours, has left behind.

    Raises what `Client.execute` raises: then it stays as it is.
    """
    writing = await stock.writing(pool, shop.shop_id)
    if writing is None:
        return
    try:
        done = await _outcome(client, writing)
    except (CallError, KindError, ShopError):
        raise
    except ShopifyError:  # it was refused as a whole, as it will always be
        await stock.end(pool, writing.write_id, [])
        raise
    async with transaction(pool) as connection:
        rows = await stock.end(connection, writing.write_id, done)
        sent = [Moved(row, DOCUMENT, request_id=answers.request_id()) for row in rows]
        await stock.remember(connection, shop.shop_id, sent)
    log.info("counts_made_sure", sent=len(writing.rows), done=len(done))


async def _outcome(client: Client, writing: Writing) -> list[str]:
    """The variants, by key, that have the new count in Shopify."""
    if writing.is_remembered:
        refused = await _send(client, writing)
        return [] if refused else [row.key for row in writing.rows]
    levels = await shopify.look(client, writing.location, [row.item for row in writing.rows])
    log.warning("counts_in_doubt", counts=len(writing.rows), why="their call is a day old")
    return [row.key for row in writing.rows if _is_done(row, levels.get(row.item))]


def _is_done(row: Row, level: rule.Level | None) -> bool:
    if level is None or level.available is None:
        return False
    return rule.believed(row.before, row.after, level.available) == row.after


async def _send(client: Client, writing: Writing) -> list[Refusal]:
    settings = [shopify.Setting(row.item, row.before, row.after) for row in writing.rows]
    return await shopify.set_at(client, writing.location, settings, key=str(writing.write_id))
