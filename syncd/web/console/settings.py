"""The settings of a shop, in the order of the guide's page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from aiohttp import web

from syncd.errors import ConfigError, ShopifyError, SyncdError
from syncd.flows import configure
from syncd.flows.configure import Done
from syncd.phrases import joined, phrase
from syncd.postgres import people, shop_settings
from syncd.records import Shop
from syncd.rules import tokens
from syncd.rules.setting import EFFECTS, SECTIONS
from syncd.rules.shop_settings import SETTINGS, Given
from syncd.web.console import fields, setting_log
from syncd.web.console.drawing import back, draw
from syncd.web.console.fields import Faults
from syncd.web.console.offers import offered
from syncd.web.console.visit import acting, client_of, desk, needs, person, shop_of

PLACE = "/shops/{domain}/settings"
SHOWN = 50  # changes of the past
GUIDE = (  # the guide's page, from above; address, token, state stand before it
    *("price_department", "stock_warehouse", "location", "image_mode", "fulfil_orders"),
    *("price_only_when_changed", "sync_stock", "stock_direction", "sync_products", "webhooks"),
    "sync_description",
)
ELSEWHERE = ("enabled", "credentials", "app_secret")  # fields of their own
NAMES = (
    *GUIDE,
    *(one.name for one in SETTINGS if one.name not in GUIDE and one.name not in ELSEWHERE),
)


def routes() -> list[web.RouteDef]:
    return [web.get(PLACE, page), web.post(PLACE, save)]


async def page(request: web.Request) -> web.Response:
    return await shown(request, await shop_of(request))


async def shown(
    request: web.Request,
    shop: Shop,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Faults | None = None,
    error: SyncdError | None = None,
    refused: SyncdError | None = None,
) -> web.Response:
    """The page with what is stored, what was typed instead, what is wrong with that.

    `refused` is what is wrong with the credentials that were given.
    """
    pool = desk(request).pool
    values = await shop_settings.stored(pool, shop.shop_id)
    was = fields.texts(values, NAMES)
    now = {**was, **(typed or {})}
    offers = await offered(request, shop, now["account"])
    every = fields.fields(NAMES, now, was, offers, faults or {})
    log = await shop_settings.log(pool, shop.domain, most=SHOWN)
    return draw(
        request,
        "settings.html",
        status=422 if faults or error or refused else 200,
        shop=shop,
        every=every,
        sections=_sections(every),
        has_secret=bool(values["app_secret"]),
        secret_fault=(faults or {}).get("app_secret"),
        secrets={one.setting: one.at for one in reversed(log)},
        log=setting_log.lines(log, offers),
        trouble=offers.trouble,
        error=error,
        refused=refused,
    )


def _sections(every: list[fields.Field]) -> list[tuple[str, str, list[fields.Field]]]:
    """The guide's fields first, then the others by what they are about."""
    first: tuple[str, str, list[fields.Field]] = (
        "guide", phrase("As in the guide"), every[: len(GUIDE)],
    )  # fmt: skip
    found = [first]
    for name, title in SECTIONS.items():
        of_it = [one for one in every[len(GUIDE) :] if one.setting.section == name]
        if of_it or name == "webhooks":
            found.append((name, title, of_it))
    return found


@needs("admin")
async def save(request: web.Request) -> web.Response:
    """Store what was changed in the form; what it showed and nobody touched stays as it is."""
    shop, form = await shop_of(request), await request.post()
    texts, was = fields.given(form, NAMES), fields.shown_before(form, NAMES)
    typed = {name: text for name, text in texts.items() if text != was[name]}
    values, faults = fields.read(typed)
    stored = fields.texts(await shop_settings.stored(desk(request).pool, shop.shop_id), NAMES)
    faults |= {name: _overtaken(stored[name]) for name in typed if stored[name] != was[name]}
    secrets, fault = _secret(form)
    if fault is not None:
        faults["app_secret"] = fault
    if form.get("app_secret.remove"):
        values["app_secret"] = None
    if faults:
        return await shown(request, shop, typed=typed, faults=faults)
    try:
        done = await _change(request, shop, Given(values, secrets))
    except (ConfigError, ShopifyError) as error:
        blamed = fields.blamed(error, [*typed, *secrets])
        if blamed and isinstance(error, ConfigError):
            return await shown(request, shop, typed=typed, faults={blamed: error})
        return await shown(request, shop, typed=typed, error=error)
    return back(request, f"/shops/{shop.domain}/settings", _told(done))


async def _change(request: web.Request, shop: Shop, given: Given) -> Done:
    here = desk(request)
    done = await configure.change(
        here.pool,
        shop,
        given,
        visit=partial(client_of, request, shop),
        author=f"console:{person(request).name}",
        vault=here.vault if given.secrets else None,
    )
    if done.changed:
        async with acting(request) as connection:
            noted = {"changed": list(done.changed)}
            await people.note(connection, "settings", shop_id=shop.shop_id, given=noted)
    return done


def _secret(form: fields.Form) -> tuple[dict[str, str], ConfigError | None]:
    text = form.get("app_secret", "")
    if not isinstance(text, str) or not text.strip():
        return {}, None
    try:
        return {"app_secret": tokens.checked_secret(text)}, None
    except ConfigError as error:
        return {}, error


def _overtaken(stored: str) -> ConfigError:
    """Somebody else changed the same setting after the page was drawn."""
    return ConfigError(
        phrase("somebody else changed this meanwhile, to {value}", value=stored or "–"),
        hint=phrase("save once more to put yours in its place"),
    )


def _told(done: Done) -> str:
    if not done.changed:
        return phrase("Nothing was changed.")
    return phrase(
        "Saved. What comes of it: {effects}.",
        effects=joined([EFFECTS[one] for one in done.effects], "; "),
    )
