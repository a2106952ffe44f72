"""How many matters wait for a person: the number that each page shows beside its navigation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import anyio
from aiohttp import web

from syncd.postgres import attention
from syncd.web.console.visit import Handler, desk, visit

T = TypeVar("T")
COUNTED_S = 1.0
WAITING = web.RequestKey("waiting", int)
SILENT = ("/live/", "/static/")  # what draws no navigation


@dataclass(slots=True)
class Kept(Generic[T]):
    """Something that many ask for: found anew once it is older than `lasts_s`, by one at a time."""

    lasts_s: float
    found: list[T] = field(default_factory=list)
    until_s: float = 0.0
    turn: anyio.Lock = field(default_factory=anyio.Lock)

    async def get(self, find: Callable[[], Awaitable[T]], *, is_fresh: bool = False) -> T:
        """What was found; `is_fresh`: not before it was asked for."""
        async with self.turn:
            if is_fresh or not self.found or anyio.current_time() >= self.until_s:
                self.found = [await find()]
                self.until_s = anyio.current_time() + self.lasts_s
            return self.found[0]

    def forget(self) -> None:
        self.found = []


COUNT: web.AppKey[Kept[int]] = web.AppKey("count", Kept)


@web.middleware
async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Look how much waits, a second old at most; what a form did counts at once."""
    if visit(request).person is None or request.path.startswith(SILENT):
        return await handler(request)
    kept, pool = request.app[COUNT], desk(request).pool
    request[WAITING] = await kept.get(lambda: attention.count(pool))
    try:
        return await handler(request)
    finally:
        if request.method == "POST":
            kept.forget()
