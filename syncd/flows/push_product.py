"""Carry one product to the shop: find it, make it, or change what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.errors import RowError
from syncd.flows.parcel import Parcel
from syncd.records import Form, Link, ObservedProduct, ObservedVariant, Product, Shop, VariantIds
from syncd.rules import adoption, changes, mapping, refusals, structure
from syncd.rules.changes import Write
from syncd.shopify import products
from syncd.shopify.client import Client


async def carry(
    client: Client, shop: Shop, parcel: Parcel, product: Product | None, *, is_doubtful: bool
) -> None:
    """Make the shop hold what the parcel wants; equal forms cost nothing.

    `product` is the Backoffice's, None when it is gone there. `is_doubtful`: an earlier attempt may
    have been accepted without our knowing, so the product is read first.
    Raises what `Client.execute` and `Parcel.hold` raise, and RowError or ShopifyError for
    `userErrors`; the parcel then tells what was accepted before.
    """
    if parcel.link is None:
        # Asked before each create, not only after a lost answer: a link is missing too when the
        # database was restored to yesterday, and a second create would set stock back.
        gid = await products.find(client, changes.identity(parcel.key))
        if gid is not None:
            await _adopt(client, parcel, gid)
        elif product is not None:
            await _create(client, shop, parcel, product)
    elif is_doubtful:
        observed = await _read(client, parcel.link.gid, parcel)
        parcel.link = adoption.reconsidered(parcel.wanted, parcel.link, observed)
    await _update(client, parcel)
    await _publish(client, shop, parcel)


async def withdraw(client: Client, key: str) -> None:
    """Archive a product that carries our identity though neither we nor the Backoffice know it.

    It was made by a write whose answer was lost, and deleted in the Backoffice since.
    """
    gid = await products.find(client, changes.identity(key))
    if gid is not None:
        write = changes.archive(gid)
        await client.execute(write.document, write.variables)


async def _adopt(client: Client, parcel: Parcel, gid: str) -> None:
    owner = await parcel.owner_of(gid)
    if owner is not None:
        raise RowError(
            f"product {parcel.key} ({parcel.wanted.title}): in Shopify its identity stands at "
            f"{gid}, which is product {owner}",
            hint="set the metafield syncd.backoffice_id there back, then send the product again",
        )
    parcel.link = adoption.adopted(parcel.wanted, await _read(client, gid, parcel), parcel.key)


async def _read(client: Client, gid: str, parcel: Parcel) -> ObservedProduct:
    """The product as Shopify shows it; raises RowError when it is gone from the shop."""
    observed = await products.read(client, gid)
    if observed is None:
        raise refusals.deleted(parcel.key, parcel.wanted)
    return observed


async def _create(client: Client, shop: Shop, parcel: Parcel, product: Product) -> None:
    write = changes.create(product, parcel.wanted, shop)
    made = (await _send(client, write, parcel))["product"]
    gid = made["id"]
    parcel.link = Link(
        key=parcel.key,
        gid=gid,
        known=parcel.wanted,
        digest=mapping.digest(parcel.wanted),
        variants=_ids(parcel.wanted, await _shown(client, made, parcel)),
        files=_files(parcel.wanted, made),
        published_at=None,
    )
    parcel.sent.append(write.document)


async def _update(client: Client, parcel: Parcel) -> None:
    """The single writes that differ, each noted as it is accepted."""
    if parcel.link is None or parcel.wanted == parcel.link.known:
        return
    wanted = parcel.wanted
    if structure.needs_structure(wanted, parcel.linked):
        await _restructure(client, parcel)
    write = changes.update_fields(wanted, parcel.linked.known, parcel.linked.gid)
    if write is not None:
        await _send(client, write, parcel)
        parcel.accept(
            write.document,
            title=wanted.title,
            vendor=wanted.vendor,
            status=wanted.status,
            description_html=wanted.description_html,
        )
    write = changes.set_pictures(wanted, parcel.linked)
    if write is not None:
        made = (await _send(client, write, parcel))["product"]
        parcel.accept_pictures(write.document, _files(wanted, made))
    await _detach_pictures(client, parcel)
    await _update_variants(client, parcel)
    await _create_variants(client, parcel)
    # What is left to differ is nothing that is sent, such as a description that is no longer ours.
    parcel.settle()


async def _detach_pictures(client: Client, parcel: Parcel) -> None:
    link = parcel.linked
    keys = {ids.variant: key for key, ids in link.variants.items()}
    for write in changes.detach_pictures(parcel.wanted, link):
        await _send(client, write, parcel)
        pairs = write.variables["variantMedia"]
        parcel.accept_detached(write.document, {keys[pair["variantId"]] for pair in pairs})


async def _update_variants(client: Client, parcel: Parcel) -> None:
    link = parcel.linked
    keys = {ids.variant: key for key, ids in link.variants.items()}
    for write in changes.update_variants(parcel.wanted, link, link.files):
        await _send(client, write, parcel)
        parcel.accept_variants(
            write.document, {keys[row["id"]] for row in write.variables["variants"]}
        )


async def _create_variants(client: Client, parcel: Parcel) -> None:
    link = parcel.linked
    for write in changes.create_variants(parcel.wanted, link, link.files):
        made = products.variants((await _send(client, write, parcel))["productVariants"])
        new = _ids(parcel.wanted, made)
        parcel.accept_variants(write.document, new.keys(), new)


async def _restructure(client: Client, parcel: Parcel) -> None:
    wanted, link = parcel.wanted, parcel.linked
    observed = await _read(client, link.gid, parcel)
    write = structure.restructure(wanted, link, observed)
    made = (await _send(client, write, parcel))["product"]
    shown = await _shown(client, made, parcel)
    files = _files(wanted, made) if "files" in write.variables["input"] else None
    parcel.accept_structure(write.document, _ids(wanted, shown), files)


async def _shown(
    client: Client, made: Mapping[str, Any], parcel: Parcel
) -> Sequence[ObservedVariant]:
    """All variants of a product that was just written; an answer shows the first 250."""
    if made["variants"]["pageInfo"]["hasNextPage"]:
        return (await _read(client, made["id"], parcel)).variants
    return products.variants(made["variants"]["nodes"])


async def _publish(client: Client, shop: Shop, parcel: Parcel) -> None:
    """A product is made invisible; the second call shows it in the shop's sales channels."""
    link = parcel.link
    if link is None or link.published_at is not None or not shop.publish_to:
        return
    if parcel.wanted.status == "ARCHIVED":
        return  # it is published when it comes back
    write = changes.publish(link.gid, shop.publish_to)
    await _send(client, write, parcel)
    parcel.is_published = True
    parcel.sent.append(write.document)


async def _send(client: Client, write: Write, parcel: Parcel) -> Mapping[str, Any]:
    """Send a write and return its payload; raises RowError or ShopifyError for `userErrors`."""
    await parcel.hold()
    answer = await client.execute(write.document, write.variables)
    (payload,) = answer.values()
    known = parcel.link.variants if parcel.link else {}
    skus = refusals.named(write.variables, parcel.wanted, known)
    refusal = refusals.of(payload["userErrors"], key=parcel.key, form=parcel.wanted, skus=skus)
    if refusal is not None:
        raise refusal
    return dict(payload)


def _ids(form: Form, shown: Sequence[ObservedVariant]) -> Mapping[str, VariantIds]:
    """Ids of variants that were just written, by our keys."""
    return changes.match_variants(form, {}, shown)


def _files(form: Form, made: Mapping[str, Any]) -> dict[str, str]:
    """File ids by picture ref: media stand in the order in which the files were named."""
    nodes = made["media"]["nodes"]
    if len(nodes) != len(form.pictures):
        return {}
    return {picture.ref: node["id"] for picture, node in zip(form.pictures, nodes, strict=True)}
