"""Stop the sale of blocked variants, or let it go on, by their counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from syncd.flows.parcel import Parcel
from syncd.postgres.holds import Hold
from syncd.records import Shop
from syncd.rules import refusals
from syncd.shopify import answers, stock
from syncd.shopify.client import Client
from syncd.shopify.stock import CountsRefused, Level

DOCUMENT = "InventorySetQuantities"


async def stop(client: Client, parcel: Parcel, *, is_doubtful: bool) -> None:
    """Leave nothing to sell of variants that are blocked now.

    The counts are written down first, so that they come back when the block ends, whatever
    happens in between. What came or went meanwhile is seen by the next read.
    """
    items = _items(parcel, _newly_stopped(parcel))
    if is_doubtful or items:
        stopped = {variant.key for variant in parcel.wanted.variants if variant.stopped}
        await _finish(client, parcel, _items(parcel, stopped))
    while items:
        left = [one for one in await stock.levels(client, items) if one.available > 0]
        if not left:
            return
        await parcel.desk.keep({(one.item, one.location): one.available for one in left})
        await _finish(client, parcel, items)


async def resume(client: Client, shop: Shop, parcel: Parcel, *, is_doubtful: bool) -> None:
    """Give variants that are no longer blocked their counts back.

    Where the warehouse is kept in step it says how many; elsewhere as many as there were. A count
    that has moved since is somebody's word, and stays.
    """
    known = {variant.key: variant for variant in parcel.linked.known.variants}
    is_read = is_doubtful or parcel.sight is not None
    keys = {
        variant.key
        for variant in parcel.wanted.variants
        if not variant.stopped and variant.key in known and (is_read or known[variant.key].stopped)
    }
    items = _items(parcel, keys)
    if not items:
        return
    await _finish(client, parcel, items)
    held = await parcel.desk.kept(items)
    counts = {(one.item, one.location): one.quantity for one in held if one.state == "held"}
    back = {one.item for one in held if one.state == "given"}
    if shop.sync_stock and shop.location:
        for key in keys:
            item, count = parcel.linked.variants[key].inventory_item, parcel.counts.get(key)
            is_due = known[key].stopped and item not in back
            if count is not None and (is_due or (item, shop.location) in counts):
                counts[item, shop.location] = count
    if counts:
        await parcel.desk.give(counts)
        await _finish(client, parcel, items)
    parcel.let_go(keys)


async def _finish(client: Client, parcel: Parcel, items: Sequence[str]) -> None:
    """Carry out what is written down of these items, maybe for the second time.

    A call whose answer may have been lost is sent again as it was: its key, made of the time when
    it was written down, lets Shopify carry it out once.
    """
    held = await parcel.desk.kept(items) if items else []
    if giving := [one for one in held if one.state == "giving"]:
        counts = {
            Level(one.item, one.location, 0): one.quantity for one in giving if one.quantity > 0
        }
        moved = await _set(client, parcel, counts, key=f"give back {_since(giving)}")
        items_given = [one.item for one in giving]
        await parcel.desk.given(items_given, [(level.item, level.location) for level in moved])
    if taking := [one for one in held if one.taking]:
        counts = {Level(one.item, one.location, one.taking): 0 for one in taking}
        moved = await _set(client, parcel, counts, key=f"take {_since(taking)}")
        await parcel.desk.taken(items, [(level.item, level.location) for level in moved])


def _since(held: Sequence[Hold]) -> str:
    """When counts were written down: it stays the same until others are."""
    return max(hold.held_at for hold in held).isoformat()


async def _set(
    client: Client, parcel: Parcel, counts: Mapping[Level, int], *, key: str
) -> list[Level]:
    """Set counts; returns those that moved meanwhile. Raises what `refusals.of` makes of a no."""
    if not counts:
        return []
    await parcel.desk.hold()
    try:
        moved = await stock.set_counts(client, counts, key=key)
    except CountsRefused as refused:
        await parcel.desk.touch(refused.items)
        keys = {ids.inventory_item: key for key, ids in parcel.linked.variants.items()}
        skus = {variant.key: variant.sku for variant in parcel.wanted.variants}
        named = [skus.get(keys.get(item, ""), "") for item in refused.items]
        refusal = refusals.of(refused.errors, key=parcel.key, form=parcel.wanted, skus=named)
        raise answers.named(refusal or refused) from refused
    parcel.sent.append(DOCUMENT)
    parcel.requests.append(answers.request_id())
    return moved


def _newly_stopped(parcel: Parcel) -> set[str]:
    known = {variant.key: variant for variant in parcel.linked.known.variants}
    return {
        variant.key
        for variant in parcel.wanted.variants
        if variant.stopped and variant.key in known and not known[variant.key].stopped
    }


def _items(parcel: Parcel, keys: Collection[str]) -> list[str]:
    ids = parcel.linked.variants
    return sorted(ids[key].inventory_item for key in keys if key in ids)
