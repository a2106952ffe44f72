"""What the tour says in the terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.status import Status
from rich.table import Table

from syncd.catalogue.entries import Problem
from syncd.demo.proof import Difference

SHOWN = 10


class Step:
    """One line of the tour: a spinner while it lasts, a tick with its time afterwards."""

    def __init__(self, what: str, spinner: Status) -> None:
        self.what = what
        self.spinner = spinner

    def say(self, what: str) -> None:
        """What the line says when the step has ended."""
        self.what = what

    def progress(self, what: str) -> None:
        """What the line says meanwhile."""
        self.spinner.update(f"{escape(what)} …")


@contextmanager
def step(console: Console, what: str) -> Iterator[Step]:
    began_s = time.monotonic()
    with console.status(f"{what} …") as spinner:
        yield (told := Step(what, spinner))
    took_s = time.monotonic() - began_s
    console.print(f"[green]✓[/] {told.what} [dim]({took_s:.1f} s)[/]")


def bar(console: Console) -> Progress:
    """A bar with done, total and time left; on a pipe it prints nothing until the end."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def problems(console: Console, found: Sequence[Problem], what: str) -> None:
    """What of a file was not loaded, the first rows of it."""
    if not found:
        return
    console.print(f"[yellow]![/] {len(found)} {what}:")
    for problem in found[:SHOWN]:
        console.print(f"    row {problem.row}  {escape(problem.handle)}  {escape(problem.reason)}")
    if len(found) > SHOWN:
        console.print(f"    … and {len(found) - SHOWN} more: `syncd backoffice import` lists all")


def differences(console: Console, found: Sequence[Difference]) -> None:
    console.print(f"[red]✗[/] the shop differs from the Backoffice in {len(found)} places:")
    for difference in found[:SHOWN]:
        console.print(f"    {escape(str(difference))}")
    if len(found) > SHOWN:
        console.print(f"    … and {len(found) - SHOWN} more")


def summary(console: Console, rows: Sequence[tuple[str, str]]) -> None:
    """The figures of the tour, names left, numbers right."""
    table = Table(show_header=False, title="What happened", title_justify="left", min_width=48)
    table.add_column()
    table.add_column(justify="right")
    for name, figure in rows:
        table.add_row(name, figure)
    console.print()
    console.print(table)


def console_at(console: Console, door: str) -> None:
    """Where the console is, with what to sign in with."""
    console.print(f"[green]✓[/] The console is at [bold]{escape(door)}[/]", soft_wrap=True)


def farewell(console: Console, *, address: str, door: str) -> None:
    """What to do next while the demo runs."""
    console.print()
    console.print("[bold]The daemon keeps running. In another terminal:[/]")
    for name, what in (
        ("the console", door),
        ("the shop", address),
        ("the Backoffice", "make psql"),
        ("", "update retail.price set list_price = 199 where variant_id = 1;"),
        ("how it stands", "make status"),
        ("compare everything", "make resync"),
        ("stop", "Ctrl-C here; `make clean` removes the data"),
    ):
        console.print(f"  [dim]{name:<19}[/]{escape(what)}", soft_wrap=True, highlight=False)
