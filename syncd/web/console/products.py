"""The page on which products are looked for."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from aiohttp import web

from syncd.errors import SyncdError
from syncd.flows import listing, seek
from syncd.flows.seek import Sought
from syncd.phrases import phrase
from syncd.postgres import shops
from syncd.postgres.listing import START, Listed, Place
from syncd.records import Shop
from syncd.rules import naming
from syncd.web.console import product_words
from syncd.web.console.drawing import draw
from syncd.web.console.product_words import State, path_of
from syncd.web.console.visit import client_of, desk

PAGE = 40
MOST_CHARS = 200
PLACE = re.compile(r"(\d{1,9})\.(.{1,255})", re.DOTALL)


def routes() -> list[web.RouteDef]:
    return [web.get("/products", page)]


async def page(request: web.Request) -> web.Response:
    """What bears the words, or is in the state, a page of it; `?ask=1` asks the shop, too."""
    pool = desk(request).pool
    every = await shops.all(pool)
    text = " ".join(request.query.get("q", "").replace("\0", " ").split())[:MOST_CHARS]
    shop = next((one for one in every if one.domain == request.query.get("shop")), None)
    wish = request.query.get("state", "")
    state = listing.NAMED.get(wish)
    found = await listing.listed(
        pool, every, text, shop=shop, state=state, after=_place(request), most=PAGE + 1
    )
    asked = _asked(every, shop)
    sought, trouble = None, None
    if request.query.get("ask") == "1" and text and asked is not None:
        sought, trouble = await _ask(request, asked, text)
    given = {"q": text, "shop": shop.domain if shop else "", "state": wish if state else ""}
    return draw(
        request,
        "products.html",
        shops=every,
        shop=shop,
        text=text,
        state=given["state"],
        rows=found[:PAGE],
        domains={one.shop_id: one.domain for one in every},
        chip=_chip,
        path_of=path_of,
        web=_is_web,
        address_of=_address,
        given=given,
        after=_after(found),
        is_further=_place(request) != START,
        asked=asked,
        sought=sought,
        trouble=trouble,
        admin=product_words.admin,
    )


async def _ask(
    request: web.Request, shop: Shop, text: str
) -> tuple[Sought | None, SyncdError | None]:
    """By whatever Shopify calls it, too: a handle, the id of a variant."""
    try:
        named = naming.recognised(text)
        async with client_of(request, shop) as client:
            return await seek.seek(desk(request).pool, client, shop, named), None
    except SyncdError as error:
        return None, error


def _asked(every: list[Shop], shop: Shop | None) -> Shop | None:
    """The shop that may be asked: the chosen one, or the only one."""
    return shop or (every[0] if len(every) == 1 else None)


def _chip(one: Listed) -> State:
    words = {
        "in step": State("good", phrase("in step")),
        "waits": State("accent", phrase("waits")),
        "dead": State("bad", phrase("given up")),
        "held": State("warn", phrase("held back")),
        "archived": State("", phrase("archived")),
        "gone": State("warn", phrase("deleted in Shopify")),
        "not linked": State("", phrase("not linked")),
    }
    return words[one.state]


def _place(request: web.Request) -> Place:
    """Where the page before ended; what nobody could have been given is the beginning."""
    match = PLACE.fullmatch(request.query.get("after", "").replace("\0", ""))
    return (int(match[1]), match[2]) if match and int(match[1]) < 2**31 else START


def _after(found: list[Listed]) -> str:
    """Where the next page begins; empty where there is none."""
    if len(found) <= PAGE:
        return ""
    last = found[PAGE - 1]
    return f"{last.shop_id}.{last.key}"


def _address(given: dict[str, str], **other: str) -> str:
    """This page with something else asked."""
    asked = {name: value for name, value in {**given, **other}.items() if value}
    return f"/products?{urlencode(asked)}" if asked else "/products"


def _is_web(address: str | None) -> bool:
    return bool(address) and str(address).startswith(product_words.WEB)
