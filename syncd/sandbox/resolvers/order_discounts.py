"""Discounts of orders."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from syncd.sandbox.connections import page, positioned
from syncd.sandbox.records_orders import Discount, Order
from syncd.sandbox.resolvers.fields import Info
from syncd.sandbox.resolvers.order_parts import Of, bag


def application(order: Order, index: int, discount: Discount) -> dict[str, Any]:
    value = (
        {"__typename": "PricingPercentageValue", "percentage": float(discount.value)}
        if discount.kind == "percentage"
        else {"__typename": "MoneyV2", **bag(order, discount.value)["shopMoney"]}
    )
    is_shipping = discount.kind == "shipping"
    return {
        "__typename": "DiscountCodeApplication",
        "code": discount.code,
        "index": index,
        "allocationMethod": "EACH" if is_shipping else "ACROSS",
        "targetSelection": "ALL",
        "targetType": "SHIPPING_LINE" if is_shipping else "LINE_ITEM",
        "value": value,
    }


@dataclass(frozen=True, slots=True)
class Numbered:
    id: int
    shown: dict[str, Any]


def discount_page(order: Order, _info: Info, **arguments: Any) -> Any:
    found = [
        Numbered(index, application(order, index, one)) for index, one in enumerate(order.discounts)
    ]
    made = page(found, positioned(found), arguments)
    edges = made["edges"]
    return {
        **made,
        "nodes": [one.shown for one in made["nodes"]],
        "edges": lambda info: [{**edge, "node": edge["node"].shown} for edge in edges(info)],
    }


def allocations(one: Of[Any], _info: Info) -> list[dict[str, Any]]:
    """What the order's one discount takes off this line."""
    if not one.order.discounts or Decimal(one.part.discount) == 0:
        return []
    set_ = bag(one.order, one.part.discount)
    return [
        {
            "allocatedAmount": set_["shopMoney"],
            "allocatedAmountSet": set_,
            "discountApplication": application(one.order, 0, one.order.discounts[0]),
        }
    ]
