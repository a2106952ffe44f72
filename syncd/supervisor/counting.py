"""The history is counted as it grows, so that nobody has to read it for a figure."""

from __future__ import annotations

import anyio
import asyncpg
import structlog

from syncd.postgres import figures
from syncd.supervisor.house import DATABASE_LOST, House
from syncd.supervisor.loops import LONG_S

COUNT_S = 5.0
GENTLE = 20.0  # a count that takes long is followed by a rest of so many times that,
LONGEST_S = 60.0  # up to this
AGAIN_S = 60.0
OWN_TROUBLE = (TimeoutError, asyncpg.InsufficientResourcesError)
log = structlog.get_logger()


async def count_all(house: House) -> None:
    """Trouble of its own is no reason to stop what the daemon is for."""
    with house.loops.watched("counting", LONG_S) as turned:
        while not house.stop.is_set():
            turned()
            began_s, rest_s = anyio.current_time(), COUNT_S
            try:
                if await figures.count_once(house.pool):
                    rest_s = 0.0  # there is more: it was off, or is new
            except (asyncpg.PostgresError, TimeoutError) as error:
                if isinstance(error, DATABASE_LOST) and not isinstance(error, OWN_TROUBLE):
                    raise
                log.error("not_counted", again_s=AGAIN_S, error=str(error) or repr(error))
                rest_s = AGAIN_S
            took_s = anyio.current_time() - began_s
            rest_s = max(rest_s, min(took_s * GENTLE, LONGEST_S))
            turned(rest_s)
            await house.rest(rest_s)
