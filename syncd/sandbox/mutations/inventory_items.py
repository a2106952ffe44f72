"""inventoryItemUpdate: the item behind a variant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.mutations.items import HARMONIZED, PUNCTUATION, changed_item
from syncd.sandbox.mutations.write import begin
from syncd.sandbox.records import Item
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.words import Complaints

GONE = "The product couldn't be updated because it does not exist."
HARMONIZED_WORDS = "Harmonized system code must be a number between six and thirteen digits"
UNITS = {"KILOGRAMS": "kg", "GRAMS": "g", "POUNDS": "lb", "OUNCES": "oz"}


def update(_root: None, info: Info, id: str, input: Mapping[str, Any]) -> dict[str, Any]:
    """Change what the input gives. The words differ from those of products' mutations."""
    shop, complaints = shop_of(info), Complaints()
    item = shop.item(gids.number(id, "InventoryItem") or 0)
    if item is None:
        complaints.add(["id"], GONE)
        return {"inventoryItem": None, "userErrors": complaints.found}
    _check(complaints, input)
    if complaints:
        return {"inventoryItem": None, "userErrors": complaints.found}
    write = begin(shop, CODES)
    after = changed_item(write, ("input",), item, input)
    if write.complaints:
        return {"inventoryItem": None, "userErrors": write.complaints.found}
    if after != item:
        keep(info, after)
    return {"inventoryItem": after, "userErrors": []}


CODES: Mapping[Any, str] = dict.fromkeys(("input", "long", "low", "high", "type"), "INVALID")
"""Not shown: the errors have no code."""


def keep(info: Info, item: Item) -> None:
    """Put the product with the item; its variant counts as updated, so the item does."""
    shop = shop_of(info)
    variant = shop.variant_of(item)
    product = shop.product_of(variant)
    after = replace(variant, item=item, updated_at=shop.now())
    variants = tuple(after if one.id == variant.id else one for one in product.variants)
    shop.put("Product", replace(product, variants=variants, updated_at=shop.now()))
    shop.tell("INVENTORY_ITEMS_UPDATE", item)
    shop.tell("PRODUCTS_UPDATE", product)


def _check(complaints: Complaints, input: Mapping[str, Any]) -> None:
    cost, weight = input.get("cost"), (input.get("measurement") or {}).get("weight")
    if cost is not None and Decimal(str(cost)) < 0:
        complaints.add(["input", "cost"], "Cost must be greater than or equal to 0")
    if weight and weight["value"] < 0:
        unit = UNITS[weight["unit"]]
        words = f"Measurement weight value {weight['value']:g} {unit} must be >= 0 {unit}"
        complaints.add(["input", "measurement", "weight"], words)
    if input.get("countryCodeOfOrigin") == "ZZ":
        complaints.add(["input", "countryCodeOfOrigin"], "Country code of origin is invalid")
    digits = PUNCTUATION.sub("", input.get("harmonizedSystemCode") or "")
    if digits and not HARMONIZED.fullmatch(digits):
        complaints.add(["input", "harmonizedSystemCode"], HARMONIZED_WORDS)


FIELDS: Fields = {"Mutation": {"inventoryItemUpdate": update}}
