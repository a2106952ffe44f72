"""Leave variants that somebody deleted in Shopify to the push of their products."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from syncd.postgres import outbox
from syncd.postgres.db import Connection
from syncd.records import Shop
from syncd.rules import stock_refusals
from syncd.rules.stock import Shelf

log = structlog.get_logger()


async def look_at_products(connection: Connection, shop: Shop, lost: Sequence[Shelf]) -> None:
    """Make the products of these variants due, to be read before anything is written.

    Before the changes of the counts are settled, in the same transaction: in the router's order.
    """
    for shelf in lost:
        log.warning("variant_gone", said=stock_refusals.lost(shelf))
    if lost:
        await outbox.enqueue(
            connection,
            shop_id=shop.shop_id,
            kind="product",
            keys=sorted({shelf.product_key for shelf in lost}),
            lane="product",
            is_doubted=True,
        )
