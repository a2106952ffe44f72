"""The stock of a shop: how it lies at the locations, how it moves.

For whoever sells, ships or takes back (orders, fulfilments, refunds, the desk's `edit`):

    commit(shop, item_id, location_id, 2)     an order is placed: available -2, committed +2
    release(shop, item_id, location_id, 2)    it is cancelled and restocked: the other way round
    fulfil(shop, item_id, location_id, 2)     it is shipped: committed -2, so on_hand -2
    sell(shop, item_id, location_id, 2)       over the counter: available -2, so on_hand -2
    restock(shop, item_id, location_id, 2)    goods come back: available +2, so on_hand +2
    moved(shop, item_id, location_id, {"available": -1, "reserved": 1})   anything else

`item_id` and `location_id` are numbers, not gids. Each puts the product with its changed level and
returns the level. The five verbs leave the quantities of untracked items alone, as Shopify does;
`moved` does not ask. `shop.save()` is the caller's.

    stocked_at(shop, item_id) -> the ids of the locations where an item is active, in their order
    level_at(item, location_id) -> Level | None
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from syncd.sandbox.records import Item, Level, Location, Product, Variant
from syncd.sandbox.shop import Shop

ON_HAND = ("available", "committed", "reserved", "damaged", "safety_stock", "quality_control")
"""What on_hand is the sum of."""

NAMES = (*ON_HAND, "incoming")
"""What a level counts."""


def commit(shop: Shop, item_id: int, location_id: int, count: int) -> Level | None:
    return _moved_if_tracked(shop, item_id, location_id, {"available": -count, "committed": count})


def release(shop: Shop, item_id: int, location_id: int, count: int) -> Level | None:
    """At most what is committed: it may have been sold before the item was tracked."""
    count = min(count, _committed(shop, item_id, location_id))
    return _moved_if_tracked(shop, item_id, location_id, {"available": count, "committed": -count})


def fulfil(shop: Shop, item_id: int, location_id: int, count: int) -> Level | None:
    """At most what is committed, as `release`."""
    count = min(count, _committed(shop, item_id, location_id))
    return _moved_if_tracked(shop, item_id, location_id, {"committed": -count})


def sell(shop: Shop, item_id: int, location_id: int, count: int) -> Level | None:
    return _moved_if_tracked(shop, item_id, location_id, {"available": -count})


def restock(shop: Shop, item_id: int, location_id: int, count: int) -> Level | None:
    return _moved_if_tracked(shop, item_id, location_id, {"available": count})


def _moved_if_tracked(
    shop: Shop, item_id: int, location_id: int, deltas: Mapping[str, int]
) -> Level | None:
    item = shop.item(item_id)
    if item is None:
        return None
    if not item.tracked:
        return level_at(item, location_id)
    return moved(shop, item_id, location_id, deltas)


def _committed(shop: Shop, item_id: int, location_id: int) -> int:
    item = shop.item(item_id)
    level = item and level_at(item, location_id)
    return max(level.committed, 0) if level else 0


def moved(shop: Shop, item_id: int, location_id: int, deltas: Mapping[str, int]) -> Level:
    """The level after the change, which is put. KeyError when there is no such item.

    An item that never lay there gets an inactive level, as the API has it since 2026-04.
    """
    item = shop.variants[shop.items[item_id]].item
    before = level_at(item, location_id) or new_level(shop, location_id, is_active=False)
    after = changed(before, deltas, shop.now())
    put_items(shop, [with_levels(item, [after])])
    return after


def new_level(shop: Shop, location_id: int, *, is_active: bool = True, available: int = 0) -> Level:
    at = shop.now()
    return Level(
        location_id, available, at, shop.new_id("StockedItem"), is_active=is_active, created_at=at
    )


def changed(level: Level, deltas: Mapping[str, int], at: str) -> Level:
    """The level after these changes, by name; its dates move with what changed."""
    wanted = {name: getattr(level, name) + delta for name, delta in deltas.items() if delta}
    if not wanted:
        return level
    # Seen once, of a location that ships orders: on_hand has a date of its own. Adjusting
    # available leaves it null.
    names = [*wanted, "on_hand"] if list(wanted) == ["committed"] else list(wanted)
    dates = dict(level.dates) | dict.fromkeys(names, at)
    counts: dict[str, Any] = wanted
    return replace(level, **counts, updated_at=at, dates=tuple(dates.items()))


def primary_place(shop: Shop) -> Location | None:
    """Where new items lie; it cannot be closed."""
    places = list(shop.locations.values())
    return next((one for one in places if one.is_primary), places[0] if places else None)


def level_at(item: Item, location_id: int) -> Level | None:
    for level in item.levels:
        if level.location_id == location_id:
            return level
    return None


def stocked_at(shop: Shop, item_id: int) -> list[int]:
    """The ids of the locations where the item is active, in the order of the locations."""
    item = shop.item(item_id)
    active = {level.location_id for level in item.levels if level.is_active} if item else set()
    return [id_ for id_ in shop.locations if id_ in active]


def with_levels(item: Item, changed: list[Level]) -> Item:
    """The item with these levels in place of those at the same locations; new ones come last."""
    levels = {level.location_id: level for level in (*item.levels, *changed)}
    return replace(item, levels=tuple(levels.values()))


def relocate(shop: Shop, place_id: int, goal_id: int | None) -> None:
    """Make the levels at a location inactive; with a goal what lies there goes to it."""
    items = []
    for item, level in _lying_at(shop, place_id):
        levels = [replace(level, is_active=False)]
        if goal_id is not None and level.is_active:
            counts, at = {name: getattr(level, name) for name in NAMES}, shop.now()
            there = level_at(item, goal_id) or new_level(shop, goal_id)
            away = changed(level, {name: -count for name, count in counts.items()}, at)
            levels = [
                replace(away, is_active=False),
                replace(changed(there, counts, at), is_active=True),
            ]
        items.append(with_levels(item, levels))
    put_items(shop, items)


def clear_out(shop: Shop, place_id: int) -> None:
    """Forget the levels at a location."""
    put_items(
        shop,
        [
            replace(item, levels=tuple(one for one in item.levels if one.location_id != place_id))
            for item, _ in _lying_at(shop, place_id)
        ],
    )


def _lying_at(shop: Shop, place_id: int) -> list[tuple[Item, Level]]:
    found = ((one.item, level_at(one.item, place_id)) for one in shop.variants.values())
    return [(item, level) for item, level in found if level]


def put_items(shop: Shop, items: Iterable[Item]) -> None:
    """Put the products of these items with them, tell of what changed. A product is put once.

    A change of what is available counts as one of the product (shopify.dev: Product.updatedAt).
    """
    new = {item.id: item for item in items}
    for product_id in dict.fromkeys(shop.variants[shop.items[id_]].product_id for id_ in new):
        before = shop.products[product_id]
        variants = tuple(
            replace(one, item=new[one.item.id]) if one.item.id in new else one
            for one in before.variants
        )
        pairs = list(zip(before.variants, variants, strict=True))
        is_moved = any(old.item.available != now.item.available for old, now in pairs)
        at = shop.now() if is_moved else before.updated_at
        after = replace(before, variants=variants, updated_at=at)
        shop.put("Product", after)
        if is_moved:
            shop.tell("PRODUCTS_UPDATE", after)
        for old, now in pairs:
            if old is not now:
                tell_levels(shop, old, now)


def tell_items(shop: Shop, before: Product | None, after: Product) -> None:
    """Tell the webhooks what a write of a product did to the items of its variants."""
    if not shop.held["WebhookSubscription"]:
        return
    held = {one.id: one for one in before.variants} if before else {}
    for variant in after.variants:
        old = held.pop(variant.id, None)
        if old is variant:
            continue
        if old is None:
            shop.tell("INVENTORY_ITEMS_CREATE", variant.item)
        elif replace(old.item, levels=()) != replace(variant.item, levels=()):
            shop.tell("INVENTORY_ITEMS_UPDATE", variant.item)
        tell_levels(shop, old, variant)
    for gone in held.values():
        shop.tell("INVENTORY_ITEMS_DELETE", gone.item)


def tell_levels(shop: Shop, before: Variant | None, after: Variant) -> None:
    """Tell the webhooks how the levels of a variant's item changed.

    The record told is the item, `location_id` comes beside it.
    """
    item, held = after.item, {one.location_id: one for one in before.item.levels} if before else {}
    for level in item.levels:
        old = held.get(level.location_id)
        is_new = level.is_active and (old is None or not old.is_active)
        if is_new:
            shop.tell("INVENTORY_LEVELS_CONNECT", item, location_id=level.location_id)
        if old and old.is_active and not level.is_active:
            shop.tell("INVENTORY_LEVELS_DISCONNECT", item, location_id=level.location_id)
        if (old.available if old else 0) != level.available:
            shop.tell("INVENTORY_LEVELS_UPDATE", item, location_id=level.location_id)
    was = before.item.available if before else 0
    if item.tracked and was <= 0 < item.available:
        shop.tell("VARIANTS_IN_STOCK", after)
    elif item.tracked and item.available <= 0 < was:
        shop.tell("VARIANTS_OUT_OF_STOCK", after)
