"""Shopify's Admin GraphQL API over HTTP."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from aiohttp import web

from syncd.sandbox.answers import answered, refused
from syncd.sandbox.desk import DESK
from syncd.sandbox.execution import Request, execute
from syncd.sandbox.happenings import happen
from syncd.sandbox.versions import serving
from syncd.sandbox.visit import visit

UNKNOWN_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"
NO_QUERY = {"query": "Required parameter missing or invalid"}

ROUTES = web.RouteTableDef()


@ROUTES.post("/admin/api/{version}/graphql.json")
async def graphql(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    version = serving(request.match_info["version"])
    if version is None:
        return refused(404, "Not Found")
    if request.headers.get("X-Shopify-Access-Token") != desk.shop.options.token:
        return refused(401, UNKNOWN_TOKEN)
    asked = _asked(await request.read(), request.content_type)
    if asked is None:
        return refused(400, NO_QUERY)
    happen(desk.shop)
    visiting = visit(desk.shop, version)
    answer = execute(visiting, desk.bucket, asked)
    desk.counters.count(answer, visiting.unserved)
    return answered(answer.body, headers={"X-Shopify-API-Version": version})


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
