"""The single fields of a variant, as far as all mutations have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncd.sandbox.mutations.amounts import check_amount
from syncd.sandbox.mutations.items import changed_item
from syncd.sandbox.mutations.write import Path, Write, altered, refuse
from syncd.sandbox.records import Item, Variant
from syncd.sandbox.words import not_simulated

PLAIN = {
    "taxable": "taxable",
    "inventoryPolicy": "inventory_policy",
    "taxCode": "tax_code",
    "requiresComponents": "requires_components",
    "showUnitPrice": "show_unit_price",
    "unitPriceMeasurement": "unit_price",
}


def new_variant(write: Write, product_id: int, values: tuple[int, ...]) -> Variant:
    """A variant that has nothing but its option values, and is stocked nowhere yet."""
    shop = write.shop
    item = Item(shop.new_id("InventoryItem"))
    id_ = shop.new_id("ProductVariant")
    return Variant(id_, product_id, item, values, created_at=write.at, updated_at=write.at)


def changed_variant(
    write: Write, path: Path, variant: Variant, given: Mapping[str, Any]
) -> Variant:
    """The variant with what the input gives; what it leaves out stays."""
    refuse(given, ["quantityAdjustments"])
    if given.get("published") is False:
        raise not_simulated("variants that are not published")
    changes: dict[str, Any] = {
        PLAIN[name]: given[name] for name in PLAIN if given.get(name) is not None
    }
    if "price" in given:
        changes["price"] = _price(write, (*path, "price"), given["price"]) or variant.price
    if "compareAtPrice" in given:
        check_amount(write, (*path, "compareAtPrice"), given["compareAtPrice"])
        changes["compare_at_price"] = given["compareAtPrice"]
    if "barcode" in given:
        write.limit((*path, "barcode"), "Barcode", given["barcode"])
        changes["barcode"] = given["barcode"]
    if given.get("inventoryItem") is not None:
        place = (*path, "inventoryItem")
        changes["item"] = changed_item(write, place, variant.item, given["inventoryItem"])
    return altered(variant, **changes)


def _price(write: Write, path: Path, price: str | None) -> str | None:
    if price is None:
        write.complain(path, "Price can't be blank", "blank")
    check_amount(write, path, price, "Price")
    return price


def dated(write: Write, before: Variant | None, after: Variant) -> Variant:
    """The new variant, with the time of this write if it differs from what was."""
    return after if after == before else replace(after, updated_at=write.at)
