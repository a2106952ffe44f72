"""The commands of the inbox: inbox list, show, retry, skip, receipts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from syncd.cli.run import ALIVE_S, FOUND_WRONG, console, opened, run, shop_of, target
from syncd.cli.show import ago
from syncd.postgres import db, heard, nodes, obey

app = typer.Typer(no_args_is_help=True)
Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers of deliveries, as listed")]
Named = Annotated[str | None, typer.Option(help="Those of this shop, in any spelling")]
Kind = Annotated[
    str | None, typer.Option(help="Those of this kind: stock, order, customer, privacy, app")
]
All = Annotated[bool, typer.Option("--all", help="Every dead delivery")]
NOTHING = "[green]✓[/] nothing waits: what Shopify told is worked off"
NONE_DEAD = "nothing is dead there"


@app.command("list")
def list_(
    shop: Annotated[str | None, typer.Argument(help="Its dead deliveries, with words")] = None,
    kind: Kind = None,
) -> None:
    """What waits, by shop and kind; of one shop, or one kind, each dead delivery."""

    async def work() -> None:
        async with opened(target(), name="syncd inbox") as pool:
            now = await db.clock(pool)
            if shop is None and kind is None:
                heaps = await heard.by_kind(pool)
                rows = [
                    (
                        one.domain,
                        one.kind,
                        str(one.waiting),
                        str(one.retrying),
                        str(one.dead),
                        ago(one.oldest_at, now) if one.oldest_at else "–",
                    )
                    for one in heaps
                ]
                columns = ("Shop", "Kind", "Waiting", "Retrying", "Dead", "Oldest")
                console.print(_table(columns, rows) if rows else NOTHING)
                return
            shop_id = None if shop is None else (await shop_of(pool, shop)).shop_id
            dead = await heard.dead(pool, shop_id=shop_id, kind=kind)
            lines = [
                (str(one.inbox_id), one.domain, one.topic, one.gid or "–", one.error)
                for one in dead
            ]
            titles = ("No.", "Shop", "Topic", "Of", "Why")
            console.print(_table(titles, lines) if lines else NONE_DEAD)

    run(work)


@app.command()
def show(
    word: Annotated[str, typer.Argument(help="An order's or a customer's id, or a delivery's")],
) -> None:
    """Everything that was told of one thing, with what became of it."""

    async def work() -> int:
        async with opened(target(), name="syncd inbox") as pool:
            told = await heard.told_of(pool, word)
            rows = [
                (
                    str(one.inbox_id),
                    f"{one.received_at:%F %T}",
                    one.topic,
                    one.outcome or one.state,
                    one.last_error or "",
                )
                for one in told
            ]
            heads = ("No.", "Arrived (UTC)", "Topic", "What became of it", "Why")
            console.print(_table(heads, rows) if rows else f"nothing was told of {escape(word)}")
            return 0 if rows else FOUND_WRONG

    run(work)


@app.command()
def receipts(shop: Named = None) -> None:
    """What was asked by law about persons' data, what was done about it."""

    async def work() -> None:
        async with opened(target(), name="syncd inbox") as pool:
            shop_id = None if shop is None else (await shop_of(pool, shop)).shop_id
            rows = [
                (
                    str(one.receipt_id),
                    one.domain,
                    one.topic,
                    one.request_id or one.customer_id or "–",
                    f"{one.done_at:%F %T}",
                    ", ".join(f"{name} {count}" for name, count in one.held.items() if count),
                    "yes" if one.told_backoffice else "–",
                )
                for one in await obey.receipts(pool, shop_id=shop_id)
            ]
            heads = ("No.", "Shop", "Asked", "Of", "Done (UTC)", "Rows held", "Backoffice told")
            console.print(_table(heads, rows) if rows else "nothing was asked yet")

    run(work)


@app.command()
def retry(
    numbers: Numbers = None, shop: Named = None, kind: Kind = None, all_: All = False
) -> None:
    """Make dead deliveries due again, with a clean slate."""
    _chosen(numbers, shop, kind, all_)
    run(lambda: _act(heard.retry, "due again", numbers, shop, kind))


@app.command()
def skip(
    numbers: Numbers = None,
    shop: Named = None,
    kind: Kind = None,
    all_: All = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Give dead deliveries up; requests by law only one by one. The pull finds what they told."""
    _chosen(numbers, shop, kind, all_)
    if not yes:
        typer.confirm("Give these dead deliveries up?", abort=True)
    run(lambda: _act(heard.skip, "given up", numbers, shop, kind))


def _chosen(numbers: list[int] | None, shop: str | None, kind: str | None, all_: bool) -> None:
    """Nobody touches everything by leaving something out."""
    is_narrow = bool(numbers) or shop is not None or kind is not None
    if is_narrow == all_:
        raise typer.BadParameter("name numbers, --shop or --kind; or --all, alone, for every one")


async def _act(
    deed: Callable[..., Awaitable[int]],
    done: str,
    numbers: list[int] | None,
    named: str | None,
    kind: str | None,
) -> int:
    """Do it, one by one where there are numbers; returns the exit code."""
    async with opened(target(), name="syncd inbox") as pool:
        shop = None if named is None else (await shop_of(pool, named)).domain
        wanted: Sequence[int | None] = list(dict.fromkeys(numbers)) if numbers else [None]
        count = sum([await deed(pool, delivery=one, shop=shop, kind=kind) for one in wanted])
        if not count:
            console.print(NONE_DEAD)
            return FOUND_WRONG
        console.print(f"[green]✓[/] deliveries {done}: {count}")
        if deed is heard.retry and not await nodes.seen(pool, within_s=ALIVE_S):
            console.print("  → no daemon runs: start one with `syncd run`")
    return 0


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*heads, box=box.SIMPLE)
    for row in rows:
        table.add_row(*map(escape, row))
    return table
