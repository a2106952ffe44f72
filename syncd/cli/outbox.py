"""The commands of the outbox: outbox, pause, resume."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import anyio
import asyncpg
import typer
from rich.console import RenderableType
from rich.live import Live

from syncd.cli import show, show_outbox
from syncd.cli.run import ALIVE_S, console, opened, run, shop_of, target
from syncd.cli.show_outbox import Outlook
from syncd.postgres import byhand, db, nodes, status
from syncd.supervisor import stop_signal

WATCH_S = 1.0
MINUTES = 5  # of throughput
Named = Annotated[str, typer.Argument(help="The shop's address, in any spelling")]


def register(app: typer.Typer) -> None:
    app.command("outbox")(outbox)
    app.command("pause")(pause)
    app.command("resume")(resume)


def outbox(
    watch: Annotated[
        bool, typer.Option("--watch", help="Draw it anew each second, until Ctrl-C")
    ] = False,
    shop: Annotated[str | None, typer.Option(help="Only this shop, in any spelling")] = None,
) -> None:
    """What needs a person, what waits, what is in flight, what is dead, who works, how fast."""
    found = target()

    async def work() -> None:
        async with opened(found, name="syncd outbox") as pool:
            shop_id = None if shop is None else (await shop_of(pool, shop)).shop_id
            if not watch:
                console.print(show_outbox.tables(await _look(pool, shop_id)))
                return
            async with anyio.create_task_group() as group:
                group.start_soon(_watch, pool, shop_id)
                await stop_signal()
                group.cancel_scope.cancel()

    run(work)


async def _look(pool: asyncpg.Pool, shop_id: int | None) -> Outlook:
    """All of it as of one moment by the database's clock."""
    async with db.transaction(pool) as connection:
        outlook = Outlook(
            now=await db.clock(connection),
            alarms=await status.alarms(connection),
            backlog=await status.backlog(connection),
            lanes=await status.lanes(connection),
            in_flight=await status.in_flight(connection),
            causes=await status.dead_by_cause(connection),
            leases=await status.leases(connection),
            nodes=await nodes.seen(connection, within_s=ALIVE_S),
            lag=await status.router_lag(connection),
            minutes=await status.throughput(connection, minutes=MINUTES),
        )
    return outlook if shop_id is None else outlook.of_shop(shop_id)


async def _watch(pool: asyncpg.Pool, shop_id: int | None) -> None:
    """On a terminal the picture fills the screen; in a pipe one follows the other."""
    if not console.is_terminal:
        await _repeat(pool, shop_id, console.print)
        return
    with Live(console=console, auto_refresh=False, screen=True) as live:
        await _repeat(pool, shop_id, lambda picture: live.update(picture, refresh=True))


async def _repeat(
    pool: asyncpg.Pool, shop_id: int | None, draw: Callable[[RenderableType], None]
) -> None:
    while True:
        draw(show_outbox.tables(await _look(pool, shop_id)))
        await anyio.sleep(WATCH_S)


def pause(
    shop: Named,
    minutes: Annotated[
        int | None, typer.Option(min=1, help="For so long; without it until `syncd resume`")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for those who read it later")] = "by hand",
) -> None:
    """Send nothing to a shop for a while. What is on its way is finished, changes gather."""
    found = target()

    async def work() -> None:
        async with opened(found, name="syncd pause") as pool:
            one = await shop_of(pool, shop)
            await byhand.pause(pool, one.domain, reason=reason, minutes=minutes)
            show.paused(console, one.domain, minutes)

    run(work)


def resume(shop: Named) -> None:
    """End a shop's pause, whatever its reason: what has gathered is sent."""
    found = target()

    async def work() -> None:
        async with opened(found, name="syncd resume") as pool:
            one = await shop_of(pool, shop)
            was_paused = await byhand.resume(pool, one.domain)
            show.resumed(console, one.domain, was_paused=was_paused)

    run(work)
