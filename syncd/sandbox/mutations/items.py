"""The inventory item behind a variant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from syncd.sandbox.mutations.amounts import check_amount
from syncd.sandbox.mutations.write import Path, Write, altered, refuse
from syncd.sandbox.records import Item

PUNCTUATION = re.compile(r"[\W_]")
HARMONIZED = re.compile(r"\d{6,13}")
MAX_WEIGHT = 2_000_000_000
CENT = Decimal("0.01")

PLAIN = {"countryCodeOfOrigin": "country", "provinceCodeOfOrigin": "province"}
SWITCHES = {"tracked": "tracked", "requiresShipping": "requires_shipping"}


def changed_item(write: Write, path: Path, item: Item, given: Mapping[str, Any]) -> Item:
    """The item with what an InventoryItemInput gives; what it leaves out stays."""
    refuse(given, ["countryHarmonizedSystemCodes"])
    changes: dict[str, Any] = {PLAIN[name]: given[name] for name in PLAIN.keys() & given}
    changes |= {SWITCHES[name]: given[name] for name in SWITCHES if given.get(name) is not None}
    if "sku" in given:
        write.limit((*path, "sku"), "SKU", given["sku"])
        changes["sku"] = given["sku"]
    if "cost" in given:
        changes["cost"] = _cost(write, (*path, "cost"), given["cost"])
    if "harmonizedSystemCode" in given:
        place = (*path, "harmonizedSystemCode")
        changes["harmonized_code"] = _harmonized(write, place, given["harmonizedSystemCode"])
    changes |= _weight(write, (*path, "measurement"), given.get("measurement") or {})
    return altered(item, **changes)


def _cost(write: Write, path: Path, cost: str | None) -> str | None:
    if not check_amount(write, path, cost, "Cost per item") or cost is None:
        return None
    return str(Decimal(cost).quantize(CENT, ROUND_HALF_UP))


def _harmonized(write: Write, path: Path, code: str | None) -> str | None:
    digits = PUNCTUATION.sub("", code or "")
    if digits and not HARMONIZED.fullmatch(digits):
        message = "Harmonized system code must be a number with between 6 and 13 digits"
        write.complain(path, message, "input")
    return digits or None


def _weight(write: Write, path: Path, measurement: Mapping[str, Any]) -> dict[str, Any]:
    refuse(measurement, ["shippingPackageId"])
    if not (weight := measurement.get("weight")):
        return {}
    if weight["value"] < 0:
        write.complain((*path, "weight"), "Weight must be greater than or equal to 0", "low")
    elif weight["value"] >= MAX_WEIGHT:
        write.complain((*path, "weight"), f"Weight must be less than {MAX_WEIGHT}", "high")
    return {"weight": weight["value"], "weight_unit": weight["unit"]}
