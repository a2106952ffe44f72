"""Daemons that run or ran, by their signs of life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from syncd.postgres.db import Executor, Statements

sql = Statements("nodes")


@dataclass(frozen=True, slots=True)
class Node:
    """A daemon: host and process, its start, its last sign of life."""

    name: str
    started_at: datetime
    seen_at: datetime


async def beat(pool: asyncpg.Pool, name: str) -> None:
    """Give a sign of life; the first one is the start."""
    await sql.beat.execute(pool, name=name)


async def leave(pool: asyncpg.Pool, name: str) -> None:
    """Say goodbye at a clean stop, so that nobody counts on this daemon any more."""
    await sql.leave.execute(pool, name=name)


async def seen(db: Executor, *, within_s: float = 60.0) -> list[Node]:
    """The daemons seen lately, the latest first."""
    return [Node(**row) for row in await sql.seen.fetch(db, within_s=within_s)]
