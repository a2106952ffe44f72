"""productVariantsBulkUpdate: sets fields of the named variants, the others are left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.customids import product_number
from syncd.sandbox.mutations.bulk_rows import Bulk, Entry, begin_bulk, changed_row, finished
from syncd.sandbox.mutations.menu import complain_of_twin
from syncd.sandbox.mutations.variant_fields import dated
from syncd.sandbox.mutations.write import Codes, begin
from syncd.sandbox.records import Variant
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of

CODES: Codes = {
    "blank": "BLANK",
    "foreign": "INVALID_VALUE",
    "input": "INVALID_INPUT",
    "long": "INVALID_INPUT",
    "long value": "OPTION_VALUE_NAME_TOO_LONG",
    "low": "GREATER_THAN_OR_EQUAL_TO",
    "high": "INVALID_INPUT",
    "media": "MUST_BE_FOR_THIS_PRODUCT",
    "metafield": "INVALID_VALUE",
    "option": "OPTION_DOES_NOT_EXIST",
    "option value": "OPTION_VALUE_DOES_NOT_EXIST",
    "twin": "VARIANT_ALREADY_EXISTS",
    "type": "INVALID_VALUE",
    "type name": "INVALID_VALUE",
    "unique": "INVALID_VALUE",
}
NO_QUANTITIES = (
    "Inventory quantities can only be provided during create."
    " To update inventory for existing variants, use inventoryAdjustQuantities."
)


Outcome = tuple[int, Variant | None, bool]
"""Place of the row, its variant if it names one that may be changed, whether all is well."""


def variants_bulk_update(
    _root: None, info: Info, productId: str, variants: Sequence[Entry], **others: Any
) -> dict[str, Any]:
    """A partial update keeps the good rows, and answers with all variants that were named."""
    write = begin(shop_of(info), CODES)
    product = write.shop.products.get(product_number(productId))
    if product is None:
        message = "Product does not exist"
        write.complaints.add(["productId"], message, "PRODUCT_DOES_NOT_EXIST")
        return {"product": None, "productVariants": None, "userErrors": write.complaints.found}
    bulk = begin_bulk(write, product, others.get("media"))
    after = {variant.id: variant for variant in product.variants}
    rows = [_outcome(bulk, after, place, entry) for place, entry in enumerate(variants)]
    _complain_of_twins(bulk, after, rows)
    is_kept = not write.complaints or (
        bool(others.get("allowPartialUpdates")) and any(is_good for _, _, is_good in rows)
    )
    if is_kept:
        product = finished(bulk, list(after.values()))
        write.keep(product)
    named = [write.shop.variants[variant.id] for _, variant, _ in rows if variant]
    return {
        "product": product,
        "productVariants": named if is_kept or len(named) == len(rows) else None,
        "userErrors": sorted(write.complaints.found, key=_in_order),
    }


def _outcome(bulk: Bulk, after: dict[int, Variant], place: int, entry: Entry) -> Outcome:
    """Put the row's variant in `after` if it is good."""
    told = len(bulk.write.complaints.found)
    variant = _changed(bulk, after, place, entry)
    is_good = variant is not None and told == len(bulk.write.complaints.found)
    if variant is not None and is_good:
        after[variant.id] = dated(bulk.write, after[variant.id], variant)
    return place, variant, is_good


def _changed(bulk: Bulk, after: dict[int, Variant], place: int, entry: Entry) -> Variant | None:
    write, path = bulk.write, ("variants", place)
    if entry.get("id") is None:
        message = "Product variant is missing ID attribute"
        write.complaints.add((*path, "id"), message, "PRODUCT_VARIANT_ID_MISSING")
        return None
    before = after.get(gids.number(entry["id"], "ProductVariant") or 0)
    if before is None:
        message = "Product variant does not exist"
        write.complaints.add((*path, "id"), message, "PRODUCT_VARIANT_DOES_NOT_EXIST")
        return None
    if entry.get("inventoryQuantities") is not None:
        code = "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE"
        write.complaints.add((*path, "inventoryQuantities"), NO_QUANTITIES, code)
        return None
    variant = changed_row(bulk, path, before, entry)
    chosen = bulk.menu.chosen(path, entry.get("optionValues") or ())
    if chosen is None:
        return None
    values = tuple(chosen.get(n, value) for n, value in enumerate(variant.values))
    return replace(variant, values=values)


def _complain_of_twins(bulk: Bulk, after: dict[int, Variant], rows: list[Outcome]) -> None:
    """Of variants that came to the values of another; they go back to what they were."""
    before = {variant.id: variant for variant in bulk.product.variants}
    is_settled = False
    while not is_settled:  # what goes back may be in the way of what came to its place
        is_settled = True
        counts = Counter(variant.values for variant in after.values())
        for number, (place, variant, is_good) in enumerate(rows):
            if variant is None or not is_good or counts[variant.values] < 2:
                continue
            if variant.values != before[variant.id].values:
                title = bulk.menu.title(variant.values)
                complain_of_twin(bulk.write, ("variants", place), title)
                after[variant.id] = before[variant.id]
                rows[number] = (place, variant, False)
                is_settled = False


def _in_order(complaint: dict[str, Any]) -> list[int | str]:
    """By row, then by the name of the field: recorded with compareAtPrice before price."""
    return [int(step) if step.isdigit() else step for step in complaint["field"]]


FIELDS: Fields = {"Mutation": {"productVariantsBulkUpdate": variants_bulk_update}}
