"""Shopify's Admin GraphQL API over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import orjson
from aiohttp import web

from syncd.sandbox.access import held
from syncd.sandbox.answers import answered, refused
from syncd.sandbox.apps import speaking
from syncd.sandbox.bucket import Bucket
from syncd.sandbox.desk import DESK
from syncd.sandbox.execution import Request, execute, root_names
from syncd.sandbox.happenings import happen
from syncd.sandbox.mischief import Rule
from syncd.sandbox.trouble import UNKNOWN_TOKEN, Trouble, cut, paced
from syncd.sandbox.versions import serving
from syncd.sandbox.visit import Visit

COST_HEADERS = ("Shopify-GraphQL-Cost-Debug", "X-GraphQL-Cost-Include-Fields")
NO_QUERY = {"query": "Required parameter missing or invalid"}

ROUTES = web.RouteTableDef()


@ROUTES.post("/admin/api/{version}/graphql.json")
async def graphql(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    version = serving(request.match_info["version"])
    if version is None:
        return refused(404, "Not Found")
    happen(desk.shop)
    app = speaking(desk.shop, request.headers.get("X-Shopify-Access-Token"))
    if app is None:
        return refused(401, UNKNOWN_TOKEN)
    asked = _asked(await request.read(), request.content_type)
    if asked is None:
        return refused(400, NO_QUERY)
    asked = replace(asked, is_detailed=_wants_fields(request))
    visiting = Visit(desk.shop, version, held(app.scopes), app=app)
    visiting.origin = str(request.url.origin())
    bucket = desk.bucket_of(app)
    bucket.plan = paced(desk.shop)
    if not desk.shop.mischief.rules:
        return _carried_out(request, visiting, bucket, asked)
    trouble = Trouble(desk.shop, app, bucket, root_names(visiting, asked))
    outcome = trouble.before()
    if outcome is None:
        answer = _carried_out(request, visiting, bucket, asked)
        outcome = await trouble.after() or answer
    if isinstance(outcome, Rule):
        cut(request)
        return web.Response()
    return outcome


def _carried_out(
    request: web.Request, visiting: Visit, bucket: Bucket, asked: Request
) -> web.Response:
    answer = execute(visiting, bucket, asked)
    request.app[DESK].counters.count(answer, visiting.unserved)
    if visiting.is_answer_lost:
        cut(request)
    return answered(answer.body, headers={"X-Shopify-API-Version": visiting.version})


def _wants_fields(request: web.Request) -> bool:
    asked = (request.headers.get(name, "") for name in COST_HEADERS)
    return any(value.lower() in ("1", "true") for value in asked)


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
