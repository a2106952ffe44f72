"""The sandbox's own routes for webhooks sent, for apps that come or go."""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web

from syncd.sandbox import gids
from syncd.sandbox.answers import answered
from syncd.sandbox.apps import app_of, grant, install, known, uninstall
from syncd.sandbox.desk import DESK
from syncd.sandbox.hooks.records import Delivery
from syncd.sandbox.hooks.topics import header
from syncd.sandbox.options import App
from syncd.sandbox.shop import Shop

ROUTES = web.RouteTableDef()


@ROUTES.get("/_sandbox/webhooks")
async def show(request: web.Request) -> web.Response:
    """The latest deliveries, the newest first."""
    held = request.app[DESK].shop.held["Delivery"].values()
    return answered({"deliveries": [_shown(one) for one in reversed(list(held))]})


def _shown(one: Delivery) -> dict[str, Any]:
    return {
        "webhook_id": one.webhook_id,
        "event_id": one.hint.event,
        "topic": header(one.hint.topic),
        "triggered_at": one.hint.at,
        "subscription": gids.gid("WebhookSubscription", one.subscription.id),
        "uri": one.subscription.uri,
        "app": one.subscription.app,
        "state": one.state,
        "due_at": one.due_at,
        "attempts": [{"at": each.at, "outcome": each.outcome} for each in one.attempts],
        "body": None if one.body is None else orjson.loads(one.body),
    }


@ROUTES.get("/_sandbox/apps")
async def show_apps(request: web.Request) -> web.Response:
    shop = request.app[DESK].shop
    return answered({"apps": [_shown_app(shop, app) for app in known(shop)]})


def _shown_app(shop: Shop, app: App) -> dict[str, Any]:
    present = app_of(shop, app.client_id)
    return {
        "client_id": app.client_id,
        "id": gids.gid("App", app.number),
        "installed": present is not None,
        "scopes": list((present or app).scopes),
    }


@ROUTES.post("/_sandbox/apps/{client_id}")
async def change(request: web.Request) -> web.Response:
    """`{"installed": false}` uninstalls, `{"scopes": […]}` is another grant by the merchant."""
    shop, client_id = request.app[DESK].shop, request.match_info["client_id"]
    app = next((one for one in known(shop) if one.client_id == client_id), None)
    if app is None:
        return answered({"error": f"there is no app {client_id!r}"}, status=404)
    try:
        asked = orjson.loads(await request.read())
        scopes = asked.get("scopes")
    except (orjson.JSONDecodeError, AttributeError):
        return answered({"error": 'give {"installed": false} or {"scopes": […]}'}, status=400)
    if asked.get("installed") is False:
        uninstall(shop, app)
    elif isinstance(scopes, list):
        grant(shop, app, tuple(map(str, scopes)))
    elif asked.get("installed"):
        install(shop, app)
    shop.save()
    return answered(_shown_app(shop, app))
