"""Changes of stock that one call asks for: checked row by row, done all or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, GraphQLError, Node, VariableNode

from syncd.sandbox import gids
from syncd.sandbox.mutations.references import is_uri, ledger_fault
from syncd.sandbox.records import Item, Level
from syncd.sandbox.resolvers.fields import Info, shop_of
from syncd.sandbox.shop import Shop
from syncd.sandbox.stockrecords import Adjustment, QuantityChange
from syncd.sandbox.stockroom import (
    ON_HAND,
    changed,
    level_at,
    new_level,
    put_items,
    with_levels,
)
from syncd.sandbox.words import Complaints

Path = tuple[str | int, ...]
Row = Mapping[str, Any]
Found = tuple[Path, Row, Item, int]
"""A row: where it is, what it says, its item, the number of its location."""

MOST_SET = 1_000_000_000
MOST_ADJUSTED = 2_000_000_000
MOST_KEPT = 2**31 - 1  # GraphQL's Int
ADJUSTABLE = ("available", "damaged", "incoming", "quality_control", "reserved", "safety_stock")
REASONS = (
    "correction",
    "cycle_count_available",
    "damaged",
    "movement_canceled",
    "movement_created",
    "movement_received",
    "movement_updated",
    "other",
    "promotion",
    "quality_control",
    "received",
    "reservation_created",
    "reservation_deleted",
    "reservation_updated",
    "restock",
    "safety_stock",
    "shrinkage",
)
NO_ITEM = "The specified inventory item could not be found."
NO_PLACE = "The specified location could not be found."
STALE = "The changeFromQuantity argument no longer matches the persisted quantity."


@dataclass(frozen=True, slots=True)
class Step:
    """One quantity of one level to be changed. `path` leads to the row that asks for it."""

    path: Path
    item: Item
    location_id: int
    name: str
    delta: int
    ledger: str | None = None


@dataclass(slots=True)
class Stocktake:
    """A call under way: what it complains of, which levels it has changed so far."""

    shop: Shop
    info: Info
    complaints: Complaints = field(default_factory=Complaints)
    levels: dict[tuple[int, int], Level] = field(default_factory=dict)

    def complain(self, path: Path, message: str, code: str) -> None:
        self.complaints.add(path, message, code)

    def check_head(self, input: Row) -> None:
        self.check_reason(input["reason"])
        self.check_reference(input.get("referenceDocumentUri"))

    def check_reason(self, reason: str) -> None:
        if reason not in REASONS:
            words = f"The specified reason is invalid. Valid values are: {', '.join(REASONS)}."
            self.complain(("input", "reason"), words, "INVALID_REASON")

    def check_reference(self, uri: str | None) -> None:
        if uri is not None and not is_uri(uri):
            words = "The specified reference document is invalid."
            self.complain(("input", "referenceDocumentUri"), words, "INVALID_REFERENCE_DOCUMENT")

    def rows(self, input: Row, list_name: str) -> list[Found]:
        """The rows whose item and location there are; the others are complained of."""
        found: list[Found] = []
        for index, row in enumerate(input[list_name]):
            path = ("input", list_name, index)
            item = self.item(path, row["inventoryItemId"])
            place = self.place(path, row["locationId"])
            if item and place:
                found.append((path, row, item, place))
        return found

    def item(self, path: Path, text: str) -> Item | None:
        item = self.shop.item(gids.number(text, "InventoryItem") or 0)
        if item is None:
            self.complain((*path, "inventoryItemId"), NO_ITEM, "INVALID_INVENTORY_ITEM")
        return item

    def place(self, path: Path, text: str) -> int | None:
        """The number of an active location."""
        place = self.shop.locations.get(gids.number(text, "Location") or 0)
        if place is None or not place.is_active:
            self.complain((*path, "locationId"), NO_PLACE, "INVALID_LOCATION")
            return None
        return place.id

    def level(self, item: Item, location_id: int) -> Level:
        """As this call has left it; an inactive one when the item never lay there."""
        key = item.id, location_id
        if key not in self.levels:
            held = level_at(item, location_id)
            self.levels[key] = held or new_level(self.shop, location_id, is_active=False)
        return self.levels[key]

    def check_stocked(self, path: Path, item: Item, location_id: int, message: str) -> None:
        """Inactive levels may be changed since 2026-04, what never was a level since 2026-10."""
        level = level_at(item, location_id)
        since = "2026-10" if level is None else "2026-04"
        if not (level and level.is_active) and not self.info.context.is_since(since):
            self.complain((*path, "locationId"), message, "ITEM_NOT_STOCKED_AT_LOCATION")

    def take(self, step: Step) -> bool:
        """Change the level; False when a quantity would no longer be a number of the API's."""
        at = self.shop.now()
        after = changed(self.level(step.item, step.location_id), {step.name: step.delta}, at)
        self.levels[step.item.id, step.location_id] = after
        return all(abs(one) <= MOST_KEPT for one in (getattr(after, step.name), after.on_hand))

    def close(self, input: Row, steps: Sequence[Step]) -> dict[str, Any]:
        """The payload. Keeps the levels and the group when nothing was complained of."""
        group = None
        if not self.complaints and (changes := told(steps)):
            by_item: dict[int, list[Level]] = {}
            for step in steps:
                level = self.levels[step.item.id, step.location_id]
                by_item.setdefault(step.item.id, []).append(level)
            items = {step.item.id: step.item for step in steps}
            put_items(self.shop, [with_levels(items[id_], rows) for id_, rows in by_item.items()])
            group = Adjustment(
                self.shop.new_id("InventoryAdjustmentGroup"),
                self.shop.now(),
                input["reason"],
                input.get("referenceDocumentUri"),
                changes,
            )
            self.shop.put("InventoryAdjustmentGroup", group)
        return {"inventoryAdjustmentGroup": group, "userErrors": self.complaints.found}


