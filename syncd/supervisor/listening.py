"""Wake pumps when another process has made something due for their shops."""

from __future__ import annotations

import anyio
import asyncpg
import structlog

from syncd.supervisor.house import DATABASE_LOST, House
from syncd.supervisor.loops import Turned

CHANNEL = "syncd"
ALIVE_S = 30.0  # between two questions whether the connection lives: a dead one stays silent
ANSWER_S = 5.0
AGAIN_S = 5.0
log = structlog.get_logger()


async def listen(house: House) -> None:
    """Ring for each message, again and again anew when the connection dies.

    A message wakes and no more: what is missed is found by the pumps' own looks, a second later.
    """
    with house.loops.watched("listening") as turned:
        while not house.stop.is_set():
            turned()
            try:
                await _listen(house, turned)
            except (*DATABASE_LOST, asyncpg.PostgresError, TimeoutError) as error:
                log.info("not_listening", again_s=AGAIN_S, error=str(error) or type(error).__name__)
                await house.rest(AGAIN_S)


async def _listen(house: House, turned: Turned) -> None:
    """On a connection of its own, so that it waits for no other work, and none for it."""
    async with house.pool.acquire() as connection:

        def heard(_connection: object, _pid: int, _channel: str, payload: object) -> None:
            shop_ids = [int(word) for word in str(payload).split() if word.isdigit()]
            house.ring(shop_ids or None)  # none named: all

        await connection.add_listener(CHANNEL, heard)
        try:
            house.ring()  # what was said meanwhile is not heard
            while not house.stop.is_set():
                turned()
                await house.rest(ALIVE_S)
                with anyio.fail_after(ANSWER_S):
                    await connection.execute("select 1")
        finally:
            with anyio.CancelScope(shield=True), anyio.move_on_after(ANSWER_S):
                await connection.remove_listener(CHANNEL, heard)
