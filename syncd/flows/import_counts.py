"""The counts that imported products begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from syncd.postgres import stock
from syncd.postgres.db import Connection
from syncd.postgres.stock import Moved, Row
from syncd.records import Link, Shop
from syncd.rules.stock import Merge, is_kept
from syncd.shopify.shopread import Seen

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Taken:
    """A product that the Backoffice took, with its link; `is_new`: it did not have it before."""

    seen: Seen
    link: Link
    is_new: bool


async def agree(connection: Connection, shop: Shop, taken: Sequence[Taken]) -> None:
    """What lies at the location lies in the warehouse: agreed on, so that nothing moves there.

    In any direction: of a new product the Backoffice knows no count. Needs the caller's
    transaction. What the Backoffice refuses to count is told when it is counted next.
    """
    if not is_kept(shop):
        return
    there: dict[str, int | None] = {}
    for took in taken:
        for variant in took.link.known.variants:
            item = took.link.variants[variant.key].inventory_item
            if item in took.seen.counts:
                there[variant.key] = took.seen.counts[item] if variant.tracked else None
    shelves = await stock.shelves(connection, shop, list(there))
    merges = {
        key: (shelf, Merge(shelf.quantity, count, count))
        for key, shelf in shelves.items()
        if (count := there[key]) is not None
    }
    moved = []
    for key, became in (await stock.receive(connection, shop, merges)).items():
        shelf, merge = merges[key]
        if became.outcome != "received":
            log.warning("first_count_refused", key=key, error=became.error)
        elif merge.here != merge.target:
            moved.append(Moved(Row(key, shelf.item, merge.here, merge.target), "receive_stock"))
    await stock.remember(connection, shop.shop_id, moved)
    untracked = [key for key, shelf in shelves.items() if not shelf.is_tracked]
    await stock.note(connection, shop, dict.fromkeys(untracked))
