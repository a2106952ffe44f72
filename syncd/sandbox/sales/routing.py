"""Which location ships what of an order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from syncd.sandbox import stockroom
from syncd.sandbox.records import Item
from syncd.sandbox.records_orders import Line
from syncd.sandbox.shop import Shop

Parts = list[tuple[Line, int]]
Route = dict[int, Parts]
"""Location id -> the lines it ships, with how many."""


def routed(shop: Shop, lines: Sequence[Line], location_id: int | None = None) -> Route:
    """One location for everything, if one has it all; else each line where it lies.

    A line that no location has enough of is shared out; one that nobody has goes to the first.
    """
    places = [location_id] if location_id else shipping_places(shop)
    for place in places:
        if location_id or all(_has(shop, line, place) for line in lines):
            return {place: [(line, line.quantity) for line in lines]}
    route: Route = {}
    for line in lines:
        for place, count in _shared(shop, line, places):
            route.setdefault(place, []).append((line, count))
    return route


def shipping_places(shop: Shop) -> list[int]:
    """The ids of the locations that ship orders of the online store, in their order."""
    return [
        one.id
        for one in shop.locations.values()
        if getattr(one, "is_active", True) and getattr(one, "fulfills_online_orders", True)
    ] or list(shop.locations)


def in_stock(shop: Shop, item: Item, place: int) -> int | None:
    """How many may be sold from a place; None when nobody counts. 0 where it does not lie."""
    level = stockroom.level_at(item, place)
    if level is None or not level.is_active:
        return 0
    return max(level.available, 0) if item.tracked else None


def sellable(shop: Shop, item: Item) -> int | None:
    """How many may be sold from all places together; None when nobody counts."""
    if not item.tracked:
        return None
    return sum(in_stock(shop, item, place) or 0 for place in shipping_places(shop))


def _has(shop: Shop, line: Line, place: int) -> bool:
    item = shop.item(line.item_id) if line.item_id else None
    if item is None:
        return True
    count = in_stock(shop, item, place)
    return count is None or count >= line.quantity


def _shared(shop: Shop, line: Line, places: Sequence[int]) -> Iterable[tuple[int, int]]:
    for place in places:
        if _has(shop, line, place):
            return [(place, line.quantity)]
    item = shop.item(line.item_id) if line.item_id else None
    if item is None:
        return [(places[0], line.quantity)]
    shares, left = {}, line.quantity
    for place in places:
        if taken := min(in_stock(shop, item, place) or 0, left):
            shares[place], left = taken, left - taken
    if left:
        stocked = [place for place in stockroom.stocked_at(shop, item.id) if place in places]
        rest = next(iter(shares), next(iter(stocked), places[0]))
        shares[rest] = shares.get(rest, 0) + left
    return list(shares.items())
