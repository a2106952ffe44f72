"""A web application that listens until the block ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio
from aiohttp import web

from syncd.errors import ConfigError

BACKLOG = 128  # as aiohttp has it


@asynccontextmanager
async def serving(
    runner: web.AppRunner, *, host: str, port: int, name: str, setting: str, backlog: int = BACKLOG
) -> AsyncIterator[Sequence[tuple[str, int]]]:
    """Gives the addresses that are listened on.

    Raises ConfigError, with the `name` of what is served and the `setting` of its port, when the
    port cannot be had.
    """
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port, backlog=backlog).start()
        except (OSError, OverflowError) as error:
            raise ConfigError(
                f"{name} cannot be served on {host}:{port}: {error}",
                hint=f"choose another {setting}, or end what listens there",
            ) from error
        yield [(one[0], one[1]) for one in runner.addresses]
    finally:
        with anyio.CancelScope(shield=True):
            await runner.cleanup()
