"""Parts of pages that are sent anew when they change, by server-sent events."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import anyio
import structlog
from aiohttp import ClientConnectionResetError, web

from syncd.postgres import people
from syncd.web.console.guard import SESSION
from syncd.web.console.trouble import AWAY
from syncd.web.console.visit import desk

Part = Callable[[web.Request], Awaitable[str]]
LOOK_S = 1.0
ASKED_S = 30.0  # between two looks whether the session still lasts
LASTS_S = 600.0  # then the browser asks anew by itself
BEAT_S = 15.0  # a line at least so often, or proxies take the connection for dead
SEEN_NEVER = "\0"
log = structlog.get_logger()


def routes(parts: Mapping[str, Part]) -> list[web.RouteDef]:
    """`/live/NAME` for each part; a page names it in `data-live`."""
    return [web.get(f"/live/{name}", _stream(part)) for name, part in parts.items()]


def _stream(part: Part) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def stream(request: web.Request) -> web.StreamResponse:
        await part(request)  # what is not there is told before the stream begins
        answer = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        answer.headers["X-Accel-Buffering"] = "no"  # nginx must not gather it
        await answer.prepare(request)
        try:
            with anyio.move_on_after(LASTS_S):
                await _send(request, answer, part)
        except (ClientConnectionResetError, ConnectionError):
            pass  # they left the page
        except AWAY as error:
            log.warning("live_cut", error=type(error).__name__)
        return answer

    return stream


async def _send(request: web.Request, answer: web.StreamResponse, part: Part) -> None:
    """Draw again and again; send what is another text than before."""
    before, sent_s, asked_s = SEEN_NEVER, 0.0, anyio.current_time()
    while not request.app[STOPPING].is_set():
        now_s = anyio.current_time()
        if now_s - asked_s > ASKED_S:
            asked_s = now_s
            if await people.seen(desk(request).pool, request.cookies.get(SESSION, "")) is None:
                return
        html = await part(request)
        if html != before:
            lines = "".join(f"data: {line}\n" for line in html.splitlines())
            await answer.write(f"{lines}\n".encode())
            before, sent_s = html, now_s
        elif now_s - sent_s > BEAT_S:
            await answer.write(b": still here\n\n")
            sent_s = now_s
        with anyio.move_on_after(LOOK_S):
            await request.app[STOPPING].wait()


STOPPING = web.AppKey("stopping", anyio.Event)
