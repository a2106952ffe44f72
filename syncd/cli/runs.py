"""The commands about runs: resync, runs, approve, reject, revert."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import asyncpg
import orjson
import typer

from syncd.cli import show_runs
from syncd.cli.following import PAGE, conclude, follow
from syncd.cli.run import console, opened, run, shop_of, target
from syncd.cli.sending import Named, the_shop
from syncd.cli.serving import served
from syncd.errors import ConfigError
from syncd.postgres import db, differences, reverts, runs
from syncd.postgres.differences import Difference
from syncd.records import Shop
from syncd.rules import difference_sheet
from syncd.supervisor import House

Number = Annotated[int, typer.Argument(help="The run's number, as `syncd runs` shows it")]


def register(app: typer.Typer) -> None:
    app.command("resync")(resync)
    app.command("runs")(runs_)
    app.command("approve")(approve)
    app.command("reject")(reject)
    app.command("revert")(revert)


def resync(
    shop: Named = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only compare: nothing is written to Shopify")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Read each product again, also those that look equal")
    ] = False,
    prices: Annotated[
        bool, typer.Option("--prices", help="Put our prices over those set in Shopify")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each look")] = False,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", help="Write all differences, a row a field")
    ] = None,
    jsonl_file: Annotated[
        Path | None, typer.Option("--jsonl", help="Write all differences, a line a product")
    ] = None,
) -> None:
    """Read the whole shop, compare it with the Backoffice, and send what differs."""
    found = target()

    async def work() -> int:
        async with opened(found, name="syncd resync", size=10) as pool:
            one, began_s = await the_shop(pool, shop), time.monotonic()
            run_id = await _asked(pool, one, dry_run, force, prices)
            house = House(pool, found.vault(), found.shopify_url)
            async with served(house):
                await follow(house, one, run_id, as_json=as_json)
            for path, write in ((csv_file, _write_csv), (jsonl_file, _write_jsonl)):
                if path is not None:
                    await write(pool, run_id, path)
            return await conclude(pool, run_id, None if as_json else time.monotonic() - began_s)

    run(work)


async def _asked(
    pool: asyncpg.Pool, shop: Shop, is_dry: bool, is_forced: bool, with_prices: bool
) -> int:
    """The number of the new run, or of the one that is under way and does as much."""
    run_id = await runs.ask(
        pool, shop.shop_id, is_dry=is_dry, is_forced=is_forced, with_prices=with_prices
    )
    if run_id is not None:
        return run_id
    current = await runs.under_way(pool, shop.shop_id)
    if current is None:  # it ended this moment
        return await _asked(pool, shop, is_dry, is_forced, with_prices)
    if current.state == "held":
        raise ConfigError(
            f"run {current.run_id} of {shop.domain} is held: {'; '.join(current.hold)}",
            hint=f"syncd approve {current.run_id}, or syncd reject {current.run_id}",
        )
    asked = (is_dry, is_forced, with_prices)
    options = (current.is_dry, current.is_forced, current.with_prices)
    if options != asked or current.kind == "link":
        raise ConfigError(
            f"run {current.run_id} of {shop.domain} is under way with other options",
            hint="wait for its end: `syncd runs` shows how far it is",
        )
    console.print(f"run {current.run_id} is under way already: following it")
    return current.run_id


def runs_(
    shop: Annotated[str | None, typer.Option(help="Only this shop, in any spelling")] = None,
    number: Annotated[int | None, typer.Argument(help="One run, with what it found")] = None,
    verdict: Annotated[
        str | None, typer.Option(help="differs, only_here, only_there, conflict")
    ] = None,
) -> None:
    """The last compares of whole shops, or holds; with a number one of them, with what it found."""
    found = target()

    async def work() -> None:
        async with opened(found, name="syncd runs") as pool:
            if number is None:
                shop_id = None if shop is None else (await shop_of(pool, shop)).shop_id
                now = await db.clock(pool)
                show_runs.runs(console, await runs.newest(pool, shop_id=shop_id), now)
                return
            one = await runs.find(pool, number)
            if one is None:
                raise ConfigError(
                    f"there is no run {number}", hint="`syncd runs` lists the last ones"
                )
            show_runs.summary(console, one, await differences.by_who(pool, number))
            rows = await differences.found(pool, number, verdict=verdict, most=PAGE)
            show_runs.differences(console, one, rows)

    run(work)


def approve(number: Number) -> None:
    """Let a held run go on: what it found, or holds, is sent to the shop."""
    _answer(number, is_yes=True)


def reject(number: Number) -> None:
    """End a held run: nothing of it is sent."""
    _answer(number, is_yes=False)


def _answer(number: int, *, is_yes: bool) -> None:
    found = target()

    async def work() -> None:
        async with opened(found, name="syncd runs", size=1) as pool:
            await (runs.approve if is_yes else runs.reject)(pool, number)
            one = await runs.find(pool, number)
            kept = one is not None and one.kind == "guard"
            said = "approved: the daemon sends it now" if is_yes else "rejected: nothing was sent"
            if kept and not is_yes:
                said = "rejected: it stays held until the Backoffice wants something else"
            console.print(f"[green]✓[/] run {number} is {said}")

    run(work)


def revert(
    number: Annotated[
        int | None, typer.Argument(help="A run's number; without it: --product's last write")
    ] = None,
    product: Annotated[
        list[str] | None, typer.Option(help="Only this product, by its key; may be said again")
    ] = None,
    shop: Named = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each look")] = False,
) -> None:
    """Take back what a run sent, or a product's last write: it gets the form that it had before.

    It keeps that until the Backoffice wants something else than it does now.
    """
    found = target()

    async def work() -> int:
        async with opened(found, name="syncd revert", size=10) as pool:
            began_s = time.monotonic()
            one, run_id = await _ask_back(pool, number, product, shop)
            house = House(pool, found.vault(), found.shopify_url)
            async with served(house):
                await follow(house, one, run_id, as_json=as_json)
            return await conclude(pool, run_id, None if as_json else time.monotonic() - began_s)

    run(work)


async def _ask_back(
    pool: asyncpg.Pool, number: int | None, product: list[str] | None, named: str | None
) -> tuple[Shop, int]:
    """The shop with the number of the new revert."""
    if number is None and not product:
        raise ConfigError(
            "what shall be taken back?",
            hint="a run: `syncd revert N`; a product's last write: `syncd revert --product KEY`",
        )
    of_run = None if number is None else await runs.find(pool, number)
    if number is not None and of_run is None:
        raise ConfigError(f"there is no run {number}", hint="`syncd runs` lists the last ones")
    shop = await the_shop(pool, of_run.domain if of_run else named)
    if number is None:
        run_id = await reverts.ask(pool, shop.shop_id, product or ())
    else:
        run_id = await runs.ask(pool, shop.shop_id, of_run=number, keys=product)
    if run_id is None:
        raise ConfigError(
            f"another run of {shop.domain} is under way",
            hint="wait for its end, or answer it: `syncd runs` shows it",
        )
    return shop, run_id


async def _pages(pool: asyncpg.Pool, run_id: int) -> AsyncIterator[Difference]:
    after = 0
    while page := await differences.found(pool, run_id, after=after, most=PAGE):
        for one in page:
            yield one
        after = page[-1].place


async def _write_csv(pool: asyncpg.Pool, run_id: int, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(difference_sheet.head())
        async for one in _pages(pool, run_id):
            file.writelines(difference_sheet.lines([one]))


async def _write_jsonl(pool: asyncpg.Pool, run_id: int, path: Path) -> None:
    with path.open("wb") as file:
        async for one in _pages(pool, run_id):
            file.write(orjson.dumps(one) + b"\n")
