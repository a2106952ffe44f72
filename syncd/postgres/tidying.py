"""Keep the tables in order: days of the event log made, indexed when over, dropped when old."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio
import asyncpg
import structlog

from syncd.postgres.db import Connection, Statement, Statements

sql = Statements("tidying")

BATCH = 5000  # rows a transaction: vacuum and replicas keep up
LOCK_TIMEOUT = "set lock_timeout = '5s'"
INDEX_S = 3600.0  # for the index of a day: one of 1,000,000 events takes 0.3 s
SHORT_DAYS = 7  # fewer days ahead than this are an alarm
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tidied:
    """What one tidying did; `days_ahead` is for how long the event log has partitions."""

    made: int
    dropped: tuple[str, ...]
    days_ahead: int
    forgotten: dict[str, int] = field(default_factory=dict)


async def tidy_once(pool: asyncpg.Pool) -> Tidied:
    """Make days ahead, drop old ones, forget old rows, each in transactions of its own.

    Any node may do it at any time, also cut short and done again. Nothing is dropped that is not
    moved, no writer of events waits: where a report holds a day, it is dropped the next time.
    """
    made = await sql.make_partitions.value(pool)
    dropped = await _close_days(pool)
    forgotten = {
        "history": await _forget(pool, sql.forget_history),
        "audit": await _forget(pool, sql.forget_audit),
        "differences of runs": await _forget(pool, sql.forget_differences),
        "deliveries of the inbox": await _forget(pool, sql.forget_inbox),
        "alerts": await _forget(pool, sql.forget_alerts),
        "bulk operations": await _forget(pool, sql.forget_operations, most=1),
        "changes of removed shops": await sql.forget_strays.value(pool),
    }
    days_ahead = await sql.days_ahead.value(pool)
    if days_ahead < SHORT_DAYS:
        log.error("partitions_end", days_ahead=days_ahead)
    return Tidied(made, tuple(dropped), days_ahead, {k: n for k, n in forgotten.items() if n})


async def _forget(pool: asyncpg.Pool, statement: Statement, most: int = BATCH) -> int:
    count = 0
    while gone := await statement.value(pool, most=most):
        count += gone
    return count


async def _close_days(pool: asyncpg.Pool) -> list[str]:
    """Index what is over, drop what is old, unless another node does so just now."""
    dropped: list[str] = []
    async with pool.acquire() as connection:
        if not await sql.lock_days.value(connection):
            return dropped
        await connection.execute(LOCK_TIMEOUT)
        try:
            await _drop_old(connection, dropped)
            await _index(connection)
        except asyncpg.LockNotAvailableError as error:
            log.warning("days_kept", error=str(error), effect="indexed or dropped the next time")
        finally:
            with anyio.CancelScope(shield=True):  # the session goes back to the pool as it came
                await connection.execute("reset lock_timeout")
                await sql.unlock_days.execute(connection)
    return dropped


async def _index(connection: Connection) -> None:
    """Nobody writes to a day that is over, so nobody waits; who reads it does not either."""
    for row in await sql.unindexed.fetch(connection):
        name = row["name"]
        await connection.execute(
            f"create index if not exists {name}_key on syncd.{name} (key, created_at)",
            timeout=INDEX_S,
        )


async def _drop_old(connection: Connection, dropped: list[str]) -> None:
    """Detach, then drop; both may be cut short, so what an earlier time left comes first.

    CONCURRENTLY lets writers of events pass, but must be alone in its transaction.
    """
    for row in await sql.detached.fetch(connection):
        if row["is_pending"]:
            await connection.execute(_detach(row["name"], "finalize"))
        await connection.execute(_drop(row["name"]))
        dropped.append(row["name"])
    for row in await sql.droppable.fetch(connection):
        await connection.execute(_detach(row["name"], "concurrently"))
        await connection.execute(_drop(row["name"]))
        dropped.append(row["name"])


def _detach(name: str, how: str) -> str:
    return f"alter table syncd.outbox detach partition syncd.{name} {how}"


def _drop(name: str) -> str:
    return f"drop table syncd.{name}"
