"""The stock: what of each variant lies where, what changed last."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.pages.asking import Json, ask
from syncd.sandbox.pages.listing import Wish, links, search
from syncd.sandbox.pages.markup import NONE, Html, code, empty, moment, table, whole
from syncd.sandbox.pages.seen import Seen
from syncd.sandbox.pages.sheet import sheet
from syncd.sandbox.shop import Shop

NAMES = ("available", "committed", "on_hand", "incoming")
CHANGES_SHOWN = 20

ITEMS = """
query Stock($first: Int!, $after: String, $query: String) {
  inventoryItems(first: $first, after: $after, query: $query, reverse: true) {
    nodes {
      sku tracked
      variant { displayName product { legacyResourceId } }
      inventoryLevels(first: 20) {
        nodes {
          location { name }
          quantities(names: ["available", "committed", "on_hand", "incoming"]) { name quantity }
        }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def stock(seen: Seen, wish: Wish) -> Html:
    """The page at `/stock`."""
    found = ask(seen.shop, ITEMS, **wish.variables).get("inventoryItems") or {}
    rows = [row for item in found.get("nodes") or () for row in _rows(item)]
    heads = ("Variant", "SKU", "Location", *(f">{_named(name)}" for name in NAMES))
    body = (
        table(heads, rows, "stock")
        if rows
        else empty("Nothing in stock", "What the shop has of its variants is shown here.")
    )
    return sheet(
        seen,
        "Stock",
        f"""{search(wish, "SKU, or a search such as sku:ULL-1*")}
<main data-live="main">{body}{links(wish, found.get("pageInfo") or {})}
{_changes(seen.shop)}</main>""",
        tab="/stock",
    )


def _named(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _rows(item: Json) -> list[list[Html]]:
    """One row a location."""
    variant = item.get("variant") or {}
    number = (variant.get("product") or {}).get("legacyResourceId")
    title = escape(str(variant.get("displayName") or "–"))
    link = f'<a class="title" href="/products/{number}">{title}</a>' if number else title
    start = [link, code(item.get("sku"))]
    if not item.get("tracked"):
        return [[*start, '<span class="none">untracked</span>', *[NONE] * len(NAMES)]]
    levels = (item.get("inventoryLevels") or {}).get("nodes") or ()
    return [[*start, *_level(level)] for level in levels] or [[*start, *[NONE] * (len(NAMES) + 1)]]


def _level(level: Json) -> list[Html]:
    held = {one["name"]: one["quantity"] for one in level.get("quantities") or ()}
    shown = [_quantity(name, held.get(name)) for name in NAMES]
    return [escape(level["location"]["name"]), *shown]


def _quantity(name: str, number: int | None) -> Html:
    if number is None:
        return NONE
    if number > 0 or name != "available":
        return whole(number) if number else '<span class="none">0</span>'
    return f'<span class="zero">{whole(number)}</span>'


def _changes(shop: Shop) -> Html:
    """What was last set or adjusted, newest first."""
    groups: Mapping[int, Any] = shop.held.get("InventoryAdjustmentGroup", {})
    newest = [groups[number] for number in list(groups)[: -CHANGES_SHOWN - 1 : -1]]
    if not newest:
        return ""
    rows = [
        [moment(group.at), escape(group.reason), code(group.reference), _moves(shop, group)]
        for group in newest
    ]
    return f"<h2>Last changes</h2>{table(('When', 'Reason', 'Reference', 'What'), rows)}"


def _moves(shop: Shop, group: Any) -> Html:
    shown = [
        f"{escape(_sku(shop, change.item_id))} {change.name} <b>{change.delta:+}</b>"
        for change in group.changes[:6]
    ]
    more = len(group.changes) - len(shown)
    return "<br>".join([*shown, f"and {whole(more)} more"] if more else shown)


def _sku(shop: Shop, number: int) -> str:
    item = shop.item(number)
    return (item.sku if item else None) or gids.gid("InventoryItem", number)
