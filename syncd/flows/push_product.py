"""Carry one product to the shop: find it, make it, or change what differs."""

from __future__ import annotations

from syncd.errors import ProductGoneError, VariantLimitError
from syncd.flows import push_create, push_gone, push_update
from syncd.flows.parcel import Parcel
from syncd.flows.push_create import Strangers
from syncd.flows.sending import send
from syncd.records import ObservedProduct, Product, Shop
from syncd.rules import accidents, changes
from syncd.shopify import products
from syncd.shopify.client import Client


async def carry(
    client: Client,
    shop: Shop,
    parcel: Parcel,
    product: Product | None,
    *,
    is_doubtful: bool,
    strangers: Strangers,
    limit: VariantLimitError | None = None,
) -> None:
    """Make the shop hold what the parcel wants; equal forms cost nothing.

    `product` is the Backoffice's, None when it is gone there. `is_doubtful`: an earlier attempt may
    have been accepted without our knowing, so the product is read first. `limit` is raised where
    something new would be made.
    Raises what `send` raises; the parcel then tells what was accepted before.
    """
    if parcel.link is not None and parcel.link.is_gone:
        await push_gone.go_on(client, shop, parcel, product)
        is_doubtful = True
        if parcel.link is not None and parcel.link.is_gone:
            return  # it stays away
    if parcel.link is None:
        is_doubtful = await _enter(client, shop, parcel, product, strangers, limit)
        if parcel.link is None:
            return
    try:
        if is_doubtful and parcel.sight is None:
            await push_update.look(client, shop, parcel)
        await _reach(client, shop, parcel, is_doubtful=is_doubtful, limit=limit)
    except ProductGoneError as gone:
        await push_gone.meet(client, shop, parcel, product, gone)
        if parcel.link is not None and not parcel.link.is_gone:
            await _reach(client, shop, parcel, is_doubtful=True, limit=limit)


async def _enter(
    client: Client,
    shop: Shop,
    parcel: Parcel,
    product: Product | None,
    strangers: Strangers,
    limit: VariantLimitError | None,
) -> bool:
    """A product without a link: found by its identity, else made; whether it was found.

    Asked before each create, not only after a lost answer: a link is missing too when the database
    was restored to yesterday, and a second create would set stock back.
    """
    gid = await products.find(client, changes.identity(parcel.key))
    if gid is not None:
        await push_gone.adopt(client, shop, parcel, gid)
        observed = parcel.observed
        if observed and not parcel.desk.change.is_repeated:
            _refuse_another(parcel, observed)
        return True
    if product is not None and not parcel.desk.is_left:
        if limit is not None:
            raise limit
        await push_create.create(client, shop, parcel, product, strangers)
    return False


def _refuse_another(parcel: Parcel, observed: ObservedProduct) -> None:
    if accidents.is_another(parcel.asked, observed):
        parcel.link = None
        raise accidents.another(parcel.key, parcel.asked, observed)


async def _reach(
    client: Client,
    shop: Shop,
    parcel: Parcel,
    *,
    is_doubtful: bool,
    limit: VariantLimitError | None,
) -> None:
    try:
        await push_update.update(client, shop, parcel, is_doubtful=is_doubtful, limit=limit)
    except VariantLimitError:
        await _publish(client, shop, parcel)  # what is there can be sold
        raise
    await _publish(client, shop, parcel)


async def withdraw(client: Client, key: str) -> None:
    """Archive a product that carries our identity though neither we nor the Backoffice know it.

    It was made by a write whose answer was lost, and deleted in the Backoffice since.
    """
    gid = await products.find(client, changes.identity(key))
    if gid is not None:
        write = changes.archive(gid)
        await client.execute(write.document, write.variables)


async def _publish(client: Client, shop: Shop, parcel: Parcel) -> None:
    """A product is made invisible; the second call shows it in the shop's sales channels."""
    link = parcel.link
    if link is None or link.published_at is not None or not shop.publish_to:
        return
    if parcel.wanted.status == "ARCHIVED":
        return  # it is published when it comes back
    write = changes.publish(link.gid, shop.publish_to)
    await send(client, write, parcel)
    parcel.is_published = True
    parcel.sent.append(write.document)
