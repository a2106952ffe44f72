"""productVariantAppendMedia, productVariantDetachMedia: a variant shows one picture, or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.customids import product_number
from syncd.sandbox.mutations.write import Write, begin
from syncd.sandbox.records import Product, Variant
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of

MAX_PAIRS = 100

Given = Mapping[str, Any]
Fault = tuple[str, str, str]
"""`variantId` or `mediaIds`, the message, the code."""
Pair = tuple[Variant, int]


def append_media(
    _root: None, info: Info, productId: str, variantMedia: Sequence[Given]
) -> dict[str, Any]:
    return _changed(info, productId, variantMedia, _fault_of_appending, is_kept=True)


def detach_media(
    _root: None, info: Info, productId: str, variantMedia: Sequence[Given]
) -> dict[str, Any]:
    return _changed(info, productId, variantMedia, _fault_of_detaching, is_kept=False)


def _changed(
    info: Info,
    product_id: str,
    given: Sequence[Given],
    fault: Callable[[Write, Variant, int | None], Fault | None],
    *,
    is_kept: bool,
) -> dict[str, Any]:
    """All pairs or none."""
    write = begin(shop_of(info), {})
    product = write.shop.products.get(product_number(product_id))
    if product is None:
        message = "Product does not exist"
        write.complaints.add(["productId"], message, "PRODUCT_DOES_NOT_EXIST")
    pairs = [] if product is None else _pairs(write, product, given, fault)
    if product is None or write.complaints:
        return {"product": None, "productVariants": None, "userErrors": write.complaints.found}
    shown = {variant.id: number if is_kept else None for variant, number in pairs}
    variants = tuple(
        replace(one, media_id=shown[one.id], updated_at=write.at) if one.id in shown else one
        for one in product.variants
    )
    product = replace(product, variants=variants, updated_at=write.at)
    write.keep(product)
    named = [one for one in variants if one.id in shown]
    return {"product": product, "productVariants": named, "userErrors": []}


def _pairs(
    write: Write,
    product: Product,
    given: Sequence[Given],
    fault: Callable[[Write, Variant, int | None], Fault | None],
) -> list[Pair]:
    if len(given) > MAX_PAIRS:
        message = f"Exceeded {MAX_PAIRS} variant-media pairs per mutation."
        write.complaints.add(["variantMedia"], message, "MAXIMUM_VARIANT_MEDIA_PAIRS_EXCEEDED")
        return []
    variants = {one.id: one for one in product.variants}
    counts = Counter(entry["variantId"] for entry in given)
    pairs = []
    for place, entry in enumerate(given):
        variant = variants.get(gids.number(entry["variantId"], "ProductVariant") or 0)
        found = _fault_of_pair(entry, variant, counts)
        number = _number(entry)
        if found is None and variant is not None:
            found = fault(write, variant, number)
        if found is not None:
            write.complaints.add(("variantMedia", place, found[0]), *found[1:])
            return []
        if variant is not None and number is not None:
            pairs.append((variant, number))
    return pairs


def _number(entry: Given) -> int | None:
    return gids.number(entry["mediaIds"][0], "MediaImage") if entry["mediaIds"] else None


def _fault_of_pair(entry: Given, variant: Variant | None, counts: Counter[str]) -> Fault | None:
    if len(entry["mediaIds"]) != 1:
        message = "Only one mediaId is allowed per media input."
        return "mediaIds", message, "TOO_MANY_MEDIA_PER_INPUT_PAIR"
    if counts[entry["variantId"]] > 1:
        message = "Variant was specified in more than one media input."
        return "variantId", message, "PRODUCT_VARIANT_SPECIFIED_MULTIPLE_TIMES"
    if variant is None:
        message = "Variant does not exist on the specified product."
        return "variantId", message, "PRODUCT_VARIANT_DOES_NOT_EXIST_ON_PRODUCT"
    kind = (gids.parted(entry["mediaIds"][0]) or ("", 0))[0]
    if kind in ("ExternalVideo", "Video", "Model3d"):
        message = "Non-image media cannot be attached to variants."
        return "mediaIds", message, "INVALID_MEDIA_TYPE"
    return None


def _fault_of_appending(write: Write, variant: Variant, number: int | None) -> Fault | None:
    product = write.shop.products[variant.product_id]
    if number is None or number not in product.media_ids:
        message = "Media does not exist on the specified product."
        return "mediaIds", message, "MEDIA_DOES_NOT_EXIST_ON_PRODUCT"
    if write.shop.media[number].status != "READY":
        return "mediaIds", "Non-ready media cannot be attached to variants.", "NON_READY_MEDIA"
    if variant.media_id is not None:
        message = "The given variant already has attached media."
        return "variantId", message, "PRODUCT_VARIANT_ALREADY_HAS_MEDIA"
    return None


def _fault_of_detaching(_write: Write, variant: Variant, number: int | None) -> Fault | None:
    if variant.media_id is None or variant.media_id != number:
        message = "The specified media is not attached to the specified variant."
        return "variantId", message, "MEDIA_IS_NOT_ATTACHED_TO_VARIANT"
    return None


FIELDS: Fields = {
    "Mutation": {
        "productVariantAppendMedia": append_media,
        "productVariantDetachMedia": detach_media,
    }
}
