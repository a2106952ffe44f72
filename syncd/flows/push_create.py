"""Make a product that the shop does not have, unless it has it from somebody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from syncd.errors import RowError
from syncd.flows.parcel import Parcel
from syncd.flows.sending import send
from syncd.phrases import phrase
from syncd.records import Link, Product, Shop
from syncd.rules import changes, creation, limits, link_words, mapping, pictures
from syncd.rules.creation import Creation
from syncd.rules.text import fold
from syncd.shopify import products
from syncd.shopify.client import Client
from syncd.shopify.products import Sold

Strangers = Callable[[], Awaitable[Sequence[Sold]]]
"""Asks which variants in the shop have SKUs of the products that are made now, and are not ours."""


async def create(
    client: Client, shop: Shop, parcel: Parcel, product: Product, strangers: Strangers
) -> None:
    """The product with as many variants as fit one call; the rest is for `push_update`.

    Raises RowError, naming SKU and product, when the shop sells one of its SKUs already: a second
    product would be sold from the same shelf; or when a link left the product out.
    """
    if parcel.desk.is_left is not None:
        raise link_words.left_out(parcel.key, parcel.wanted.title)
    _refuse_a_second(parcel, await strangers())
    wanted = parcel.wanted
    shared = await parcel.desk.shared(wanted.pictures or ())
    creation_ = creation.create(product, wanted, shop, shared)
    made = (await send(client, creation_.write, parcel))["product"]
    parcel.make(creation_.write.document, linked(parcel.key, creation_, made))


def linked(key: str, creation_: Creation, made: Mapping[str, Any]) -> Link:
    """The link to a product that Shopify has just made; `made` is the answer's product."""
    shown = products.variants(made["variants"]["nodes"])
    gids = [node["id"] for node in made["media"]["nodes"]]
    return Link(
        key=key,
        gid=made["id"],
        known=creation_.form,
        digest=mapping.digest(creation_.form),
        variants=changes.match_variants(creation_.form, {}, shown),
        files=pictures.accepted(creation_.entries, gids),
        published_at=None,
    )


def _refuse_a_second(parcel: Parcel, strangers: Sequence[Sold]) -> None:
    skus = {fold(variant.sku): variant for variant in parcel.wanted.variants if variant.sku}
    for sold in strangers:
        if fold(sold.sku) in skus:
            variant = skus[fold(sold.sku)]
            number = sold.product.rpartition("/")[2]
            raise RowError(
                phrase(
                    "{product}, {variant}: the shop has this SKU already, in “{title}” "
                    "({status}, product {number} there)",
                    product=limits.subject(parcel.key, parcel.wanted.title),
                    variant=limits.article(variant),
                    title=sold.title,
                    status=sold.status.lower(),
                    number=number,
                ),
                hint=phrase(
                    "if it is the same product, set the metafield syncd.backoffice_id of "
                    "that product to {key} in Shopify; if not, change the SKU of one of "
                    "them; then `syncd send {key}`",
                    key=parcel.key,
                ),
                cause="sku_in_shop",
            )
