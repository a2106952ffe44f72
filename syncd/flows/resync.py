"""Make every product of a shop due, so that the pumps compare it with what was sent last."""

from __future__ import annotations

import asyncpg

from syncd.postgres import backoffice, links, outbox, status
from syncd.postgres.db import Executor
from syncd.records import Shop


async def enqueue_all(db: Executor, shop: Shop) -> int:
    """Make all keys due, also those gone from the Backoffice but linked; returns how many."""
    keys = await backoffice.product_keys(db, shop.account_id)
    keys += await links.keys(db, shop.shop_id)
    return await outbox.enqueue(db, shop_id=shop.shop_id, kind="product", keys=keys)


async def waiting(pool: asyncpg.Pool, shop: Shop) -> int:
    """How many changes of the shop are not yet accepted, the dead left out."""
    (found,) = (one for one in await status.backlog(pool) if one.shop_id == shop.shop_id)
    return found.waiting
