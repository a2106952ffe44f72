"""The sandbox's web pages."""

from __future__ import annotations

from aiohttp import web

from syncd.sandbox.answers import answered
from syncd.sandbox.desk import DESK
from syncd.sandbox.journal import JOURNAL
from syncd.sandbox.pages import (
    bulk,
    customers,
    order,
    orders,
    product,
    products,
    requests,
    stock,
    webhooks,
)
from syncd.sandbox.pages.listing import Wish
from syncd.sandbox.pages.pulse import pulse
from syncd.sandbox.pages.seen import Seen

NUMBER = r"{number:\d{1,19}}"

ROUTES = web.RouteTableDef()


@ROUTES.get("/")
async def show_products(request: web.Request) -> web.Response:
    number = request.query.get("page", "")
    view = products.View(request.query.get("q", ""), int(number[:9]) if number.isdecimal() else 1)
    return _html(products.products(_seen(request), view))


@ROUTES.get(f"/products/{NUMBER}")
async def show_product(request: web.Request) -> web.Response:
    seen = _seen(request)
    found = seen.shop.products.get(_number(request))
    if found is None:
        return _html(product.missing(seen), status=404)
    return _html(product.product(seen, found))


@ROUTES.get("/stock")
async def show_stock(request: web.Request) -> web.Response:
    return _html(stock.stock(_seen(request), _wish(request)))


@ROUTES.get("/orders")
async def show_orders(request: web.Request) -> web.Response:
    return _html(orders.orders(_seen(request), _wish(request)))


@ROUTES.get(f"/orders/{NUMBER}")
async def show_order(request: web.Request) -> web.Response:
    seen = _seen(request)
    found = order.order(seen, _number(request))
    return _html(found) if found else _html(order.missing(seen), status=404)


@ROUTES.get("/customers")
async def show_customers(request: web.Request) -> web.Response:
    return _html(customers.customers(_seen(request), _wish(request)))


@ROUTES.get("/bulk")
async def show_bulk(request: web.Request) -> web.Response:
    return _html(bulk.bulk(_seen(request), _wish(request)))


@ROUTES.get("/webhooks")
async def show_webhooks(request: web.Request) -> web.Response:
    return _html(webhooks.webhooks(_seen(request)))


@ROUTES.get(f"/webhooks/{NUMBER}")
async def show_webhook(request: web.Request) -> web.Response:
    seen = _seen(request)
    found = webhooks.webhook(seen, _number(request))
    missing = requests.missing(seen, "webhook", "/webhooks")
    return _html(found) if found else _html(missing, status=404)


@ROUTES.get("/requests")
async def show_requests(request: web.Request) -> web.Response:
    is_only_bad = request.query.get("only") == "bad"
    return _html(requests.requests(_seen(request), is_only_bad=is_only_bad))


@ROUTES.get(f"/requests/{NUMBER}")
async def show_request(request: web.Request) -> web.Response:
    seen = _seen(request)
    found = requests.request(seen, _number(request))
    missing = requests.missing(seen, "request", "/requests")
    return _html(found) if found else _html(missing, status=404)


@ROUTES.get("/_sandbox/pulse")
async def show_pulse(request: web.Request) -> web.Response:
    """What moves: `{"mark", "now", "buckets": [{"app", "left", "size", "rate"}]}`."""
    return answered(pulse(_seen(request)))


def _seen(request: web.Request) -> Seen:
    desk = request.app[DESK]
    buckets = {desk.shop.options.client_id: desk.bucket, **desk.buckets}
    return Seen(
        desk.shop,
        buckets,
        desk.counters,
        request.app[JOURNAL],
        desk.hands,
        str(request.url.origin()),
    )


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])


def _wish(request: web.Request) -> Wish:
    return Wish(request.path, request.query.get("q", ""), request.query.get("after"))


def _html(text: str, *, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html")
