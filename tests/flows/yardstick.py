"""One productSet with everything: what the smallest calls must lead to as well.

It is built here from every field, without the comparisons of `rules.changes` that are under test;
from the rules it takes which variant is which, whose a picture is, whose a price is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.records import Form, Link, ObservedProduct, Shop
from syncd.rules import inputs, owners, pictures
from syncd.rules.adoption import Sight
from syncd.rules.identities import shown_values
from syncd.rules.text import fold

SET = """mutation ($id: ID!, $input: ProductSetInput!) {
  productSet(identifier: {id: $id}, input: $input) { userErrors { field message code } } }"""


def whole(
    wanted: Form, before: Link, sight: Sight, observed: ObservedProduct, shop: Shop
) -> dict[str, Any]:
    """The input of productSet for a product that was read just now."""
    aim = owners.ours(wanted, sight.link.known, shop)
    theirs = sight.strangers if shop.unknown_variants == "keep" else ()
    rows = [_row(aim, before, sight, observed, shop, place) for place in range(len(aim.variants))]
    # To Shopify m and M are one value: theirs takes the spelling that is wanted now.
    spelled = [
        {fold(value): value for value in column}
        for column in zip(*(one.values for one in aim.variants), strict=True)
    ]
    kept = [
        tuple(
            menu.get(fold(v), v) for menu, v in zip(spelled, shown_values(aim, one), strict=False)
        )
        for one in theirs
    ]
    for stranger, row in zip(theirs, kept, strict=True):
        values = inputs.option_values(aim.options, row)
        rows.append({"id": stranger.ids.variant, "optionValues": values})
    given: dict[str, Any] = {
        **inputs.product_fields(aim),
        "productOptions": inputs.option_inputs(aim, kept),
        "variants": rows,
    }
    if aim.pictures is not None:
        entries = pictures.arranged(aim.pictures, sight.link.files, sight.album)
        given["files"] = pictures.list_input(entries, sight.link.files)
    return given


def _row(
    aim: Form, before: Link, sight: Sight, observed: ObservedProduct, shop: Shop, place: int
) -> dict[str, Any]:
    variant = aim.variants[place]
    row = inputs.set_input(aim, variant)
    ids = sight.link.variants.get(variant.key)
    if ids is not None:
        row["id"] = ids.variant
        if _is_the_merchants(variant.key, before, sight, observed, aim, shop):
            del row["price"], row["compareAtPrice"]
    elif (count := inputs.first_count(7, variant, shop)) is not None:
        row["inventoryQuantities"] = [
            {"locationId": shop.location, "name": "available", "quantity": count}
        ]
    by_ref = {picture.ref: picture for picture in aim.pictures or ()}
    if variant.picture in by_ref:
        row["file"] = pictures.file_input(by_ref[variant.picture], sight.link.files)
    elif aim.pictures is not None and not _shows_theirs(ids, sight, observed, shop):
        row["file"] = None
    return row


def _is_the_merchants(
    key: str, before: Link, sight: Sight, observed: ObservedProduct, aim: Form, shop: Shop
) -> bool:
    """A price that we sent and still want, where another one stands now."""
    sent = {one.key: (one.price, one.compare_at_price) for one in before.known.variants}
    wanted = {one.key: (one.price, one.compare_at_price) for one in aim.variants}
    return shop.price_only_when_changed and sent.get(key) == wanted[key]


def _shows_theirs(ids: Any, sight: Sight, observed: ObservedProduct, shop: Shop) -> bool:
    fields: Mapping[str, Any] = observed.fields
    shown = fields[ids.variant].file if ids is not None else None
    return shop.image_mode != "overwrite" and shown in sight.album.theirs
