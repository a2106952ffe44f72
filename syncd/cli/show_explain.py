"""What `syncd explain` prints."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from syncd.flows.explanation import Count, Explanation, Row
from syncd.phrases import phrase
from syncd.postgres.lookup import Titled
from syncd.rules import field_words, waiting_words
from syncd.rules.clock_words import moment
from syncd.rules.facts import Waiting
from syncd.rules.naming import Named
from syncd.rules.text import shortened

LONGEST = 60  # characters of a value


def explanation(console: Console, told: Explanation, *, is_every: bool) -> None:
    """The sentence first, then the sides, what waits, what happened."""
    product = phrase("product {key}", key=told.key) if told.key else ""
    name = " · ".join(filter(None, (told.title, product, told.shop)))
    console.print(f"[bold]{escape(name)}[/]", soft_wrap=True)
    sign = "[green]✓[/]" if told.answer.is_well else "[yellow]![/]"
    console.print(f"{sign} {escape(told.answer.why)}", soft_wrap=True)
    for hint in told.answer.hints:
        console.print(f"  → {escape(hint)}", soft_wrap=True)
    for missing in told.missing:
        if missing not in told.answer.why:
            console.print(f"[yellow]![/] {escape(missing)}", soft_wrap=True)
    sides(console, told, is_every=is_every)
    counts(console, told.counts)
    pictures(console, told)
    for remark in told.remarks:
        console.print(f"[yellow]![/] {escape(remark)}", soft_wrap=True)
    waiting(console, told)
    failure(console, told)
    timeline(console, told)
    if told.gid:
        console.print(f"[dim]{told.gid}[/]")


def sides(console: Console, told: Explanation, *, is_every: bool) -> None:
    """Three columns; of fields that are alike only the product's name, unless all are asked for."""
    shown = [row for row in told.rows if is_every or _is_told(row, told)]
    alike = len(told.rows) - len(shown)
    if not shown:
        return
    heads = ("Backoffice", phrase("sent"), "Shopify")
    columns = [Column(head, overflow="fold") for head in heads]
    table = Table("", *columns, "", box=box.SIMPLE)
    for row in shown:
        cells = [row.wanted, row.known, row.observed]
        colour = {None: "", "kept": "cyan", "reverted": "cyan"}.get(row.who, "red")
        values = [
            _cell(cell, colour if cell != row.wanted or row.wanted is None else "")
            for cell in cells
        ]
        made_by = field_words.made_by(row.who) if row.who else ""
        table.add_row(escape(row.field), *values, f"[dim]{escape(made_by)}[/]")
    console.print(table)
    if alike:
        rest = phrase("fields that are alike: {count}; all of them: --all", count=alike)
        console.print(f"[dim]{escape(rest)}[/]")


def _is_told(row: Row, told: Explanation) -> bool:
    """What differs, what was asked about, the name."""
    is_named = any(row.name.startswith(f"variant {key}: ") for key in told.variants)
    return row.who is not None or row.name == "title" or is_named


def _cell(text: str | None, colour: str) -> str:
    shown = "–" if text is None else escape(shortened(text, LONGEST))
    return f"[{colour}]{shown}[/]" if colour and text is not None else shown


def counts(console: Console, found: Sequence[Count]) -> None:
    """The pieces of each variant on both sides; none where stock is not looked at."""
    if not any(one.agreed is not None or one.location is not None for one in found):
        return
    heads = (phrase("warehouse"), phrase("agreed on"), "Shopify", phrase("being set"))
    columns = [Column(head, justify="right") for head in heads]
    table = Table(phrase("count"), *columns, box=box.SIMPLE)
    for one in found:
        given = [one.warehouse, one.agreed, one.location, one.sending]
        cells = ["–" if number is None else str(number) for number in given]
        is_alike = len({number for number in given[:3] if number is not None}) <= 1
        style = "" if is_alike and one.sending is None else "yellow"
        table.add_row(escape(one.sku or one.key), *cells, style=style)
    console.print(table)


def pictures(console: Console, told: Explanation) -> None:
    """Those that Shopify has not fetched."""
    for shot in told.pictures:
        if shot.state != "ready":
            said = shot.said or shot.state
            console.print(f"[yellow]![/] {escape(shot.address)}: {escape(said)}", soft_wrap=True)


def waiting(console: Console, told: Explanation) -> None:
    """Each change with its lane, since when it waits, when it is due."""
    for one in told.waiting:
        console.print(f"[yellow]…[/] {escape(_waits(one, told))}", soft_wrap=True)


def _waits(one: Waiting, told: Explanation) -> str:
    given = {
        "kind": one.kind,
        "key": one.key,
        "lane": waiting_words.lane(one.lane),
        "since": moment(one.first_event_at, told.now),
        "events": one.events,
    }
    if one.state == "dead":
        return phrase("{kind} {key}: given up ({cause})", cause=one.cause or "–", **given)
    if one.state == "claimed":
        return phrase(
            "{kind} {key}: on its way since {since}, lane {lane}, events: {events}", **given
        )
    return phrase(
        "{kind} {key}: waits since {since} in lane {lane}, due {due}, events: {events}",
        due=moment(one.due_at, told.now),
        **given,
    )


def failure(console: Console, told: Explanation) -> None:
    """The last error, where the sentence at the top did not say it."""
    failed = told.failure
    if failed is None:
        return
    if failed.said not in told.answer.why:
        at = moment(failed.at, told.now)
        console.print(f"[red]✗[/] {at}: {escape(failed.said)}", soft_wrap=True)
        for hint in failed.hints:
            console.print(f"  → {escape(hint)}", soft_wrap=True)
        if failed.again_at is not None:
            again = phrase("tried again at {at}", at=moment(failed.again_at, told.now))
            console.print(f"  {escape(again)}", soft_wrap=True)
    if failed.request_id:
        said = phrase("Shopify's support finds it by request {id}", id=failed.request_id)
        console.print(f"  [dim]{escape(said)}[/]", soft_wrap=True)


def timeline(console: Console, told: Explanation) -> None:
    if told.timeline:
        console.print()
    for one in told.timeline:
        line = f"{moment(one.at, told.now)}  {one.said}"
        if one.request_ids:
            line = phrase("{line}, request {ids}", line=line, ids=" ".join(one.request_ids))
        console.print(escape(line), soft_wrap=True)


def several(
    console: Console, named: Named, found: Sequence[Titled], *, is_json: bool = False
) -> None:
    """The products that bear a name, to choose from."""
    if is_json:
        console.print_json(orjson.dumps({"several": list(found)}).decode())
        return
    said = phrase("{name!r} is the name of several products:", name=named.value)
    console.print(f"[yellow]![/] {escape(said)}", soft_wrap=True)
    table = Table(phrase("key"), phrase("name"), phrase("SKUs"), box=box.SIMPLE)
    for one in found:
        table.add_row(escape(one.key), escape(one.title), escape(", ".join(one.skus)))
    console.print(table)
    hint = phrase("name one by its key: `syncd explain --key {key}`", key=found[0].key)
    console.print(f"  → {escape(hint)}", soft_wrap=True)


def as_json(told: Explanation) -> str:
    """All of it as one line; moments are ISO 8601."""
    return orjson.dumps(_plain(told)).decode()


def _plain(thing: Any) -> Any:
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {one.name: _plain(getattr(thing, one.name)) for one in dataclasses.fields(thing)}
    if isinstance(thing, datetime):
        return thing.isoformat()
    if isinstance(thing, str):
        return str(thing)
    if isinstance(thing, frozenset | tuple | list):
        return [_plain(one) for one in thing]
    return thing
