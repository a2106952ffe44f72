"""The last requests with their answers, as they went over the wire."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web
from aiohttp.typedefs import Handler

from syncd.sandbox.desk import DESK

KEPT = 200
MAX_KEPT_BYTES = 262_144  # of a request, of an answer: nobody reads more on a page


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """One request. `status` 0 means that there was no answer: the connection was cut.

    `faults` are the kinds of the faults on demand that struck meanwhile.
    """

    number: int
    at: datetime
    method: str
    path: str
    token: str
    asked: bytes
    status: int
    answered: bytes
    took_ms: float
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class Journal:
    """`count` goes on when the oldest are forgotten."""

    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=KEPT))
    count: int = 0

    def clear(self) -> None:
        self.exchanges.clear()
        self.count = 0

    def find(self, number: int) -> Exchange | None:
        return next((one for one in self.exchanges if one.number == number), None)


JOURNAL = web.AppKey("journal", Journal)


@web.middleware
async def noted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Write down what is asked below /admin, whatever becomes of it."""
    if not request.path.startswith("/admin/"):
        return await handler(request)
    began_s, struck = time.perf_counter(), _struck(request)
    response: web.StreamResponse | None = None
    try:
        response = await handler(request)
        return response
    except web.HTTPException as refusal:
        response = refusal
        raise
    finally:
        took_ms = 1_000 * (time.perf_counter() - began_s)
        # A body that nobody read is not waited for; what was read is kept by the request.
        asked = await request.read() if request.content.is_eof() else b""
        now = _struck(request)
        faults = tuple(kind for key, kind in now.items() if key not in struck)
        _note(request, response, asked, (took_ms, faults))


def _note(
    request: web.Request,
    response: web.StreamResponse | None,
    asked: bytes,
    more: tuple[float, tuple[str, ...]],
) -> None:
    journal, shop = request.app[JOURNAL], request.app[DESK].shop
    body = response.body if isinstance(response, web.Response) else b""
    line = request.transport
    is_cut = response is None or line is None or line.is_closing()
    journal.count += 1
    journal.exchanges.append(
        Exchange(
            number=journal.count,
            at=shop.options.clock.now(),
            method=request.method,
            path=request.path_qs,
            token=request.headers.get("X-Shopify-Access-Token", ""),
            asked=asked[:MAX_KEPT_BYTES],
            status=0 if is_cut or response is None else response.status,
            answered=body[:MAX_KEPT_BYTES] if isinstance(body, bytes) else b"",
            took_ms=more[0],
            faults=more[1],
        )
    )


def _struck(request: web.Request) -> Mapping[tuple[int, int], str]:
    """(rule, how often it struck) -> its kind."""
    rules = request.app[DESK].shop.mischief.rules
    return {(rule.id, rule.struck): rule.kind for rule in rules if rule.struck}
