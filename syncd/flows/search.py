"""Search products for the console."""

from __future__ import annotations

import asyncpg

from syncd.errors import ConfigError
from syncd.postgres import search as linked
from syncd.postgres.search import Result as Result
from syncd.postgres.search import State as State
from syncd.rules import naming


async def search(
    pool: asyncpg.Pool,
    text: str,
    *,
    shop_id: int | None = None,
    state: State | None = None,
    most: int = 50,
    after: tuple[int, str] = (0, ""),
) -> list[Result]:
    """Products by words of their name, SKU, barcode, key, GID or Shopify's address; never raises
    for what was typed."""
    try:
        named = naming.recognised(text)
        gids = named.gids
    except ConfigError:
        gids = ()
    return await linked.linked(
        pool, text, gids=gids, shop_id=shop_id, state=state, most=most, after=after
    )
