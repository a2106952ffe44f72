"""What `syncd status` shows: the views of backlog, errors, router lag."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from syncd.postgres.db import Executor, Statements

sql = Statements("status")


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for one shop: `waiting` is `due` + `in_flight` + `retrying`."""

    shop_id: int
    domain: str
    state: Literal["unlinked", "linked"]
    enabled: bool
    paused_until: datetime | None
    paused_reason: str | None
    waiting: int
    due: int
    in_flight: int
    retrying: int
    dead: int
    oldest_event_at: datetime | None
    linked: int


@dataclass(frozen=True, slots=True)
class LastError:
    """The error to look at first; `due_at` says when it is tried again, unless it is dead."""

    shop_id: int
    kind: str
    key: str
    state: Literal["due", "claimed", "dead"]
    error: str
    failed_at: datetime
    failures: int
    deliveries: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class RouterLag:
    """`lag_s` is the age of the first event that waits, 0 when none does."""

    moved: int
    moved_at: datetime
    waiting_since: datetime | None
    lag_s: float


async def backlog(db: Executor) -> list[Backlog]:
    """A row for each shop, in the order they were added."""
    return [Backlog(**row) for row in await sql.backlog.fetch(db)]


async def last_errors(db: Executor) -> dict[int, LastError]:
    """By shop: the newest error of a dead change, else of one that is tried again."""
    return {row["shop_id"]: LastError(**row) for row in await sql.last_errors.fetch(db)}


async def router_lag(db: Executor) -> RouterLag | None:
    """How far the router is behind; None when its cursor is lost, which its next step mends."""
    row = await sql.router_lag.row(db)
    return None if row is None else RouterLag(**row)


async def soon(db: Executor, *, shop_id: int, wait_s: float) -> int:
    """How many changes of the shop are claimed now, or will be within `wait_s`."""
    count: int = await sql.soon.value(db, shop_id=shop_id, wait_s=wait_s)
    return count
