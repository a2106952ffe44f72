"""What the database tells of itself to whoever watches syncd."""

from __future__ import annotations

from syncd.metrics import Figure
from syncd.postgres.db import Executor, Statements
from syncd.rules import readiness

sql = Statements("measures")


async def measured(db: Executor) -> list[Figure]:
    """The figures of all shops, each of a gauge in metrics.DATABASE."""
    rows = await sql.measured.fetch(db, refused=list(readiness.REFUSED))
    return [Figure(row["name"], tuple(row["labels"]), row["value"]) for row in rows]
