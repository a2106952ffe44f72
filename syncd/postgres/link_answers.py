"""What people see of the report of a link, what they decide of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.postgres import runs
from syncd.postgres.db import Executor, Statements, transaction
from syncd.postgres.runs import Run
from syncd.rules.link_report import Decided, Finding
from syncd.rules.matching import Bucket

sql = Statements("link_answers")


@dataclass(frozen=True, slots=True)
class Count:
    """Rows of one bucket of which the same is to become, and how many have other counts there."""

    bucket: Bucket
    plan: str
    rows: int
    counts_differ: int


async def buckets(db: Executor, run_id: int) -> list[Count]:
    """The report in short."""
    return [Count(**row) for row in await sql.buckets.fetch(db, run_id=run_id)]


async def outcomes(db: Executor, run_id: int) -> dict[str, int]:
    """How many rows came to which end."""
    rows = await sql.outcomes.fetch(db, run_id=run_id)
    return {row["outcome"]: row["rows"] for row in rows}


async def found(
    db: Executor, run_id: int, *, bucket: str | None = None, after: int = 0, most: int = 1000
) -> list[Finding]:
    """Rows of the report after a number, in order."""
    rows = await sql.found.fetch(db, run_id=run_id, bucket=bucket, after=after, most=most)
    return [Finding(**row) for row in rows]


async def decide(db: Executor, run_id: int, decided: Sequence[Decided]) -> None:
    """Note what a person decided, all of it or nothing.

    Raises ConfigError when the run does not wait for decisions, or when two products would be
    linked with the same one.
    """
    async with transaction(db) as connection:
        count = await sql.decide.value(connection, run_id=run_id, rows=list(decided))
        if count != len(decided):
            raise ConfigError(
                phrase("run {run} does not wait for decisions any more", run=run_id),
                hint=phrase("begin anew: `syncd link start`"),
            )
        await refuse_twice(connection, run_id)


async def refuse_twice(db: Executor, run_id: int) -> None:
    """Raises ConfigError when two products would be linked with the same one in the shop."""
    twice = await sql.taken_twice.fetch(db, run_id=run_id)
    if twice:
        gid, numbers = twice[0]["gid"], twice[0]["numbers"]
        raise ConfigError(
            phrase(
                "rows {rows} are to be linked with the same product in Shopify, {product}",
                rows=", ".join(map(str, numbers)),
                product=gid.rpartition("/")[2],
            ),
            hint=phrase("link one of them, and decide otherwise of the rest"),
        )


async def cancel(db: Executor, run_id: int) -> None:
    """End a link that nobody has approved; raises ConfigError when there is none."""
    if await sql.cancel.value(db, run_id=run_id) is None:
        raise ConfigError(
            phrase("link {run} was approved or has ended: it cannot be cancelled", run=run_id),
            hint=phrase("`syncd runs` tells how far it is"),
        )


async def newest(db: Executor, shop_id: int) -> Run | None:
    """The last link of a shop."""
    run_id = await sql.newest.value(db, shop_id=shop_id)
    return None if run_id is None else await runs.find(db, run_id)
