"""Products page by page, by what waits of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from syncd.postgres.db import Executor, Statements

sql = Statements("listing")

State = Literal["in step", "waits", "dead", "held", "archived", "gone", "not linked"]
Filter = Literal["waits", "dead", "held", "not linked"]
Place = tuple[int, str]
START: Place = (0, "")
MANY = 500  # linked products with the same words: fewer are found by the words' index


@dataclass(frozen=True, slots=True)
class Listed:
    """A product of a shop; `skus` are the first ones of its `variants`, `picture` an address.

    `changed_at`: Shopify accepted it last, or the Backoffice touched it first; None: neither.
    Of one that is not linked the name is the Backoffice's to tell.
    """

    shop_id: int
    key: str
    state: State
    title: str
    skus: tuple[str, ...]
    variants: int
    picture: str | None
    changed_at: datetime | None


async def linked(
    db: Executor, query: str, *, shop_id: int | None, after: Place, most: int
) -> list[Listed]:
    """Those that are linked, after a place; all, or those with words that many have."""
    shop, key = after
    picked = await sql.linked.fetch(
        db, shop_id=shop_id, query=query, after_shop=shop, after_key=key, most=most
    )
    return await _shown(db, [(row["shop_id"], row["key"]) for row in picked])


async def is_common(db: Executor, query: str) -> bool:
    """Whether many linked products have these words of `search.query`."""
    found: bool = bool(query) and await sql.is_common.value(db, query=query, many=MANY)
    return found


async def waiting(
    db: Executor, state: Filter, query: str, *, shop_id: int | None, after: Place, most: int
) -> list[Listed]:
    """Those in that state, after a place; all, or linked ones with the words."""
    page = {"shop_id": shop_id, "after_shop": after[0], "after_key": after[1], "most": most}
    match state:
        case "dead":
            picked = await sql.dead.fetch(db, query=query, **page)
        case "not linked":
            picked = await sql.not_linked.fetch(db, **page)
        case _:
            picked = await sql.waiting.fetch(db, query=query, is_held=state == "held", **page)
    return await _shown(db, [(row["shop_id"], row["key"]) for row in picked])


async def strangers(db: Executor, shop_id: int, keys: Sequence[str]) -> list[Listed]:
    """Those of these products that the shop is not linked with."""
    picked = await sql.strangers.fetch(db, shop_id=shop_id, keys=list(keys))
    return await _shown(db, [(row["shop_id"], row["key"]) for row in picked])


async def _shown(db: Executor, picked: Sequence[Place]) -> list[Listed]:
    if not picked:
        return []
    shops, keys = [shop for shop, _ in picked], [key for _, key in picked]
    rows = await sql.shown.fetch(db, shops=shops, keys=keys)
    return [Listed(**{**row, "skus": tuple(row["skus"])}) for row in rows]
