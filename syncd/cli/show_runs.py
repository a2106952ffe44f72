"""What the commands about runs print for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from syncd.cli.show import ago, span
from syncd.cli.show_rehearsal import spoken
from syncd.postgres.differences import Difference
from syncd.postgres.runs import Run
from syncd.rules.text import shortened

SHOWN = 10  # of each kind
LONGEST = 40  # characters of a value
DOING = {
    "asked": "Waiting for the daemon of",
    "reading": "Shopify reads",
    "comparing": "Comparing",
    "held": "Held:",
    "sending": "Sending to",
}
WHO = {
    "backoffice": "changed in the Backoffice",
    "shopify": "changed in Shopify",
    "both": "changed in both",
    "unknown": "never sent before",
}
KINDS = {
    "conflict": "Need a person",
    "differs": "Differ",
    "only_here": "Only in the Backoffice",
    "only_there": "Only in the shop (they stay as they are)",
}


def runs(console: Console, found: Sequence[Run], now: datetime) -> None:
    """A row a run, the newest first."""
    if not found:
        console.print("No shop was compared yet: `syncd resync` does so now")
        return
    table = Table(Column("run", justify="right"), "shop", "state", box=box.SIMPLE, pad_edge=False)
    table.add_column("ago", justify="right", no_wrap=True)
    table.add_column("took", justify="right", no_wrap=True)
    table.add_column("found")
    for one in found:
        began = one.started_at or one.asked_at
        table.add_row(
            str(one.run_id),
            one.domain.removesuffix(".myshopify.com"),
            _state(one),
            ago(one.asked_at, now),
            span(((one.ended_at or now) - began).total_seconds()),
            _found(one),
        )
    console.print(table)
    for one in found:
        if one.state == "held":
            held(console, one)
        elif one.error:
            console.print(f"[red]✗[/] run {one.run_id}: {escape(one.error)}", soft_wrap=True)


def _found(one: Run) -> str:
    """What a run found, what became of it, without what it did not."""
    counts = {
        "equal": one.same,
        "differ": one.differs,
        "only here": one.only_here,
        "only there": one.only_there,
        "need a person": one.conflict,
        "counts differ": one.counts or 0,
        "accepted": one.ok,
        "refused": one.parked,
        "put off": one.failed,
    }
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "–"


def _state(one: Run) -> str:
    colour = {"held": "yellow", "failed": "red", "done": "green"}.get(one.state)
    kind = "dry run" if one.is_dry else one.kind
    said = one.state if kind == "resync" else f"{one.state} ({kind})"
    return f"[{colour}]{said}[/]" if colour else said


def held(console: Console, one: Run) -> None:
    """Why it is held, with the two answers."""
    for reason in one.hold:
        console.print(f"[yellow]![/] run {one.run_id} is held: {escape(reason)}", soft_wrap=True)
    if one.decided_at is None and one.ended_at is None:
        go, end = ("let it go on", "end it") if one.kind != "guard" else ("send it", "keep it back")
        look = "link report" if one.kind == "link" else f"runs {one.run_id}"
        console.print(
            f"  → look at it: syncd {look} · {go}: syncd approve {one.run_id} · "
            f"{end}: syncd reject {one.run_id}",
            soft_wrap=True,
        )


def summary(
    console: Console, one: Run, by_who: Mapping[str, int], took_s: float | None = None
) -> None:
    """In a few lines what a run found, what became of it."""
    took = "" if took_s is None else f" [dim]({took_s:.1f} s)[/]"
    console.print(f"run {one.run_id} of {one.domain}: {_state(one)}, {one.points} points{took}")
    if one.kind == "guard":
        console.print(f"  {one.differs} products whose changes were held back by the guards")
    elif one.kind == "revert":
        of = f"run {one.of_run}" if one.of_run else "the last write"
        console.print(f"  of {of}: {one.differs} to take back, {one.same} so already")
    elif one.kind == "link":
        console.print(
            f"  {one.products} in the shop: {one.differs} to link, {one.same} linked already"
        )
    else:
        _counts(console, one, by_who)
    if one.conflict:
        verb = "needs" if one.conflict == 1 else "need"
        console.print(f"  [yellow]{one.conflict} {verb} a person[/]")
    if one.counts:
        kept = "nothing was sent" if one.is_dry else "they are brought across"
        console.print(f"  {one.counts} counts were not as last agreed on: {kept}")
    if one.by_change or one.by_bulk:
        when = "would take" if one.is_dry else "was to take"
        console.print(
            f"  {one.by_change} one by one, {one.by_bulk} by bulk operations: that {when} "
            f"{spoken((one.expected_s or 0) / 60)}",
            soft_wrap=True,
        )
    if one.sent:
        refused = (
            f", [red]{one.parked} refused[/]: `syncd dead list` tells why" if one.parked else ""
        )
        console.print(f"  {one.ok} of {one.sent} products sent or found right{refused}")
    if one.state == "held" or (one.kind == "guard" and one.state == "rejected"):
        held(console, one)
    if one.error:
        console.print(f"[red]✗[/] {escape(one.error)}", soft_wrap=True)


def _counts(console: Console, one: Run, by_who: Mapping[str, int]) -> None:
    parts = [f"{one.same} equal", f"{one.differs} differ"]
    parts += [f"{one.only_here} only in the Backoffice", f"{one.only_there} only in the shop"]
    console.print(f"  {one.products} products in the shop: {', '.join(parts)}", soft_wrap=True)
    who = [f"{count} {WHO[name]}" for name, count in by_who.items() if name in WHO]
    if who:
        console.print(f"  of those that differ: {', '.join(who)}")


def differences(console: Console, one: Run, found: Sequence[Difference]) -> None:
    """The first of each kind as a table: what needs a person first."""
    rest = "`syncd resync --dry-run --csv FILE` lists all"
    if one.kind == "guard":
        of_it = f"run_id = {one.run_id}"
        rest = f"select key, title, fields from syncd.run_difference where {of_it}"  # nosec B608  # to be read
    for kind, title in KINDS.items():
        every = [row for row in found if row.verdict == kind]
        rows = every[:SHOWN]
        if not rows:
            continue
        if kind == "conflict":
            _reasons(console, title, rows)
            continue
        table = Table(title=title, title_justify="left", box=box.SIMPLE, show_edge=False)
        for name in ("key", "name", "what", "Shopify", "Backoffice", "who"):
            table.add_column(name, overflow="fold")
        for row in rows:
            _add(table, row)
        console.print(table)
        total = {"differs": one.differs, "only_here": one.only_here, "only_there": one.only_there}
        left = total.get(kind, one.conflict) - len(rows)
        if left > 0 and len(every) >= SHOWN:
            console.print(f"    … and {left} more: {rest}", soft_wrap=True)


def _reasons(console: Console, title: str, rows: Sequence[Difference]) -> None:
    """What each is about, in words."""
    console.print(f"[bold]{title}[/]")
    for row in rows:
        name = f"{row.key} {shortened(row.title, LONGEST)}"
        console.print(f"  [yellow]![/] {escape(name)}: {escape(row.reason or '')}", soft_wrap=True)


def _add(table: Table, row: Difference) -> None:
    name = escape(shortened(row.title, LONGEST))
    label = escape(row.key or (row.gid or "").rpartition("/")[2])
    if not row.fields:
        table.add_row(label, name, escape(row.reason or ""), "", "", "")
    for place, field in enumerate(row.fields):
        values = [shortened(str(field[side] or "–"), LONGEST) for side in ("observed", "wanted")]
        first = (label, name) if not place else ("", "")
        table.add_row(*first, escape(field["field"]), *map(escape, values), field["who"])
