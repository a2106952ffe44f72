"""productVariantsBulkDelete, productVariantsBulkReorder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.mutations.product_options import begin_options
from syncd.sandbox.mutations.write import Write
from syncd.sandbox.records import Product, Variant
from syncd.sandbox.resolvers.fields import Fields, Info

NOT_ITS_OWN = "At least one variant does not belong to the product"


def bulk_delete(
    _root: None, info: Info, productId: str, variantsIds: Sequence[str]
) -> dict[str, Any]:
    """All of them or none. Option values stay, without variants."""
    write, product = begin_options(info, productId)
    left: list[Variant] = []
    if product is not None:
        numbers = [gids.number(text, "ProductVariant") for text in variantsIds]
        known = {variant.id for variant in product.variants}
        for place, number in enumerate(numbers):
            if number not in known:
                code = "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT"
                write.complaints.add(("variantsIds", place), NOT_ITS_OWN, code)
        left = [variant for variant in product.variants if variant.id not in numbers]
        if not left:
            message = "Cannot delete the last variant of a product."
            write.complaints.add(["variantsIds"], message, "CANNOT_DELETE_LAST_VARIANT")
    return _ended(write, product, left)


def bulk_reorder(
    _root: None, info: Info, productId: str, positions: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The named variants stand in their positions, the others between them as before."""
    write, product = begin_options(info, productId)
    left: list[Variant] = []
    if product is not None:
        left = _moved(write, product, positions)
    return _ended(write, product, left)


def _moved(write: Write, product: Product, positions: Sequence[Mapping[str, Any]]) -> list[Variant]:
    known = {variant.id: variant for variant in product.variants}
    named: list[tuple[int, Variant]] = []
    for place, entry in enumerate(positions):
        variant = known.get(gids.number(entry["id"], "ProductVariant") or 0)
        if variant is None:
            message = "Product variant does not exist"
            write.complaints.add(("positions", place, "id"), message, "MISSING_VARIANT")
        elif entry["position"] < 1:
            message = "Product variant position cannot be zero or negative number"
            write.complaints.add(("positions", place, "position"), message, "INVALID_POSITION")
        elif any(one.id == variant.id for _, one in named):
            message = "Product variant IDs must be unique"
            write.complaints.add(["positions"], message, "DUPLICATED_VARIANT_ID")
        else:
            named.append((entry["position"], variant))
    moved = {variant.id for _, variant in named}
    order = [variant for variant in product.variants if variant.id not in moved]
    for position, variant in sorted(named, key=lambda pair: pair[0]):
        order.insert(position - 1, variant)
    return order


def _ended(write: Write, product: Product | None, variants: list[Variant]) -> dict[str, Any]:
    if product is None or write.complaints:
        return {"product": None, "userErrors": write.complaints.found}
    if tuple(variants) != product.variants:
        product = replace(product, variants=tuple(variants), updated_at=write.at)
        write.keep(product)
    return {"product": product, "userErrors": []}


FIELDS: Fields = {
    "Mutation": {
        "productVariantsBulkDelete": bulk_delete,
        "productVariantsBulkReorder": bulk_reorder,
    }
}
