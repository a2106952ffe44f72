"""The HTTP face of the sandbox: Shopify's route, the sandbox's own."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from syncd.sandbox import page, product_page
from syncd.sandbox.archive import Archive
from syncd.sandbox.bucket import Bucket
from syncd.sandbox.counters import Counters
from syncd.sandbox.execution import Request, execute
from syncd.sandbox.markup import Seen
from syncd.sandbox.options import ShopOptions
from syncd.sandbox.shop import Shop
from syncd.sandbox.state import state
from syncd.sandbox.versions import serving

MAX_BODY_BYTES = 32 * 1024 * 1024  # a productSet of 2,048 variants is larger than aiohttp's 1 MiB

UNKNOWN_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"
NO_QUERY = {"query": "Required parameter missing or invalid"}


@dataclass(frozen=True, slots=True)
class Running:
    """A shop that listens."""

    url: str
    port: int
    shop: Shop


@dataclass(slots=True)
class Desk:
    """What the handlers share."""

    shop: Shop
    bucket: Bucket
    counters: Counters


DESK = web.AppKey("desk", Desk)


@asynccontextmanager
async def running(
    options: ShopOptions, *, file: Path | None = None, port: int | None = None
) -> AsyncIterator[Running]:
    """Serve a shop on 127.0.0.1 until the block ends.

    What the shop holds is kept in `file`, or forgotten at the end when there is none. A taken port
    gives another one. Raises ConfigError when there is no plan of the name in the options.
    """
    bucket = Bucket(options.pace, options.clock)
    archive = Archive(file)
    try:
        shop = Shop(options, archive)
        runner = web.AppRunner(application(Desk(shop, bucket, Counters())), access_log=None)
        await runner.setup()
        try:
            listening = _socket(port)
            await web.SockSite(runner, listening).start()
            taken: int = listening.getsockname()[1]
            yield Running(f"http://127.0.0.1:{taken}", taken, shop)
        finally:
            await runner.cleanup()
    finally:
        archive.close()


def _socket(port: int | None) -> socket.socket:
    for wanted in (port or 0, 0):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", wanted))
        except OSError:
            listening.close()
        else:
            return listening
    raise OSError("127.0.0.1 has no free port")


def application(desk: Desk) -> web.Application:
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app[DESK] = desk
    app.router.add_post("/admin/api/{version}/graphql.json", graphql)
    app.router.add_route("*", "/admin/{rest:.*}", not_found)
    app.router.add_get("/_sandbox/state", show_state)
    app.router.add_get("/_sandbox/stats", show_stats)
    app.router.add_post("/_sandbox/reset", reset)
    app.router.add_get("/", show_products)
    app.router.add_get(r"/products/{number:\d{1,19}}", show_product)
    return app


# ------------------------------------------------------------------------------- Shopify's route


async def graphql(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    version = serving(request.match_info["version"])
    if version is None:
        return _refused(404, "Not Found")
    if request.headers.get("X-Shopify-Access-Token") != desk.shop.options.token:
        return _refused(401, UNKNOWN_TOKEN)
    asked = _asked(await request.read(), request.content_type)
    if asked is None:
        return _refused(400, NO_QUERY)
    answer = execute(desk.shop, desk.bucket, asked)
    desk.counters.count(answer)
    return _json(answer.body, headers={"X-Shopify-API-Version": version})


def _asked(body: bytes, content_type: str) -> Request | None:
    """The request in a body; None when there is no query in it."""
    if content_type == "application/graphql":
        return Request(body.decode(errors="replace")) if body else None
    try:
        posted = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    match posted:
        case {"query": str(query), **rest} if query:
            variables, name = rest.get("variables"), rest.get("operationName")
            if isinstance(variables, Mapping | None) and isinstance(name, str | None):
                return Request(query, variables or {}, name or None)
    return None


async def not_found(_request: web.Request) -> web.Response:
    return _refused(404, "Not Found")


def _refused(status: int, errors: Any) -> web.Response:
    return _json({"errors": errors}, status=status)


def _json(
    body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.Response(
        body=orjson.dumps(body),
        status=status,
        content_type="application/json",
        charset="utf-8",
        headers={"X-Request-Id": f"{uuid.uuid4()}-{int(time.time())}", **(headers or {})},
    )


# --------------------------------------------------------------------------- the sandbox's routes


async def show_state(request: web.Request) -> web.Response:
    body = orjson.dumps(state(request.app[DESK].shop), option=orjson.OPT_INDENT_2)
    return web.Response(body=body, content_type="application/json", charset="utf-8")


async def show_stats(request: web.Request) -> web.Response:
    return _json(request.app[DESK].counters.shown())


async def reset(request: web.Request) -> web.Response:
    """An empty shop, a full bucket, counters at nought."""
    desk = request.app[DESK]
    desk.shop.empty()
    desk.bucket = Bucket(desk.shop.options.pace, desk.shop.options.clock)
    desk.counters = Counters()
    return web.Response(status=204)


async def show_products(request: web.Request) -> web.Response:
    number = request.query.get("page", "")
    view = page.View(request.query.get("q", ""), int(number[:9]) if number.isdecimal() else 1)
    return _html(page.products(_seen(request), view))


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