def begin(info: Info) -> Stocktake:
    return Stocktake(shop_of(info), info)


def told(steps: Iterable[Step]) -> tuple[QuantityChange, ...]:
    """What the group shows: quantity by quantity, on_hand last, where it changed with them."""
    changes: dict[str, list[QuantityChange]] = {}
    on_hand: dict[tuple[Path, int, int], int] = {}
    for step in steps:
        if step.delta:
            one = QuantityChange(step.name, step.delta, step.item.id, step.location_id, step.ledger)
            changes.setdefault(step.name, []).append(one)
        if step.name in ON_HAND:
            key = step.path, step.item.id, step.location_id
            on_hand[key] = on_hand.get(key, 0) + step.delta
    mirrored = [
        QuantityChange("on_hand", delta, item_id, location_id)
        for (_, item_id, location_id), delta in on_hand.items()
        if delta
    ]
    return (*(one for rows in changes.values() for one in rows), *mirrored)


def too_high(most: int) -> str:
    return f"The quantity can't be higher than {most:,}."


def check_ledger(take: Stocktake, path: Path, name: str, uri: str | None) -> None:
    if fault := ledger_fault(name, uri):
        take.complain((*path, "ledgerDocumentUri"), *fault)


def check_name(take: Stocktake, path: Path, name: str) -> bool:
    if name in ADJUSTABLE:
        return True
    valid = ", ".join(ADJUSTABLE)
    words = f"The specified quantity name is invalid. Valid values are: {valid}."
    take.complain(path, words, "INVALID_QUANTITY_NAME")
    return False


def check_stale(take: Stocktake, path: Path, row: Row, held: int) -> None:
    """Compare with what the row says was there; a null or missing one compares nothing."""
    if row.get("changeFromQuantity") not in (None, held):
        take.complain((*path, "changeFromQuantity"), STALE, "CHANGE_FROM_QUANTITY_STALE")


def require_change_from(info: Info, type_name: str, rows: Iterable[Row]) -> None:
    """Since 2026-04 each row says what it changes from, if only null.

    Raises INVALID_FIELD_ARGUMENTS, which comes before the idempotency key is asked for.
    """
    if info.context.is_since("2026-04") and any("changeFromQuantity" not in row for row in rows):
        raise GraphQLError(
            f"{type_name} must include the following argument: changeFromQuantity.",
            nodes=[info.field_nodes[0], *_variable_of(info)],
            extensions={"code": "INVALID_FIELD_ARGUMENTS"},
        )


def _variable_of(info: Info) -> list[Node]:
    """Where the variable is declared that gives the field its input."""
    node: FieldNode = info.field_nodes[0]
    names = [
        one.value.name.value
        for one in node.arguments or ()
        if one.name.value == "input" and isinstance(one.value, VariableNode)
    ]
    declared = info.operation.variable_definitions or ()
    return [one for one in declared if one.variable.name.value in names]
