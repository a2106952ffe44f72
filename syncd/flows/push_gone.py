"""Carry a product that was deleted in Shopify: found again, made anew, or left away."""

from __future__ import annotations

from dataclasses import replace

import structlog

from syncd.errors import ProductGoneError, ShopifyError
from syncd.flows import push_update
from syncd.flows.parcel import Parcel
from syncd.phrases import phrase
from syncd.records import Product, Shop
from syncd.rules import accidents, adoption, changes
from syncd.shopify import products
from syncd.shopify.client import Client

log = structlog.get_logger()


async def meet(
    client: Client, shop: Shop, parcel: Parcel, product: Product | None, gone: ProductGoneError
) -> None:
    """Shopify has just said that the product is not there: find it elsewhere, or note that.

    What is found is linked, and read. Raises CallError when it is to be made anew: the guards are
    asked first, who count what else was deleted. Raises ShopifyError when it is there after all.
    """
    link = parcel.linked
    if await products.find(client, {"id": link.gid}) is not None:
        raise ShopifyError(phrase("{said}; it is there all the same", said=gone.message))
    if not await _is_elsewhere(client, shop, parcel):
        await _leave(parcel, product)


async def go_on(client: Client, shop: Shop, parcel: Parcel, product: Product | None) -> None:
    """Carry on with what was found to be deleted; the guards have let it go.

    Afterwards it is linked with what was found, has no link, and is to be made, or stays away.
    """
    old = parcel.linked
    if await products.find(client, {"id": old.gid}) is not None:
        await parcel.forget()  # a backup's counts are no movements
        parcel.link = replace(old, is_gone=False)
        await push_update.look(client, shop, parcel)
    elif not await _is_elsewhere(client, shop, parcel):
        if product is None or accidents.is_made_anew(parcel.asked):
            await parcel.forget()
        if product is not None and parcel.link is None:
            parcel.notes.append(accidents.made_anew(parcel.key, parcel.asked))


async def _is_elsewhere(client: Client, shop: Shop, parcel: Parcel) -> bool:
    """Whether another product in the shop carries our identity: that one is ours from now on."""
    gid = await products.find(client, changes.identity(parcel.key))
    if gid is None:
        return False
    await parcel.forget()
    await adopt(client, shop, parcel, gid)
    parcel.notes.append(accidents.came_back(parcel.key, parcel.asked, gid))
    return True


async def adopt(client: Client, shop: Shop, parcel: Parcel, gid: str) -> None:
    """Link the product with what carries its identity, and read that."""
    owner = (await parcel.desk.owners([gid])).get(gid)
    if owner is not None:
        raise accidents.taken(parcel.key, parcel.wanted, gid, owner)
    parcel.link = adoption.unknown(parcel.wanted, gid, parcel.key)
    await push_update.look(client, shop, parcel)


async def _leave(parcel: Parcel, product: Product | None) -> None:
    if product is None:
        await parcel.forget()
        return
    parcel.link = replace(parcel.linked, is_gone=True)
    if accidents.is_made_anew(parcel.asked):
        raise accidents.to_be_made(parcel.key, parcel.asked)
    log.info("product_stays_away", said=accidents.stays_away(parcel.key, parcel.asked))
