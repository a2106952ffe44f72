"""Carry one product to the shop: find it, make it, or change what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from syncd.errors import ShopifyError
from syncd.records import (
    Form,
    Link,
    ObservedProduct,
    ObservedVariant,
    Product,
    Shop,
    VariantIds,
)
from syncd.rules import adoption, changes, mapping, refusals
from syncd.rules.changes import Write
from syncd.shopify import products
from syncd.shopify.client import Client


@dataclass(slots=True)
class Parcel:
    """One product on its way: what is wanted, and how far Shopify has accepted it.

    `before` is the link as it was. `link` moves with each accepted write, so that nothing accepted
    is forgotten when a later one fails; `sent` names the documents of the accepted writes in
    order, `is_published` says that the product was published just now.
    """

    key: str
    wanted: Form
    before: Link | None
    link: Link | None = field(init=False)
    sent: list[str] = field(default_factory=list)
    is_published: bool = False

    def __post_init__(self) -> None:
        self.link = self.before

    @property
    def linked(self) -> Link:
        if self.link is None:
            raise ShopifyError(f"product {self.key} has no link")
        return self.link

    def accept(self, document: str, known: Form, **fields: Any) -> None:
        """Shopify holds `known` now."""
        digest = mapping.digest(known)
        self.link = replace(self.linked, known=known, digest=digest, **fields)
        self.sent.append(document)


async def carry(
    client: Client, shop: Shop, parcel: Parcel, product: Product | None, *, is_doubtful: bool
) -> None:
    """Make the shop hold what the parcel wants; equal forms cost nothing.

    `product` is the Backoffice's, None when it is gone there. `is_doubtful`: an earlier attempt may
    have been accepted without our knowing, so the product is read before it is written.
    Raises what `Client.execute` raises, and RowError or ShopifyError for `userErrors`; the parcel
    then tells what was accepted before.
    """
    if parcel.link is None:
        # Asked before each create, not only after a lost answer: a link is missing too when the
        # database was restored to yesterday, and a second create would set stock back.
        gid = await products.find(client, changes.identity(parcel.key))
        if gid is not None:
            observed = await _read(client, gid, parcel)
            parcel.link = adoption.adopted(parcel.wanted, observed, parcel.key)
        elif product is not None:
            await _create(client, shop, parcel, product)
    elif is_doubtful and parcel.wanted != parcel.link.known:
        observed = await _read(client, parcel.link.gid, parcel)
        parcel.link = adoption.reconsidered(parcel.wanted, parcel.link, observed)
    await _update(client, parcel)
    await _publish(client, shop, parcel)


async def _read(client: Client, gid: str, parcel: Parcel) -> ObservedProduct:
    """The product as Shopify shows it; raises RowError when it is gone from the shop."""
    observed = await products.read(client, gid)
    if observed is None:
        gone = {"message": f"{gid} is not there any more", "code": "PRODUCT_DOES_NOT_EXIST"}
        _refuse([gone], parcel)
    assert observed is not None  # _refuse has raised
    return observed


async def _create(client: Client, shop: Shop, parcel: Parcel, product: Product) -> None:
    write = changes.create(product, parcel.wanted, shop)
    made = (await _send(client, write, parcel))["product"]
    gid = made["id"]
    shown = await _shown(client, made, parcel)
    parcel.link = Link(
        key=parcel.key,
        gid=gid,
        known=parcel.wanted,
        digest=mapping.digest(parcel.wanted),
        variants=_ids(parcel.wanted, gid, shown),
        files=_files(parcel.wanted, made),
        published_at=None,
    )
    parcel.sent.append(write.document)


async def _update(client: Client, parcel: Parcel) -> None:
    """The single writes that differ, each noted as it is accepted."""
    if parcel.link is None or parcel.wanted == parcel.link.known:
        return
    wanted = parcel.wanted
    if changes.needs_structure(wanted, parcel.linked):
        await _restructure(client, parcel)
    known = parcel.linked.known
    write = changes.update_fields(wanted, known, parcel.linked.gid)
    if write is not None:
        await _send(client, write, parcel)
        known = replace(
            known,
            title=wanted.title,
            vendor=wanted.vendor,
            status=wanted.status,
            description_html=wanted.description_html,
        )
        parcel.accept(write.document, known)
    write = changes.set_pictures(wanted, parcel.linked)
    if write is not None:
        made = (await _send(client, write, parcel))["product"]
        known = replace(known, pictures=wanted.pictures)
        parcel.accept(write.document, known, files=_files(wanted, made))
    await _update_variants(client, parcel)


async def _update_variants(client: Client, parcel: Parcel) -> None:
    wanted, files = parcel.wanted, parcel.linked.files
    for write in changes.update_variants(wanted, parcel.linked, files):
        await _send(client, write, parcel)
        parcel.sent.append(write.document)
    known_keys = {variant.key for variant in parcel.linked.known.variants}
    held = tuple(variant for variant in wanted.variants if variant.key in known_keys)
    parcel.link = replace(parcel.linked, known=replace(parcel.linked.known, variants=held))
    for write in changes.create_variants(wanted, parcel.linked, files):
        made = (await _send(client, write, parcel))["productVariants"]
        new = {
            **parcel.linked.variants,
            **_ids(wanted, parcel.linked.gid, products.variants(made)),
        }
        held = tuple(variant for variant in wanted.variants if variant.key in new)
        known = replace(parcel.linked.known, variants=held)
        parcel.accept(write.document, known, variants=new)
    # What is left to differ is nothing that is sent, such as a description that is no longer ours.
    parcel.link = replace(parcel.linked, known=wanted, digest=mapping.digest(wanted))


async def _restructure(client: Client, parcel: Parcel) -> None:
    wanted, link = parcel.wanted, parcel.linked
    observed = await _read(client, link.gid, parcel)
    write = changes.restructure(wanted, link, observed)
    made = (await _send(client, write, parcel))["product"]
    shown = await _shown(client, made, parcel)
    known = replace(link.known, options=wanted.options, variants=wanted.variants)
    files = link.files
    if "files" in write.variables["input"]:
        known = replace(known, pictures=wanted.pictures)
        files = _files(wanted, made)
    parcel.accept(write.document, known, variants=_ids(wanted, link.gid, shown), files=files)


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
    answer = await client.execute(write.document, write.variables)
    (payload,) = answer.values()
    known = parcel.link.variants if parcel.link else {}
    skus = refusals.named(write.variables, parcel.wanted, known)
    _refuse(payload["userErrors"], parcel, skus)
    return dict(payload)


def _refuse(errors: Sequence[Mapping[str, Any]], parcel: Parcel, skus: Sequence[str] = ()) -> None:
    refusal = refusals.of(errors, key=parcel.key, form=parcel.wanted, skus=skus)
    if refusal is not None:
        raise refusal


def _ids(form: Form, gid: str, shown: Sequence[ObservedVariant]) -> Mapping[str, VariantIds]:
    """Ids of variants that were just written, by our keys."""
    observed = ObservedProduct(gid, None, form.options, tuple(shown), ())
    return changes.match_variants(form, {}, observed)


def _files(form: Form, made: Mapping[str, Any]) -> dict[str, str]:
    """File ids by picture ref: media stand in the order in which the files were named."""
    nodes = made["media"]["nodes"]
    if len(nodes) != len(form.pictures):
        return {}
    return {picture.ref: node["id"] for picture, node in zip(form.pictures, nodes, strict=True)}
