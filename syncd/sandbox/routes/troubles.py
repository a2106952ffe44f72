"""The sandbox's own routes for what goes wrong on demand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from syncd.sandbox.answers import answered
from syncd.sandbox.desk import DESK
from syncd.sandbox.mischief import KINDS

ROUTES = web.RouteTableDef()


@ROUTES.get("/_sandbox/faults")
async def show(request: web.Request) -> web.Response:
    rules = request.app[DESK].shop.mischief.rules
    return answered({"faults": [rule.shown() for rule in rules], "kinds": KINDS})


@ROUTES.post("/_sandbox/faults")
async def add(request: web.Request) -> web.Response:
    """One rule or a list of them: all are added or none."""
    mischief = request.app[DESK].shop.mischief
    before = list(mischief.rules)
    try:
        made = [rule for one in _asked(await request.read()) for rule in mischief.add(one)]
    except (ValueError, TypeError) as error:
        mischief.rules = before
        return answered({"error": str(error)}, status=400)
    return answered({"faults": [rule.shown() for rule in made]}, status=201)


def _asked(body: bytes) -> list[Mapping[str, Any]]:
    posted = orjson.loads(body)
    rules = posted if isinstance(posted, list) else [posted]
    if not all(isinstance(one, dict) for one in rules):
        raise ValueError('give {"kind": …}, or a list of such')
    return rules


@ROUTES.delete("/_sandbox/faults")
@ROUTES.delete(r"/_sandbox/faults/{number:\d{1,9}}")
async def clear(request: web.Request) -> web.Response:
    number = request.match_info.get("number")
    request.app[DESK].shop.mischief.clear(None if number is None else int(number))
    return web.Response(status=204)
