"""The commands that fetch from Shopify: pull customers, orders, stock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

import typer

from syncd.cli.run import FOUND_WRONG, console, opened, run, target
from syncd.cli.sending import Named, the_shop
from syncd.cli.serving import LOOK_S, served
from syncd.demo import report
from syncd.errors import ConfigError
from syncd.flows.pull import is_wanted
from syncd.postgres import cursors, received, shops, stock
from syncd.postgres.cursors import Cursor
from syncd.postgres.inbox import GapKind
from syncd.records import Shop
from syncd.rules.stock import is_kept
from syncd.sales import Kind
from syncd.supervisor import House

app = typer.Typer(no_args_is_help=True)
Since = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        help="Look back to this day or moment, local time; default: to where the last pull came",
    ),
]


@app.callback()
def fetch() -> None:
    """The daemon does so by itself every ten minutes, and after any gap."""


@app.command()
def customers(shop: Named = None, since: Since = None) -> None:
    """Give the Backoffice the customers that changed; the first time all."""
    _fetch("customer", shop, since)


@app.command()
def orders(shop: Named = None, since: Since = None) -> None:
    """Give the Backoffice the orders that changed; the first time all."""
    _fetch("order", shop, since)


@app.command("stock")
def stock_(shop: Named = None, since: Since = None) -> None:
    """Bring the counts in step that changed; the first time all are looked at."""
    found = target()

    async def work() -> int:
        async with opened(found, name="syncd pull", size=10) as pool:
            one = await the_shop(pool, shop)
            if not is_kept(one):
                raise ConfigError(
                    f"counts of {one.domain} are not kept in step",
                    hint=f"switch it on: syncd shop stock {one.domain} --on",
                )
            back_to = since and since.astimezone()
            await cursors.ask(pool, shop_id=one.shop_id, kind="stock", since=back_to)
            house = House(pool, found.vault(), found.shopify_url)
            async with served(house):
                last = await _counted(house, one)
            now = await stock.standing(pool, one.shop_id)
            console.print(f"{now.agreed} counts of {one.domain} agreed on, {now.dead} to be mended")
            if now.dead:
                console.print("  → syncd dead list tells why")
            return _verdict(last, now.dead)

    run(work)


async def _counted(house: House, shop: Shop) -> Cursor:
    """Look on until every count that changed has been looked at."""
    last = await cursors.find(house.pool, shop_id=shop.shop_id, kind="stock")
    with report.bar(console) as progress:
        task = progress.add_task(f"Counting {shop.domain}", total=None, note="")
        async for one in _looks(house, shop, "stock", last):
            last = one
        while (left := (await stock.standing(house.pool, shop.shop_id)).waiting) and (
            not house.stop.is_set()
        ):
            progress.update(task, note=f"{left} to look at")
            await house.rest(LOOK_S)
    return last


def _fetch(kind: Kind, named: str | None, since: datetime | None) -> None:
    """Ask for a pull, look on; without a daemon carry it out from here."""
    found = target()

    async def work() -> int:
        async with opened(found, name="syncd pull", size=10) as pool:
            one = await the_shop(pool, named)
            _refuse_unwanted(one, kind)
            back_to = since and since.astimezone()
            await cursors.ask(pool, shop_id=one.shop_id, kind=kind, since=back_to)
            began = await cursors.find(pool, shop_id=one.shop_id, kind=kind)
            house = House(pool, found.vault(), found.shopify_url)
            last = began
            async with served(house):
                with report.bar(console) as progress:
                    task = progress.add_task(
                        f"Fetching {kind}s of {one.domain}", total=None, note=""
                    )
                    async for last in _looks(house, one, kind, began):
                        here, _ = await received.counts(pool, shop_id=one.shop_id, kind=kind)
                        note = "" if last.is_full else "Shopify lists them all"
                        progress.update(task, completed=here, note=note)
            here, refused = await received.counts(pool, shop_id=one.shop_id, kind=kind)
            console.print(f"the Backoffice has {here} {kind}s of {one.domain}, refused {refused}")
            return _verdict(last, refused)

    run(work)


def _verdict(last: Cursor, refused: int) -> int:
    """The exit code, after a word on what is missing."""
    if last.gap_since is not None:
        console.print(f"[red]✗[/] not up to date: {last.last_error or 'the shop is paused'}")
    return FOUND_WRONG if refused or last.gap_since is not None else 0


async def _looks(house: House, shop: Shop, kind: GapKind, began: Cursor) -> AsyncIterator[Cursor]:
    """How far the pull is, again and again, until it is over or something is in its way."""
    while not house.stop.is_set():
        cursor = await cursors.find(house.pool, shop_id=shop.shop_id, kind=kind)
        yield cursor
        has_failed = cursor.last_error is not None and cursor.pulled_at != began.pulled_at
        if cursor.gap_since is None or has_failed:
            return
        if all(one.shop_id != shop.shop_id for one in await shops.ready(house.pool)):
            return
        await house.rest(LOOK_S)


def _refuse_unwanted(shop: Shop, kind: Kind) -> None:
    if not is_wanted(shop, kind):
        raise ConfigError(
            f"{kind}s of {shop.domain} are not given to the Backoffice (sync_{kind}s = false)",
            hint=f"switch it on: syncd shop sales {shop.domain} --{kind}s",
        )
