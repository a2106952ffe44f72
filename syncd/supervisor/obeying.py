"""What the law asks for is done by the node that holds the router, for all shops."""

from __future__ import annotations

import asyncpg
import structlog

from syncd.flows import obey
from syncd.supervisor.house import DATABASE_LOST, House
from syncd.supervisor.loops import LONG_S

IDLE_S = 2.0
AGAIN_S = 60.0
log = structlog.get_logger()


async def obey_all(house: House) -> None:
    """Trouble of its own is no reason to stop moving events."""
    with house.loops.watched("requests by law", LONG_S) as turned:
        while not house.stop.is_set():
            turned()
            try:
                if await obey.obey_once(house.pool):
                    continue
            except asyncpg.PostgresError as error:
                if isinstance(error, DATABASE_LOST):
                    raise
                log.error(
                    "obeying_paused", pause_s=AGAIN_S, error=f"{type(error).__name__}: {error}"
                )
                turned(AGAIN_S)
                await house.rest(AGAIN_S)
            await house.rest(IDLE_S)
