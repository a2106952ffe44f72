"""Parts of orders by their ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.records_orders import Order
from syncd.sandbox.resolvers.order_parts import Of
from syncd.sandbox.sales import progress
from syncd.sandbox.shop import Shop

Parts = Callable[[Shop, Order], Iterable[Any]]


def portions(shop: Shop, order: Order) -> Iterable[Any]:
    return (each for one in progress.fulfillment_orders(shop, order) for each in one.portions)


def shipped(shop: Shop, order: Order) -> Iterable[Any]:
    return (each for one in progress.fulfillments(shop, order) for each in one.lines)


def holds(shop: Shop, order: Order) -> Iterable[Any]:
    return (each for one in progress.fulfillment_orders(shop, order) for each in one.holds)


def events(shop: Shop, order: Order) -> Iterable[Any]:
    return (each for one in progress.fulfillments(shop, order) for each in one.events)


OF_ORDER: Mapping[str, Parts] = {
    "LineItem": lambda _shop, order: order.lines,
    "OrderTransaction": lambda _shop, order: order.transactions,
    "Refund": lambda _shop, order: order.refunds,
    "Return": lambda _shop, order: order.returns,
    "ReturnLineItem": lambda _shop, order: (line for one in order.returns for line in one.lines),
    "FulfillmentOrderLineItem": portions,
    "FulfillmentLineItem": shipped,
}
"""Shown together with their order."""

ALONE: Mapping[str, Parts] = {"FulfillmentHold": holds, "FulfillmentEvent": events}


def part_named(shop: Shop, text: str) -> Any:
    """The part of an order, or the address of a customer, that a gid names."""
    kind, number = gids.parted(text) or ("", 0)
    if kind == "MailingAddress":
        return _address(shop, number)
    parts = OF_ORDER.get(kind) or ALONE.get(kind)
    if parts is None:
        return None
    for order in shop.held["Order"].values():
        for one in parts(shop, order):
            if one.id == number:
                return Of(order, one) if kind in OF_ORDER else one
    return None


def _address(shop: Shop, number: int) -> Any:
    addresses = (one for customer in shop.held["Customer"].values() for one in customer.addresses)
    return next((one for one in addresses if one.id == number), None)
