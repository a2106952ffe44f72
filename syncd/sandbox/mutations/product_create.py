"""productCreate: makes a product with one variant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox.mutations.metafield_values import Bearer, metafields_added
from syncd.sandbox.mutations.new_options import new_options
from syncd.sandbox.mutations.pictures import appended
from syncd.sandbox.mutations.product_fields import blank_product, changed_product, plain_input
from syncd.sandbox.mutations.product_set import CODES
from syncd.sandbox.mutations.product_update import WORDING
from syncd.sandbox.mutations.quantities import first_levels
from syncd.sandbox.mutations.variant_fields import new_variant
from syncd.sandbox.mutations.write import Write, begin
from syncd.sandbox.records import Product, Variant
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.shop import shop as shop_itself

Given = Mapping[str, Any]


def product_create(
    _root: None,
    info: Info,
    product: Given | None = None,
    input: Given | None = None,
    media: Sequence[Given] | None = None,
) -> dict[str, Any]:
    """One complaint refuses the whole call. The deprecated `input` is taken when it comes alone."""
    write = begin(shop_of(info), CODES)
    given = plain_input(product if product is not None else input or {})
    made = None
    if product is None and given.get("id") is not None:
        write.complaints.add(["input"], "id cannot be specified during creation")
    else:
        made = _made(write, given, media or ())
        if not write.complaints:
            write.keep(made)
    return {
        "product": None if write.complaints else made,
        "shop": shop_itself(None, info),
        "userErrors": write.complaints.found,
    }


def _made(write: Write, given: Given, media: Sequence[Given]) -> Product:
    product = changed_product(write, blank_product(write), given, WORDING)
    options = new_options(write, given.get("productOptions") or ())
    product = replace(product, options=options)
    if given.get("metafields") is not None:
        bearer = Bearer("PRODUCT", product.id, product.metafields)
        held = metafields_added(write, ("metafields",), bearer, given["metafields"])
        product = replace(product, metafields=held)
    album = appended(write, ("media",), (), media)
    variants = () if write.complaints else (first_variant(write, product),)
    return replace(product, media_ids=album.ids, variants=variants)


def first_variant(write: Write, product: Product) -> Variant:
    """It has the first value of each option."""
    values = tuple(option.values[0].id for option in product.options)
    variant = new_variant(write, product.id, values)
    item = replace(variant.item, levels=first_levels(write.shop))
    return replace(variant, item=item)


FIELDS: Fields = {"Mutation": {"productCreate": product_create}}
