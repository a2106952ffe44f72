"""The web server of the sandbox, for as long as a block lasts."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
from aiohttp import web
from anyio.from_thread import start_blocking_portal

from syncd.sandbox.archive import Archive
from syncd.sandbox.bucket import Bucket
from syncd.sandbox.counters import Counters
from syncd.sandbox.desk import DESK, Desk
from syncd.sandbox.happenings import happen
from syncd.sandbox.hooks.sender import Sender
from syncd.sandbox.journal import JOURNAL, Journal, noted
from syncd.sandbox.options import Hands, ShopOptions
from syncd.sandbox.routes import tables
from syncd.sandbox.shop import Shop

MAX_BODY_BYTES = 32 * 1024 * 1024  # a productSet of 2,048 variants is larger than aiohttp's 1 MiB

TICK_S = 0.05
BUSY_TICK_S = 0.008


@dataclass(frozen=True, slots=True)
class Running:
    """A shop that listens."""

    url: str
    port: int
    shop: Shop


@contextmanager
def serve(
    options: ShopOptions, *, file: Path | None = None, port: int | None = None
) -> Iterator[Running]:
    """Serve a shop on 127.0.0.1, in a thread of its own, until the block ends.

    What the shop holds is kept in `file`, or forgotten at the end when there is none. A taken port
    gives another one. Raises ConfigError when there is no plan of the name in the options.
    """
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(opened(options, file, port)) as running,
    ):
        yield running


@asynccontextmanager
async def running(
    options: ShopOptions, *, file: Path | None = None, port: int | None = None
) -> AsyncIterator[Running]:
    """As `serve`, for `async with`."""
    # A thread, since a task group must not outlive the task that opened it: pytest's fixtures end
    # in another task than they began in.
    with serve(options, file=file, port=port) as shop:
        yield shop


@asynccontextmanager
async def opened(
    options: ShopOptions, file: Path | None, port: int | None
) -> AsyncIterator[Running]:
    """As `running`, in the caller's own event loop; for a caller that stays in one task."""
    hands = Hands(options.clock)
    options = replace(options, clock=hands.clock())
    archive = Archive(file)
    try:
        shop = Shop(options, archive)
        sender = Sender(shop)
        desk = Desk(shop, Bucket(options.pace, options.clock), Counters(), hands, sender)
        runner = web.AppRunner(application(desk), access_log=None)
        await runner.setup()
        try:
            listening = _socket(port)
            await web.SockSite(runner, listening).start()
            taken: int = listening.getsockname()[1]
            async with anyio.create_task_group() as group:
                group.start_soon(_live, desk)
                group.start_soon(sender.run)
                yield Running(f"http://127.0.0.1:{taken}", taken, shop)
                group.cancel_scope.cancel()
        finally:
            await runner.cleanup()
    finally:
        archive.close()


async def _live(desk: Desk) -> None:
    """Let the shop's time go on."""
    while True:
        is_busy = happen(desk.shop)
        await anyio.sleep(BUSY_TICK_S if is_busy else TICK_S)


def _socket(port: int | None) -> socket.socket:
    for wanted in (port or 0, 0):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", wanted))
        except OSError:
            listening.close()
        else:
            return listening
    raise OSError("127.0.0.1 has no free port")


def application(desk: Desk) -> web.Application:
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[noted])
    app[DESK] = desk
    app[JOURNAL] = Journal()
    for routes in tables():
        app.router.add_routes(routes)
    return app
