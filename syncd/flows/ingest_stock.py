"""What is told of stock makes a change due; the stock flow reads both sides, merges, writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.deliveries import Item
from syncd.postgres import inbox, outbox, stock
from syncd.postgres.db import Connection
from syncd.records import Shop
from syncd.rules.webhooks import number_of
from syncd.shopify.client import Client

DUE, ECHO, SKIPPED = "received", "echo", "skipped"


def concerns(shop: Shop, item: Item) -> bool:
    """Only the shop's own location is counted, and only where stock is synced."""
    if not shop.sync_stock or shop.location is None:
        return False
    return number_of(item.body.get("location_id")) == number_of(shop.location)


async def read(_client: Client, _kind: str, gids: Sequence[str]) -> Mapping[str, Any]:
    """Nothing is read here: what a level holds is read when it is merged."""
    return dict.fromkeys(gids)


def told(items: Sequence[Item]) -> Mapping[str, frozenset[int | None]]:
    """The counts that deliveries tell of, by item; None: one tells none."""
    found: dict[str, frozenset[int | None]] = {}
    for one in items:
        count = one.body.get("available")
        found[str(one.gid)] = found.get(str(one.gid), frozenset()) | {count}
    return found


async def store(
    connection: Connection, shop: Shop, _kind: str, things: Mapping[str, Any]
) -> Mapping[str, str]:
    """Make our variants' stock due; what is not ours is skipped, the echo of our own writes too.

    A count that is old by the time it is told may look like an echo. What moved since is told by a
    delivery of its own, or found by the next pull.
    """
    ours = await inbox.variants_of(connection, shop.shop_id, list(things))
    counts = {gid: next(iter(one)) for gid, one in things.items() if one and len(one) == 1}
    sure = {gid: count for gid, count in counts.items() if isinstance(count, int) and gid in ours}
    moved = set(await stock.differing(connection, shop, sure)) if sure else set()
    echoes = {gid for gid in sure if ours[gid] not in moved}
    if keys := sorted({key for gid, key in ours.items() if gid not in echoes}):
        await outbox.enqueue(
            connection, shop_id=shop.shop_id, kind="stock", keys=keys, lane="stock"
        )
    return {gid: SKIPPED if gid not in ours else ECHO if gid in echoes else DUE for gid in things}
