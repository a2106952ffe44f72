"""The guided set-up of a shop: from nothing to the first product that arrives."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from syncd.errors import ConfigError, SyncdError
from syncd.flows import onboard, setup, signin
from syncd.phrases import phrase
from syncd.postgres import people, runs, shops
from syncd.records import Shop
from syncd.rules import credentials, scopes
from syncd.rules import domain as domains
from syncd.web.console import access
from syncd.web.console.drawing import back, draw, fragment
from syncd.web.console.live import Part
from syncd.web.console.signin import text_of
from syncd.web.console.visit import (
    acting,
    client_of,
    desk,
    named_shop,
    needs,
    person,
    shop_of,
)

PLACE = "/shops/{domain}/setup"


def routes() -> list[web.RouteDef]:
    return [
        web.get("/shops/new", begin),
        web.get("/shops/new/access", ask),
        web.post("/shops/new/access", enter),
        web.get(PLACE, found),
        web.get(PLACE + "/begin", choose_begin),
        web.post(PLACE + "/begin", go),
        web.get(PLACE + "/done", done),
    ]


def parts() -> Mapping[str, Part]:
    return {"setup": part}


@needs("admin")
async def begin(request: web.Request) -> web.Response:
    """Which shop it is."""
    return draw(request, "setup_address.html", domain=request.query.get("domain", ""), error=None)


@needs("admin")
async def ask(request: web.Request) -> web.Response:
    """What syncd signs in with."""
    named = request.query.get("domain", "")
    try:
        domain = domains.normal(named)
        present = await shops.find(desk(request).pool, domain)
        if present is not None and present.state == "linked":
            raise ConfigError(
                phrase("shop {domain} has been added already", domain=domain),
                hint=phrase("its settings are under Shops"),
            )
    except ConfigError as error:
        return draw(request, "setup_address.html", status=422, domain=named, error=error)
    if present is not None:
        return back(request, f"/shops/{domain}/setup")
    return draw(
        request,
        "setup_access.html",
        domain=domain,
        client_id="",
        error=None,
        purposes=scopes.purposes(),
    )


@needs("admin")
async def enter(request: web.Request) -> web.Response:
    """Try the credentials; when they do, the shop is stored, switched off."""
    form = await text_of(request)
    domain = domains.normal(form.get("domain", ""))
    try:
        one = access.given(form)
        shop = await _stored(request, domain, one)
    except SyncdError as error:
        client_id = form.get("client_id", "").strip()
        return draw(
            request,
            "setup_access.html",
            status=422,
            domain=domain,
            client_id=client_id if client_id.isalnum() else "",
            error=error,
            purposes=scopes.purposes(),
        )
    return back(request, f"/shops/{shop.domain}/setup", phrase("Shopify lets syncd in."))


async def _stored(request: web.Request, domain: str, one: credentials.Credentials) -> Shop:
    here = desk(request)
    async with access.trying(request, domain, one) as (client, tried):
        sealed = here.vault.seal(credentials.written(one))
        new = await setup.draft(here.pool, client, domain, sealed=sealed)
    async with acting(request) as connection:
        shop = await shops.add(connection, new)
        await signin.keep(connection, here.vault, shop.shop_id, tried)
        await people.note(connection, "add_shop", shop_id=shop.shop_id)
    return shop


async def found(request: web.Request) -> web.Response:
    """What the shop says of itself, which scopes are missing."""
    shop, probe, error = await shop_of(request), None, None
    try:
        async with client_of(request, shop) as client:
            probe = await onboard.probe(client)
    except SyncdError as refused:
        error = refused
    lacks = scopes.lacking(shop, probe.scopes) if probe else []
    return draw(request, "setup_found.html", shop=shop, probe=probe, lacks=lacks, error=error)


async def choose_begin(request: web.Request) -> web.Response:
    """Whether the shop is empty, or products are in it."""
    return await _question(request, await shop_of(request))


async def _question(
    request: web.Request, shop: Shop, *, status: int = 200, error: SyncdError | None = None
) -> web.Response:
    probe = None
    try:
        async with client_of(request, shop) as client:
            probe = await onboard.probe(client)
    except SyncdError as refused:
        error = error or refused
    places = {**probe.locations, **probe.publications} if probe else {}
    return draw(
        request, "setup_begin.html", status=status, shop=shop, probe=probe, places=places,
        error=error,
    )  # fmt: skip


@needs("admin")
async def go(request: web.Request) -> web.Response:
    """A person has confirmed: the shop is switched on, its first run asked for."""
    shop, form = await shop_of(request), await text_of(request)
    if form.get("holds") not in ("nothing", "products"):
        raise web.HTTPBadRequest
    is_empty = form["holds"] == "nothing"
    to = f"/shops/{shop.domain}/setup/done" if is_empty else f"/shops/{shop.domain}/link"
    if shop.state == "linked":
        return back(request, f"/shops/{shop.domain}/setup/done")
    try:
        if is_empty:
            async with client_of(request, shop) as client:
                onboard.refuse_a_full_shop(await onboard.probe(client))
    except SyncdError as error:
        return await _question(request, shop, status=422, error=error)
    async with acting(request) as connection:
        author = f"console:{person(request).name}"
        await setup.begin(connection, shop, author=author, is_empty=is_empty)
        action = "declare_empty" if is_empty else "link"
        await people.note(connection, action, shop_id=shop.shop_id)
    return back(request, to)


async def done(request: web.Request) -> web.Response:
    """How the first products arrive."""
    shop = await shop_of(request)
    return draw(request, "setup_done.html", shop=shop, run=await _newest(request, shop))


async def part(request: web.Request) -> str:
    shop = await named_shop(request, request.query.get("shop", ""))
    return fragment(request, "setup_part.html", shop=shop, run=await _newest(request, shop))


async def _newest(request: web.Request, shop: Shop) -> runs.Run | None:
    return next(iter(await runs.newest(desk(request).pool, shop_id=shop.shop_id, most=1)), None)
