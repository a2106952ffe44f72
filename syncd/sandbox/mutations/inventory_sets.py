"""Setting stock: inventorySetQuantities, inventorySetOnHandQuantities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from syncd.sandbox.idempotency import once
from syncd.sandbox.mutations.stock_changes import (
    MOST_SET,
    Path,
    Row,
    Step,
    Stocktake,
    begin,
    check_stale,
    require_change_from,
    too_high,
)
from syncd.sandbox.resolvers.fields import Fields, Info

SETTABLE = ("available", "on_hand")
NEGATIVE = "The quantity can't be negative."
NOT_STOCKED = "The specified inventory item is not stocked at the location."
TWICE = "The combination of inventoryItemId and locationId must be unique."
COMPARE = (
    "The compareQuantity argument must be given to each quantity or ignored using"
    " ignoreCompareQuantity."
)
COMPARE_STALE = "The compareQuantity argument no longer matches the persisted quantity."


def set_quantities(_root: None, info: Info, input: Row) -> dict[str, Any]:
    """Make available, or on_hand by way of available, what the rows say."""
    take = begin(info)
    if (name := input["name"]) not in SETTABLE:
        words = "The quantity name must be either 'available' or 'on_hand'."
        take.complain(("input", "name"), words, "INVALID_NAME")
    take.check_head(input)
    _check_comparable(take, input)
    return _set(take, input, "quantities", name)


def set_on_hand(_root: None, info: Info, input: Row) -> dict[str, Any]:
    take = begin(info)
    take.check_head(input)
    return _set(take, input, "setQuantities", "on_hand")


def _set(take: Stocktake, input: Row, list_name: str, name: str) -> dict[str, Any]:
    found = take.rows(input, list_name)
    for path, row, _item, _place in found:
        _check_bounds(take, path, row["quantity"], name)
    twice = Counter((item.id, place) for _, _, item, place in found)
    for path, _row, item, place in found:
        if twice[item.id, place] > 1:
            code = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
            take.complain((*path, "locationId"), TWICE, code)
    if take.complaints:
        return take.close(input, [])
    for path, row, item, place in found:
        take.check_stocked(
            path, item, place, "The specified inventory item is not stocked at the location."
        )
        _check_old(take, path, input, row, getattr(take.level(item, place), name))
    steps = []
    for path, row, item, place in found:
        delta = row["quantity"] - getattr(take.level(item, place), name)
        steps.append(Step(path, item, place, "available", delta))
        if not take.take(steps[-1]):
            take.complain((*path, "quantity"), too_high(MOST_SET), "INVALID_QUANTITY_TOO_HIGH")
    return take.close(input, steps)


def _check_bounds(take: Stocktake, path: Path, quantity: int, name: str) -> None:
    place = (*path, "quantity")
    if quantity > MOST_SET:
        take.complain(place, too_high(MOST_SET), "INVALID_QUANTITY_TOO_HIGH")
    elif quantity < 0 and name == "on_hand":
        take.complain(place, NEGATIVE, "INVALID_QUANTITY_NEGATIVE")
    elif quantity < -MOST_SET:
        words = f"The quantity can't be lower than -{MOST_SET:,}."
        take.complain(place, words, "INVALID_QUANTITY_TOO_LOW")


def _check_comparable(take: Stocktake, input: Row) -> None:
    """Up to 2026-01 the old pair of arguments is asked for where the new one is not given."""
    if take.info.context.is_since("2026-04") or input.get("ignoreCompareQuantity"):
        return
    rows: list[Row] = input["quantities"]
    if any("changeFromQuantity" not in row and row.get("compareQuantity") is None for row in rows):
        place = ("input", "ignoreCompareQuantity")
        take.complain(place, COMPARE, "COMPARE_QUANTITY_REQUIRED")


def _check_old(take: Stocktake, path: Path, input: Row, row: Row, held: int) -> None:
    check_stale(take, path, row, held)
    is_ignored = "changeFromQuantity" in row or input.get("ignoreCompareQuantity")
    if not is_ignored and row.get("compareQuantity") not in (None, held):
        take.complain((*path, "compareQuantity"), COMPARE_STALE, "COMPARE_QUANTITY_STALE")


def _check_set(info: Info, arguments: Mapping[str, Any]) -> None:
    require_change_from(info, "InventoryQuantityInput", arguments["input"]["quantities"])


def _check_set_on_hand(info: Info, arguments: Mapping[str, Any]) -> None:
    require_change_from(info, "InventorySetQuantityInput", arguments["input"]["setQuantities"])


FIELDS: Fields = {
    "Mutation": {
        "inventorySetQuantities": once(set_quantities, check=_check_set),
        "inventorySetOnHandQuantities": once(set_on_hand, check=_check_set_on_hand),
    }
}
