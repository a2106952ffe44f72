"""The small web server that monitoring asks: /metrics, /healthz, /readyz."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import asyncpg
import structlog
from aiohttp import web
from aiohttp.web_exceptions import HTTPException

from syncd import metrics
from syncd.metrics import Figure
from syncd.phrases import phrase
from syncd.postgres import measures
from syncd.rules import readiness
from syncd.rules.readiness import Reason
from syncd.web.serving import serving
from syncd.web.takings import AWAY

FRESH_S = 2.0  # so old may be what the database told,
GENTLE = 20.0  # or so many times as old as it took to tell it,
LONGEST_S = 30.0  # up to this
PATIENCE_S = 2.0  # so long one who asks waits for the database
STOP_S = 1.0
log = structlog.get_logger()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Glance:
    """What the database told last; one look at a time serves all who ask meanwhile.

    A look goes on when nobody waits for it any more: of a database that hangs there is one open
    question, however many ask.
    """

    pool: asyncpg.Pool
    figures: list[Figure] = field(default_factory=list)
    trouble: str = ""
    until_s: float = 0.0
    asked: anyio.Event = field(default_factory=anyio.Event)
    ended: anyio.Event | None = None

    async def look(self) -> Sequence[Figure] | None:
        """The figures, seconds old at most; None when the database did not tell any."""
        if self.ended is None and anyio.current_time() >= self.until_s:
            self.ended = anyio.Event()
            self.asked.set()
        if self.ended is not None:
            with anyio.move_on_after(PATIENCE_S):
                await self.ended.wait()
        if self.ended is not None:
            self.trouble = phrase("no answer within {seconds} s", seconds=round(PATIENCE_S))
            return None
        return None if self.trouble else self.figures

    async def run(self) -> None:
        """Look whenever somebody asks; no trouble of it ends what the daemon is for."""
        while True:
            await self.asked.wait()
            self.asked = anyio.Event()
            await self._ask()

    async def _ask(self) -> None:
        began_s = anyio.current_time()
        rest_s = FRESH_S
        try:
            found = await measures.measured(self.pool)
            took_s = anyio.current_time() - began_s
            own = Figure("database_read_seconds", (), took_s)
            self.figures, self.trouble = [*found, own], ""
            rest_s = min(max(FRESH_S, took_s * GENTLE), LONGEST_S)
        except (*AWAY, TimeoutError) as error:
            self.trouble = type(error).__name__  # its words may hold an address
            log.warning("figures_untold", error=str(error) or repr(error))
        except Exception as error:
            self.trouble = type(error).__name__
            log.error("figures_untold", error=repr(error), exc_info=True)
        finally:
            ended, self.ended = self.ended, None
            self.until_s = anyio.current_time() + rest_s
            if ended is not None:
                ended.set()


@dataclass(frozen=True, slots=True)
class Monitor:
    """What the pages show: the database's figures, the node's own, the limit of what is late."""

    glance: Glance
    node: str
    own: Callable[[], Sequence[Figure]]
    late_after_s: float

    async def scrape(self, request: web.Request) -> web.Response:
        """All metrics; while the database is away those of this process alone."""
        found = await self.glance.look()
        up = Figure("database_up", (), float(found is not None))
        body, kind = metrics.page(
            [*self.own(), up, *(found or ())], request.headers.get("Accept", "")
        )
        return web.Response(body=body, headers={"Content-Type": kind})

    async def healthy(self, _request: web.Request) -> web.Response:
        """Whoever can answer turns; nothing is asked of anybody else."""
        return web.json_response({"healthy": True, "node": self.node})

    async def ready(self, _request: web.Request) -> web.Response:
        """503 with each reason, while there is one."""
        found = await self.glance.look()
        if found is None:
            reasons = [readiness.away(self.glance.trouble)]
        else:
            reasons = readiness.reasons(found, self.late_after_s)
        answer = {"ready": not reasons, "node": self.node, "reasons": [*map(_told, reasons)]}
        return web.json_response(answer, status=503 if reasons else 200)


def _told(reason: Reason) -> dict[str, str]:
    return {
        "reason": reason.why,
        "shop": reason.shop,
        "message": str(reason.message),
        "next": str(reason.next_step),
    }


@web.middleware
async def plain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """No answer holds a traceback, or comes from a cache."""
    try:
        answer = await handler(request)
    except HTTPException as refused:
        refused.headers["Cache-Control"] = "no-store"
        raise
    except Exception as error:
        log.error("monitor_failed", path=request.path, error=repr(error), exc_info=True)
        answer = web.json_response({"error": "syncd made a mistake: see its log"}, status=500)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def application(monitor: Monitor) -> web.Application:
    app = web.Application(middlewares=[plain])
    app.router.add_get("/metrics", monitor.scrape)
    app.router.add_get("/healthz", monitor.healthy)
    app.router.add_get("/readyz", monitor.ready)
    return app


@asynccontextmanager
async def listening(
    pool: asyncpg.Pool,
    *,
    host: str,
    port: int,
    node: str = "",
    own: Callable[[], Sequence[Figure]] = tuple,
    late_after_s: float,
) -> AsyncIterator[Sequence[tuple[str, int]]]:
    """Answer until the block ends; gives the addresses that are listened on.

    Raises ConfigError when the port cannot be had.
    """
    glance = Glance(pool)
    app = application(Monitor(glance, node, own, late_after_s))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_S)
    async with (
        serving(
            runner, host=host, port=port, name="/metrics", setting="SYNCD_METRICS_PORT"
        ) as places,
        anyio.create_task_group() as group,
    ):
        group.start_soon(glance.run)
        yield places
        group.cancel_scope.cancel()
