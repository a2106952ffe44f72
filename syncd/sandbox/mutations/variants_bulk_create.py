"""productVariantsBulkCreate: adds variants to a product, those it has are left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from syncd.sandbox.customids import product_number
from syncd.sandbox.mutations.bulk_rows import Bulk, Entry, begin_bulk, changed_row, finished
from syncd.sandbox.mutations.menu import complain_of_twin
from syncd.sandbox.mutations.quantities import (
    MAX_QUANTITIES,
    TOO_MANY,
    check_places,
    first_levels,
    stocked,
)
from syncd.sandbox.mutations.variant_fields import new_variant
from syncd.sandbox.mutations.write import Codes, Path, begin
from syncd.sandbox.records import Level, Product, Variant
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.product_search import is_default

CODES: Codes = {
    "blank": "INVALID",
    "foreign": "INVALID",
    "input": "INVALID_INPUT",
    "long": "INVALID_INPUT",
    "long value": "INVALID_INPUT",
    "low": "GREATER_THAN_OR_EQUAL_TO",
    "high": "INVALID_INPUT",
    "media": "MUST_BE_FOR_THIS_PRODUCT",
    "metafield": "INVALID",
    "missing values": "NEED_TO_ADD_OPTION_VALUES",
    "option": "INVALID_INPUT",
    "option value": "INVALID_INPUT",
    "place": "TRACKED_VARIANT_LOCATION_NOT_FOUND",
    "quantities": "INVENTORY_QUANTITIES_LIMIT_EXCEEDED",
    "twin": "VARIANT_ALREADY_EXISTS_CHANGE_OPTION_VALUE",
    "type": "INVALID",
    "type name": "INVALID",
    "unique": "INVALID",
}
MAX_VARIANTS = 2_048  # all shops since 2025-10-15
MAX_LOCATIONS = 200


def variants_bulk_create(
    _root: None, info: Info, productId: str, variants: Sequence[Entry], **others: Any
) -> dict[str, Any]:
    """All of them or none."""
    write = begin(shop_of(info), CODES)
    product = write.shop.products.get(product_number(productId))
    made: list[Variant] = []
    if product is None:
        message = "Product does not exist"
        write.complaints.add(["productId"], message, "PRODUCT_DOES_NOT_EXIST")
    elif variants:
        bulk = begin_bulk(write, product, others.get("media"))
        made = _made(bulk, variants)
        product = _with_variants(bulk, made, others.get("strategy") or "DEFAULT")
    if write.complaints:
        product, made = None, []
    elif product is not None:
        write.keep(product)
    return {"product": product, "productVariants": made, "userErrors": write.complaints.found}


def _made(bulk: Bulk, variants: Sequence[Entry]) -> list[Variant]:
    counts = sum(len(entry.get("inventoryQuantities") or ()) for entry in variants)
    if counts > MAX_QUANTITIES:
        bulk.write.complain(("variants",), TOO_MANY, "quantities")
        return []
    return [_variant(bulk, ("variants", place), entry) for place, entry in enumerate(variants)]


def _variant(bulk: Bulk, path: Path, entry: Entry) -> Variant:
    if entry.get("id") is not None:
        message = "Product variant id cannot be used on create"
        bulk.write.complaints.add((*path, "id"), message, "NO_KEY_ON_CREATE")
    told = len(bulk.write.complaints.found)
    start = new_variant(bulk.write, bulk.product.id, ())
    variant = changed_row(bulk, path, start, entry)
    chosen = bulk.menu.chosen(path, entry.get("optionValues") or ())
    variant = replace(variant, values=bulk.menu.complete(path, chosen) or ())
    if told != len(bulk.write.complaints.found):
        return variant
    levels = _levels(bulk, path, variant, entry)
    return replace(variant, item=replace(variant.item, levels=levels))


def _levels(bulk: Bulk, path: Path, variant: Variant, entry: Entry) -> tuple[Level, ...]:
    write, given = bulk.write, entry.get("inventoryQuantities")
    if not given:
        return first_levels(write.shop)
    if len(given) > MAX_LOCATIONS:
        message = "Inventory locations cannot exceed the allowed resource limit"
        write.complaints.add(path, message, "TOO_MANY_INVENTORY_LOCATIONS")
        return ()
    here = (*path, "inventoryQuantities")
    counts = {one["locationId"]: one["availableQuantity"] for one in given}
    check_places(write, here, bulk.menu.title(variant.values), counts)
    return stocked(write, here, (), counts)


def _with_variants(bulk: Bulk, made: Sequence[Variant], strategy: str) -> Product:
    """The new variants come after the old ones. A standalone variant may have to go for them."""
    held = bulk.product.variants
    gone = held if _is_standalone(bulk.product, strategy) else ()
    kept = () if gone else held
    _complain_of_twins(bulk, kept, made)
    if len(kept) + len(made) > MAX_VARIANTS:
        message = f"Product cannot have more than {MAX_VARIANTS} variants"
        bulk.write.complain(("variants",), message, "input")
    used = {value for variant in made for value in variant.values}
    bulk.menu.drop({value for variant in gone for value in variant.values} - used)
    return finished(bulk, (*kept, *made))


def _is_standalone(product: Product, strategy: str) -> bool:
    """Whether the product's only variant goes when others come."""
    if len(product.variants) != 1:
        return False
    is_unasked = strategy == "DEFAULT" and is_default(product)
    return is_unasked or strategy == "REMOVE_STANDALONE_VARIANT"


def _complain_of_twins(bulk: Bulk, kept: Sequence[Variant], made: Sequence[Variant]) -> None:
    seen = {variant.values for variant in kept}
    for place, variant in enumerate(made):
        if variant.values and variant.values in seen:
            title = bulk.menu.title(variant.values)
            complain_of_twin(bulk.write, ("variants", place), title)
        seen.add(variant.values)


FIELDS: Fields = {"Mutation": {"productVariantsBulkCreate": variants_bulk_create}}
