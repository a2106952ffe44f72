"""What is told of customers or orders is read, then given to the Backoffice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import anyio

from syncd.deliveries import Item
from syncd.errors import SyncdError
from syncd.flows import receiving
from syncd.postgres.db import Connection, clock
from syncd.records import Shop
from syncd.sales import Gone, Kind, Thing
from syncd.shopify.client import Client

DELETED = "admin_graphql_api_customer_deleted_id"


class BackofficeRefused(SyncdError):
    """The Backoffice would not take a thing: again after a while, eight times."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A thing as it was when Shopify was asked, by this process's monotonic clock."""

    thing: Thing | Gone | None
    asked_s: float


def concerns(shop: Shop, item: Item) -> bool:
    """Only where such things are given to the Backoffice."""
    return shop.sync_customers if item.kind == "customer" else shop.sync_orders


async def read(client: Client, kind: str, gids: Sequence[str]) -> Mapping[str, Sight]:
    asked_s = anyio.current_time()
    things = await receiving.read(client, cast("Kind", kind), gids)
    return {gid: Sight(thing, asked_s) for gid, thing in things.items()}


def ended(items: Sequence[Item]) -> Mapping[str, Sight]:
    """Customers that became part of another, as deliveries tell: no read shows where they went."""
    now_s = anyio.current_time()
    return {
        str(item.body[DELETED]): Sight(Gone(merged_into=item.gid), now_s)
        for item in items
        if item.topic == "customers/merge" and item.body.get(DELETED)
    }


async def store(
    connection: Connection, shop: Shop, kind: str, things: Mapping[str, Any]
) -> Mapping[str, str | Exception]:
    """Give them to the Backoffice; a word for each, or why it would not take it."""
    sights: Mapping[str, Sight] = things
    asked_s = min(sight.asked_s for sight in sights.values())
    ago = timedelta(seconds=anyio.current_time() - asked_s)
    done = await receiving.store(
        connection,
        shop,
        cast("Kind", kind),
        {gid: sight.thing for gid, sight in sights.items()},
        read_at=await clock(connection) - ago,
    )
    return {
        gid: BackofficeRefused(one.error) if one.state == "refused" else one.state
        for gid, one in done.items()
    }
