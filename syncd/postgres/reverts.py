"""Products that a person took back to an earlier form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syncd.postgres.db import Executor, Statements
from syncd.postgres.runs import sql as runs_sql
from syncd.records import Form
from syncd.rules import mapping
from syncd.rules.mapping import Reverted

sql = Statements("reverts")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a run sent of a product; `observed` is the form before, None when it was new."""

    place: int
    key: str
    gid: str | None
    title: str
    wanted_digest: str | None
    observed: Form | None


@dataclass(frozen=True, slots=True)
class LastWrite:
    """The last accepted write of a product that changed something; `before` None: it made it."""

    history_id: int
    key: str
    gid: str
    before: Form | None
    after: Form
    settled_at: datetime


async def held(db: Executor, *, shop_id: int, keys: Sequence[str]) -> dict[str, Reverted]:
    """Those of these products that are held as reverted, by key."""
    rows = await sql.held.fetch(db, shop_id=shop_id, keys=list(keys))
    return {
        row["key"]: Reverted(
            row["wanted_digest"], mapping.from_json(row["form"]), row["reverted_at"]
        )
        for row in rows
    }


async def release(db: Executor, *, shop_id: int, keys: Sequence[str]) -> None:
    """These products follow the Backoffice again."""
    await sql.release.execute(db, shop_id=shop_id, keys=list(keys))


async def hold(db: Executor, run_id: int) -> None:
    """Hold what a revert found to take back."""
    await sql.hold.execute(db, run_id=run_id)


async def sent(
    db: Executor, run_id: int, *, keys: Sequence[str] | None, after: int, most: int
) -> list[Sent]:
    """What a run sent and Shopify accepted, in order after a place; of these products or all."""
    rows = await sql.sent.fetch(
        db, run_id=run_id, keys=None if keys is None else list(keys), after=after, most=most
    )
    return [
        Sent(**{**row, "observed": row["observed"] and mapping.from_json(row["observed"])})
        for row in rows
    ]


async def last(db: Executor, *, shop_id: int, keys: Sequence[str]) -> list[LastWrite]:
    """The last write of each of these products, by key; those never written are left out."""
    rows = await sql.last.fetch(db, shop_id=shop_id, keys=list(keys))
    return [
        LastWrite(
            **{
                **row,
                "before": row["before"] and mapping.from_json(row["before"]),
                "after": mapping.from_json(row["after"]),
            }
        )
        for row in rows
    ]


async def ask(
    db: Executor, shop_id: int, keys: Sequence[str], *, asked_by: str | None = None
) -> int | None:
    """Ask for a revert of the last accepted write of each of these products.

    Returns its number, None while another run of the shop is under way.
    """
    run_id: int | None = await runs_sql.ask.value(
        db,
        shop_id=shop_id,
        kind="revert",
        is_dry=False,
        is_forced=False,
        with_prices=False,
        of_run=None,
        keys=list(keys),
        asked_by=asked_by,
    )
    return run_id
