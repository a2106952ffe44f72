"""Stop the sale of blocked variants, or let it go on, by their counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from syncd.flows.parcel import Parcel
from syncd.postgres.holds import Hold
from syncd.records import Shop
from syncd.rules import refusals
from syncd.shopify import stock
from syncd.shopify.client import Client
from syncd.shopify.stock import CountsRefused, Level

DOCUMENT = "InventorySetQuantities"


async def stop(client: Client, parcel: Parcel) -> None:
    """Leave nothing to sell of variants that are blocked now.

    The counts are written down first, so that they come back when the block ends, whatever
    happens in between. A call whose answer may have been lost is sent again as it was: its key
    lets Shopify carry it out once. What came or went meanwhile is seen by the next read.
    """
    items = _items(parcel, _newly_stopped(parcel))
    while items:
        taking = [hold for hold in await parcel.desk.kept(items) if hold.taking]
        if taking:
            await parcel.desk.hold({})
            counts = {Level(one.item, one.location, one.taking): 0 for one in taking}
            moved = await _set(client, parcel, counts, key=f"take {_since(taking)}")
            await parcel.desk.taken(items, [(level.item, level.location) for level in moved])
        left = [one for one in await stock.levels(client, items) if one.available > 0]
        if not left:
            return
        await parcel.desk.keep({(one.item, one.location): one.available for one in left})


async def resume(client: Client, shop: Shop, parcel: Parcel, *, is_doubtful: bool) -> None:
    """Give variants that are no longer blocked their counts back.

    Where the warehouse is kept in step it says how many; elsewhere as many as there were. A count
    that has moved since is somebody's word, and stays.
    """
    known = {variant.key: variant for variant in parcel.linked.known.variants}
    keys = {
        variant.key
        for variant in parcel.wanted.variants
        if not variant.stopped
        and variant.key in known
        and (is_doubtful or known[variant.key].stopped)
    }
    items = _items(parcel, keys)
    held = await parcel.desk.kept(items) if items else []
    if not held and not any(known[key].stopped for key in keys):
        return
    # What was being taken when the answer was lost is out, or else the level is no longer nought.
    counts = {(one.item, one.location): one.quantity + one.taking for one in held}
    if shop.sync_stock and shop.location:
        for key in keys:
            item = parcel.linked.variants[key].inventory_item
            count = parcel.counts.get(key)
            if count is not None and (known[key].stopped or (item, shop.location) in counts):
                counts[item, shop.location] = count
    changes = {
        Level(item, location, 0): count for (item, location), count in counts.items() if count > 0
    }
    if changes:
        await parcel.desk.hold({})
        since = _since(held) if held else parcel.desk.intention
        await _set(client, parcel, changes, key=f"give back {since}")
    await parcel.desk.drop(items)


def _since(held: Sequence[Hold]) -> str:
    """When counts were written down: it stays the same until others are."""
    return max(hold.held_at for hold in held).isoformat()


async def _set(
    client: Client, parcel: Parcel, counts: Mapping[Level, int], *, key: str
) -> list[Level]:
    """Set counts; returns those that moved meanwhile. Raises what `refusals.of` makes of a no."""
    try:
        moved = await stock.set_counts(client, counts, key=key)
    except CountsRefused as refused:
        keys = {ids.inventory_item: key for key, ids in parcel.linked.variants.items()}
        skus = {variant.key: variant.sku for variant in parcel.wanted.variants}
        named = [skus.get(keys.get(item, ""), "") for item in refused.items]
        refusal = refusals.of(refused.errors, key=parcel.key, form=parcel.wanted, skus=named)
        raise refusal or refused from refused
    parcel.sent.append(DOCUMENT)
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
