"""A new order: its fulfilment orders, the stock that is kept for it, its customer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from syncd.sandbox import stockroom
from syncd.sandbox.records_orders import FulfillmentOrder, Order, Portion
from syncd.sandbox.records_people import Customer
from syncd.sandbox.sales import totals
from syncd.sandbox.sales.routing import Parts, Route, routed
from syncd.sandbox.shop import Shop

FIRST_NUMBER = 1001

Keeping = Literal["BYPASS", "DECREMENT_IGNORING_POLICY", "DECREMENT_OBEYING_POLICY"]
"""Whether stock is kept for the order, and whether it may go below nothing."""


@dataclass(frozen=True, slots=True)
class OutOfStock(Exception):
    """Nothing was placed: a location has too few of a variant that may not be oversold."""

    sku: str | None
    available: int


def next_number(shop: Shop) -> int:
    return max((one.number for one in shop.held["Order"].values()), default=FIRST_NUMBER - 1) + 1


def place(
    shop: Shop, order: Order, keeping: Keeping = "BYPASS", *, location_id: int | None = None
) -> Order:
    """Keep the order, which has no fulfilment orders yet. Raises OutOfStock."""
    route = routed(shop, order.lines, location_id)
    if keeping == "DECREMENT_OBEYING_POLICY":
        _check(shop, route)
    if keeping != "BYPASS":
        order = _committed(shop, order, route)
    made = [_assigned(shop, order, at, parts) for at, parts in route.items()]
    for one in made:
        shop.put("FulfillmentOrder", one)
    order = replace(order, fulfillment_order_ids=tuple(one.id for one in made))
    shop.put("Order", order)
    _join(shop, order)
    shop.tell("ORDERS_CREATE", order)
    if totals.financial_status(order) == "PAID":
        shop.tell("ORDERS_PAID", order)
    for one in made:
        shop.tell("FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE", one)
    return order


def _check(shop: Shop, route: Route) -> None:
    wanted: dict[tuple[int, int], int] = {}
    for place_, parts in route.items():
        for line, count in parts:
            item = shop.item(line.item_id) if line.item_id else None
            if item is None or not item.tracked or shop.variant_of(item).inventory_policy != "DENY":
                continue
            key = (item.id, place_)
            wanted[key] = wanted.get(key, 0) + count
            level = stockroom.level_at(item, place_)
            available = level.available if level else 0
            if available < wanted[key]:
                raise OutOfStock(item.sku, max(available, 0))


def _committed(shop: Shop, order: Order, route: Route) -> Order:
    kept = set()
    for place_, parts in route.items():
        for line, count in parts:
            item = shop.item(line.item_id) if line.item_id else None
            if item is not None and item.tracked:
                stockroom.commit(shop, item.id, place_, count)
                kept.add(line.id)
    lines = tuple(replace(one, is_committed=one.id in kept) for one in order.lines)
    return replace(order, lines=lines)


def _assigned(shop: Shop, order: Order, location_id: int, parts: Parts) -> FulfillmentOrder:
    portions = tuple(
        Portion(shop.new_id("FulfillmentOrderLineItem"), line.id, count, count)
        for line, count in parts
    )
    at = order.created_at
    return FulfillmentOrder(
        shop.new_id("FulfillmentOrder"),
        order.id,
        location_id,
        created_at=at,
        updated_at=at,
        fulfill_at=f"{at[:13]}:00:00Z",
        portions=portions,
    )


def _join(shop: Shop, order: Order) -> None:
    """Let the customer know the order as theirs."""
    customer: Customer | None = shop.held["Customer"].get(order.customer_id or 0)
    if customer is not None and order.id not in customer.order_ids:
        shop.put("Customer", replace(customer, order_ids=(*customer.order_ids, order.id)))
