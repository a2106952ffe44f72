"""What people do to one product on its page: each a form of its own."""

from __future__ import annotations

from functools import partial

from aiohttp import web

from syncd.errors import ConfigError
from syncd.flows import last_write, resync
from syncd.flows.last_write import Offer
from syncd.phrases import phrase
from syncd.postgres import byhand, people, reverts
from syncd.records import Shop
from syncd.web.console import product_words
from syncd.web.console.drawing import back, draw
from syncd.web.console.product import named, unknown
from syncd.web.console.product_words import path_of
from syncd.web.console.signin import text_of
from syncd.web.console.visit import Missing, acting, desk, needs, person, visit

HERE = "/shops/{domain}/products/{key}"


def routes() -> list[web.RouteDef]:
    return [
        web.post(f"{HERE}/send", send),
        web.post(f"{HERE}/retry", retry),
        web.post(f"{HERE}/skip", skip),
        web.post(f"{HERE}/resume", resume),
        web.get(f"{HERE}/take-back", ask_back),
        web.post(f"{HERE}/take-back", take_back),
    ]


@needs("operator")
async def send(request: web.Request) -> web.Response:
    """Read it in Shopify, put right what differs: `syncd send`."""
    shop, key = await named(request)
    _refuse_idle(shop)
    if await resync.unknown(desk(request).pool, shop, [key]):
        raise unknown(shop, key)
    async with acting(request) as connection:
        rows = await resync.enqueue_again(connection, shop, [key])
        await people.note(connection, "send", shop_id=shop.shop_id, given={"key": key}, rows=rows)
    done = phrase("It is sent again: Shopify is read first, then what differs is put right.")
    return back(request, path_of(shop.domain, key), done)


@needs("operator")
async def retry(request: web.Request) -> web.Response:
    """Try again what was given up: the product, or a count of it."""
    shop, key = await named(request)
    kind, of = await _given_up(request, key)
    async with acting(request) as connection:
        count = await byhand.retry(connection, key=of, shop=shop.domain, kind=kind)
    done = phrase("It is tried again.") if count else _nothing()
    return back(request, path_of(shop.domain, key), done, is_bad=not count)


@needs("operator")
async def skip(request: web.Request) -> web.Response:
    """Let what was given up go, until the Backoffice touches it again."""
    shop, key = await named(request)
    kind, of = await _given_up(request, key)
    async with acting(request) as connection:
        count = await byhand.skip(connection, key=of, shop=shop.domain, kind=kind)
    done = _nothing()
    if count:
        done = phrase("It is skipped until somebody changes it in the Backoffice.")
    return back(request, path_of(shop.domain, key), done, is_bad=not count)


@needs("operator")
async def resume(request: web.Request) -> web.Response:
    shop, key = await named(request)
    async with acting(request) as connection:
        await byhand.resume(connection, shop.domain)
    return back(request, path_of(shop.domain, key), phrase("The shop is sent to again."))


@needs("operator")
async def ask_back(request: web.Request) -> web.Response:
    """What taking the last write back would write, before anybody does it."""
    shop, key = await named(request)
    return _confirm(request, shop, key, await _offer(request, shop, key))


@needs("operator")
async def take_back(request: web.Request) -> web.Response:
    """By a run of its own, through the same pumps and guards; only what was shown."""
    shop, key = await named(request)
    _refuse_idle(shop)
    offer = await _offer(request, shop, key)
    if (await text_of(request)).get("digest") != offer.digest:
        return _confirm(request, shop, key, offer, is_stale=True)
    asked_by = f"console:{person(request).name}"
    async with acting(request) as connection:
        run_id = await reverts.ask(connection, shop.shop_id, [key], asked_by=asked_by)
        if run_id is None:
            raise ConfigError(
                phrase("another run of {shop} is under way", shop=shop.domain),
                hint=phrase("wait for its end, or answer it"),
            )
        given = {"key": key, "run": run_id, "history": offer.history_id}
        await people.note(connection, "take_back", shop_id=shop.shop_id, given=given, rows=1)
    done = phrase("Run {run} takes it back.", run=run_id)
    return back(request, path_of(shop.domain, key), done)


def _confirm(
    request: web.Request, shop: Shop, key: str, offer: Offer, *, is_stale: bool = False
) -> web.Response:
    return draw(
        request,
        "take_back.html",
        status=409 if is_stale else 200,
        shop=shop,
        key=key,
        product_path=path_of(shop.domain, key),
        offer=offer,
        moves=product_words.moves(offer.finding),
        harms=product_words.harms(offer.finding),
        picture=product_words.picture,
        cell=partial(product_words.cell, visit(request).tongue),
        is_stale=is_stale,
    )


async def _offer(request: web.Request, shop: Shop, key: str) -> Offer:
    offer = await last_write.offer(desk(request).pool, shop, key)
    if offer is None:
        raise Missing(phrase("nothing that was sent is noted"))
    return offer


async def _given_up(request: web.Request, key: str) -> tuple[str, str]:
    """The kind with the key of what was given up, as the form has it."""
    form = await text_of(request)
    kind = form.get("kind", "product")
    if kind not in ("product", "stock"):
        raise web.HTTPBadRequest
    return kind, form.get("of", key).replace("\0", "") if kind == "stock" else key


def _refuse_idle(shop: Shop) -> None:
    """Raises ConfigError when nothing is sent to the shop."""
    settings = phrase("the shop's settings say so")
    if not shop.enabled or not shop.sync_products:
        raise ConfigError(phrase("{shop} gets no products", shop=shop.domain), hint=settings)
    if shop.state == "unlinked":
        raise ConfigError(
            phrase("{shop} is not linked with the Backoffice yet", shop=shop.domain),
            hint=phrase("link it first: Shops"),
        )


def _nothing() -> str:
    return phrase("Nothing of it was given up any more.")
