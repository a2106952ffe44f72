"""A shop with stock at two locations, asked in one API version, by a clock that is turned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from syncd.sandbox.archive import Archive
from syncd.sandbox.bucket import Bucket
from syncd.sandbox.execution import Request, execute
from syncd.sandbox.options import PLANS, ShopOptions
from syncd.sandbox.records import Item
from syncd.sandbox.shop import Shop
from syncd.sandbox.visit import visit
from tests.sandbox.till import Hands

Row = dict[str, Any]
OLD, NEW = "2026-01", "2026-04"
NAMES = (
    "available committed damaged incoming on_hand quality_control reserved safety_stock"
).split()

GROUP = """
inventoryAdjustmentGroup {
  id createdAt reason referenceDocumentUri
  changes {
    name delta quantityAfterChange ledgerDocumentUri item { id } location { id name }
  }
}
userErrors { field message code }
"""
LEVEL = 'id isActive quantities(names: ["available", "on_hand"]) { name quantity updatedAt }'


def mutation(name: str, type_: str) -> str:
    return (
        f"mutation M($input: {type_}!, $key: String!) {{\n"
        f"  {name}(input: $input) @idempotent(key: $key) {{{GROUP}}}\n}}"
    )


SET = mutation("inventorySetQuantities", "InventorySetQuantitiesInput")
SET_ON_HAND = mutation("inventorySetOnHandQuantities", "InventorySetOnHandQuantitiesInput")
ADJUST = mutation("inventoryAdjustQuantities", "InventoryAdjustQuantitiesInput")
MOVE = mutation("inventoryMoveQuantities", "InventoryMoveQuantitiesInput")

ACTIVATE = f"""
mutation A($item: ID!, $place: ID!, $available: Int, $onHand: Int, $key: String!) {{
  inventoryActivate(
    inventoryItemId: $item, locationId: $place, available: $available, onHand: $onHand
  ) @idempotent(key: $key) {{ inventoryLevel {{ {LEVEL} }} userErrors {{ field message }} }}
}}
"""
DEACTIVATE = """
mutation D($level: ID!) {
  inventoryDeactivate(inventoryLevelId: $level) { userErrors { field message } }
}
"""
TOGGLE = """
mutation T($item: ID!, $rows: [InventoryBulkToggleActivationInput!]!) {
  inventoryBulkToggleActivation(inventoryItemId: $item, inventoryItemUpdates: $rows) {
    inventoryItem { id } inventoryLevels { location { name } }
    userErrors { field message code }
  }
}
"""
PRODUCT_SET = """
mutation P($input: ProductSetInput!) {
  productSet(input: $input) { product { id } userErrors { field message } }
}
"""


@dataclass
class Store:
    """Two locations, Butikk and Lager; items of one variant each, stocked at Butikk."""

    version: str = NEW
    hands: Hands = field(default_factory=Hands)
    shop: Shop = field(init=False)
    keys: int = 0

    def __post_init__(self) -> None:
        options = ShopOptions(clock=self.hands.clock, locations=("Butikk", "Lager"))
        self.shop = Shop(options, Archive(None))

    @property
    def butikk(self) -> str:
        return self._place("Butikk")

    @property
    def lager(self) -> str:
        return self._place("Lager")

    def _place(self, name: str) -> str:
        (found,) = (one.id for one in self.shop.locations.values() if one.name == name)
        return f"gid://shopify/Location/{found}"

    def stock(self, available: int = 0, title: str = "Ski", place: str = "") -> str:
        """A new tracked item at Butikk, or at the location of that number; its gid."""
        gid = f"gid://shopify/Location/{place}" if place else self.butikk
        inputs = {
            "title": title,
            "productOptions": [{"name": "Title", "values": [{"name": "Default Title"}]}],
            "variants": [
                {
                    "optionValues": [{"optionName": "Title", "name": "Default Title"}],
                    "inventoryItem": {"tracked": True, "sku": title.upper()},
                    "inventoryQuantities": [
                        {"locationId": gid, "name": "available", "quantity": available}
                    ],
                }
            ],
        }
        body = self.ask(PRODUCT_SET, input=inputs)
        assert body["data"]["productSet"]["userErrors"] == [], body
        return f"gid://shopify/InventoryItem/{list(self.shop.items)[-1]}"

    def ask(self, query: str, /, **variables: Any) -> Any:
        """The body of the answer."""
        bucket = Bucket(PLANS["enterprise"], self.hands.clock)
        return execute(visit(self.shop, self.version), bucket, Request(query, variables)).body

    def call(self, query: str, /, **variables: Any) -> Any:
        """The payload of the one root field. A key that no call had is given when none is."""
        self.keys += 1
        body = self.ask(
            query, **{"key": f"key {self.keys}"} | variables if "$key" in query else variables
        )
        assert "errors" not in body, body["errors"]
        (payload,) = body["data"].values()
        return payload

    def item(self, gid: str) -> Item:
        found = self.shop.find(gid)
        assert isinstance(found, Item)
        return found

    def counts(self, item: str, place: str | None = None) -> dict[str, int]:
        """Quantity name -> how much, without those that are nought."""
        number = int((place or self.butikk).rpartition("/")[2])
        (level,) = (one for one in self.item(item).levels if one.location_id == number)
        return {name: getattr(level, name) for name in NAMES if getattr(level, name)}

    def level(self, item: str, place: str | None = None) -> str:
        """The gid of a level."""
        number = int((place or self.butikk).rpartition("/")[2])
        first = self.shop.locations[number].level_number
        return f"gid://shopify/InventoryLevel/{first}?inventory_item_id={self.item(item).id}"

    def set(self, item: str, quantity: int, **more: Any) -> dict[str, Any]:
        """An input of inventorySetQuantities."""
        row: Row = {"inventoryItemId": item, "locationId": self.butikk, "quantity": quantity}
        if self.version != OLD:
            row["changeFromQuantity"] = None
        head = heading(more)
        return {**head, "quantities": [row | more]}

    def adjust(self, item: str, delta: int, **more: Any) -> dict[str, Any]:
        """An input of inventoryAdjustQuantities."""
        row: Row = {"inventoryItemId": item, "locationId": self.butikk, "delta": delta}
        head = heading(more)
        return {**head, "changes": [row | {"changeFromQuantity": None} | more]}

    def move(self, item: str, quantity: int, start: Any, goal: Any, **more: Any) -> dict[str, Any]:
        """An input of inventoryMoveQuantities; the ends are names of quantities or terminals."""
        ends = {
            end: {
                "locationId": self.butikk,
                "name": one,
                "changeFromQuantity": None,
                **({} if one == "available" else {"ledgerDocumentUri": f"ledger://books/{end}"}),
            }
            if isinstance(one, str)
            else {"locationId": self.butikk, "changeFromQuantity": None, **one}
            for end, one in (("from", start), ("to", goal))
        }
        row = {"inventoryItemId": item, "quantity": quantity, **ends}
        return {
            "reason": "correction",
            "referenceDocumentUri": "take://of/stock",
            "changes": [row],
            **more,
        }


def heading(more: Row) -> Row:
    """What stands above the rows, taken out of what is given for both."""
    head: Row = {"name": "available", "reason": "correction"}
    names = ("name", "reason", "referenceDocumentUri", "ignoreCompareQuantity")
    return head | {name: more.pop(name) for name in names if name in more}


def told(payload: Any) -> list[tuple[str, str, str | None]]:
    """The userErrors: place, words, code."""
    (errors,) = (errors for name, errors in payload.items() if "serErrors" in name)
    return [(".".join(one["field"] or ()), one["message"], one.get("code")) for one in errors]


def codes(payload: Any) -> list[tuple[str, str | None]]:
    """The userErrors: place, code."""
    return [(place, code) for place, _, code in told(payload)]


def changes(payload: Any) -> list[tuple[str, int]]:
    """What the group says changed: name, delta."""
    return [(one["name"], one["delta"]) for one in payload["inventoryAdjustmentGroup"]["changes"]]
