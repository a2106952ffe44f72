"""Orders: one, many, how many; found by query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import Key, by_id, page
from syncd.sandbox.records_orders import Order
from syncd.sandbox.records_people import Customer
from syncd.sandbox.resolvers.addresses import formatted_area
from syncd.sandbox.resolvers.customers import counted, milliseconds
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.sales import progress, totals
from syncd.sandbox.search import (
    SearchFields,
    choice,
    exact,
    filtered,
    flag,
    number,
    of_shop,
    reverse,
    time,
    words,
)
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import invalid_id, not_simulated

WINDOW = timedelta(days=60)
"""How far back an app without `read_all_orders` sees."""

FINANCIAL = (
    "paid pending authorized partially_paid partially_refunded refunded voided unpaid expired"
).split()
FULFILMENT = (
    "unshipped shipped fulfilled partial scheduled on_hold unfulfilled request_declined"
).split()
STATUSES = ("open", "closed", "cancelled", "not_closed")
SHIPPED_AS = {
    "UNFULFILLED": ("unfulfilled", "unshipped"),
    "FULFILLED": ("fulfilled", "shipped"),
    "PARTIALLY_FULFILLED": ("partial", "unfulfilled"),
    "ON_HOLD": ("on_hold", "unfulfilled", "unshipped"),
    "SCHEDULED": ("scheduled", "unfulfilled", "unshipped"),
    "IN_PROGRESS": ("unfulfilled", "unshipped"),
}


def order(_root: None, info: Info, id: str) -> Order | None:
    found = order_named(shop_of(info), id)
    return found if found is not None and is_in_sight(found, info) else None


def order_named(shop: Shop, text: str) -> Order | None:
    """Raises RESOURCE_NOT_FOUND for what is no order's id."""
    number_ = gids.number(text, "Order")
    if number_ is None:
        raise invalid_id(text)
    return shop.held["Order"].get(number_)


def by_identifier(_root: None, info: Info, identifier: Mapping[str, Any]) -> Order | None:
    if identifier.get("id") is None:
        raise not_simulated("orders' custom ids")
    return order(None, info, identifier["id"])


def is_in_sight(one: Order, info: Info) -> bool:
    if {"read_all_orders", "write_all_orders"} & info.context.scopes:
        return True
    begin = info.context.shop.options.clock.now().astimezone(UTC) - WINDOW
    return datetime.fromisoformat(one.created_at) >= begin


# ------------------------------------------------------------------------------------- searches


def statuses(one: Order) -> tuple[str, ...]:
    if one.cancelled_at:
        return ("cancelled", "closed") if one.closed_at else ("cancelled", "not_closed")
    return ("closed",) if one.closed_at else ("open", "not_closed")


def financial(one: Order) -> tuple[str, ...]:
    status = totals.financial_status(one)
    unpaid = status in (None, "PENDING", "AUTHORIZED", "PARTIALLY_PAID")
    return (str(status).lower(), *(["unpaid"] if unpaid else []))


def shipped_as(one: Order, shop: Shop) -> tuple[str, ...]:
    return SHIPPED_AS.get(progress.fulfillment_status(shop, one), ())


def gateways(one: Order) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.gateway for each in one.transactions))


def customer_of(one: Order, shop: Shop) -> Customer | None:
    return shop.held["Customer"].get(one.customer_id or 0)


def customer_name(one: Order, shop: Shop) -> str | None:
    found = customer_of(one, shop)
    return found.display_name if found else None


def places(one: Order, shop: Shop) -> tuple[int, ...]:
    return tuple(each.location_id for each in progress.fulfillment_orders(shop, one))


def written(one: Order, shop: Shop) -> tuple[str | None, ...]:
    lines = [text for line in one.lines for text in (line.title, line.sku)]
    return (one.name, one.email, one.note, customer_name(one, shop), *lines)


