"""Make products of a shop due, so that the pumps compare them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from syncd.postgres import backoffice, links, outbox, status
from syncd.postgres.db import Executor
from syncd.records import Shop

SOON_S = 60.0  # what waits longer is not worth waiting for


async def enqueue_all(db: Executor, shop: Shop) -> int:
    """Make all keys due, also those gone from the Backoffice but linked; returns how many.

    They are compared with what was sent last.
    """
    keys = await backoffice.product_keys(db, shop.account_id)
    keys += await links.keys(db, shop.shop_id)
    return await outbox.enqueue(db, shop_id=shop.shop_id, kind="product", keys=keys)


async def enqueue_again(db: Executor, shop: Shop, keys: Sequence[str]) -> int:
    """Make these keys due before all resyncs, to be compared with what Shopify shows."""
    return await outbox.enqueue(
        db, shop_id=shop.shop_id, kind="product", keys=keys, lane="product", is_doubted=True
    )


async def unknown(pool: asyncpg.Pool, shop: Shop, keys: Sequence[str]) -> list[str]:
    """Those of the keys that are products neither in the Backoffice nor in a link."""
    known = await links.known(pool, shop_id=shop.shop_id, keys=keys)
    found = await backoffice.products(
        pool,
        account_id=shop.account_id,
        department_key=shop.price_department,
        warehouse_key=None,
        keys=keys,
    )
    return [key for key in keys if key not in known and key not in found]


async def waiting(pool: asyncpg.Pool, shop: Shop) -> int:
    """How many changes of the shop are not yet accepted, the dead left out."""
    (found,) = (one for one in await status.backlog(pool) if one.shop_id == shop.shop_id)
    return found.waiting


async def is_waited_for(pool: asyncpg.Pool, shop: Shop, began_at: datetime) -> bool:
    """Whether something of the shop will be tried within a minute, or an event from before
    `began_at` is not even a change yet."""
    lag = await status.router_lag(pool)
    if lag is not None and lag.waiting_since is not None and lag.waiting_since <= began_at:
        return True
    return bool(await status.soon(pool, shop_id=shop.shop_id, wait_s=SOON_S))
