"""Counts that Shopify held of blocked variants before they were set to zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from syncd.postgres.db import Executor, Statements

sql = Statements("holds")


@dataclass(frozen=True, slots=True)
class Hold:
    """What was taken of an inventory item at a location, in pieces; GIDs.

    `taking` is being taken now, `quantity` is being given back while `state` is giving: an answer
    may be lost. `held_at` is when it was written down.
    """

    item: str
    location: str
    quantity: int
    taking: int
    state: Literal["held", "giving", "given"]
    held_at: datetime


async def keep(db: Executor, *, shop_id: int, counts: Mapping[tuple[str, str], int]) -> None:
    """Write down what is going to be taken, by (inventory item, location), before it is."""
    await sql.keep.execute(
        db,
        shop_id=shop_id,
        items=[item for item, _ in counts],
        locations=[location for _, location in counts],
        quantities=list(counts.values()),
    )


async def taken(
    db: Executor, *, shop_id: int, items: Sequence[str], moved: Sequence[tuple[str, str]]
) -> None:
    """What was being taken of these items is out of the shop, but for what had moved meanwhile."""
    await sql.taken.execute(
        db,
        shop_id=shop_id,
        items=list(items),
        moved_items=[item for item, _ in moved],
        moved_locations=[location for _, location in moved],
    )


async def kept(db: Executor, *, shop_id: int, items: Sequence[str]) -> list[Hold]:
    """The counts kept of these inventory items, in order of item and location."""
    rows = await sql.kept.fetch(db, shop_id=shop_id, items=list(items))
    return [
        Hold(
            item=row["inventory_item"],
            location=row["location"],
            quantity=row["quantity"],
            taking=row["taking"],
            state=row["state"],
            held_at=row["held_at"],
        )
        for row in rows
    ]


async def give(db: Executor, *, shop_id: int, counts: Mapping[tuple[str, str], int]) -> None:
    """Write down what is going to be given back, by (inventory item, location), before it is."""
    await sql.give.execute(
        db,
        shop_id=shop_id,
        items=[item for item, _ in counts],
        locations=[location for _, location in counts],
        quantities=list(counts.values()),
    )


async def given(
    db: Executor, *, shop_id: int, items: Sequence[str], moved: Sequence[tuple[str, str]]
) -> None:
    """What was being given back is in Shopify, but for what had moved meanwhile: that stays."""
    await sql.given.execute(
        db,
        shop_id=shop_id,
        items=list(items),
        moved_items=[item for item, _ in moved],
        moved_locations=[location for _, location in moved],
    )


async def touch(db: Executor, *, shop_id: int, items: Sequence[str]) -> None:
    """Let the next call about these items be another one to Shopify."""
    await sql.touch.execute(db, shop_id=shop_id, items=list(items))
