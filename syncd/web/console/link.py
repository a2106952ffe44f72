"""The first link of a shop: started, looked at, approved; nothing is written before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.postgres import backoffice, link_answers, linking, people, runs
from syncd.postgres.runs import Run
from syncd.records import Shop
from syncd.rules import link_words
from syncd.rules.matching import BUCKETS
from syncd.web.console.drawing import back, draw, fragment
from syncd.web.console.live import Part
from syncd.web.console.signin import text_of
from syncd.web.console.visit import acting, desk, named_shop, needs, person, shop_of

PLACE = "/shops/{domain}/link"
PLANS = {
    "link": phrase("are linked"),
    "ask": phrase("wait for your decision; until then they stay as they are"),
    "create": phrase("are made in Shopify"),
    "leave": phrase("stay as they are"),
    "import": phrase("are imported into the Backoffice"),
}
OUTCOMES = {
    "linked": phrase("linked"),
    "imported": phrase("imported"),
    "left": phrase("left as they are"),
    "changed": phrase("changed meanwhile, not linked"),
    "refused": phrase("refused"),
}


def routes() -> list[web.RouteDef]:
    return [
        web.get(PLACE, page),
        web.post(PLACE + "/start", start),
        web.post(PLACE + "/approve", approve),
        web.post(PLACE + "/cancel", cancel),
    ]


def parts() -> Mapping[str, Part]:
    return {"link": part}


async def page(request: web.Request) -> web.Response:
    shop = await shop_of(request)
    return draw(request, "link.html", **await _values(request, shop))


async def part(request: web.Request) -> str:
    """How far it is; the run's row alone, since it is asked for each second."""
    shop = await named_shop(request, request.query.get("shop", ""))
    run = await link_answers.newest(desk(request).pool, shop.shop_id)
    return fragment(request, "link_part.html", shop=shop, run=run, is_moving=is_moving(run))


def is_moving(run: Run | None) -> bool:
    """Whether it goes on by itself."""
    return run is not None and run.ended_at is None and not waits(run)


def waits(run: Run | None) -> bool:
    """Whether a person is to answer."""
    return run is not None and run.state == "held" and run.decided_at is None


async def _values(request: web.Request, shop: Shop) -> dict[str, Any]:
    pool = desk(request).pool
    run = await link_answers.newest(pool, shop.shop_id)
    counts = [] if run is None else await link_answers.buckets(pool, run.run_id)
    ended = run is not None and run.ended_at is not None
    newest = await runs.newest(pool, shop_id=shop.shop_id, most=1)
    lacking = [str(one) for one in await backoffice.lacking(pool)] if waits(run) else []
    return {
        "shop": shop,
        "run": run,
        "is_moving": is_moving(run),
        "waits": waits(run),
        "counts": sorted(counts, key=lambda one: BUCKETS.index(one.bucket)),
        "words": link_words.BUCKETS,
        "plans": PLANS,
        "outcomes": await link_answers.outcomes(pool, run.run_id) if run and ended else {},
        "outcome_words": OUTCOMES,
        "compare": next((one for one in newest if run and one.run_id > run.run_id), None),
        "lacking": lacking,
        "error": None,
    }


@needs("admin")
async def start(request: web.Request) -> web.Response:
    """Read what is in the shop; nothing is written."""
    shop = await shop_of(request)
    if not (shop.enabled and shop.sync_products):
        raise ConfigError(
            phrase("{shop} is switched off, or its products are", shop=shop.domain),
            hint=phrase("switch it on first"),
        )
    async with acting(request) as connection:
        author = f"console:{person(request).name}"
        run_id = await linking.ask(connection, shop.shop_id, asked_by=author)
        if run_id is not None:
            given = {"run": run_id}
            await people.note(connection, "link", shop_id=shop.shop_id, given=given)
    if run_id is None:
        current = await runs.under_way(desk(request).pool, shop.shop_id)
        if current is not None and current.kind != "link":
            raise ConfigError(
                phrase(
                    "another run of {shop} is under way: {run}",
                    shop=shop.domain,
                    run=current.run_id,
                ),
                hint=phrase("wait for its end, or answer it under Runs"),
            )
    return back(request, f"/shops/{shop.domain}/link")


@needs("admin")
async def approve(request: web.Request) -> web.Response:
    """From now on links are written, what was decided is done."""
    shop, run = await shop_of(request), await _answered(request)
    async with acting(request) as connection:
        await link_answers.refuse_twice(connection, run.run_id)
        await runs.approve(connection, run.run_id)
    return back(request, f"/shops/{shop.domain}/link", phrase("Approved: the links are written."))


@needs("admin")
async def cancel(request: web.Request) -> web.Response:
    """End it; nothing was written."""
    shop, run = await shop_of(request), await _answered(request)
    async with acting(request) as connection:
        await link_answers.cancel(connection, run.run_id)
        given = {"run": run.run_id}
        await people.note(connection, "cancel_link", shop_id=shop.shop_id, given=given)
    done = phrase("The link is ended; nothing was written.")
    return back(request, f"/shops/{shop.domain}/link", done)


async def _answered(request: web.Request) -> Run:
    """The run that the page showed; raises ConfigError when there is a newer one."""
    shop, form = await shop_of(request), await text_of(request)
    run = await link_answers.newest(desk(request).pool, shop.shop_id)
    if run is None or form.get("run") != str(run.run_id):
        raise ConfigError(
            phrase("the link of {shop} was begun anew meanwhile", shop=shop.domain),
            hint=phrase("look at its report before you answer"),
        )
    return run
