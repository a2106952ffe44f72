"""The sandbox's web pages."""

from __future__ import annotations

from aiohttp import web

from syncd.sandbox import page, product_page
from syncd.sandbox.desk import DESK
from syncd.sandbox.markup import Seen

ROUTES = web.RouteTableDef()


@ROUTES.get("/")
async def show_products(request: web.Request) -> web.Response:
    number = request.query.get("page", "")
    view = page.View(request.query.get("q", ""), int(number[:9]) if number.isdecimal() else 1)
    return _html(page.products(_seen(request), view))


@ROUTES.get(r"/products/{number:\d{1,19}}")
async def show_product(request: web.Request) -> web.Response:
    seen = _seen(request)
    product = seen.shop.products.get(int(request.match_info["number"]))
    if product is None:
        return _html(product_page.missing(seen), status=404)
    return _html(product_page.product(seen, product))


def _seen(request: web.Request) -> Seen:
    desk = request.app[DESK]
    return Seen(desk.shop, desk.bucket, desk.counters, str(request.url.origin()))


def _html(text: str, *, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html")
