"""The runs of all shops or of one, with the form that asks for another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.postgres import db, people, runs, shops
from syncd.records import Shop
from syncd.rules.text import shortened
from syncd.web.console.drawing import back, draw, fragment
from syncd.web.console.live import Part
from syncd.web.console.signin import text_of
from syncd.web.console.visit import Missing, acting, desk, needs, person

PAGE = 25
CHOICES = ("is_dry", "is_forced", "with_prices")


def routes() -> list[web.RouteDef]:
    return [web.get("/runs", page), web.post("/runs", ask)]


def parts() -> Mapping[str, Part]:
    return {"runs": part}


async def page(request: web.Request) -> web.Response:
    every = await shops.all(desk(request).pool)
    return draw(request, "runs.html", shops=every, **await _values(request))


async def part(request: web.Request) -> str:
    try:
        values = await _values(request)
    except Missing:  # the shop was removed
        return ""
    return fragment(request, "runs_part.html", **values)


async def _values(request: web.Request) -> dict[str, Any]:
    """A page of runs; `older` is where the next one begins, None behind the last."""
    pool, named = desk(request).pool, request.query.get("shop", "")
    chosen = await shop_named(request, named) if named else None
    before = request.query.get("before", "")
    found = await runs.newest(
        pool,
        shop_id=chosen.shop_id if chosen else None,
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        most=PAGE + 1,
    )
    return {
        "runs": found[:PAGE],
        "older": found[PAGE - 1].run_id if len(found) > PAGE else None,
        "chosen": chosen,
        "now": await db.clock(pool),
        "query": request.query_string,
    }


@needs("operator")
async def ask(request: web.Request) -> web.Response:
    """Compare a shop, send what differs unless it is only to be looked at; once at a time."""
    form, pool = await text_of(request), desk(request).pool
    shop = await _ready(request, form.get("shop", ""))
    given: dict[str, Any] = {name: bool(form.get(name)) for name in CHOICES}
    async with acting(request) as connection:
        run_id = await runs.ask(
            connection, shop.shop_id, asked_by=f"console:{person(request).name}", **given
        )
        if run_id is not None:
            noted = {"run": run_id, **{name: True for name, is_on in given.items() if is_on}}
            await people.note(connection, "resync", shop_id=shop.shop_id, given=noted)
    if run_id is not None:
        return back(request, f"/runs/{run_id}", phrase("Asked for: it begins at once."))
    current = await runs.under_way(pool, shop.shop_id)
    return back(
        request,
        f"/runs/{current.run_id}" if current else "/runs",
        phrase("Another run of {shop} is under way: this is it.", shop=shop.domain),
        is_bad=True,
    )


async def _ready(request: web.Request, named: str) -> Shop:
    """The shop, if something can be sent to it."""
    shop = await shop_named(request, named)
    if not (shop.enabled and shop.sync_products):
        raise ConfigError(
            phrase("{shop} is switched off", shop=shop.domain),
            hint=phrase("switch it on in its settings"),
        )
    if shop.state == "unlinked":
        raise ConfigError(
            phrase("{shop} is not linked yet: nothing is sent there", shop=shop.domain),
            hint=phrase("link it first: Shops, then Link"),
        )
    return shop


async def shop_named(request: web.Request, named: str) -> Shop:
    """The shop of this domain; raises 404."""
    every = await shops.all(desk(request).pool)
    found = next((one for one in every if one.domain == named), None)
    if found is None:
        raise Missing(phrase("there is no shop {shop}", shop=shortened(named, 80)))
    return found
