"""The rows of a link's report, with what a person decides of them: one by one, many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import asyncpg
from aiohttp import web

from syncd.errors import ConfigError
from syncd.phrases import Phrase, phrase
from syncd.postgres import link_answers, people
from syncd.postgres.runs import Run
from syncd.records import Shop
from syncd.rules import link_report, link_words
from syncd.rules.link_report import DECISIONS, SIDES, Decided, Decision, Finding, number_of
from syncd.rules.matching import BUCKETS
from syncd.web.console import link
from syncd.web.console.drawing import back, draw
from syncd.web.console.fields import Form
from syncd.web.console.visit import Missing, acting, desk, needs, shop_of

PLACE = "/shops/{domain}/link/rows"
PAGE = 50
READ = 1000  # rows a statement, where a whole bucket is meant
WORDS: dict[Decision, Phrase] = {
    "link": phrase("link"),
    "create": phrase("make it in Shopify"),
    "leave": phrase("leave it as it is"),
    "import": phrase("import it into the Backoffice"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A finding with what may be decided of it, as options: value and words."""

    found: Finding
    options: Sequence[tuple[str, str]]
    chosen: str


def routes() -> list[web.RouteDef]:
    return [web.get(PLACE, page), web.post(PLACE, decide)]


async def page(request: web.Request) -> web.Response:
    shop = await shop_of(request)
    return await _shown(request, shop, request.query.get("bucket", ""), _after(request.query))


async def _shown(
    request: web.Request, shop: Shop, bucket: str, after: int, error: ConfigError | None = None
) -> web.Response:
    pool, run = desk(request).pool, await run_of(request, shop)
    if bucket not in BUCKETS:
        raise Missing(phrase("there is no such part of the report"))
    rows = await link_answers.found(pool, run.run_id, bucket=bucket, after=after, most=PAGE + 1)
    return draw(
        request,
        "link_rows.html",
        status=422 if error else 200,
        shop=shop,
        run=run,
        bucket=bucket,
        title=link_words.BUCKETS[BUCKETS[BUCKETS.index(bucket)]],
        rows=[_row(one) for one in rows[:PAGE]],
        after=after,
        more=rows[PAGE - 1].number if len(rows) > PAGE else None,
        waits=link.waits(run),
        words=WORDS,
        outcomes=link.OUTCOMES,
        number_of=number_of,
        error=error,
    )


@needs("admin")
async def decide(request: web.Request) -> web.Response:
    """Note what was decided of rows that were changed, ticked, or of all of the bucket."""
    shop, form = await shop_of(request), await request.post()
    run, bucket, after = await run_of(request, shop), str(form.get("bucket", "")), _after(form)
    if form.get("run") != str(run.run_id):
        raise ConfigError(
            phrase("the link of {shop} was begun anew meanwhile", shop=shop.domain),
            hint=phrase("look at its report before you answer"),
        )
    try:
        said = await _said(request, form, run, bucket, after)
        async with acting(request) as connection:
            await link_answers.decide(connection, run.run_id, said)
            given = {"run": run.run_id, "bucket": bucket}
            await people.note(
                connection, "decide_link", shop_id=shop.shop_id, given=given, rows=len(said)
            )
    except ConfigError as error:
        return await _shown(request, shop, bucket, after, error)
    told = phrase("{count} rows are decided.", count=len(said))
    return back(request, f"/shops/{shop.domain}/link/rows?bucket={bucket}&after={after}", told)


async def _said(
    request: web.Request, form: Form, run: Run, bucket: str, after: int
) -> list[Decided]:
    """What the form says; raises ConfigError for what cannot be."""
    if bucket not in BUCKETS:
        raise web.HTTPBadRequest
    pool, do = desk(request).pool, form.get("do", "")
    if do in ("ticked", "bucket"):
        word = _word(str(form.get("all", "")))
        ticked = set(form.getall("row", []))
        rows = (
            await every(pool, run.run_id, bucket)
            if do == "bucket"
            else await _page(pool, run, bucket, after)
        )
        meant = [one for one in rows if do == "bucket" or str(one.number) in ticked]
        made = (link_report.decide(one, word, "", one.first_counts) for one in meant)
        return [one for one in made if isinstance(one, Decided)]
    return [*_changed(await _page(pool, run, bucket, after), form)]


async def _page(pool: asyncpg.Pool, run: Run, bucket: str, after: int) -> list[Finding]:
    return await link_answers.found(pool, run.run_id, bucket=bucket, after=after, most=PAGE)


async def every(pool: asyncpg.Pool, run_id: int, bucket: str | None = None) -> list[Finding]:
    """All rows of the report, or of one bucket."""
    found: list[Finding] = []
    after = 0
    while rows := await link_answers.found(pool, run_id, bucket=bucket, after=after, most=READ):
        found += rows
        after = rows[-1].number
    return found


def _changed(rows: Iterable[Finding], form: Form) -> Iterable[Decided]:
    """The rows of which the form says something else than it showed."""
    for row in rows:
        text, counts = str(form.get(f"d.{row.number}", "")), str(form.get(f"c.{row.number}", ""))
        before = (form.get(f"d.was.{row.number}"), form.get(f"c.was.{row.number}", ""))
        if before[0] is None or (text, counts) == before:
            continue
        word, _, named = text.partition(" ")
        side = next((one for one in SIDES if one == counts), None)
        made = link_report.decide(row, _word(word), named, side)
        if isinstance(made, Phrase):
            raise ConfigError(
                phrase("row {number}: {what}", number=row.number, what=made),
                hint=phrase("nothing was decided: choose otherwise, save again"),
            )
        yield made


def _word(text: str) -> Decision | None:
    """Empty: as proposed."""
    if text and text not in DECISIONS:
        raise web.HTTPBadRequest
    return next((one for one in DECISIONS if one == text), None)


def _row(found: Finding) -> Row:
    options: list[tuple[str, str]] = [("", phrase("as proposed: {what}", what=_proposed(found)))]
    if found.key is not None:
        for one in found.choices:
            number = number_of(one["gid"])
            title = phrase("link with {title} ({number})", title=one["title"], number=number)
            options.append((f"link {number}", title))
    options += [
        (word, WORDS[word])
        for word in DECISIONS
        if word != "link" and isinstance(link_report.decide(found, word), Decided)
    ]
    chosen: str = found.decision or ""
    if found.decision == "link" and found.chosen:
        chosen = f"link {number_of(found.chosen)}"
    return Row(found, options, chosen)


def _proposed(found: Finding) -> str:
    return phrase("ask") if found.proposal == "ask" else WORDS[found.proposal]


async def run_of(request: web.Request, shop: Shop) -> Run:
    """The shop's last link; raises 404 where there was none."""
    run = await link_answers.newest(desk(request).pool, shop.shop_id)
    if run is None:
        raise Missing(phrase("{shop} was never linked", shop=shop.domain))
    return run


def _after(given: object) -> int:
    """The number of the row before the page."""
    getter: Callable[[str, str], object] = given.get  # type: ignore[attr-defined]
    text = str(getter("after", "0"))
    return int(text) if text.isdecimal() and len(text) < 9 else 0
