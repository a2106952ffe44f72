"""What the commands print for people."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from syncd.flows.checkup import Finding
from syncd.flows.judgement import HELD_BY
from syncd.postgres.files import File
from syncd.postgres.nodes import Node
from syncd.postgres.status import Backlog, LastError, RouterLag
from syncd.records import Shop
from syncd.rules.clock_words import span as span

ENDLESS_S = 1e9
NONE_DEAD = "nothing that is dead fits"


def ago(then: datetime | None, now: datetime) -> str:
    """`12 s`, `3 min`, `5 h`, `2 d`; a dash for never."""
    return "–" if then is None else span((now - then).total_seconds())


def backlog(console: Console, rows: Sequence[Backlog], now: datetime) -> None:
    """What waits, a row a shop; in flight and retrying are shown where there are any."""
    if not rows:
        console.print("There is no shop yet: add one with `syncd shop add`")
        return
    figures: dict[str, list[str]] = {
        "waiting": [str(row.waiting) for row in rows],
        "oldest": [ago(row.oldest_event_at, now) for row in rows],
        "in flight": [str(row.in_flight or "") for row in rows],
        "retrying": [str(row.retrying or "") for row in rows],
        "dead": [f"[red]{row.dead}[/]" if row.dead else "0" for row in rows],
        "linked": [str(row.linked) for row in rows],
    }
    shown = {name: cells for name, cells in figures.items() if any(cells)}
    table = Table(Column("shop", no_wrap=True), "state", box=box.SIMPLE, pad_edge=False)
    for name in shown:
        table.add_column(name, justify="right")
    for row, *cells in zip(rows, *shown.values(), strict=True):
        table.add_row(row.domain.removesuffix(".myshopify.com"), condition(row, now), *cells)
    console.print(table)


def condition(row: Backlog, now: datetime) -> str:
    """Why nothing is sent, or that things are."""
    if not row.enabled:
        return "disabled"
    if row.state == "unlinked":
        return "[yellow]unlinked[/]"
    if row.paused_until is not None and row.paused_until > now:
        return "[yellow]paused[/]"
    return "[green]linked[/]"


def troubles(
    console: Console, rows: Sequence[Backlog], errors: Mapping[int, LastError], now: datetime
) -> None:
    """Per shop why it waits and the error to look at first, with when it is tried again."""
    for row in rows:
        if row.state == "unlinked":
            what = "nothing is created there before it is linked or declared empty"
            how = "`syncd link start`, or `syncd shop declare-empty`"
            console.print(f"[yellow]![/] {row.domain}: {what}: {how}", soft_wrap=True)
        if row.paused_until is not None and row.paused_until > now:
            left_s = (row.paused_until - now).total_seconds()
            lasts = (
                f"for {left_s:.0f} s"
                if left_s < ENDLESS_S
                else f"until `syncd resume {row.domain}`"
            )
            reason = escape(row.paused_reason or "")
            console.print(f"[yellow]![/] {row.domain} is paused {lasts}: {reason}", soft_wrap=True)
        if (error := errors.get(row.shop_id)) is not None:
            console.print(f"[red]✗[/] {row.domain}, last error {ago(error.failed_at, now)} ago:")
            console.print(f"  {escape(error.error)}", soft_wrap=True)
            console.print(f"  [dim]{escape(_fate(error, now))}[/]", soft_wrap=True)


def _fate(error: LastError, now: datetime) -> str:
    if error.state == "dead":
        return (
            "it waits for a change in the Backoffice; to try it again: "
            f"`syncd dead retry {shlex.quote(error.key)}`"
        )
    if error.error.startswith(HELD_BY):
        return "it waits for an answer, or for a change in the Backoffice"
    wait_s = max(0.0, (error.due_at - now).total_seconds())
    return f"attempt {error.failures + 1} in {wait_s:.0f} s"


def daemons(console: Console, nodes: Sequence[Node], lag: RouterLag | None, now: datetime) -> None:
    """Whether somebody works, and how far events are from being changes."""
    if not nodes:
        console.print("[yellow]![/] no daemon runs: start one with `syncd run`")
    for node in nodes:
        console.print(
            f"[green]●[/] {node.name}, up {ago(node.started_at, now)}, "
            f"seen {ago(node.seen_at, now)} ago"
        )
    if lag is not None and lag.lag_s > 1:
        console.print(f"[yellow]![/] events wait for the router since {lag.lag_s:.0f} s")


def paused(console: Console, domain: str, minutes: int | None) -> None:
    """That nothing is sent any more, with what ends it."""
    lasts = "until it is resumed" if minutes is None else f"for {minutes} minutes"
    console.print(f"[green]✓[/] {domain} is paused {lasts}")
    console.print(f"  → syncd resume {domain}")


def resumed(console: Console, domain: str, *, was_paused: bool) -> None:
    console.print(f"[green]✓[/] {domain} {'is resumed' if was_paused else 'was not paused'}")


def pictures(console: Console, domain: str, failed: Sequence[File]) -> None:
    """That Shopify could not fetch some pictures, with where to look."""
    if failed:
        keys = list(dict.fromkeys(file.key for file in failed))
        console.print(
            f"[yellow]![/] {domain}: pictures that Shopify could not fetch: {len(failed)}, "
            f"products that lack them: {len(keys)}; `syncd explain {escape(keys[0])}`",
            soft_wrap=True,
        )


def shops(console: Console, rows: Sequence[Shop]) -> None:
    table = Table(
        Column("shop", overflow="fold"),
        "state",
        "account",
        "price department",
        "warehouse",
        "currency",
    )
    for shop in rows:
        table.add_row(
            shop.domain,
            shop.state if shop.enabled else "disabled",
            shop.account_id,
            shop.price_department,
            shop.stock_warehouse or "–",
            shop.currency,
        )
    console.print(table)


def shop(console: Console, one: Shop) -> None:
    """All settings of one shop; the token is never shown."""
    table = Table(show_header=False)
    for name in Shop.__slots__:
        value = getattr(one, name)
        text = ", ".join(value) if isinstance(value, tuple) else str(value)
        table.add_row(name, escape(text) if value not in (None, ()) else "–")
    console.print(table)


def finding(console: Console, one: Finding) -> None:
    """A green line for what is well, another with the next step for what is not."""
    sign = {"well": "[green]✓[/]", "odd": "[yellow]![/]", "wrong": "[red]✗[/]"}[one.state]
    console.print(f"{sign} {escape(one.what)}", soft_wrap=True)
    if one.hint:
        console.print(f"  → {escape(one.hint)}", soft_wrap=True)