SEARCHED: SearchFields = {
    "default": of_shop(words(written)),
    "confirmation_number": exact(lambda one: one.confirmation_number),
    "created_at": time(lambda one: one.created_at),
    "current_total_price": number(totals.current_total),
    "customer_id": number(lambda one: one.customer_id),
    "discount_code": exact(lambda one: tuple(each.code for each in one.discounts)),
    "email": exact(lambda one: one.email),
    "financial_status": choice(financial, FINANCIAL),
    "fulfillment_location_id": of_shop(number(places)),
    "fulfillment_status": of_shop(choice(shipped_as, FULFILMENT)),
    "gateway": exact(gateways),
    "id": number(lambda one: one.id),
    "location_id": number(lambda one: one.location_id),
    "name": exact(lambda one: (one.name, one.name.removeprefix("#"))),
    "po_number": exact(lambda one: one.po_number),
    "processed_at": time(lambda one: one.processed_at),
    "return_status": choice(
        lambda _one: "no_return", ("no_return", "return_requested", "returned")
    ),
    "sku": exact(lambda one: tuple(line.sku for line in one.lines)),
    "source_identifier": exact(lambda one: one.source_identifier),
    "source_name": exact(lambda one: one.source_name),
    "status": choice(statuses, STATUSES),
    "subtotal_line_items_quantity": number(lambda one: sum(each.quantity for each in one.lines)),
    "tag": exact(lambda one: one.tags),
    "tag_not": reverse(exact(lambda one: one.tags)),
    "test": flag(lambda one: one.is_test),
    "total_weight": number(lambda _one: 0),
    "updated_at": time(lambda one: one.updated_at),
}


def destination(one: Order) -> str:
    return (one.shipping_address and formatted_area(one.shipping_address)) or ""


def cents(amount: Decimal) -> int:
    return int(amount * 100)


def sort_key(name: str, shop: Shop) -> Callable[[Order], Key]:
    values: Mapping[str, Callable[[Order], Any]] = {
        "CREATED_AT": lambda one: milliseconds(one.created_at),
        "CURRENT_TOTAL_PRICE": lambda one: cents(totals.current_total(one)),
        "CUSTOMER_NAME": lambda one: (customer_name(one, shop) or "").lower(),
        "DESTINATION": lambda one: destination(one).lower(),
        "FINANCIAL_STATUS": lambda one: totals.financial_status(one) or "",
        "FULFILLMENT_STATUS": lambda one: progress.fulfillment_status(shop, one),
        "ORDER_NUMBER": lambda one: one.number,
        "PO_NUMBER": lambda one: one.po_number or "",
        "PROCESSED_AT": lambda one: milliseconds(one.processed_at),
        "TOTAL_ITEMS_QUANTITY": lambda one: sum(line.current for line in one.lines),
        "TOTAL_PRICE": lambda one: cents(totals.total(one)),
        "UPDATED_AT": lambda one: milliseconds(one.updated_at),
    }
    of = values.get(name)
    return (lambda one: (of(one), one.id)) if of else by_id


def listed(found: Iterable[Order], info: Info, arguments: Mapping[str, Any]) -> Any:
    """A page of these orders, as far as the app may see them."""
    seen = [one for one in found if is_in_sight(one, info)]
    key = sort_key(arguments.get("sortKey", "ID"), shop_of(info))
    chosen = filtered(seen, arguments.get("query"), SEARCHED, info)
    return page(sorted(chosen, key=key), key, arguments)


def orders(_root: None, info: Info, **arguments: Any) -> Any:
    return listed(shop_of(info).searchable("Order"), info, arguments)


def orders_count(_root: None, info: Info, **arguments: Any) -> Any:
    found = filtered(shop_of(info).searchable("Order"), arguments.get("query"), SEARCHED, info)
    seen = [one for one in found if is_in_sight(one, info)]
    return counted(len(seen), arguments.get("limit", 10_000))


FIELDS: Fields = {
    "QueryRoot": {
        "order": order,
        "orders": orders,
        "ordersCount": orders_count,
        "orderByIdentifier": by_identifier,
    },
}
