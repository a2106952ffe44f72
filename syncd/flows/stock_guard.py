"""Hold back counts that together would empty the shop."""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg
import structlog

from syncd.errors import RowError
from syncd.postgres import stock
from syncd.records import Shop
from syncd.rules import stock as rule
from syncd.rules import stock_refusals
from syncd.rules.stock import Merge, Shelf

FEW = 20  # fewer sold-out variants than this are no mass, whatever their share
log = structlog.get_logger()


async def held(
    pool: asyncpg.Pool, shop: Shop, merges: Mapping[str, tuple[Shelf, Merge]]
) -> dict[str, RowError]:
    """Which of these wait for a person, and why; asks the database only where some sell out.

    A mass slip of the warehouse (an import of empty counts, say) arrives as ordinary movements:
    what was sold out within the last minutes counts with it. Few are never held: a count that is
    held is still for sale, so holding what was truly sold out would sell it twice.
    """
    zeros = {key: both for key, both in merges.items() if rule.empties(both[1])}
    if not zeros:
        return {}
    lately = await stock.emptied(pool, shop.shop_id, list(zeros))
    count = lately.count + len(zeros)
    if lately.are_let_go or count < FEW:
        return {}
    of = await stock.sellable(pool, shop.shop_id)
    if count * 100 <= of * lately.percent:
        return {}
    why = f"{count} of {of} counts would go to nothing (more than {lately.percent} %)"
    log.warning("counts_held", counts=len(zeros), why=why)
    return {
        key: stock_refusals.to_zero(shelf, merge, shop, why)
        for key, (shelf, merge) in zeros.items()
    }
