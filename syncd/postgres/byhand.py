"""What people do by hand, through the audited functions of sql/surface.sql."""

from __future__ import annotations

from typing import Any

import asyncpg

from syncd.errors import ConfigError
from syncd.postgres.db import Executor, Statement, Statements

sql = Statements("byhand")


async def retry(
    db: Executor,
    *,
    key: str | None = None,
    cause: str | None = None,
    shop: str | None = None,
    kind: str | None = None,
) -> int:
    """Make dead changes due with a clean slate, all that fit what is given; returns how many.

    Raises ConfigError when there is no such shop, as do the others.
    """
    count: int = await _call(sql.retry, db, key=key, cause=cause, shop=shop, kind=kind)
    return count


async def skip(
    db: Executor,
    *,
    key: str | None = None,
    cause: str | None = None,
    shop: str | None = None,
    kind: str | None = None,
) -> int:
    """Give dead changes up until their next event, all that fit what is given; returns how many."""
    count: int = await _call(sql.skip, db, key=key, cause=cause, shop=shop, kind=kind)
    return count


async def pause(db: Executor, shop: str, *, reason: str, minutes: int | None = None) -> None:
    """Send nothing to this shop for some minutes, or until it is resumed."""
    await _call(sql.pause, db, shop=shop, reason=reason, minutes=minutes)


async def resume(db: Executor, shop: str) -> bool:
    """End the pause of this shop, whatever its reason; returns whether it was paused."""
    was_paused: bool = await _call(sql.resume, db, shop=shop)
    return was_paused


async def _call(statement: Statement, db: Executor, **values: Any) -> Any:
    try:
        return await statement.value(db, **values)
    except asyncpg.RaiseError as error:
        raise ConfigError(str(error), hint=error.hint or "") from error
