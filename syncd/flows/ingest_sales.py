"""What is told of orders or customers is read, then given to the Backoffice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from syncd.deliveries import Item
from syncd.errors import ShopifyError
from syncd.flows import receiving
from syncd.flows.pull import is_wanted
from syncd.postgres.db import Connection
from syncd.records import Shop
from syncd.rules.topics import MERGED
from syncd.sales import Gone, Kind

KINDS: Mapping[str, Kind] = {"customer": "customer", "order": "order"}
KEPT, DELETED = MERGED


def concerns(shop: Shop, item: Item) -> bool:
    """Only what the shop's settings let through to the Backoffice."""
    return is_wanted(shop, KINDS[item.kind])


def told(items: Sequence[Item]) -> Mapping[str, Gone]:
    """Customers that were merged into others: Shopify does not know them any more, by GID."""
    return {
        str(one.body[DELETED]): Gone(merged_into=str(one.body[KEPT]))
        for one in items
        if one.body.get(DELETED) and one.body.get(KEPT)
    }


async def store(
    connection: Connection, shop: Shop, kind: Kind, things: Mapping[str, Any], read_at: datetime
) -> Mapping[str, str | Exception]:
    """A word for what became of each; what the Backoffice refuses is tried again later."""
    done = await receiving.store(connection, shop, kind, things, read_at=read_at)
    return {
        gid: one.state if one.state != "refused" else ShopifyError(one.error)
        for gid, one in done.items()
    }
