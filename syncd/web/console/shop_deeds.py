"""What is done to a shop beside its settings: on or off, compared, signed in anew, checked."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from syncd.errors import ConfigError, SyncdError
from syncd.flows import checkup, configure, onboard, signin
from syncd.flows.checkup import Finding
from syncd.phrases import phrase
from syncd.postgres import people, runs, webhooks
from syncd.records import Shop
from syncd.rules.shop_settings import Given
from syncd.web import probe
from syncd.web.console import access, settings
from syncd.web.console.drawing import back, draw
from syncd.web.console.signin import text_of
from syncd.web.console.visit import acting, client_of, desk, needs, person, shop_of

PLACE = "/shops/{domain}"


def routes() -> list[web.RouteDef]:
    return [
        web.post(PLACE + "/enabled", switch),
        web.post(PLACE + "/sync", sync),
        web.post(PLACE + "/credentials", sign_in_anew),
        web.get(PLACE + "/check", check),
    ]


@needs("admin")
async def switch(request: web.Request) -> web.Response:
    """On: what waited goes. Off: nothing is sent or fetched."""
    shop, form = await shop_of(request), await text_of(request)
    if form.get("enabled") not in ("on", "off"):
        raise web.HTTPBadRequest
    is_on = form["enabled"] == "on"
    done = await configure.change(
        desk(request).pool,
        shop,
        Given({"enabled": is_on}),
        visit=partial(client_of, request, shop),
        author=f"console:{person(request).name}",
    )
    if done.changed:
        async with acting(request) as connection:
            action = "enable" if is_on else "disable"
            await people.note(connection, action, shop_id=shop.shop_id)
    told = (
        phrase("{shop} is switched on: what waited is sent.", shop=shop.domain)
        if is_on
        else phrase("{shop} is switched off: changes wait.", shop=shop.domain)
    )
    return back(request, f"/shops/{shop.domain}/settings", told)


@needs("operator")
async def sync(request: web.Request) -> web.Response:
    """Compare the whole shop now."""
    shop = await shop_of(request)
    if shop.state == "unlinked":
        return back(request, f"/shops/{shop.domain}/link")
    if not (shop.enabled and shop.sync_products):
        raise ConfigError(
            phrase("{shop} is switched off, or its products are", shop=shop.domain),
            hint=phrase("switch it on first"),
        )
    async with acting(request) as connection:
        author = f"console:{person(request).name}"
        run_id = await runs.ask(connection, shop.shop_id, asked_by=author)
        if run_id is not None:
            given = {"run": run_id}
            await people.note(connection, "resync", shop_id=shop.shop_id, given=given)
    if run_id is None:
        current = await runs.under_way(desk(request).pool, shop.shop_id)
        to = f"/runs/{current.run_id}" if current else "/runs"
        return back(request, to, phrase("A run of this shop is under way already."))
    return back(request, f"/runs/{run_id}", phrase("The whole shop is compared now."))


@needs("admin")
async def sign_in_anew(request: web.Request) -> web.Response:
    """Other credentials: tried first, then stored."""
    shop, here = await shop_of(request), desk(request)
    try:
        one = access.given(await text_of(request))
        async with access.trying(request, shop.domain, one) as (client, tried):
            await onboard.first_look(client, shop.domain)
    except SyncdError as error:
        return await settings.shown(request, shop, refused=error)
    async with acting(request) as connection:
        await signin.keep(connection, here.vault, shop.shop_id, tried)
        await people.note(connection, "credentials", shop_id=shop.shop_id)
    return back(
        request,
        f"/shops/{shop.domain}/settings",
        phrase("Shopify lets syncd in with this; it is stored."),
    )


async def check(request: web.Request) -> web.Response:
    """What `syncd shop check` tells of the shop."""
    shop, here = await shop_of(request), desk(request)
    if "now" not in request.query:
        return draw(request, "check.html", shop=shop, found=None)
    found = [
        one
        async for one in checkup.of_shop(here.pool, here.vault, shop, shopify_url=here.shopify_url)
    ]
    found.append(await _of_address(request, shop))
    return draw(request, "check.html", shop=shop, found=found)


async def _of_address(request: web.Request, shop: Shop) -> Finding:
    """Whether the shop's webhooks find us."""
    address = (await webhooks.wiring(desk(request).pool, shop.shop_id)).wanted_address
    if address is None:
        return Finding(
            "odd",
            phrase("{domain}: Shopify tells nothing by webhook", domain=shop.domain),
            phrase("webhooks need an address with the app's secret; until then syncd asks"),
        )
    if why := await probe.trouble(address):
        return Finding(
            "wrong",
            phrase(
                "{domain}: {address} does not lead to syncd: {why}",
                domain=shop.domain,
                address=address,
                why=why,
            ),
            phrase("is the receiver up (SYNCD_RECEIVER_PORT), and the proxy before it?"),
        )
    what = phrase("{domain}: webhooks find us at {address}", domain=shop.domain, address=address)
    return Finding("well", what)
