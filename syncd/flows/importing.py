"""Take products of a shop into the Backoffice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from syncd.records import Shop
from syncd.shopify.shopread import Seen

MOST = 100  # a call


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a product; `key` is the Backoffice's, None with a `refusal`."""

    gid: str
    key: str | None
    refusal: str


async def take_in(pool: asyncpg.Pool, shop: Shop, seen: Sequence[Seen]) -> list[Imported]:
    """Give products to the Backoffice, and link them."""
    raise NotImplementedError
