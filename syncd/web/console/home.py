"""The overview: how each shop does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import anyio
from aiohttp import web

from syncd.flows.overview import overview
from syncd.flows.shop_overview import ShopOverview
from syncd.phrases import phrase
from syncd.postgres import byhand
from syncd.web.console.chart import Chart, drawn
from syncd.web.console.drawing import back, draw, fragment
from syncd.web.console.live import Part
from syncd.web.console.visit import Desk, acting, desk, needs, person, shop_of

FRESH_S = 0.9  # so old may be what is shown: many viewers are served by one look
PLACE = "/shops/{domain}"


class Window:
    """What was seen of all shops a moment ago, for all who look at the same time."""

    def __init__(self) -> None:
        self._looking = anyio.Lock()
        self._seen: tuple[ShopOverview, ...] = ()
        self._seen_s = float("-inf")

    def forget(self) -> None:
        """Look anew: somebody has just changed something, and wants to see it."""
        self._seen_s = float("-inf")

    async def look(self, desk: Desk) -> tuple[ShopOverview, ...]:
        async with self._looking:
            if anyio.current_time() >= self._seen_s + FRESH_S:
                zone = datetime.now().astimezone().tzinfo
                assert zone is not None
                self._seen = await overview(desk.pool, zone=zone)
                self._seen_s = anyio.current_time()
            return self._seen


WINDOW = web.AppKey("window", Window)


def routes() -> list[web.RouteDef]:
    return [
        web.get("/", page),
        web.get(PLACE, shop_page),
        web.post(PLACE + "/pause", pause),
        web.post(PLACE + "/resume", resume),
    ]


def parts() -> Mapping[str, Part]:
    return {"overview": part}


async def page(request: web.Request) -> web.Response:
    """All shops; the only one whole."""
    shops = await request.app[WINDOW].look(desk(request))
    if len(shops) == 1:
        return draw(request, "shop.html", **_values(shops[0]), is_alone=True)
    return draw(request, "home.html", shops=shops)


async def shop_page(request: web.Request) -> web.Response:
    found = await _one(request, (await shop_of(request)).domain)
    return draw(request, "shop.html", **_values(found), is_alone=False)


async def part(request: web.Request) -> str:
    """The same again; of one shop where `shop` names it."""
    named = request.query.get("shop")
    if named:
        return fragment(request, "shop_part.html", **_values(await _one(request, named)))
    shops = await request.app[WINDOW].look(desk(request))
    return fragment(request, "home_part.html", shops=shops)


async def _one(request: web.Request, domain: str) -> ShopOverview:
    shops: Sequence[ShopOverview] = await request.app[WINDOW].look(desk(request))
    found = next((one for one in shops if one.domain == domain), None)
    if found is None:
        raise web.HTTPNotFound
    return found


def _values(shop: ShopOverview) -> dict[str, Any]:
    chart: Chart | None = drawn(shop.delays, shop.now.astimezone())
    return {"shop": shop, "chart": chart}


@needs("operator")
async def pause(request: web.Request) -> web.Response:
    shop = await shop_of(request)
    async with acting(request) as connection:
        await byhand.pause(connection, shop.domain, reason=f"by {person(request).name}")
    request.app[WINDOW].forget()
    return back(
        request,
        f"/shops/{shop.domain}",
        phrase("Nothing is sent to {shop} until somebody resumes it.", shop=shop.domain),
    )


@needs("operator")
async def resume(request: web.Request) -> web.Response:
    shop = await shop_of(request)
    async with acting(request) as connection:
        await byhand.resume(connection, shop.domain)
    request.app[WINDOW].forget()
    return back(
        request, f"/shops/{shop.domain}", phrase("{shop} is sent to again.", shop=shop.domain)
    )
