"""Products of the Backoffice that a link left without one in the shop."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.postgres.db import Executor, Statements

sql = Statements("left_out")


async def of(db: Executor, *, shop_id: int, keys: Sequence[str]) -> dict[str, bool]:
    """Of these products those for which none is made in the shop: whether a person said so."""
    rows = await sql.of.fetch(db, shop_id=shop_id, keys=list(keys))
    return {row["key"]: row["is_decided"] for row in rows}
