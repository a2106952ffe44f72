"""Carry one product to the shop: find it, make it, or change what differs."""

from __future__ import annotations

from syncd.errors import RowError, VariantLimitError
from syncd.flows import push_create, push_update
from syncd.flows.parcel import Parcel
from syncd.flows.push_create import Strangers
from syncd.flows.sending import send
from syncd.records import Product, Shop
from syncd.rules import adoption, changes
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
    if parcel.link is None:
        # Asked before each create, not only after a lost answer: a link is missing too when the
        # database was restored to yesterday, and a second create would set stock back.
        gid = await products.find(client, changes.identity(parcel.key))
        if gid is not None:
            await _adopt(client, shop, parcel, gid)
            is_doubtful = True
        elif product is None or parcel.desk.is_left:
            return
        elif limit is not None:
            raise limit
        else:
            await push_create.create(client, shop, parcel, product, strangers)
            is_doubtful = False
    elif is_doubtful:
        await push_update.look(client, shop, parcel)
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


async def _adopt(client: Client, shop: Shop, parcel: Parcel, gid: str) -> None:
    owner = (await parcel.desk.owners([gid])).get(gid)
    if owner is not None:
        raise RowError(
            f"product {parcel.key} ({parcel.wanted.title}): in Shopify its identity stands at "
            f"{gid}, which is product {owner}",
            hint="set the metafield syncd.backoffice_id there back, then "
            f"`syncd send {parcel.key}`",
            cause="identity_taken",
        )
    parcel.link = adoption.unknown(parcel.wanted, gid, parcel.key)
    await push_update.look(client, shop, parcel)


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
