"""What is told of stock makes a change due; the stock flow reads both sides, merges, writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.deliveries import Item
from syncd.postgres import inbox, outbox
from syncd.postgres.db import Connection
from syncd.records import Shop
from syncd.rules.webhooks import number_of
from syncd.shopify.client import Client

DUE, SKIPPED = "received", "skipped"


def concerns(shop: Shop, item: Item) -> bool:
    """Only the shop's own location is counted, and only where stock is synced."""
    if not shop.sync_stock or shop.location is None:
        return False
    return number_of(item.body.get("location_id")) == number_of(shop.location)


async def read(_client: Client, _kind: str, gids: Sequence[str]) -> Mapping[str, Any]:
    """Nothing is read here: what a level holds is read when it is merged."""
    return dict.fromkeys(gids)


async def store(
    connection: Connection, shop: Shop, _kind: str, things: Mapping[str, Any]
) -> Mapping[str, str]:
    """Make our variants' stock due; what is not ours is skipped."""
    ours = await inbox.variants_of(connection, shop.shop_id, list(things))
    if ours:
        keys = sorted(set(ours.values()))
        await outbox.enqueue(
            connection, shop_id=shop.shop_id, kind="stock", keys=keys, lane="stock"
        )
    return {gid: DUE if gid in ours else SKIPPED for gid in things}
