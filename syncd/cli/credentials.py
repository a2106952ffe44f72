"""What a shop is signed in to with, as commands are given it."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from syncd.cli.run import Target
from syncd.errors import ConfigError
from syncd.flows import signin
from syncd.flows.signin import Tried
from syncd.phrases import phrase
from syncd.rules import credentials
from syncd.rules.credentials import Credentials, Grant
from syncd.shopify import client as shopify
from syncd.shopify.client import Client

SECRET = "SHOPIFY_CLIENT_SECRET"  # nosec B105  # no option: others see them
Token = Annotated[
    str | None,
    typer.Option(
        envvar="SHOPIFY_ACCESS_TOKEN",
        help="The app's Admin API access token, shpat_…; asked for when nothing is given",
    ),
]
ClientId = Annotated[
    str | None,
    typer.Option(
        envvar="SHOPIFY_CLIENT_ID",
        help="Instead of a token: the app's client ID; its secret is asked for, or taken from "
        f"{SECRET}",
    ),
]


def given(token: str | None, client_id: str | None) -> Credentials:
    """What was given, or what somebody answers; raises ConfigError for what it cannot be."""
    if token and client_id:
        raise ConfigError(
            phrase("both an access token and a client ID were given"),
            hint=phrase("give one of them (SHOPIFY_ACCESS_TOKEN, SHOPIFY_CLIENT_ID count too)"),
        )
    if client_id:
        return credentials.grant(client_id, os.environ.get(SECRET) or _asked("Client secret"))
    return credentials.token(token or _asked("Admin API access token"))


def named(given: Credentials) -> str:
    return "client ID and secret" if isinstance(given, Grant) else "token"


@asynccontextmanager
async def trying(
    found: Target, domain: str, given: Credentials
) -> AsyncIterator[tuple[Client, Tried]]:
    """A client that is signed in with what was given; raises ShopError when Shopify refuses."""
    one = await signin.tried(domain, given, url=found.shopify_url)
    async with shopify.connect(domain, one.token, url=found.shopify_url) as client:
        yield client, one


def _asked(what: str) -> str:
    """On a terminal it is not shown; else the first line of what comes in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    return str(typer.prompt(what, hide_input=True, default="", show_default=False))
