"""The commands to try syncd with: demo, sandbox, backoffice import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from syncd import logs
from syncd.catalogue import shopify_csv
from syncd.catalogue.entries import Problem
from syncd.cli.run import FOUND_WRONG, configured, console, opened, run, target
from syncd.demo import home as homes
from syncd.demo import report, tour
from syncd.demo.stage import SANDBOX_PORT, Wanted
from syncd.errors import ConfigError
from syncd.postgres import reference
from syncd.postgres.launch import is_free
from syncd.postgres.reference import Counts
from syncd.sandbox import server
from syncd.sandbox.options import ShopOptions
from syncd.supervisor import stop_signal

backoffice_app = typer.Typer(no_args_is_help=True)
Port = Annotated[
    int | None,
    typer.Option(help="The sandbox's port; without it 8600, or another when that is taken"),
]
Plan = Annotated[str, typer.Option(help="The shop's plan: standard, advanced, plus or enterprise")]


@backoffice_app.callback()
def backoffice() -> None:
    """The reference Backoffice."""


def chosen(port: int | None) -> int:
    """The port to listen on; raises ConfigError when one that was asked for is taken."""
    if port is not None and not is_free(port):
        raise ConfigError(f"port {port} of 127.0.0.1 is taken", hint="name another, or none")
    return SANDBOX_PORT if port is None else port


def register(app: typer.Typer) -> None:
    app.command()(demo)
    app.command()(sandbox)
    backoffice_app.command("import")(import_)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Check that all is equal, then end")] = False,
    csv: Annotated[
        Path | None, typer.Option(help="A Shopify product export instead of the sample")
    ] = None,
    plan: Plan = "plus",
    port: Port = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Delete the data of all demos, and end")
    ] = False,
) -> None:
    """The guided tour: a Backoffice, a shop, and the daemon between them, on this machine."""
    found = configured()
    home = homes.home_of(found.state_dir, csv)
    if remove:
        homes.remove(home)
        return
    logs.configure(form=found.log_format, level="warning")

    async def work() -> int:
        wanted = Wanted(csv=csv, plan=plan, port=chosen(port))
        return 0 if await tour.run(home, wanted, console, is_once=once) else FOUND_WRONG

    run(work)


def sandbox(  # nosec B107  # its token is for loopback
    port: Port = None,
    file: Annotated[Path | None, typer.Option(help="Keep the shop in this file")] = None,
    plan: Plan = "standard",
    domain: Annotated[str, typer.Option(help="The shop's domain")] = "syncd-demo.myshopify.com",
    token: Annotated[str, typer.Option(help="The access token it takes")] = "shpat_sandbox",
) -> None:
    """A Shopify to talk to, on this machine."""

    async def work() -> None:
        options = ShopOptions(domain=domain, plan=plan, token=token)
        async with server.running(options, file=file, port=chosen(port)) as running:
            console.print(f"[green]✓[/] {domain} is open at {running.url} (token {escape(token)})")
            console.print(f"  SYNCD_SHOPIFY_URL={running.url}")
            await stop_signal()

    run(work)


def import_(
    file: Annotated[Path, typer.Argument(help="A Shopify product export, CSV")],
    account: Annotated[str, typer.Option(help="The retailer that gets the products")] = "fjord",
    name: Annotated[str, typer.Option(help="The retailer's name, if new")] = "Butikken",
) -> None:
    """Load a Shopify product export into the reference Backoffice; twice is as good as once."""
    found = target()
    reading = shopify_csv.read(shopify_csv.content(file), name=file.name, retailer=name)

    async def work() -> int:
        async with opened(found, name="syncd backoffice import") as pool:
            await reference.install(pool)
            with report.bar(console) as progress:
                task = progress.add_task("Loading", total=len(reading.catalogue.products), note="")
                loaded = await reference.load(
                    pool,
                    reading.catalogue,
                    account_id=account,
                    progress=lambda done, _total: progress.update(task, completed=done),
                )
        _counts("products", loaded.products)
        _counts("variants", loaded.variants)
        if loaded.removed_variants:
            console.print(
                f"  {loaded.removed_variants} variants removed: the file has them no more"
            )
        if reading.ignored_columns:
            console.print(f"  not used: {escape(', '.join(reading.ignored_columns))}")
        _list("loaded, but odd", reading.notes)
        problems = (*reading.problems, *loaded.problems)
        _list("not loaded", problems)
        return FOUND_WRONG if problems else 0

    run(work)


def _counts(what: str, counts: Counts) -> None:
    console.print(
        f"[green]✓[/] {what}: {counts.loaded} new, {counts.updated} changed, "
        f"{counts.unchanged} as they were"
    )


def _list(what: str, problems: tuple[Problem, ...]) -> None:
    """Every one of them, so that nothing is dropped without a word."""
    if problems:
        console.print(f"[yellow]![/] {len(problems)} {what}:")
    for problem in problems:
        line = f"    row {problem.row}  {problem.handle}  {problem.reason}"
        console.print(escape(line), soft_wrap=True)
