"""What waits for a person, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syncd.postgres.db import Executor, Statements
from syncd.rules.alarms import Alarm

sql = Statements("attention")


@dataclass(frozen=True, slots=True)
class Cause:
    """Dead changes of a shop that died of the same."""

    shop_id: int
    domain: str
    cause: str
    changes: int


@dataclass(frozen=True, slots=True)
class Dead:
    """A dead change; its product as we last knew it, `title` None where it never was in the shop.

    `product_key` is None of what is no product's, as an order.
    """

    kind: str
    key: str
    error: str
    died_at: datetime
    failures: int
    product_key: str | None
    title: str | None
    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that Shopify could not fetch; `ref` is its address, `key` the product's."""

    ref: str
    key: str
    error: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Paused:
    """A shop to which nothing is sent until then."""

    shop_id: int
    domain: str
    paused_until: datetime
    reason: str


async def count(db: Executor) -> int:
    """How many matters wait for a person, in a few milliseconds."""
    found: int = await sql.count.value(db)
    return found


async def alarms(db: Executor) -> list[Alarm]:
    """Alarms about something else than dead changes, held runs, paused shops.

    As a node noticed them within the last seconds, as they are where none looks.
    """
    is_watched = await sql.is_watched.value(db)
    rows = await (sql.noticed if is_watched else sql.standing).fetch(db)
    return [Alarm(**row) for row in rows]


async def causes(db: Executor) -> list[Cause]:
    """Dead changes by shop and cause, the most frequent first."""
    return [Cause(**row) for row in await sql.causes.fetch(db)]


async def dead(
    db: Executor, shop_id: int, cause: str, *, after: tuple[str, str] = ("", ""), most: int
) -> list[Dead]:
    """Those of a cause in order of kind and key, after one."""
    rows = await sql.dead.fetch(
        db, shop_id=shop_id, cause=cause, after_kind=after[0], after_key=after[1], most=most
    )
    return [Dead(**{**row, "skus": tuple(row["skus"])}) for row in rows]


async def pictures(db: Executor, shop_id: int, *, most: int) -> list[Picture]:
    """Pictures that Shopify could not fetch and that are still shown."""
    return [Picture(**row) for row in await sql.pictures.fetch(db, shop_id=shop_id, most=most)]


async def questions(db: Executor, run_id: int) -> int:
    """How many products of a link nobody has decided about."""
    found: int = await sql.questions.value(db, run_id=run_id)
    return found


async def paused(db: Executor) -> list[Paused]:
    """Shops that are paused."""
    return [Paused(**row) for row in await sql.paused.fetch(db)]
