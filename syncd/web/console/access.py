"""What a shop is signed in to with, from a form: tried first, never shown again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from syncd.errors import ConfigError
from syncd.flows import signin
from syncd.flows.signin import Tried
from syncd.phrases import phrase
from syncd.rules import credentials
from syncd.rules.credentials import Credentials
from syncd.shopify.client import Client, connect
from syncd.web.console.visit import LOOK_S, desk


def given(form: Mapping[str, str]) -> Credentials:
    """The token, or client ID with secret; raises ConfigError for what it cannot be."""
    token, client_id = form.get("token", "").strip(), form.get("client_id", "").strip()
    secret = form.get("client_secret", "").strip()
    if token and (client_id or secret):
        raise ConfigError(
            phrase("both an access token and a client ID were given"),
            hint=phrase("give one of them, and leave the other fields empty"),
        )
    if client_id or secret:
        return credentials.grant(client_id, secret)
    return credentials.token(token)


@asynccontextmanager
async def trying(
    request: web.Request, domain: str, one: Credentials
) -> AsyncIterator[tuple[Client, Tried]]:
    """A client that is signed in with it; raises ShopError when Shopify refuses."""
    url = desk(request).shopify_url
    tried = await signin.tried(domain, one, url=url)
    async with connect(domain, tried.token, url=url, deadline_s=LOOK_S) as client:
        yield client, tried
