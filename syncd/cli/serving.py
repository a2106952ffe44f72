"""A daemon for as long as a command lasts, where none runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from syncd.cli.run import ALIVE_S, console
from syncd.postgres import nodes
from syncd.supervisor import House, serve, stopped_by_signal

LOOK_S = 0.2


@asynccontextmanager
async def served(house: House) -> AsyncIterator[None]:
    """Somebody works in the block: the daemon that runs, or else this process."""
    async with stopped_by_signal(house), anyio.create_task_group() as group:
        group.start_soon(_serve, house)
        try:
            yield
        finally:
            house.stop.set()


async def _serve(house: House) -> None:
    # Asked anew each time: a daemon may be killed while we look on.
    while not house.stop.is_set():
        if not await nodes.seen(house.pool, within_s=ALIVE_S):
            console.print("no daemon runs: sending from here")
            await serve(house)
        await house.rest(LOOK_S)
