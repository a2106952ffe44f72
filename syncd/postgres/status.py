"""What people look at: the views of sql/surface.sql as rows."""

from __future__ import annotations

from collections.abc import Collection
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


@dataclass(frozen=True, slots=True)
class Drift:
    """A part of our tables that somebody changed; `is_now` None: it is gone."""

    thing: str
    was: str
    is_now: str | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """What needs a person: its sort in one word, then in words with the next step."""

    alarm: str
    what: str


@dataclass(frozen=True, slots=True)
class Lane:
    """What waits in one lane of a shop; `due_since` is when the first could have been claimed."""

    shop_id: int
    domain: str
    lane: str
    waiting: int
    due: int
    in_flight: int
    retrying: int
    events: int
    oldest_s: float
    due_since: datetime | None


@dataclass(frozen=True, slots=True)
class InFlight:
    """What a node has claimed of a shop; `overdue` claims have ended and are claimed again."""

    node: str
    shop_id: int
    domain: str
    changes: int
    first_ends_at: datetime
    overdue: int


@dataclass(frozen=True, slots=True)
class Died:
    """A change that waits for a person, or for a new event."""

    shop_id: int
    domain: str
    kind: str
    key: str
    cause: str
    error: str
    died_at: datetime
    failures: int


@dataclass(frozen=True, slots=True)
class Cause:
    """Dead changes of a shop that died of the same, with one of them."""

    shop_id: int
    domain: str
    cause: str
    changes: int
    first_at: datetime
    last_at: datetime
    example_key: str
    example: str


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """Who works at something, or did last."""

    name: str
    shop_id: int | None
    domain: str | None
    node: str
    fence: int
    taken_at: datetime
    lease_until: datetime
    is_held: bool


@dataclass(frozen=True, slots=True)
class Minute:
    """What Shopify accepted in one minute; seconds count from the first event to its answer."""

    minute: datetime
    shop_id: int
    accepted: int
    events: int
    median_s: float
    longest_s: float


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


async def drift(db: Executor) -> list[Drift]:
    """What is not as the last migration left it; empty when all is."""
    return [Drift(**row) for row in await sql.drift.fetch(db)]


async def alarms(db: Executor) -> list[Alarm]:
    """What needs a person now; empty when all is well."""
    return [Alarm(**row) for row in await sql.alarms.fetch(db)]


async def lanes(db: Executor) -> list[Lane]:
    """What waits by shop and lane, the most urgent first."""
    return [Lane(**row) for row in await sql.lanes.fetch(db)]


async def in_flight(db: Executor) -> list[InFlight]:
    """What each node has claimed."""
    return [InFlight(**row) for row in await sql.in_flight.fetch(db)]


async def dead(
    db: Executor,
    *,
    shop_id: int | None = None,
    cause: str | None = None,
    keys: Collection[str] | None = None,
) -> list[Died]:
    """Dead changes: all, or those of a shop, of a cause, of some keys."""
    listed = None if keys is None else list(keys)
    return [
        Died(**row) for row in await sql.dead.fetch(db, shop_id=shop_id, cause=cause, keys=listed)
    ]


async def dead_by_cause(db: Executor) -> list[Cause]:
    """Dead changes by shop and what killed them, the most frequent first."""
    return [Cause(**row) for row in await sql.dead_by_cause.fetch(db)]


async def leases(db: Executor) -> list[LeaseRow]:
    """Which node works at what: the router first, then the shops."""
    return [LeaseRow(**row) for row in await sql.leases.fetch(db)]


async def throughput(db: Executor, *, minutes: int) -> list[Minute]:
    """What Shopify accepted in the last minutes, the latest first."""
    return [Minute(**row) for row in await sql.throughput.fetch(db, minutes=minutes)]
