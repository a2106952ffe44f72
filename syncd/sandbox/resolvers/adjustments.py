"""Adjustments of stock, what quantities there are."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.resolvers.fields import Fields, Info, always, attribute, gid_of, shop_of
from syncd.sandbox.resolvers.shop import current_app_installation
from syncd.sandbox.stockrecords import Adjustment
from syncd.sandbox.stockroom import NAMES, ON_HAND

IN_USE = ("available", "committed", "on_hand", "reserved")


def changes(
    adjustment: Adjustment,
    info: Info,
    inventoryItemIds: list[str] | None = None,
    locationIds: list[str] | None = None,
    quantityNames: list[str] | None = None,
) -> list[dict[str, Any]]:
    """In the order in which they are kept. What they left is never told: recorded as null."""
    shop = shop_of(info)
    return [
        {
            "name": one.name,
            "delta": one.delta,
            "quantityAfterChange": None,
            "ledgerDocumentUri": one.ledger,
            "item": shop.item(one.item_id),
            "location": shop.locations.get(one.location_id),
        }
        for one in adjustment.changes
        if _is_asked(gids.gid("InventoryItem", one.item_id), inventoryItemIds)
        and _is_asked(gids.gid("Location", one.location_id), locationIds)
        and _is_asked(one.name, quantityNames)
    ]


def _is_asked(value: str, wanted: list[str] | None) -> bool:
    return wanted is None or value in wanted


def inventory_properties(_root: None, info: Info) -> dict[str, Any]:
    used = {
        name
        for variant in shop_of(info).variants.values()
        for level in variant.item.levels
        for name in NAMES
        if getattr(level, name)
    }
    return {
        "quantityNames": [
            {
                "name": name,
                "displayName": name.replace("_", " ").capitalize(),
                "isInUse": name in IN_USE or name in used,
                "belongsTo": ["on_hand"] if name in ON_HAND else [],
                "comprises": sorted(ON_HAND) if name == "on_hand" else [],
            }
            for name in sorted((*NAMES, "on_hand"))
        ]
    }


FIELDS: Fields = {
    "QueryRoot": {"inventoryProperties": inventory_properties},
    "InventoryAdjustmentGroup": {
        "id": gid_of("InventoryAdjustmentGroup"),
        "createdAt": attribute("at"),
        "reason": attribute("reason"),
        "referenceDocumentUri": attribute("reference"),
        "app": lambda _one, info: current_app_installation(None, info)["app"],
        "staffMember": always(None),
        "changes": changes,
    },
}
