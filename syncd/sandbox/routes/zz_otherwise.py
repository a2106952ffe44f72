"""Addresses below /admin that nobody answers."""

from __future__ import annotations

from aiohttp import web

from syncd.sandbox.answers import refused

ROUTES = web.RouteTableDef()


@ROUTES.route("*", "/admin/{rest:.*}")
async def not_found(_request: web.Request) -> web.Response:
    return refused(404, "Not Found")
