"""Signing in as an app: the client credentials grant."""

from __future__ import annotations

import html
from collections.abc import Mapping

import orjson
from aiohttp import web

from syncd.sandbox.answers import answered, refused
from syncd.sandbox.apps import TOKEN_S, app_of, has_secret, known, sign_in
from syncd.sandbox.desk import DESK

GRANT = "client_credentials"
WORDS: Mapping[str, str] = {
    "application_cannot_be_found": "Could not find Shopify API application with api_key",
    "app_not_installed": "The app is not installed on this shop.",
    "invalid_request": "The request is missing a required parameter or has an invalid one.",
    "unsupported_grant_type": "The grant type is not supported.",
}

ROUTES = web.RouteTableDef()


@ROUTES.post("/admin/oauth/access_token")
async def access_token(request: web.Request) -> web.Response:
    shop, asked = request.app[DESK].shop, await _asked(request)
    if asked.get("grant_type") != GRANT:
        fault = "unsupported_grant_type" if "grant_type" in asked else "invalid_request"
        return _refusal(request, fault)
    client_id, secret = asked.get("client_id", ""), asked.get("client_secret", "")
    named = next((app for app in known(shop) if app.client_id == client_id), None)
    if named is None:
        return _refusal(request, "application_cannot_be_found", client_id)
    if not has_secret(named, secret):
        return _refusal(request, "invalid_request")
    app = app_of(shop, client_id)
    if app is None:
        return _refusal(request, "app_not_installed")
    token = sign_in(shop, app)
    shop.save()
    body = {"access_token": token.text, "scope": ",".join(app.scopes), "expires_in": TOKEN_S - 1}
    return answered(body)


async def _asked(request: web.Request) -> dict[str, str]:
    """The fields of a form or of JSON; nothing when it is neither."""
    if request.content_type == "application/json":
        try:
            posted = orjson.loads(await request.read())
        except orjson.JSONDecodeError:
            return {}
        return (
            {key: str(value) for key, value in posted.items()} if isinstance(posted, dict) else {}
        )
    return {key: value for key, value in (await request.post()).items() if isinstance(value, str)}


def _refusal(request: web.Request, fault: str, client_id: str = "") -> web.Response:
    """JSON for those who ask for it, else the page whose title tells."""
    words = f"{WORDS[fault]} {client_id}".strip()
    if "application/json" in request.headers.get("Accept", ""):
        return answered({"error": fault, "error_description": words}, status=400)
    title = f"400 - Oauth error {fault}"
    page = (
        f"<!DOCTYPE html><html><head><title>{title}</title></head>"
        f"<body><p>Oauth error {fault}: {html.escape(words)}</p></body></html>"
    )
    return web.Response(text=page, status=400, content_type="text/html")


@ROUTES.route("*", "/admin/graphql.json")
@ROUTES.route("*", "/admin/api/graphql.json")
async def no_version(_request: web.Request) -> web.Response:
    return refused(406, "Not Found")
