"""The step of the set-up in which accounts, prices, stock, sales channels are chosen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from aiohttp import web

from syncd.errors import ConfigError, ShopifyError, SyncdError
from syncd.flows import configure
from syncd.postgres import people, shop_settings
from syncd.records import Shop
from syncd.rules.shop_settings import Given
from syncd.web.console import fields
from syncd.web.console.drawing import back, draw
from syncd.web.console.offers import Offers, offered
from syncd.web.console.visit import acting, client_of, desk, needs, person, shop_of

PLACE = "/shops/{domain}/setup/choices"
NAMES = (
    *("account", "price_department", "publish_to", "image_mode", "sync_description"),
    *("price_only_when_changed", "sync_stock", "stock_direction", "stock_warehouse", "location"),
)


def routes() -> list[web.RouteDef]:
    return [web.get(PLACE, page), web.post(PLACE, choose)]


@needs("admin")
async def page(request: web.Request) -> web.Response:
    shop = await shop_of(request)
    if shop.state == "linked":
        return back(request, f"/shops/{shop.domain}/settings")
    offers = await offered(request, shop)
    now = await _stored(request, shop)
    return _drawn(request, shop, {**now, **_suggested(now, offers)}, offers, {})


@needs("admin")
async def choose(request: web.Request) -> web.Response:
    """Hold the choices against both worlds, store them; the shop stays switched off."""
    shop, form = await shop_of(request), await request.post()
    if shop.state == "linked":
        return back(request, f"/shops/{shop.domain}/settings")
    texts = {**await _stored(request, shop), **fields.given(form, NAMES)}
    values, faults = fields.read(texts)
    error: SyncdError | None = None
    if not faults:
        try:
            done = await configure.change(
                desk(request).pool,
                shop,
                Given(values),
                visit=partial(client_of, request, shop),
                author=f"console:{person(request).name}",
            )
        except (ConfigError, ShopifyError) as refused:
            blamed = fields.blamed(refused, NAMES)
            if blamed and isinstance(refused, ConfigError):
                faults[blamed] = refused
            else:
                error = refused
        else:
            async with acting(request) as connection:
                given = {"changed": list(done.changed)}
                await people.note(connection, "settings", shop_id=shop.shop_id, given=given)
            return back(request, f"/shops/{shop.domain}/setup/begin")
    offers = await offered(request, shop, texts["account"])
    return _drawn(request, shop, texts, offers, faults, error)


def _drawn(
    request: web.Request,
    shop: Shop,
    texts: Mapping[str, str],
    offers: Offers,
    faults: fields.Faults,
    error: SyncdError | None = None,
) -> web.Response:
    return draw(
        request,
        "setup_choices.html",
        status=422 if faults or error else 200,
        shop=shop,
        fields=fields.fields(NAMES, texts, texts, offers, faults),
        trouble=offers.trouble,
        error=error,
    )


async def _stored(request: web.Request, shop: Shop) -> dict[str, str]:
    return fields.texts(await shop_settings.stored(desk(request).pool, shop.shop_id), NAMES)


def _suggested(now: Mapping[str, str], offers: Offers) -> dict[str, str]:
    """The only warehouse with the only location, as long as nobody has chosen."""
    places = offers.places
    if now["stock_warehouse"] or now["location"]:
        return {}
    warehouse = next(iter(places.get("warehouse", {})), "")
    location = next(iter(places.get("location", {})), "")
    is_on = bool(warehouse and location)
    return {
        "stock_warehouse": warehouse,
        "location": location,
        "sync_stock": "on" if is_on else "off",
    }
