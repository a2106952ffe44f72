"""Take a shop out of syncd; what stands in Shopify stays there."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from syncd.errors import SyncdError
from syncd.flows import subscribe
from syncd.flows.configure import Visit
from syncd.postgres import shop_settings, webhooks
from syncd.postgres.db import transaction
from syncd.postgres.shop_settings import Belongings
from syncd.records import Shop


@dataclass(frozen=True, slots=True)
class Removed:
    """What went: rows, `subscriptions` in Shopify. `trouble`: why these could not be ended."""

    rows: Belongings
    subscriptions: int
    trouble: SyncdError | None


async def remove(pool: asyncpg.Pool, shop: Shop, *, visit: Visit, author: str) -> Removed:
    """Switch the shop off, end its subscriptions where it lets us, delete all rows of it.

    Done again when it dies in between: until the last step the shop is there, and switched off. A
    node that is at work in it finds its claims gone, and stores nothing more.
    """
    async with transaction(pool) as connection:
        await shop_settings.lock(connection, shop.shop_id, author)
        await shop_settings.change(connection, shop.shop_id, {"enabled": False, "webhooks": False})
        await webhooks.look_anew(connection, shop.shop_id)
    there = [one for one in await webhooks.known(pool, shop.shop_id) if one.gid]
    trouble = await _unsubscribed(pool, shop, visit) if there else None
    async with transaction(pool) as connection:
        rows = await shop_settings.belongings(connection, shop.shop_id)
        await shop_settings.lock(connection, shop.shop_id, author)
        await shop_settings.remove(connection, shop.shop_id)
    return Removed(rows, 0 if trouble else len(there), trouble)


async def _unsubscribed(pool: asyncpg.Pool, shop: Shop, visit: Visit) -> SyncdError | None:
    """A shop that refuses us, or whose key is lost, can be removed all the same."""
    try:
        async with visit() as client:
            await subscribe.verify_once(pool, client, shop)
    except SyncdError as error:
        return error
    return None
