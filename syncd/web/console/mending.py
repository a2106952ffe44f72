"""What people do about that which needs them: retry, skip, resume, answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from aiohttp import web

from syncd.flows import configure
from syncd.phrases import Phrase, phrase
from syncd.postgres import byhand, heard, people, stock
from syncd.rules.shop_settings import Given
from syncd.web.console.drawing import back, safe_path
from syncd.web.console.runs import shop_named
from syncd.web.console.signin import text_of
from syncd.web.console.visit import acting, client_of, desk, needs, person

HERE = "/attention"
MOST = 100  # ticks of a form: a page has half of that
SIDES = ("backoffice", "shopify")


def routes() -> list[web.RouteDef]:
    return [
        web.post(HERE + "/changes", changes),
        web.post(HERE + "/resume", resume),
        web.post(HERE + "/inbox", retry_inbox),
        web.post(HERE + "/zeros", let_zeros_go),
        web.post(HERE + "/first-counts", first_counts),
    ]


@needs("operator")
async def changes(request: web.Request) -> web.Response:
    """Retry or skip dead changes: those that are ticked, or with `all` the whole cause.

    One that is not dead any more is left as it is, so twice does nothing more than once.
    """
    form = await text_of(request)
    deed, cause = form.get("deed"), form.get("cause", "").replace("\0", "")
    shop = await shop_named(request, form.get("shop", ""))
    ticks = (await request.post()).getall("change", [])
    pairs = sorted({_pair(one) for one in ticks if isinstance(one, str)})
    to = safe_path(form.get("to", HERE), HERE)
    if deed not in ("retry", "skip") or not cause or len(pairs) > MOST:
        raise web.HTTPBadRequest
    if not pairs and not form.get("all"):
        return back(request, to, phrase("Tick at least one of them."), is_bad=True)
    act = byhand.retry if deed == "retry" else byhand.skip
    async with acting(request) as connection:
        if form.get("all"):
            count = await act(connection, cause=cause, shop=shop.domain)
        else:
            # In the order in which everybody locks changes: kind, then key.
            named: list[dict[str, Any]] = [{"kind": kind, "key": key} for kind, key in pairs]
            found = [await act(connection, cause=cause, shop=shop.domain, **one) for one in named]
            count = sum(found)
    return back(request, to, _told(deed, count), is_bad=not count)


def _pair(text: str) -> tuple[str, str]:
    kind, _, key = text.replace("\0", "").partition(":")
    return kind, key


def _told(deed: str, count: int) -> Phrase:
    if not count:
        return phrase("Nothing of that waits any more.")
    if deed == "retry":
        return phrase("Tried again now: {count}.", count=count)
    return phrase(
        "Skipped until something of them changes in the Backoffice: {count}.", count=count
    )


@needs("operator")
async def resume(request: web.Request) -> web.Response:
    shop = await shop_named(request, (await text_of(request)).get("shop", ""))
    async with acting(request) as connection:
        was_paused = await byhand.resume(connection, shop.domain)
    if was_paused:
        return back(request, HERE, phrase("{shop} is sent to again.", shop=shop.domain))
    return back(request, HERE, phrase("{shop} was not paused any more.", shop=shop.domain))


@needs("operator")
async def retry_inbox(request: web.Request) -> web.Response:
    """News from Shopify that could not be worked off are tried once more."""
    form = await text_of(request)
    shop = await shop_named(request, form.get("shop", ""))
    async with acting(request) as connection:
        count = await heard.retry(connection, shop=shop.domain, kind=form.get("kind") or None)
    return back(request, HERE, _told("retry", count), is_bad=not count)


@needs("operator")
async def let_zeros_go(request: web.Request) -> web.Response:
    """Counts may go to nothing for an hour; those that are held are tried again."""
    shop = await shop_named(request, (await text_of(request)).get("shop", ""))
    async with acting(request) as connection:
        count = await stock.let_zeros_go(connection, shop.shop_id, hours=1)
        await people.note(connection, "let_zeros", shop_id=shop.shop_id, rows=count)
    return back(request, HERE, _told("retry", count), is_bad=not count)


@needs("admin")
async def first_counts(request: web.Request) -> web.Response:
    """Whose count is right where the two never agreed on one: a setting of the shop."""
    form = await text_of(request)
    side = form.get("side", "")
    if side not in SIDES:
        raise web.HTTPBadRequest
    shop, here = await shop_named(request, form.get("shop", "")), desk(request)
    author = f"console:{person(request).name}"
    await configure.change(
        here.pool,
        shop,
        Given({"first_counts": side}),
        visit=partial(client_of, request, shop),
        author=author,
    )
    async with acting(request) as connection:
        await people.note(connection, "set", shop_id=shop.shop_id, given={"first_counts": side})
    return back(request, HERE, phrase("Answered: every count is looked at anew."))
