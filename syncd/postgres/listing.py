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


@dataclass(frozen=True, slots=True)
class Listed:
    """A product of a shop; `skus` are the first ones of its `variants`, `picture` an address.

    `changed_at`: Shopify accepted it last, or the Backoffice touched it first; None: neither.
    """

    shop_id: int
    key: str
    state: State
    title: str
    skus: tuple[str, ...]
    variants: int
    picture: str | None
    changed_at: datetime | None


async def linked(db: Executor, *, shop_id: int | None, after: Place, most: int) -> list[Listed]:
    """Those that are linked, in order of shop and key after a place."""
    rows = await sql.linked.fetch(
        db, shop_id=shop_id, after_shop=after[0], after_key=after[1], most=most
    )
    return [Listed(**{**row, "skus": tuple(row["skus"])}) for row in rows]


async def waiting(
    db: Executor, state: Filter, *, shop_id: int | None, after: Place, most: int
) -> list[Listed]:
    """Those in that state; of those not linked the names are the Backoffice's to tell."""
    rows = await sql.waiting.fetch(
        db, shop_id=shop_id, state=state, after_shop=after[0], after_key=after[1], most=most
    )
    return [Listed(**{**row, "skus": tuple(row["skus"])}) for row in rows]


async def unlinked(db: Executor, shop_id: int, keys: Sequence[str]) -> list[Listed]:
    """Those of these products that the shop is not linked with, without their names."""
    rows = await sql.unlinked.fetch(db, shop_id=shop_id, keys=list(keys))
    return [
        Listed(shop_id, row["key"], row["state"], "", (), 0, None, row["changed_at"])
        for row in rows
    ]
