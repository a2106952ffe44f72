"""All that needs a person, grouped by cause, each with what mends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import asyncpg
from aiohttp import web

from syncd.errors import ContractError
from syncd.postgres import attention, lookup, runs, shops
from syncd.postgres.attention import Cause, Dead, Paused, Picture
from syncd.postgres.runs import Run
from syncd.records import Shop
from syncd.rules import alarms, cause_words
from syncd.rules.alarms import Alarm, Words
from syncd.web.console.drawing import draw, fragment
from syncd.web.console.live import Part
from syncd.web.console.runs import shop_named
from syncd.web.console.visit import desk
from syncd.web.console.waiting import Kept

EXAMPLES, PAGE, PICTURES = 3, 50, 10
CAUSES = 25  # with examples; those behind them are few of each
KEPT_S = 3.0  # for those who look on; who loads the page sees it as it is
WAYS: Mapping[str, str] = {  # to the page that mends an alarm
    "token_expires": "/shops/{shop}/settings",  # nosec B105  # an address of the console
    "webhook_missing": "/shops/{shop}/settings",
    "pull_failing": "/shops/{shop}/settings",
    "pull_late": "/",
    "change_late": "/",
    "inbox_late": "/",
    "router_behind": "/",
    "run_failed": "/runs/{run}",
}


@dataclass(frozen=True, slots=True)
class Heap:
    """Dead changes of a shop that died of the same, with the first few of them."""

    cause: Cause
    headline: str
    examples: Sequence[Dead]


@dataclass(frozen=True, slots=True)
class Held:
    """A run that waits for an answer; `questions` of a link that nobody has decided about."""

    run: Run
    questions: int


@dataclass(frozen=True, slots=True)
class Gallery:
    """Pictures of a shop that Shopify could not fetch, the first few."""

    shop: Shop
    pictures: Sequence[Picture]
    is_more: bool


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm in words; `way` leads to what mends it, empty where no page does."""

    alarm: Alarm
    words: Words
    way: str


@dataclass(frozen=True, slots=True)
class View:
    """All that waits."""

    told: Sequence[Told]
    paused: Sequence[Paused]
    held: Sequence[Held]
    heaps: Sequence[Heap]
    galleries: Sequence[Gallery]

    @property
    def is_empty(self) -> bool:
        return not (self.told or self.paused or self.held or self.heaps or self.galleries)


VIEW: web.AppKey[Kept[View]] = web.AppKey("view", Kept)


def routes() -> list[web.RouteDef]:
    return [web.get("/attention", page), web.get("/attention/dead", of_cause)]


def parts() -> Mapping[str, Part]:
    return {"attention": part}


async def page(request: web.Request) -> web.Response:
    return draw(request, "attention.html", view=await _view(request, is_fresh=True))


async def part(request: web.Request) -> str:
    return fragment(request, "attention_part.html", view=await _view(request, is_fresh=False))


async def _view(request: web.Request, *, is_fresh: bool) -> View:
    pool = desk(request).pool
    return await request.app[VIEW].get(lambda: look(pool), is_fresh=is_fresh)


async def look(pool: asyncpg.Pool) -> View:
    """All that waits now."""
    every = {one.shop_id: one for one in await shops.all(pool)}
    galleries = []
    for shop in every.values():
        found = await attention.pictures(pool, shop.shop_id, most=PICTURES + 1)
        if found:
            galleries.append(Gallery(shop, found[:PICTURES], len(found) > PICTURES))
    held = [
        Held(run, await attention.questions(pool, run.run_id) if run.kind == "link" else 0)
        for run in await runs.waiting(pool)
    ]
    told = [Told(one, alarms.words(one), _way(one)) for one in await attention.alarms(pool)]
    heaps = await _heaps(pool, every)
    return View(told, await attention.paused(pool), held, heaps, galleries)


def _way(alarm: Alarm) -> str:
    way = WAYS.get(alarm.alarm, "")
    return way.format(shop=alarm.domain, run=alarm.given.get("run")) if way else ""


async def _heaps(pool: asyncpg.Pool, every: Mapping[int, Shop]) -> list[Heap]:
    found = []
    for place, cause in enumerate(await attention.causes(pool)):
        most = EXAMPLES if place < CAUSES else 0
        rows = await attention.dead(pool, cause.shop_id, cause.cause, most=most) if most else []
        found.append(Heap(cause, cause_words.headline(cause.cause), rows))
    for shop in every.values():
        dead = [
            one for heap in found if heap.cause.shop_id == shop.shop_id for one in heap.examples
        ]
        names = await _names(pool, shop, dead)
        found = [
            replace(heap, examples=[_named(one, names) for one in heap.examples])
            if heap.cause.shop_id == shop.shop_id
            else heap
            for heap in found
        ]
    return found


async def _names(
    pool: asyncpg.Pool, shop: Shop, dead: Sequence[Dead]
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Names, SKUs of those that the shop never had, from the Backoffice, if it can be read."""
    keys = {one.product_key for one in dead if one.title is None and one.product_key}
    if not keys:
        return {}
    try:
        titled = await lookup.titles(pool, shop.account_id, sorted(keys))
    except ContractError:  # an alarm of its own; keys do meanwhile
        return {}
    return {one.key: (one.title, one.skus) for one in titled}


def _named(one: Dead, names: Mapping[str, tuple[str, tuple[str, ...]]]) -> Dead:
    found = names.get(one.product_key or "") if one.title is None else None
    return one if found is None else replace(one, title=found[0], skus=found[1])


async def of_cause(request: web.Request) -> web.Response:
    """Dead changes of one cause, a page of them, to be ticked."""
    pool = desk(request).pool
    shop = await shop_named(request, request.query.get("shop", ""))
    cause = request.query.get("cause", "").replace("\0", "")
    kind, _, key = request.query.get("after", "").replace("\0", "").partition(":")
    found = await attention.dead(pool, shop.shop_id, cause, after=(kind, key), most=PAGE + 1)
    names = await _names(pool, shop, found)
    shown = [_named(one, names) for one in found[:PAGE]]
    causes = await attention.causes(pool)
    return draw(
        request,
        "dead.html",
        shop=shop,
        cause=cause,
        headline=cause_words.headline(cause),
        total=sum(
            one.changes for one in causes if (one.shop_id, one.cause) == (shop.shop_id, cause)
        ),
        dead=shown,
        is_first=not kind,
        next=f"{shown[-1].kind}:{shown[-1].key}" if len(found) > PAGE else None,
    )
