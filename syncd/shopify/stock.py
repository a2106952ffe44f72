"""Counts of inventory items, at the locations that stock them."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from syncd.errors import CallError, ShopifyError
from syncd.rules import stock
from syncd.shopify.client import Client

ITEMS_A_CALL = 250
STALE = "CHANGE_FROM_QUANTITY_STALE"
UNKNOWN = "INVALID_INVENTORY_ITEM"
UNDER_WAY = "IDEMPOTENCY_CONCURRENT_REQUEST"


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


@dataclass(frozen=True, slots=True)
class Setting:
    """A count to be set: from `before`, which must be there, to `after`, in pieces; a GID."""

    item: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why Shopify set none of a call's counts; `place` is the row's that is to blame, if one is."""

    place: int | None
    code: str
    message: str


async def look(client: Client, location: str, items: Sequence[str]) -> dict[str, stock.Level]:
    """What Shopify shows of these items at the location, ITEMS_A_CALL at most, by GID.

    One that is gone from the shop is absent. Raises what `Client.execute` raises.
    """
    answer = await client.execute("StockAt", {"ids": list(items), "location": location})
    return {node["id"]: _level(node) for node in answer["nodes"] if node}


def _level(node: Mapping[str, Any]) -> stock.Level:
    shown = node["inventoryLevel"]
    if shown is None:
        return stock.Level(None, is_active=False, is_tracked=node["tracked"])
    (available,) = shown["quantities"]
    return stock.Level(available["quantity"], shown["isActive"], node["tracked"])


async def set_at(
    client: Client, location: str, settings: Sequence[Setting], *, key: str
) -> list[Refusal]:
    """Set counts in one call, ITEMS_A_CALL at most, all or none; empty: all are set.

    With the same `key` the same call is carried out once, for a day (runtime.md, 2.4). Raises what
    `Client.execute` raises, and CallError while a twin of the call is under way.
    """
    quantities = [
        {
            "inventoryItemId": one.item,
            "locationId": location,
            "quantity": one.after,
            "changeFromQuantity": one.before,
        }
        for one in settings
    ]
    given = {"name": "available", "reason": "other", "quantities": quantities}
    answer = await client.execute("InventorySetQuantities", {"input": given, "key": key})
    errors = answer["inventorySetQuantities"]["userErrors"]
    if any(error["code"] == UNDER_WAY for error in errors):
        raise CallError("Shopify is still at work on the same counts", wait_s=1.0, is_unknown=True)
    return [Refusal(_row(error["field"]), error["code"], error["message"]) for error in errors]


async def activate(client: Client, location: str, item: str, quantity: int, *, key: str) -> str:
    """Let the location stock an item, with a first count; one that it stocks keeps its count.

    Returns what Shopify says against it, empty when it is done. Raises what `Client.execute` does.
    """
    given = {"item": item, "location": location, "available": quantity, "key": key}
    answer = await client.execute("InventoryActivate", given)
    said = [str(error["message"]) for error in answer["inventoryActivate"]["userErrors"]]
    return "; ".join(one for one in said if "already active" not in one)


@dataclass(frozen=True, slots=True)
class Changed:
    """Some counts by item GID, and when they changed; None: it is not stocked there any more."""

    counts: Mapping[str, int | None]
    changed_at: Sequence[datetime]


def available(level: Mapping[str, Any]) -> int | None:
    """How many can be sold; None where the location does not stock it any more."""
    count: int = level["quantities"][0]["quantity"]
    return count if level["isActive"] else None


async def changed(client: Client, location: str, since: datetime) -> AsyncIterator[Changed]:
    """The counts at the location that changed since then, a page at a time.

    Raises what `Client.execute` raises.
    """
    moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked: dict[str, Any] = {"location": location, "query": f"updated_at:>='{moment}'"}
    while True:
        answer = await client.execute("StockChanged", asked)
        if answer["location"] is None:
            return
        levels = answer["location"]["inventoryLevels"]
        nodes = levels["nodes"]
        yield Changed(
            {one["item"]["id"]: available(one) for one in nodes},
            [datetime.fromisoformat(one["updatedAt"]) for one in nodes],
        )
        if not levels["pageInfo"]["hasNextPage"]:
            return
        asked = {**asked, "after": levels["pageInfo"]["endCursor"]}


def _row(steps: Sequence[str] | None) -> int | None:
    """The row that `["input", "quantities", "0", …]` points at."""
    numbers = [int(step) for step in steps or () if str(step).isdigit()]
    return numbers[0] if numbers else None
