"""Adjusting stock by deltas, moving it between quantities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.sandbox.idempotency import once
from syncd.sandbox.mutations.stock_changes import (
    MOST_ADJUSTED,
    Path,
    Row,
    Step,
    Stocktake,
    begin,
    check_ledger,
    check_name,
    check_stale,
    require_change_from,
    too_high,
)
from syncd.sandbox.resolvers.fields import Fields, Info

ENDS = ("from", "to")
NEGATIVE = "The quantity can't be negative."
NOT_STOCKED = "The inventory item is not stocked at the location."
BOOKS = (
    "All changes must have the same ledger document URI or, in the case of adjusting available,"
    " no ledger document URI."
)
MOST_BOOKS = "Only a maximum of 2 ledger document URIs across all changes is allowed."
APART = "The quantities can't be moved between different locations."
SAME_NAME = "The quantity names for each change can't be the same."


def adjust_quantities(_root: None, info: Info, input: Row) -> dict[str, Any]:
    """Add the rows' deltas to the quantity named; rows for the same level add up."""
    take, name = begin(info), input["name"]
    is_named = check_name(take, ("input", "name"), name)
    take.check_head(input)
    found = take.rows(input, "changes")
    for index, row in enumerate(input["changes"]):
        _check_delta(take, ("input", "changes", index), row["delta"])
        if is_named:
            check_ledger(take, ("input", "changes", index), name, row.get("ledgerDocumentUri"))
    if is_named and len({row.get("ledgerDocumentUri") for row in input["changes"]}) > 1:
        take.complain(("input", "changes"), BOOKS, "MAX_ONE_LEDGER_DOCUMENT")
    if take.complaints:
        return take.close(input, [])
    for path, row, item, place in found:
        take.check_stocked(path, item, place, NOT_STOCKED)
        check_stale(take, path, row, getattr(take.level(item, place), name))
    steps = [
        Step(path, item, place, name, row["delta"], row.get("ledgerDocumentUri"))
        for path, row, item, place in found
    ]
    _take_all(take, steps, "adjust")
    return take.close(input, steps)


def _check_delta(take: Stocktake, path: Path, delta: int) -> None:
    if delta > MOST_ADJUSTED:
        words = too_high(MOST_ADJUSTED)
        take.complain((*path, "delta"), words, "INVALID_QUANTITY_TOO_HIGH")
    elif delta < -MOST_ADJUSTED:
        words = f"The quantity can't be lower than -{MOST_ADJUSTED:,}."
        take.complain((*path, "delta"), words, "INVALID_QUANTITY_TOO_LOW")


def _take_all(take: Stocktake, steps: list[Step], verb: str) -> None:
    for step in steps:
        if not take.take(step):
            done = {"adjust": "adjusted", "move": "moved"}[verb]
            words = f"The quantities couldn't be {done}. Try again."
            take.complaints.add(None, words, f"{verb.upper()}_QUANTITIES_FAILED")
            return


def move_quantities(_root: None, info: Info, input: Row) -> dict[str, Any]:
    """Turn quantities of one name into another's, at the same location."""
    take = begin(info)
    take.check_head(input)
    steps: list[Step] = []
    books: set[str] = set()
    for index, row in enumerate(input["changes"]):
        path: Path = ("input", "changes", index)
        steps += _move(take, path, row)
        books |= {row[end]["ledgerDocumentUri"] for end in ENDS if _book(row[end])}
    if len(books) > 2:
        take.complain(("input", "changes"), MOST_BOOKS, "MAXIMUM_LEDGER_DOCUMENT_URIS")
    if take.complaints:
        return take.close(input, [])
    for (path, end), step in zip(_ends(input), steps, strict=True):
        row = input["changes"][path[2]][end]
        take.check_stocked((*path, end), step.item, step.location_id, NOT_STOCKED)
        held = getattr(take.level(step.item, step.location_id), step.name)
        check_stale(take, (*path, end), row, held)
    _take_all(take, steps, "move")
    return take.close(input, steps)


def _book(end: Row) -> str | None:
    book: str | None = end.get("ledgerDocumentUri")
    return book


def _ends(input: Row) -> list[tuple[tuple[str, str, int], str]]:
    rows = range(len(input["changes"]))
    return [(("input", "changes", index), end) for index in rows for end in ENDS]


def _move(take: Stocktake, path: Path, row: Row) -> list[Step]:
    """The two steps of a row; fewer when something of it is not there."""
    quantity, item = row["quantity"], take.item(path, row["inventoryItemId"])
    if quantity < 0:
        take.complain((*path, "quantity"), NEGATIVE, "INVALID_QUANTITY_NEGATIVE")
    elif quantity > MOST_ADJUSTED:
        words = too_high(MOST_ADJUSTED)
        take.complain((*path, "quantity"), words, "INVALID_QUANTITY_TOO_HIGH")
    if row["from"]["locationId"] != row["to"]["locationId"]:
        take.complain(path, APART, "DIFFERENT_LOCATIONS")
    if row["from"]["name"] == row["to"]["name"]:
        take.complain(path, SAME_NAME, "SAME_QUANTITY_NAME")
    steps = []
    for end, delta in zip(ENDS, (-quantity, quantity), strict=True):
        at, terminal = (*path, end), row[end]
        place = take.place(at, terminal["locationId"])
        if check_name(take, (*at, "name"), terminal["name"]):
            check_ledger(take, at, terminal["name"], _book(terminal))
        if item and place:
            steps.append(Step(path, item, place, terminal["name"], delta, _book(terminal)))
    return steps


def _check_adjust(info: Info, arguments: Mapping[str, Any]) -> None:
    require_change_from(info, "InventoryChangeInput", arguments["input"]["changes"])


def _check_move(info: Info, arguments: Mapping[str, Any]) -> None:
    rows = [row[end] for row in arguments["input"]["changes"] for end in ENDS]
    require_change_from(info, "InventoryMoveQuantityTerminalInput", rows)


FIELDS: Fields = {
    "Mutation": {
        "inventoryAdjustQuantities": once(adjust_quantities, check=_check_adjust),
        "inventoryMoveQuantities": once(move_quantities, check=_check_move),
    }
}
