"""The page of one product: why it looks as it does in the shop, what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio
from aiohttp import web

from syncd.errors import ConfigError, ContractError, SyncdError
from syncd.flows import explain, last_write
from syncd.flows.explanation import Explanation
from syncd.flows.last_write import Offer
from syncd.phrases import phrase
from syncd.postgres import dossier, links, shops
from syncd.records import Shop
from syncd.rules import field_words, waiting_words
from syncd.rules.text import shortened
from syncd.web.console import product_words
from syncd.web.console.drawing import draw, fragment
from syncd.web.console.live import Part
from syncd.web.console.product_words import path_of
from syncd.web.console.visit import Missing, client_of, desk, may, shop_of, visit

LINES, MOST_LINES = 25, 500  # of the timeline
REST_S = 5.0  # between two looks into Shopify, however much happens


@dataclass(frozen=True, slots=True)
class Shown:
    """What a live part sent last; `stamp` tells whether something happened since."""

    stamp: str
    asked_s: float
    html: str


SHOWN: web.RequestKey[Shown] = web.RequestKey("product_shown", Shown)


def routes() -> list[web.RouteDef]:
    return [web.get("/shops/{domain}/products/{key}", page)]


def parts() -> Mapping[str, Part]:
    return {"product": part}


async def page(request: web.Request) -> web.Response:
    """What is known here, at once; Shopify's side comes with the live part, or by `?ask=1`."""
    shop, key = await named(request)
    told = await _told(request, shop, key, is_asked=request.query.get("ask") == "1")
    if _is_unknown(told):
        raise unknown(shop, key)
    others = await _others(request, shop, key)
    return draw(request, "product.html", others=others, **await _values(request, shop, told))


async def named(request: web.Request) -> tuple[Shop, str]:
    """The shop with the product's key, as the address has them; raises 404."""
    shop, key = await shop_of(request), request.match_info["key"]
    if "\0" in key:  # no row of Postgres's can hold it
        raise unknown(shop, key)
    return shop, key


def unknown(shop: Shop, key: str) -> Missing:
    return Missing(
        phrase("nobody knows a product {key} in {shop}", key=shortened(key, 80), shop=shop.domain)
    )


async def part(request: web.Request) -> str:
    """The same with Shopify's side: asked at first, then whenever something happened."""
    try:
        shop = await shops.find(desk(request).pool, request.query.get("shop", ""))
    except ConfigError:
        shop = None
    key = request.query.get("key", "")
    if shop is None or "\0" in key:
        return ""
    now_s = anyio.current_time()
    stamp = await dossier.stamp(desk(request).pool, shop.shop_id, key)
    if SHOWN in request:
        shown = request[SHOWN]
        if shown.stamp == stamp or now_s - shown.asked_s < REST_S:
            return shown.html
    told = await _told(request, shop, key, is_asked=True)
    html = fragment(request, "product_part.html", **await _values(request, shop, told))
    request[SHOWN] = Shown(stamp, now_s, html)
    return html


async def _told(request: web.Request, shop: Shop, key: str, *, is_asked: bool) -> Explanation:
    pool, most = desk(request).pool, _lines(request)
    unheard: str = product_words.not_asked()
    if not is_asked:
        return await explain.explain(pool, None, shop, key, unheard=unheard, most=most)
    async with AsyncExitStack() as stack:
        client, unheard = None, ""
        try:
            client = await stack.enter_async_context(client_of(request, shop))
        except SyncdError as error:
            unheard = error.message
        return await explain.explain(pool, client, shop, key, unheard=unheard, most=most)


async def _values(request: web.Request, shop: Shop, told: Explanation) -> dict[str, Any]:
    """What the templates draw."""
    unasked = product_words.not_asked()
    is_asked = all(unasked not in one for one in told.missing)
    return {
        "shop": shop,
        "told": told,
        "product_path": path_of(shop.domain, told.key),
        "sides": product_words.sides(told),
        "state": product_words.state(told),
        "deeds": product_words.deeds(told),
        "hints": product_words.hints,
        "pieces": product_words.pieces,
        "picture": product_words.picture,
        "cell": partial(product_words.cell, visit(request).tongue),
        "made_by": field_words.made_by,
        "lane": waiting_words.lane,
        "skus": {one.key: one.sku for one in told.counts},
        "admin": product_words.admin(shop.domain, told.gid),
        "is_asked": is_asked,
        "missing": [one for one in told.missing if unasked not in one],
        "is_counted": any(
            one.agreed is not None or one.location is not None for one in told.counts
        ),
        "offer": await _offer(request, shop, told.key),
        "lines": _lines(request),
        "more_lines": MOST_LINES if len(told.timeline) >= _lines(request) < MOST_LINES else 0,
    }


async def _offer(request: web.Request, shop: Shop, key: str) -> Offer | None:
    """The last write, for who may take it back."""
    if not may(request, "operator"):
        return None
    try:
        return await last_write.offer(desk(request).pool, shop, key)
    except ContractError:  # the answer says so
        return None


async def _others(request: web.Request, shop: Shop, key: str) -> list[Shop]:
    """The other shops of the retailer that have it."""
    pool = desk(request).pool
    return [
        one
        for one in await shops.all(pool)
        if one.shop_id != shop.shop_id
        and one.account_id == shop.account_id
        and await links.known(pool, shop_id=one.shop_id, keys=[key])
    ]


def _lines(request: web.Request) -> int:
    given = request.query.get("last", "")
    return min(int(given), MOST_LINES) if given.isdecimal() and 0 < len(given) < 5 else LINES


def _is_unknown(told: Explanation) -> bool:
    return not (told.rows or told.gid or told.waiting or told.timeline or told.missing[:-1])
