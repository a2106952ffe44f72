"""Counts of inventory items, at the locations that stock them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd.errors import ShopifyError
from syncd.shopify.client import Client

ITEMS_A_CALL = 250
STALE = "CHANGE_FROM_QUANTITY_STALE"


class CountsRefused(ShopifyError):
    """Shopify will not set counts; `errors` are its userErrors, `items` the GIDs of the rows."""

    def __init__(self, errors: Sequence[Mapping[str, Any]], items: Sequence[str]) -> None:
        super().__init__(f"Shopify refused counts: {errors[0]['message']}")
        self.errors, self.items = errors, items


@dataclass(frozen=True, slots=True)
class Level:
    """How many of an inventory item can be sold at a location, in pieces; GIDs."""

    item: str
    location: str
    available: int


async def levels(client: Client, items: Sequence[str]) -> list[Level]:
    """The levels of these items; one that is gone has none. Raises what `Client.execute` raises."""
    found = []
    for at in range(0, len(items), ITEMS_A_CALL):
        answer = await client.execute("StockLevels", {"ids": items[at : at + ITEMS_A_CALL]})
        found += [
            Level(node["id"], one["location"]["id"], one["quantities"][0]["quantity"])
            for node in answer["nodes"]
            if node
            for one in node["inventoryLevels"]["nodes"]
        ]
    return found


async def set_counts(client: Client, changes: Mapping[Level, int], *, key: str) -> list[Level]:
    """Set the count of each level that still is as given; returns those that moved meanwhile.

    `key` names the intention: with the same one the same counts are set once, however often it is
    asked for. Raises what `Client.execute` raises, and CountsRefused for another refusal.
    """
    moved: list[Level] = []
    left = dict(changes)
    while left:
        rows = list(left.items())[:ITEMS_A_CALL]
        quantities = [
            {
                "inventoryItemId": level.item,
                "locationId": level.location,
                "quantity": count,
                "changeFromQuantity": level.available,
            }
            for level, count in rows
        ]
        given = {"name": "available", "reason": "other", "quantities": quantities}
        once = uuid.uuid5(uuid.NAMESPACE_URL, f"{key} {json.dumps(quantities)}")
        answer = await client.execute("InventorySetQuantities", {"input": given, "key": str(once)})
        errors = answer["inventorySetQuantities"]["userErrors"]
        stale = {_row(error["field"]) for error in errors if error["code"] == STALE}
        if errors and (len(stale) < len(errors) or None in stale):
            raise CountsRefused(errors, [level.item for level, _ in rows])
        moved += [level for place, (level, _) in enumerate(rows) if place in stale]
        # All or nothing: what was refused is left out, the rest of the page is sent again.
        for place, (level, _) in enumerate(rows):
            if not errors or place in stale:
                left.pop(level)
    return moved


def _row(steps: Sequence[str] | None) -> int | None:
    """The row that `["input", "quantities", "0", …]` points at."""
    numbers = [int(step) for step in steps or () if str(step).isdigit()]
    return numbers[0] if numbers else None
