"""The sandbox's own routes, which no Shopify has: state, statistics, reset, clock."""

from __future__ import annotations

import orjson
from aiohttp import web

from syncd.sandbox.answers import answered
from syncd.sandbox.bucket import Bucket
from syncd.sandbox.counters import Counters
from syncd.sandbox.desk import DESK
from syncd.sandbox.happenings import happen
from syncd.sandbox.journal import JOURNAL
from syncd.sandbox.state import state

MAX_TURN_S = 10 * 365 * 86_400

ROUTES = web.RouteTableDef()


@ROUTES.get("/_sandbox/state")
async def show_state(request: web.Request) -> web.Response:
    body = orjson.dumps(state(request.app[DESK].shop), option=orjson.OPT_INDENT_2)
    return web.Response(body=body, content_type="application/json", charset="utf-8")


@ROUTES.get("/_sandbox/stats")
async def show_stats(request: web.Request) -> web.Response:
    return answered(request.app[DESK].counters.shown())


@ROUTES.post("/_sandbox/reset")
async def reset(request: web.Request) -> web.Response:
    """An empty shop without faults, full buckets, counters at nought."""
    desk = request.app[DESK]
    desk.shop.empty()
    desk.shop.mischief.clear()
    desk.bucket = Bucket(desk.shop.options.pace, desk.shop.options.clock)
    desk.buckets.clear()
    desk.counters = Counters()
    request.app[JOURNAL].clear()
    return web.Response(status=204)


@ROUTES.post("/_sandbox/clock")
async def turn_clock(request: web.Request) -> web.Response:
    """Puts the shop's clock forward, stops it, lets it go on; answers with its time.

    `{"advance_s": 86400}`, `{"freeze": true}`, or both. With `"deliver": true` it answers when all
    webhooks that are due by then have been sent.
    """
    desk = request.app[DESK]
    try:
        asked = await request.json()
        seconds, freeze = float(asked.get("advance_s", 0)), asked.get("freeze")
        if not asked.keys() & {"advance_s", "freeze"} or freeze not in (None, True, False):
            raise ValueError
    except (ValueError, AttributeError, TypeError):
        words = 'give {"advance_s": SECONDS} or {"freeze": true}'
        return answered({"error": words}, status=400)
    if not 0 <= seconds < MAX_TURN_S:
        return answered({"error": "a clock goes forward, by ten years at most"}, status=400)
    if freeze is not None:
        (desk.hands.stop if freeze else desk.hands.go_on)()
    desk.hands.ahead_s += seconds
    happen(desk.shop)
    if asked.get("deliver"):
        await desk.sender.emptied()
    return answered({"now": desk.shop.now(), "frozen": desk.hands.stopped_at is not None})
