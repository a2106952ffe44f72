"""What `syncd rehearse` tells: findings by cause, totals, files."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields
from math import ceil
from pathlib import Path
from typing import IO

import orjson
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from syncd.flows.rehearse import Finding, Rehearsal
from syncd.records import Shop
from syncd.rules.text import shortened

SHOWN = 3  # findings of a cause
LONGEST = 240  # characters of one
Writer = Callable[[Sequence[Finding]], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a shop's plan lets an app work: points a second, new variants.

    `free_variants` may be made at any pace, None: all; those beyond only `variants_a_day`.
    """

    plan: str
    restore_points_s: float
    free_variants: int | None
    variants_a_day: int

    def minutes(self, points: int) -> float:
        return points / self.restore_points_s / 60

    def days(self, variants: int) -> int:
        """How many days go by until Shopify has taken so many new variants; 0: the first."""
        if self.free_variants is None:
            return 0
        return ceil(max(0, variants - self.free_variants) / self.variants_a_day)


@contextmanager
def opened_files(csv_path: Path | None, jsonl_path: Path | None) -> Iterator[list[Writer]]:
    """What writes findings to these files, opened now: a wrong path is told before the work."""
    with ExitStack() as stack:
        writers: list[Writer] = []
        if csv_path is not None:
            # With a mark, by which spreadsheets know that ø is an ø.
            table = stack.enter_context(csv_path.open("w", encoding="utf-8-sig", newline=""))
            writers.append(lambda findings: _write_csv(table, findings))
        if jsonl_path is not None:
            lines = stack.enter_context(jsonl_path.open("wb"))
            writers.append(
                lambda findings: lines.writelines(orjson.dumps(one) + b"\n" for one in findings)
            )
        yield writers


def _write_csv(file: IO[str], findings: Sequence[Finding]) -> None:
    writer = csv.DictWriter(file, [field.name for field in fields(Finding)])
    writer.writeheader()
    writer.writerows(asdict(finding) for finding in findings)


def totals(console: Console, shop: Shop, told: Rehearsal, pace: Pace, *, took_s: float) -> None:
    """The totals as one line of JSON; `causes` counts findings."""
    points = sum(told.points.values())
    found = {
        "shop": shop.domain,
        "products": told.products,
        "accepted": told.sent,
        "variants": told.variants,
        "wrong": len(told.of("wrong")),
        "odd": len(told.of("odd")),
        "causes": {cause: len(group) for (_, cause), group in _grouped(told).items()},
        "calls": told.calls,
        "points_by_call": told.points,
        "points": points,
        "plan": pace.plan,
        "restore_points_s": pace.restore_points_s,
        "minutes": round(pace.minutes(points), 1),
        "days_for_variants": pace.days(told.variants),
        "took_s": round(took_s, 1),
    }
    console.print(orjson.dumps(found).decode(), markup=False, soft_wrap=True)


def guessed(console: Console, shop: Shop, why: str) -> None:
    """The shop's plan is not known."""
    console.print(
        f"[yellow]![/] the plan of {shop.domain} could not be read ({escape(why)}); minutes are "
        "counted for a standard one, --plan names another",
        soft_wrap=True,
    )


def show(
    console: Console,
    shop: Shop,
    told: Rehearsal,
    pace: Pace,
    *,
    took_s: float,
    files: Sequence[Path],
) -> None:
    """The first findings of each cause, then what the catalogue costs, then what was not tried."""
    if told.findings:
        console.print(_causes(told))
    console.print(
        f"{told.sent} of {told.products} products with {told.variants} variants were accepted, as "
        f"if {shop.domain} were empty [dim]({took_s:.1f} s)[/]",
        soft_wrap=True,
    )
    for sentence in _verdict(told):
        console.print(sentence, soft_wrap=True)
    if told.calls:
        console.print(_costs(told))
    for sentence in (*_time(told, pace), *_limits()):
        console.print(sentence, soft_wrap=True)
    for path in files:
        console.print(f"All findings are in {escape(str(path))}", soft_wrap=True)


def _grouped(told: Rehearsal) -> dict[tuple[str, str], list[Finding]]:
    """By severity with cause, what is wrong first, then by how often it was found."""
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in told.findings:
        groups[finding.severity, finding.cause].append(finding)
    order = sorted(groups, key=lambda group: (group[0] != "wrong", -len(groups[group]), group))
    return {group: groups[group] for group in order}


def _causes(told: Rehearsal) -> Table:
    table = Table(
        "",
        Column("cause", overflow="fold"),
        Column("found", justify="right"),
        Column("products", justify="right"),
        Column("for example", overflow="fold", ratio=1),
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        expand=True,
    )
    for (severity, cause), found in _grouped(told).items():
        sign = "[red]✗[/]" if severity == "wrong" else "[yellow]![/]"
        lines = [escape(shortened(one.message, LONGEST)) for one in found[:SHOWN]]
        if len(found) > SHOWN:
            lines.append(f"[dim]and {len(found) - SHOWN} more[/]")
        lines += [f"  → {escape(hint)}" for hint in {one.next_step for one in found[:1]} if hint]
        count = len({one.key for one in found})
        table.add_row(sign, escape(cause), str(len(found)), str(count), "\n".join(lines))
    return table


def _verdict(told: Rehearsal) -> Iterator[str]:
    wrong, odd = told.of("wrong"), told.of("odd")
    products = len({finding.key for finding in wrong})
    if wrong:
        yield f"[red]✗[/] Shopify would refuse products: {products} (findings: {len(wrong)})"
    else:
        yield "[green]✓[/] Shopify would refuse none of them, as far as a rehearsal can tell"
    if odd:
        yield f"[yellow]![/] odd, but sent all the same: {len(odd)} findings"


def _costs(told: Rehearsal) -> Table:
    table = Table("document", box=box.SIMPLE, pad_edge=False)
    for name in ("calls", "points"):
        table.add_column(name, justify="right")
    for name, count in told.calls.items():
        table.add_row(name, f"{count:,}", f"{told.points.get(name, 0):,}")
    all_calls, all_points = sum(told.calls.values()), sum(told.points.values())
    table.add_row("together", f"{all_calls:,}", f"{all_points:,}", style="bold")
    return table


def _time(told: Rehearsal, pace: Pace) -> Iterator[str]:
    points = sum(told.points.values())
    yield (
        f"By its points a first send takes {spoken(pace.minutes(points))} on the plan "
        f"{escape(pace.plan)}, which gives {pace.restore_points_s:g} points a second"
    )
    if days := pace.days(told.variants):
        yield (
            f"[yellow]![/] Shopify takes {pace.free_variants:,} variants, then "
            f"{pace.variants_a_day:,} a day on this plan: the last ones after {days} days"
        )


def spoken(minutes: float) -> str:
    """`less than a minute`, `about 8 minutes`."""
    return "less than a minute" if minutes < 1 else f"about {ceil(minutes):,} minutes"


def _limits() -> Iterator[str]:
    yield (
        "Pictures are not fetched in a rehearsal: whether Shopify can fetch them is told by "
        "`syncd status` after they were sent"
    )
    yield "Nothing was written to Shopify, to the Backoffice or to syncd's tables"
