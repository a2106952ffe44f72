"""The commands about changes that Shopify will not take: dead list, retry, skip."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import anyio.to_thread
import asyncpg
import typer

from syncd.cli import show, show_outbox
from syncd.cli.run import ALIVE_S, FOUND_WRONG, console, opened, run, shop_of, target
from syncd.postgres import byhand, db, nodes, status

app = typer.Typer(no_args_is_help=True)
Keys = Annotated[list[str] | None, typer.Argument(help="Keys of products in the Backoffice")]
Cause = Annotated[str | None, typer.Option(help="Those that died of this, in one word")]
Named = Annotated[str | None, typer.Option(help="Those of this shop, in any spelling")]
All = Annotated[bool, typer.Option("--all", help="Every dead change")]
Ask = Callable[[int], Awaitable[None]]


@app.callback()
def dead() -> None:
    """Changes that Shopify will not take as they stand."""


@app.command("list")
def list_(
    cause: Cause = None,
    shop: Named = None,
    key: Annotated[list[str] | None, typer.Option(help="This product; may be repeated")] = None,
) -> None:
    """What is dead, by cause; or with a choice each change, with its words."""
    found = target()

    async def work() -> None:
        async with opened(found, name="syncd dead") as pool:
            now = await db.clock(pool)
            if cause is None and shop is None and not key:
                rows = await status.dead_by_cause(pool)
                console.print(show_outbox.causes(rows, now) if rows else show.NONE_DEAD)
                return
            shop_id = None if shop is None else (await shop_of(pool, shop)).shop_id
            dead = await status.dead(pool, shop_id=shop_id, cause=cause, keys=key or None)
            console.print(show_outbox.dead(dead, now) if dead else show.NONE_DEAD)

    run(work)


@app.command()
def retry(keys: Keys = None, cause: Cause = None, shop: Named = None, all_: All = False) -> None:
    """Make dead changes due again, with a clean slate."""
    _chosen(keys, cause, shop, all_)
    run(lambda: _act(byhand.retry, "due again", keys, cause, shop))


@app.command()
def skip(
    keys: Keys = None,
    cause: Cause = None,
    shop: Named = None,
    all_: All = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Give dead changes up, until something of them changes in the Backoffice."""
    _chosen(keys, cause, shop, all_)

    async def ask(count: int) -> None:
        question = f"Give dead changes up until their next event: {count} of them?"
        await anyio.to_thread.run_sync(lambda: typer.confirm(question, abort=True))

    run(
        lambda: _act(
            byhand.skip,
            "given up until their next event",
            keys,
            cause,
            shop,
            ask=None if yes else ask,
        )
    )


def _chosen(keys: list[str] | None, cause: str | None, shop: str | None, all_: bool) -> None:
    """Nobody touches everything by leaving something out."""
    is_narrow = bool(keys) or cause is not None or shop is not None
    if is_narrow == all_:
        raise typer.BadParameter("name keys, --cause or --shop; or --all, alone, for every one")


async def _act(
    deed: Callable[..., Awaitable[int]],
    done: str,
    keys: list[str] | None,
    cause: str | None,
    named: str | None,
    ask: Ask | None = None,
) -> int:
    """Do it, key by key where there are any; returns the exit code."""
    async with opened(target(), name="syncd dead") as pool:
        one = None if named is None else await shop_of(pool, named)
        wanted = None if one is None else one.shop_id
        there = await status.dead(pool, shop_id=wanted, cause=cause, keys=keys or None)
        if not there:
            console.print(show.NONE_DEAD)
            return FOUND_WRONG
        if ask is not None:
            await ask(len(there))
        given: dict[str, Any] = {"cause": cause, "shop": None if one is None else one.domain}
        count = await _sum(pool, deed, keys, given)
        console.print(f"[green]✓[/] changes {done}: {count}")
        if deed is byhand.retry and not await nodes.seen(pool, within_s=ALIVE_S):
            console.print("  → no daemon runs: start one with `syncd run`")
    return 0 if count else FOUND_WRONG


async def _sum(
    pool: asyncpg.Pool,
    deed: Callable[..., Awaitable[int]],
    keys: list[str] | None,
    given: dict[str, Any],
) -> int:
    if not keys:
        return await deed(pool, **given)
    counts = [await deed(pool, key=key, **given) for key in dict.fromkeys(keys)]
    return sum(counts)
