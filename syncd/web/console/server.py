"""The console's web server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio
from aiohttp import web

from syncd.web.console import (
    attention,
    drawing,
    guard,
    home,
    live,
    pages,
    trouble,
    waiting,
)
from syncd.web.console.guard import MAX_FILE_BYTES
from syncd.web.console.visit import DESK, Desk, Missing
from syncd.web.serving import serving

YEAR = "public, max-age=31536000, immutable"
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
STOP_S = 2.0


async def static(request: web.Request) -> web.Response:
    """A file of ours, held in memory: no path leads anywhere else."""
    name = request.match_info["name"]
    if name not in drawing.assets():
        raise Missing(name)
    raw, _ = drawing.assets()[name]
    kind = TYPES[name.rsplit(".", 1)[-1]]
    return web.Response(body=raw, content_type=kind, charset="utf-8",
                        headers={"Cache-Control": YEAR})  # fmt: skip


def application(desk: Desk) -> web.Application:
    app = web.Application(
        middlewares=[guard.dress, trouble.tell, guard.admit, waiting.count],
        client_max_size=MAX_FILE_BYTES,
    )
    app[DESK] = desk
    app[live.STOPPING] = anyio.Event()
    app[waiting.COUNT] = waiting.Kept(waiting.COUNTED_S)
    app[attention.VIEW] = waiting.Kept(attention.KEPT_S)
    app[home.WINDOW] = home.Window()
    app.router.add_get("/static/{digest}/{name}", static)
    app.router.add_routes(pages.routes())
    return app


@asynccontextmanager
async def listening(
    desk: Desk, *, host: str, port: int
) -> AsyncIterator[Sequence[tuple[str, int]]]:
    """Show pages until the block ends; gives the addresses that are listened on.

    Raises ConfigError when the port cannot be had.
    """
    app = application(desk)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_S)
    async with serving(
        runner, host=host, port=port, name="the console", setting="SYNCD_CONSOLE_PORT"
    ) as places:
        try:
            yield places
        finally:
            app[live.STOPPING].set()
