"""What a run found, a page at a time, by what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from syncd.postgres.db import Executor, Statements
from syncd.postgres.differences import Difference, Verdict

sql = Statements("found")
Choice = Verdict | Literal["harm"]


@dataclass(frozen=True, slots=True)
class Noted:
    """A difference with the SKUs of the product's variants by their keys, as Shopify showed it."""

    difference: Difference
    skus: Mapping[str, str] = field(default_factory=dict)


async def page(
    db: Executor, run_id: int, *, of: Choice | None = None, after: int = 0, most: int
) -> list[Noted]:
    """What was noted behind a place, in order: all, of one verdict, or what the guards count."""
    match of:
        case None:
            rows = await sql.any.fetch(db, run_id=run_id, after=after, most=most)
        case "harm":
            rows = await sql.harmful.fetch(db, run_id=run_id, after=after, most=most)
        case _:
            rows = await sql.of_verdict.fetch(db, run_id=run_id, verdict=of, after=after, most=most)
    found = []
    for row in rows:
        plain = dict(row)
        skus = plain.pop("skus") or {}
        found.append(Noted(Difference(**plain), skus))
    return found
