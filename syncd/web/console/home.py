"""The overview."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from syncd.postgres import db, status
from syncd.web.console.drawing import back, draw, fragment
from syncd.web.console.live import Part
from syncd.web.console.visit import desk


def routes() -> list[web.RouteDef]:
    return [web.get("/", page)]


def parts() -> Mapping[str, Part]:
    return {"overview": part}


async def page(request: web.Request) -> web.Response:
    shops = await status.backlog(desk(request).pool)
    return draw(request, "home.html", shops=shops) if shops else back(request, "/shops")


async def part(request: web.Request) -> str:
    pool = desk(request).pool
    return fragment(
        request, "home_part.html", shops=await status.backlog(pool), now=await db.clock(pool)
    )
