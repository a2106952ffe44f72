"""The shops with their state."""

from __future__ import annotations

from aiohttp import web

from syncd.postgres import shops
from syncd.web.console.drawing import draw
from syncd.web.console.visit import desk


def routes() -> list[web.RouteDef]:
    return [web.get("/shops", page)]


async def page(request: web.Request) -> web.Response:
    return draw(request, "shops.html", shops=await shops.all(desk(request).pool))
