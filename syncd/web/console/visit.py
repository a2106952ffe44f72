"""What a page is asked with: the house it stands in, who looks, in which language."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import wraps

import asyncpg
from aiohttp import web

from syncd.errors import ConfigError
from syncd.flows import signin
from syncd.phrases import Tongue, phrase
from syncd.postgres import people, shops
from syncd.postgres.db import Connection
from syncd.postgres.people import Person, Role
from syncd.records import Shop
from syncd.rules.text import shortened
from syncd.shopify.client import Client
from syncd.vault import Vault

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ROLES: tuple[Role, ...] = ("viewer", "operator", "admin")
LOOK_S = 10.0  # a call to Shopify that a page waits for
TONGUES: tuple[Tongue, ...] = ("nb", "en")


@dataclass(frozen=True, slots=True)
class Desk:
    """What all pages share. `address` is the public one, empty: only this machine's."""

    pool: asyncpg.Pool
    vault: Vault = field(repr=False)
    shopify_url: str | None
    address: str = ""


@dataclass(slots=True)
class Visit:
    """One request's own. `token` is the session's, else a visitor's; forms are signed by it."""

    tongue: Tongue
    token: str = field(repr=False)
    person: Person | None = None
    nonce: str = field(default="", repr=False)


DESK = web.AppKey("desk", Desk)
VISIT: web.RequestKey[Visit] = web.RequestKey("visit", Visit)


def desk(request: web.Request) -> Desk:
    return request.app[DESK]


def visit(request: web.Request) -> Visit:
    return request[VISIT]


def person(request: web.Request) -> Person:
    """Who is signed in; the guard lets nobody else come to a page that asks."""
    found = visit(request).person
    if found is None:
        raise web.HTTPForbidden
    return found


def may(request: web.Request, role: Role) -> bool:
    """Whether who looks may do what this role may."""
    found = visit(request).person
    return found is not None and ROLES.index(found.role) >= ROLES.index(role)


def needs(role: Role) -> Callable[[Handler], Handler]:
    """Only for those who may do what this role may; others are told so."""

    def wrap(handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(request: web.Request) -> web.StreamResponse:
            if not may(request, role):
                raise web.HTTPForbidden
            return await handler(request)

        return guarded

    return wrap


def acting(request: web.Request) -> AbstractAsyncContextManager[Connection]:
    """A transaction whose deeds are noted in syncd.audit as this person's."""
    return people.acting(desk(request).pool, person(request).name)


async def shop_of(request: web.Request) -> Shop:
    """The shop that the address names; raises 404."""
    return await named_shop(request, request.match_info["domain"])


async def named_shop(request: web.Request, named: str) -> Shop:
    """The shop of this address; raises 404."""
    try:
        found = await shops.find(desk(request).pool, named)
    except ConfigError:
        found = None
    if found is None:
        raise Missing(phrase("there is no shop {shop}", shop=shortened(named, 80)))
    return found


def client_of(request: web.Request, shop: Shop) -> AbstractAsyncContextManager[Client]:
    """A client that looks into the shop for a page: few points, a short wait."""
    here = desk(request)
    return signin.client_of(here.pool, here.vault, shop, url=here.shopify_url, deadline_s=LOOK_S)


class Missing(web.HTTPNotFound):
    """There is no such thing; `what` says which."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what
