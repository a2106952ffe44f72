"""The commands of the first link: start, report, decide, approve, cancel."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from syncd.cli import show_link
from syncd.cli.following import conclude, follow
from syncd.cli.run import Target, console, opened, run, target
from syncd.cli.serving import served
from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.postgres import link_answers, linking, runs, shops
from syncd.postgres.runs import Run
from syncd.records import Shop
from syncd.rules import link_report, link_sheet
from syncd.rules.choice import choose
from syncd.rules.link_report import DECISIONS, Decided, Finding
from syncd.rules.matching import BUCKETS
from syncd.supervisor import House

PAGE = 1000  # rows at a time
app = typer.Typer(no_args_is_help=True)
Where = Annotated[str | None, typer.Argument(help="The shop's domain; default: the only one")]
AtShop = Annotated[str | None, typer.Option("--shop", help="The shop's domain; default: the only")]


@app.command("start")
def start(shop: Where = None) -> None:
    """Read what is in the shop, and find what of it the Backoffice has; nothing is written."""
    found = target()

    async def work() -> int:
        async with opened(found, name="syncd link", size=10) as pool:
            one = await _shop(pool, shop)
            run_id = await _asked(pool, one)
            await _followed(found, pool, one, run_id)
            return await _told(pool, one, run_id)

    run(work)


@app.command("report")
def report(
    shop: Where = None,
    bucket: Annotated[str | None, typer.Option(help=f"Only one of {', '.join(BUCKETS)}")] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write all rows there, to be decided in a spreadsheet")
    ] = None,
) -> None:
    """What a link has found, in short, or as a file."""
    found = target()
    _known("bucket", bucket, BUCKETS)

    async def work() -> None:
        async with opened(found, name="syncd link") as pool:
            one = await _shop(pool, shop)
            last = await _last(pool, one)
            show_link.summary(console, last, await link_answers.buckets(pool, last.run_id))
            if csv is None:
                for name in BUCKETS if bucket is None else (bucket,):
                    most = show_link.SHOWN
                    first = await link_answers.found(pool, last.run_id, bucket=name, most=most)
                    show_link.rows(console, name, first)
                return
            rows = await _rows(pool, last.run_id, bucket)
            with csv.open("w", newline="", encoding="utf-8-sig") as file:
                file.writelines(link_sheet.write(last.run_id, last.domain, rows))
            console.print(f"[green]✓[/] written to {csv}; read it back: syncd link decide {csv}")

    run(work)


@app.command("decide")
def decide(
    file: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="The edited file")
    ] = None,
    shop: AtShop = None,
    all_ambiguous: Annotated[
        str | None, typer.Option(help="One decision for all that is ambiguous: leave, say")
    ] = None,
    all_of: Annotated[
        list[str] | None,
        typer.Option("--all", help="One decision for a bucket: no_sku=link; may be said again"),
    ] = None,
) -> None:
    """Take in what was decided in a spreadsheet, or decide of whole buckets; all or nothing."""
    found = target()
    bulk = [tuple(one.partition("=")[::2]) for one in all_of or ()]
    bulk += [("ambiguous", all_ambiguous)] if all_ambiguous else []
    for name, word in bulk:
        _known("bucket", name, BUCKETS)
        _known("decision", word, DECISIONS)

    async def work() -> None:
        async with opened(found, name="syncd link") as pool:
            last = await _last(pool, await _shop(pool, shop))
            rows = {row.number: row for row in await _rows(pool, last.run_id)}
            said = link_sheet.read(file.read_bytes(), last.run_id, rows) if file else []
            for name, word in bulk:
                said += _of_bucket(rows.values(), name, word)
            made = {one.number: one for one in said}
            await link_answers.decide(pool, last.run_id, [*made.values()])
            console.print(f"[green]✓[/] {len(made)} rows decided")
            show_link.summary(console, last, await link_answers.buckets(pool, last.run_id))

    run(work)


@app.command("approve")
def approve(shop: Where = None) -> None:
    """Link what the report says: the ids are written, then the shop is compared."""
    found = target()

    async def work() -> int:
        async with opened(found, name="syncd link", size=10) as pool:
            one = await _shop(pool, shop)
            last = await _last(pool, one)
            await link_answers.refuse_twice(pool, last.run_id)
            await runs.approve(pool, last.run_id)
            began_s = time.monotonic()
            await _followed(found, pool, one, last.run_id)
            ended = await runs.find(pool, last.run_id)
            assert ended is not None  # runs stay
            show_link.ended(console, ended, await link_answers.outcomes(pool, last.run_id))
            compare = await runs.under_way(pool, one.shop_id)
            if ended.state != "done" or compare is None:
                return 0 if ended.state == "done" else 1
            await _followed(found, pool, one, compare.run_id)
            return await conclude(pool, compare.run_id, time.monotonic() - began_s)

    run(work)


@app.command("cancel")
def cancel(shop: Where = None) -> None:
    """End a link that was not approved: nothing was written."""
    found = target()

    async def work() -> None:
        async with opened(found, name="syncd link", size=1) as pool:
            last = await _last(pool, await _shop(pool, shop))
            await link_answers.cancel(pool, last.run_id)
            console.print(f"[green]✓[/] link {last.run_id} is cancelled: nothing was written")

    run(work)


async def _shop(pool: asyncpg.Pool, named: str | None) -> Shop:
    """The named shop, or the only one; raises ConfigError when it is switched off."""
    offered = {shop.domain: shop for shop in await shops.all(pool)}
    shop = offered[choose("shop", named, {domain: domain for domain in offered})]
    if not (shop.enabled and shop.sync_products):
        raise ConfigError(
            phrase("{shop} is switched off, or its products are", shop=shop.domain),
            hint=phrase("switch it on first"),
        )
    return shop


async def _asked(pool: asyncpg.Pool, shop: Shop) -> int:
    """The number of the new link, or of the one that is under way."""
    run_id = await linking.ask(pool, shop.shop_id)
    if run_id is not None:
        return run_id
    current = await runs.under_way(pool, shop.shop_id)
    if current is None:  # it ended this moment
        return await _asked(pool, shop)
    if current.kind != "link":
        raise ConfigError(
            phrase(
                "another run of {shop} is under way: {run}", shop=shop.domain, run=current.run_id
            ),
            hint=phrase("wait for its end, or answer it: `syncd runs` shows it"),
        )
    return current.run_id


async def _last(pool: asyncpg.Pool, shop: Shop) -> Run:
    last = await link_answers.newest(pool, shop.shop_id)
    if last is None:
        raise ConfigError(
            phrase("{shop} was never linked", shop=shop.domain),
            hint=phrase("begin with `syncd link start`"),
        )
    return last


async def _followed(found: Target, pool: asyncpg.Pool, shop: Shop, run_id: int) -> None:
    house = House(pool, found.vault(), found.shopify_url)
    async with served(house):
        await follow(house, shop, run_id, as_json=False)


async def _told(pool: asyncpg.Pool, shop: Shop, run_id: int) -> int:
    last = await runs.find(pool, run_id)
    assert last is not None  # runs stay
    show_link.summary(console, last, await link_answers.buckets(pool, run_id))
    show_link.next_steps(console, last)
    return 0 if last.state in ("held", "done") else 1


async def _rows(pool: asyncpg.Pool, run_id: int, bucket: str | None = None) -> list[Finding]:
    """All rows of the report, or of one bucket."""
    found: list[Finding] = []
    after = 0
    while rows := await link_answers.found(pool, run_id, bucket=bucket, after=after, most=PAGE):
        found += rows
        after = rows[-1].number
    return found


def _of_bucket(rows: Iterable[Finding], bucket: str, word: str) -> list[Decided]:
    """The rows of the bucket of which this can be decided; of the others it cannot be meant."""
    (decision,) = (one for one in DECISIONS if one == word)
    said = [link_report.decide(row, decision) for row in rows if row.bucket == bucket]
    return [one for one in said if isinstance(one, Decided)]


def _known(what: str, name: str | None, offered: Sequence[str]) -> None:
    if name is not None:
        choose(what, name, {one: one for one in offered})
