"""Figures of each shop: points, last calls, how much was sent, how soon, what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

import asyncpg

from syncd.postgres.db import Executor, Statements
from syncd.records import Lane
from syncd.rules.alarms import Alarm
from syncd.rules.delays import BOUNDS, Counted

sql = Statements("figures")

Outcome = Literal["ok", "rejected", "throttled", "refused", "lost"]
DAY_H = 25  # when clocks are set back


@dataclass(frozen=True, slots=True)
class Called:
    """A call to Shopify that began `age_s` ago, as its node tells of it."""

    age_s: float
    document: str
    lane: Lane
    points: int
    took_ms: int
    outcome: Outcome
    request_id: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a node tells of a shop: the bucket as it is, the calls since the last time.

    These are oldest first, at most 200.
    """

    shop_id: int
    level_points: float
    maximum_points: float
    restore_points_s: float
    calls: Sequence[Called]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A shop's cost bucket: `level_points` now, since nobody but us spends; `read_at` when seen."""

    level_points: float
    maximum_points: float
    restore_points_s: float
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """A call to Shopify as it is kept; see the comments of syncd.call."""

    called_at: datetime
    document: str
    lane: Lane
    points: int
    took_ms: int
    outcome: Outcome
    request_id: str


@dataclass(frozen=True, slots=True)
class Running:
    """A run that has not ended; `is_asking`: it is held and nobody has answered."""

    run_id: int
    kind: Literal["resync", "revert", "guard", "link"]
    state: str
    is_asking: bool
    done: int
    total: int
    points: int
    asked_at: datetime
    sending_s: float | None


@dataclass(frozen=True, slots=True)
class Sender:
    """A shop as far as it says whether anything is sent there."""

    shop_id: int
    domain: str
    state: Literal["unlinked", "linked"]
    enabled: bool
    sync_products: bool
    sync_stock: bool
    paused_until: datetime | None
    paused_reason: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Changes of a shop of one sort: counts or all else, `cause` None: not dead."""

    is_stock: bool
    cause: str | None
    changes: int
    in_flight: int
    retrying: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class ApartExample:
    """One of them; `agreed` is the count on which both sides last agreed, None when on none."""

    key: str
    why: str
    since: datetime
    product_key: str | None
    sku: str | None
    title: str | None
    agreed: int | None


async def note(pool: asyncpg.Pool, node: str, told: Sequence[Told]) -> None:
    """Keep what a node tells, one statement for all its shops."""
    gauges = [
        {
            "shop_id": one.shop_id,
            "level_points": one.level_points,
            "maximum_points": one.maximum_points,
            "restore_points_s": one.restore_points_s,
            "calls": len(one.calls),
        }
        for one in told
    ]
    calls = [
        {"shop_id": one.shop_id, "back": back, **asdict(call)}
        for one in told
        for back, call in enumerate(reversed(one.calls), start=1)
    ]
    await sql.note.execute(pool, node=node, gauges=gauges, calls=calls)


async def count_once(pool: asyncpg.Pool) -> bool:
    """Count a piece of the history, an hour at most; returns whether there is more.

    One statement writes, so it may die anywhere. Any node may do it, two at once as well.
    """
    span = await sql.span.row(pool)
    assert span is not None
    await sql.count.value(
        pool,
        from_at=span["from_at"],
        until_at=span["until_at"],
        mark_at=span["mark_at"],
        bounds=list(BOUNDS),
    )
    is_behind: bool = span["is_behind"]
    return is_behind


async def gauges(db: Executor) -> dict[int, Gauge]:
    """By shop, those that were called since the database was started last."""
    return {row["shop_id"]: Gauge(**_but_shop(row)) for row in await sql.gauges.fetch(db)}


async def calls(db: Executor, *, most: int) -> dict[int, tuple[Call, ...]]:
    """By shop the last calls, the newest first."""
    rows = await sql.calls.fetch(db, most=most)
    return {
        shop_id: tuple(Call(**_but_shop(row)) for row in own) for shop_id, own in _by_shop(rows)
    }


async def delays(db: Executor, *, hours: int = DAY_H) -> dict[int, tuple[Counted, ...]]:
    """By shop what was counted of the last hours in fives of minutes, oldest first."""
    rows = await sql.delays.fetch(db, hours=hours)
    return {
        shop_id: tuple(
            Counted(row["began_at"], row["writes"], tuple(row["buckets"])) for row in own
        )
        for shop_id, own in _by_shop(rows)
    }


async def newest(db: Executor) -> dict[int, datetime | None]:
    """By shop when Shopify last accepted something; None: never, or long ago."""
    return {row["shop_id"]: row["last_at"] for row in await sql.newest.fetch(db)}


async def running(db: Executor) -> dict[int, tuple[Running, ...]]:
    """By shop the runs that have not ended, oldest first."""
    rows = sorted(await sql.running.fetch(db), key=lambda row: (row["shop_id"], row["run_id"]))
    return {
        shop_id: tuple(Running(**_but_shop(row)) for row in own) for shop_id, own in _by_shop(rows)
    }


async def senders(db: Executor) -> list[Sender]:
    """Every shop, in the order they were added."""
    return [Sender(**row) for row in await sql.shops.fetch(db)]


async def waiting(db: Executor) -> dict[int, tuple[Waiting, ...]]:
    """By shop all that is due; every variant whose count is known to differ is among it."""
    rows = await sql.waiting.fetch(db)
    return {
        shop_id: tuple(Waiting(**_but_shop(row)) for row in own) for shop_id, own in _by_shop(rows)
    }


async def troubles(db: Executor) -> list[Alarm]:
    """What needs a person now, without what only DBAs are told: those looks cost as much."""
    return [Alarm(**row) for row in await sql.troubles.fetch(db)]


async def apart_examples(
    db: Executor, shop_ids: Sequence[int], *, most: int
) -> dict[int, tuple[ApartExample, ...]]:
    """By shop a few of these variants, those that need a person first."""
    rows = await sql.apart_examples.fetch(db, shop_ids=list(shop_ids), most=most)
    return {
        shop_id: tuple(ApartExample(**_but_shop(row)) for row in own)
        for shop_id, own in _by_shop(rows)
    }


def _by_shop(rows: Sequence[asyncpg.Record]) -> Sequence[tuple[int, list[asyncpg.Record]]]:
    """Rows in the order of their shops, by shop."""
    return [(shop_id, [*own]) for shop_id, own in groupby(rows, key=lambda row: row["shop_id"])]


def _but_shop(row: asyncpg.Record) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "shop_id"}
