"""The picture of `syncd outbox`: a table a question, those that have no rows left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from syncd.cli.show import ago, condition, span
from syncd.postgres.nodes import Node
from syncd.postgres.status import (
    Alarm,
    Backlog,
    Cause,
    Died,
    InFlight,
    Lane,
    LeaseRow,
    Minute,
    RouterLag,
)
from syncd.rules.text import shortened

LONGEST = 90  # characters of an error beside its cause


@dataclass(frozen=True, slots=True)
class Outlook:
    """All that is known of the outbox at one moment."""

    now: datetime
    alarms: Sequence[Alarm]
    backlog: Sequence[Backlog]
    lanes: Sequence[Lane]
    in_flight: Sequence[InFlight]
    causes: Sequence[Cause]
    leases: Sequence[LeaseRow]
    nodes: Sequence[Node]
    lag: RouterLag | None
    minutes: Sequence[Minute]

    def of_shop(self, shop_id: int) -> Outlook:
        """What concerns this shop; alarms, the router and the nodes concern all."""
        return replace(
            self,
            backlog=[row for row in self.backlog if row.shop_id == shop_id],
            lanes=[row for row in self.lanes if row.shop_id == shop_id],
            in_flight=[row for row in self.in_flight if row.shop_id == shop_id],
            causes=[row for row in self.causes if row.shop_id == shop_id],
            leases=[row for row in self.leases if row.shop_id in (shop_id, None)],
            minutes=[row for row in self.minutes if row.shop_id == shop_id],
        )


def tables(look: Outlook) -> Group:
    """What needs a person first, then what waits, and who works how fast."""
    shown: list[RenderableType] = [_alarms(look.alarms), _waiting(look)]
    if look.in_flight:
        shown.append(_in_flight(look))
    if look.causes:
        shown.append(causes(look.causes, look.now))
    shown.append(_workers(look))
    if look.minutes:
        shown.append(_minutes(look))
    return Group(*shown)


def _table(title: str, *columns: str, numbers: Sequence[str] = ()) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _short(domain: str | None) -> str:
    return escape((domain or "").removesuffix(".myshopify.com"))


def _alarms(alarms: Sequence[Alarm]) -> RenderableType:
    if not alarms:
        return Text.from_markup("[green]✓[/] nothing needs a person")
    return Group(*(Text.from_markup(f"[red]✗ {one.alarm}[/] {escape(one.what)}") for one in alarms))


def _waiting(look: Outlook) -> RenderableType:
    """A row a lane; a shop where nothing waits has one, too, for its state."""
    if not look.backlog:
        return Text("There is no shop yet: add one with `syncd shop add`")
    numbers = ("waiting", "due", "in flight", "retrying", "oldest")
    table = _table("What waits", "shop", "state", "lane", numbers=numbers)
    for shop in look.backlog:
        head = (_short(shop.domain), condition(shop, look.now))
        lanes = [lane for lane in look.lanes if lane.shop_id == shop.shop_id]
        if not lanes:
            table.add_row(*head, "–", "0", "0", "0", "0", "–")
        for lane in lanes:
            counts = (lane.waiting, lane.due, lane.in_flight, lane.retrying)
            table.add_row(*head, lane.lane, *map(str, counts), span(lane.oldest_s))
            head = ("", "")
    return table


def _in_flight(look: Outlook) -> Table:
    table = _table("In flight", "node", "shop", numbers=("changes", "overdue"))
    for row in look.in_flight:
        overdue = f"[red]{row.overdue}[/]" if row.overdue else "0"
        table.add_row(escape(row.node), _short(row.domain), str(row.changes), overdue)
    return table


def causes(rows: Sequence[Cause], now: datetime) -> Table:
    """Dead changes by what killed them, with one of each."""
    table = _table("Dead", "shop", "cause", numbers=("changes", "last"))
    table.add_column("for example", overflow="fold")
    for row in rows:
        example = escape(f"{row.example_key}: {shortened(row.example, LONGEST)}")
        counts = (f"[red]{row.changes}[/]", ago(row.last_at, now))
        table.add_row(_short(row.domain), escape(row.cause), *counts, example)
    return table


def dead(rows: Sequence[Died], now: datetime) -> Table:
    """Each dead change with its words."""
    table = _table("Dead", "shop", "key", "cause", numbers=("since", "failures"))
    table.add_column("why", overflow="fold")
    for row in rows:
        counts = (ago(row.died_at, now), str(row.failures))
        table.add_row(
            _short(row.domain), escape(row.key), escape(row.cause), *counts, escape(row.error)
        )
    return table


def _workers(look: Outlook) -> RenderableType:
    table = _table("Who works", "what", "node", "lease", numbers=("taken",))
    for row in look.leases:
        held = "[green]held[/]" if row.is_held else "[yellow]free[/]"
        what = "router" if row.shop_id is None else _short(row.domain)
        table.add_row(what, escape(row.node), held, ago(row.taken_at, look.now))
    lines = [
        f"[green]●[/] {escape(node.name)}, up {ago(node.started_at, look.now)}, "
        f"seen {ago(node.seen_at, look.now)} ago"
        for node in look.nodes
    ] or ["[yellow]![/] no daemon runs: start one with `syncd run`"]
    if look.lag is not None:
        moved = f"{look.lag.moved} events moved, the last {ago(look.lag.moved_at, look.now)} ago"
        behind = f"[yellow]{look.lag.lag_s:.1f} s behind[/]" if look.lag.lag_s > 1 else "up to date"
        lines.append(f"router: {moved}, {behind}")
    told = Text.from_markup("\n".join(lines))
    return Group(table, told) if look.leases else told


def _minutes(look: Outlook) -> Table:
    numbers = ("accepted", "events", "half within", "longest")
    table = _table("Accepted by Shopify", "minute", "shop", numbers=numbers)
    domains = {row.shop_id: row.domain for row in look.backlog}
    for row in look.minutes:
        seconds = (f"{row.median_s:.1f} s", f"{row.longest_s:.1f} s")
        counts = (str(row.accepted), str(row.events))
        minute = f"{row.minute.astimezone():%H:%M}"
        table.add_row(minute, _short(domains.get(row.shop_id)), *counts, *seconds)
    return table
