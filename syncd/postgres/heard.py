"""What people see of the inbox, what they do by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from syncd.errors import ConfigError
from syncd.postgres.db import Executor, Statement
from syncd.postgres.inbox import sql


@dataclass(frozen=True, slots=True)
class Heap:
    """What waits of a kind in a shop."""

    shop_id: int
    domain: str
    kind: str
    waiting: int
    retrying: int
    in_flight: int
    dead: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeadDelivery:
    """One that waits for a person."""

    inbox_id: int
    domain: str
    topic: str
    kind: str
    gid: str | None
    error: str
    died_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One delivery with what became of it."""

    inbox_id: int
    domain: str
    delivery_id: str
    topic: str
    gid: str | None
    triggered_at: datetime | None
    received_at: datetime
    state: str
    outcome: str | None
    failures: int
    last_error: str | None
    done_at: datetime | None


async def by_kind(db: Executor) -> list[Heap]:
    """What waits, by shop and kind."""
    return [Heap(**row) for row in await sql.by_kind.fetch(db)]


async def dead(
    db: Executor, *, shop_id: int | None = None, kind: str | None = None
) -> list[DeadDelivery]:
    """What waits for a person, the oldest first, 200 at most."""
    return [DeadDelivery(**row) for row in await sql.dead.fetch(db, shop_id=shop_id, kind=kind)]


async def told_of(db: Executor, word: str) -> list[Told]:
    """What came of a thing: its GID or number in Shopify, a delivery's number there or here."""
    return [Told(**row) for row in await sql.told_of.fetch(db, word=word)]


async def retry(
    db: Executor, *, delivery: int | None = None, shop: str | None = None, kind: str | None = None
) -> int:
    """Make dead deliveries due again; raises ConfigError when there is no such shop."""
    return await _call(sql.retry, db, delivery, shop, kind)


async def skip(
    db: Executor, *, delivery: int | None = None, shop: str | None = None, kind: str | None = None
) -> int:
    """Give dead deliveries up, requests by law only one by one; raises as `retry` does."""
    return await _call(sql.skip, db, delivery, shop, kind)


async def _call(
    statement: Statement, db: Executor, delivery: int | None, shop: str | None, kind: str | None
) -> int:
    try:
        count: int = await statement.value(db, delivery=delivery, shop=shop, kind=kind)
    except asyncpg.RaiseError as error:
        raise ConfigError(str(error), hint=error.hint or "") from error
    return count
