"""What the commands of a link print for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from syncd.postgres.link_answers import Count
from syncd.postgres.runs import Run
from syncd.rules import link_words
from syncd.rules.link_report import Finding, number_of
from syncd.rules.matching import BUCKETS
from syncd.rules.text import shortened

SHOWN = 8  # of each bucket
LONGEST = 34
PLANS = {
    "link": "link",
    "ask": "[yellow]decide[/]: left as they are until then",
    "create": "make in Shopify",
    "leave": "leave as they are",
    "import": "import into the Backoffice",
}


def summary(console: Console, run: Run, counts: Sequence[Count]) -> None:
    """A line for each bucket, by what is to become of it."""
    console.print(f"link {run.run_id} of {run.domain}: {run.state}, {run.products} in the shop")
    if run.same:
        console.print(f"  {run.same} products are linked already")
    table = Table(Column("products", justify="right"), "bucket", "", box=box.SIMPLE, pad_edge=False)
    table.add_column("what becomes of them")
    for one in sorted(counts, key=lambda one: BUCKETS.index(one.bucket)):
        differ = f", {one.counts_differ} with other counts" if one.counts_differ else ""
        plan = f"{PLANS[one.plan]}{differ}"
        table.add_row(str(one.rows), one.bucket, link_words.BUCKETS[one.bucket], plan)
    if counts:
        console.print(table)
    if run.error:
        console.print(f"[red]✗[/] {escape(run.error)}", soft_wrap=True)


def next_steps(console: Console, run: Run) -> None:
    if run.state == "held":
        console.print(
            "  → look at it: syncd link report · decide in a spreadsheet: syncd link report --csv"
            " link.csv, then syncd link decide link.csv · link: syncd link approve · end it:"
            " syncd link cancel",
            soft_wrap=True,
        )


def rows(console: Console, bucket: str, found: Sequence[Finding]) -> None:
    """The first rows of a bucket."""
    if not found:
        return
    table = Table(title=bucket, title_justify="left", box=box.SIMPLE, show_edge=False)
    for name in ("row", "Backoffice", "Shopify", "found", "decision"):
        table.add_column(name, overflow="fold")
    for row in found:
        table.add_row(
            str(row.number),
            escape(_side(row.key, row.title_here, row.skus)),
            escape(_side(row.gid and number_of(row.gid), row.title_there, row.skus_there)),
            escape(row.error or row.reason),
            row.outcome or row.decision or row.proposal,
        )
    console.print(table)


def _side(name: str | None, title: str | None, skus: Sequence[str]) -> str:
    if name is None:
        return "–"
    return f"{name} {shortened(title or '', LONGEST)} {' '.join(skus[:1])}".rstrip()


def ended(console: Console, run: Run, outcomes: Mapping[str, int]) -> None:
    """What became of a link."""
    told = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items()) or "nothing to do"
    colour = "green" if run.state == "done" else "red"
    console.print(f"[{colour}]link {run.run_id}: {run.state}[/], {told}")
    if run.failed or run.parked:
        console.print("  what changed or was refused: syncd link report --csv FILE tells why")
    if run.error:
        console.print(f"[red]✗[/] {escape(run.error)}", soft_wrap=True)
