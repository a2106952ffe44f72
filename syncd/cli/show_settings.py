"""What the commands about settings print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from syncd.flows.configure import Done
from syncd.flows.remove_shop import Removed
from syncd.postgres.shop_settings import Entry
from syncd.records import Shop
from syncd.rules import setting_kinds
from syncd.rules.setting import EFFECTS, SECTIONS
from syncd.rules.setting_kinds import Choice, Value
from syncd.rules.shop_settings import BY_NAME, SETTINGS
from syncd.rules.text import shortened

LONGEST = 60  # characters of a value in the log


def settings(console: Console, shop: Shop, values: Mapping[str, Value]) -> None:
    """Each setting with its value, what is usual, what it means."""
    table = Table(
        "setting",
        Column("value", overflow="fold"),
        Column("default", overflow="fold"),
        "",
        box=box.SIMPLE,
        pad_edge=False,
    )
    for one in SETTINGS:
        now, usual = (setting_kinds.shown(one.kind, v) for v in (values[one.name], one.default))
        if one is next(other for other in SETTINGS if other.section == one.section):
            table.add_row(f"[bold]{SECTIONS[one.section]}[/]")
        meanings = one.kind.meanings if isinstance(one.kind, Choice) else {}
        words = [one.explanation, *(f"{word}: {what}." for word, what in meanings.items())]
        is_usual = values[one.name] == one.default or one.default in (None, ("Online Store",))
        value = escape(now) or "–"
        shown = value if is_usual else f"[cyan]{value}[/]"
        table.add_row(one.name, shown, escape(usual) or "–", escape(" ".join(words)))
    console.print(f"The settings of {shop.domain}; to change one: syncd shop set {shop.domain} "
                  "name=value", soft_wrap=True)  # fmt: skip
    console.print(table)


def done(console: Console, shop: Shop, change: Done) -> None:
    """What was changed, a line each, with what that brings about."""
    if not change.changed:
        console.print(f"[green]✓[/] nothing changes: {shop.domain} is set so already")
    for name, (before, now) in change.changed.items():
        kind = BY_NAME[name].kind
        old, new = (escape(setting_kinds.shown(kind, v)) or "–" for v in (before, now))
        console.print(f"[green]✓[/] {name}: {old} → {new}", soft_wrap=True)
    for effect in change.effects:
        console.print(f"  → {EFFECTS[effect]}", soft_wrap=True)


def overwriting(console: Console, shop: Shop) -> None:
    """Whoever lets Shopify lead must know what becomes of sales at the till."""
    if shop.sync_stock and shop.stock_direction == "from_shopify":
        console.print(
            "[yellow]![/] Shopify's counts overwrite the warehouse's, till sales too; to add up "
            f"what moves on both sides: syncd shop set {shop.domain} stock_direction=two_way",
            soft_wrap=True,
        )


def log(console: Console, domain: str, entries: Sequence[Entry]) -> None:
    """Who changed what, the newest first."""
    if not entries:
        console.print(f"nothing was changed in {domain} yet")
        return
    table = Table(
        "when (UTC)", "who", "setting", Column("", overflow="fold"), box=box.SIMPLE, pad_edge=False
    )
    for one in entries:
        old, new = (escape(shortened(text or "–", LONGEST)) for text in (one.old, one.new))
        is_plain = one.setting != "shop" and one.new not in ("changed", "removed")
        what = f"{old} → {new}" if is_plain else new
        table.add_row(f"{one.at:%F %T}", escape(one.changed_by), one.setting, what)
    console.print(table)


def removed(console: Console, shop: Shop, gone: Removed) -> None:
    """What went with the shop, what did not."""
    rows = gone.rows
    console.print(f"[green]✓[/] {shop.domain} is removed; its products in Shopify stay")
    console.print(
        f"  deleted here: {rows.links} links of products, {rows.changes} changes that waited, "
        f"{rows.received} customers and orders that were received, {rows.deliveries} deliveries, "
        f"{rows.history} writes of the history",
        soft_wrap=True,
    )
    if gone.subscriptions:
        console.print(f"  ended in Shopify: {gone.subscriptions} subscriptions")
    if gone.trouble is not None:
        console.print(
            f"[yellow]![/] Shopify could not be asked to end the subscriptions: "
            f"{escape(gone.trouble.message)}; it does so by itself when nobody answers them",
            soft_wrap=True,
        )
