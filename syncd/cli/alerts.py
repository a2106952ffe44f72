"""The commands of alerts: alerts, alerts test, mute, unmute."""

from __future__ import annotations

from typing import Annotated

import asyncpg
import typer
from rich.markup import escape
from rich.text import Text

from syncd.cli import show_alerts
from syncd.cli.run import ALIVE_S, FOUND_WRONG, Target, console, opened, run, target
from syncd.errors import ConfigError, DeliveryError
from syncd.flows import alert
from syncd.postgres import alerts, db, nodes
from syncd.rules import alarm_words
from syncd.rules.choice import choose

app = typer.Typer(invoke_without_command=True)
OVER_HOURS = 24.0  # so long what is over is listed
NOBODY = "nobody is told of alarms: set SYNCD_ALERT_URL or SYNCD_ALERT_EMAIL (docs/alerts.md)"
Name = Annotated[str, typer.Argument(help="The sort of alarm, such as transaction_long")]


@app.callback()
def list_(context: typer.Context) -> None:
    """What needs a person, since when, who was told; 1 when something stands that is not muted."""
    if context.invoked_subcommand is not None:
        return
    found = target()

    async def work() -> int:
        async with opened(found, name="syncd alerts") as pool:
            return await _list(pool, found)

    run(work)


async def _list(pool: asyncpg.Pool, found: Target) -> int:
    """Alarms are read anew: where no daemon runs nobody else looks."""
    async with db.transaction(pool) as connection:
        standing = await alerts.standing(connection, late_after=found.alerting.late_after)
        seen = await alerts.listed(connection, hours=OVER_HOURS)
        muted = await alerts.muted(connection)
        health = await alerts.targets(connection)
    console.print(show_alerts.tables(standing, seen, muted, found.alerting.tongue))
    wanted = [one.target for one in found.alerting.messengers]
    for line in show_alerts.targets(health, wanted):
        console.print(line)
    if not wanted:
        console.print(Text.from_markup(f"[yellow]![/] {NOBODY}"))
    if not await nodes.seen(pool, within_s=ALIVE_S):
        console.print("[yellow]![/] no daemon runs: nobody is told of anything")
    names = {one.alarm for one in muted}
    return FOUND_WRONG if any(one.alarm not in names for one in standing) else 0


@app.command("test")
def test() -> None:
    """Send a test message to each target, and say what became of it."""
    found = target()
    if not found.alerting.messengers:
        raise ConfigError("nobody is told of alarms", hint=NOBODY.partition(": ")[2])

    async def work() -> int:
        is_well = True
        async with opened(found, name="syncd alerts") as pool:
            for one in found.alerting.messengers:
                try:
                    await alert.trial(pool, one, found.alerting.tongue)
                except DeliveryError as error:
                    is_well = False
                    console.print(f"[red]✗[/] {one.target}: {escape(error.message)}")
                else:
                    console.print(f"[green]✓[/] {one.target}: the message was taken")
        return 0 if is_well else FOUND_WRONG

    run(work)


@app.command()
def mute(
    name: Name,
    hours: Annotated[
        float | None,
        typer.Option(min=0.1, max=24 * 366, help="For so long; without it until unmuted"),
    ] = None,
) -> None:
    """Do not tell of this sort of alarm. What was told of it is still told to be over."""
    found = target()
    chosen = _chosen(name)

    async def work() -> None:
        async with opened(found, name="syncd alerts") as pool:
            await alerts.mute(pool, chosen, hours=hours)
            span = f"for {hours:g} hours" if hours else f"until `syncd alerts unmute {chosen}`"
            console.print(f"[green]✓[/] nobody is told of {chosen} {span}")

    run(work)


@app.command()
def unmute(name: Name) -> None:
    """Tell of this sort of alarm again."""
    found = target()
    chosen = _chosen(name)

    async def work() -> int:
        async with opened(found, name="syncd alerts") as pool:
            if not await alerts.unmute(pool, chosen):
                console.print(f"{chosen} was not muted")
                return FOUND_WRONG
            console.print(f"[green]✓[/] people are told of {chosen} again")
            return 0

    run(work)


def _chosen(name: str) -> str:
    return choose("alarm", name, {one: one for one in alarm_words.ALL})
