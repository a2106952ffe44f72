"""Payments of orders, refunds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import by_id, page
from syncd.sandbox.records import Location
from syncd.sandbox.records_orders import Line, Order, Refund, RefundLine, Transaction
from syncd.sandbox.resolvers.fields import Fields, Info, always, attribute, shop_of
from syncd.sandbox.resolvers.order_parts import Of, bag, money, named, of, part_gid
from syncd.sandbox.sales import totals
from syncd.sandbox.words import invalid_id

AMOUNT = money(lambda one: Decimal(one.amount))
SUBTOTAL = money(lambda one: Decimal(one.subtotal))
TAX = money(lambda one: Decimal(one.tax))


def parent(one: Of[Transaction], _info: Info) -> Of[Transaction] | None:
    wanted = one.part.parent_id
    found = (each for each in one.order.transactions if each.id == wanted)
    return next((Of(one.order, each) for each in found), None)


def unsettled(one: Of[Transaction], _info: Info) -> dict[str, Any] | None:
    return bag(one.order, one.part.amount) if one.part.kind == "AUTHORIZATION" else None


def refund(_root: None, info: Info, id: str) -> Of[Refund] | None:
    number = gids.number(id, "Refund")
    if number is None:
        raise invalid_id(id)
    for order in shop_of(info).held["Order"].values():
        for one in order.refunds:
            if one.id == number:
                return Of(order, one)
    return None


def refund_lines(one: Of[Refund], _info: Info, **arguments: Any) -> Any:
    return page([Of(one.order, line) for line in one.part.lines], by_id, arguments)


def refund_transactions(one: Of[Refund], _info: Info, **arguments: Any) -> Any:
    found = [
        Of(one.order, each)
        for each in one.order.transactions
        if each.id in one.part.transaction_ids
    ]
    return page(found, by_id, arguments)


def nothing(_one: Of[Refund], _info: Info, **arguments: Any) -> Any:
    return page((), by_id, arguments)


def paid_back(one: Of[Refund], _info: Info) -> dict[str, Any]:
    return bag(one.order, totals.money_of(one.order, one.part))


def line_of(one: Of[RefundLine], _info: Info) -> Of[Line]:
    line = one.order.line(one.part.line_id)
    assert line is not None
    return Of(one.order, line)


def place(one: Of[RefundLine], info: Info) -> Location | None:
    return shop_of(info).locations.get(one.part.location_id or 0)


def unit_price(one: RefundLine) -> Decimal:
    return Decimal(one.subtotal) / one.quantity if one.quantity else totals.NONE


def order_of(one: Of[Any], _info: Info) -> Order:
    return one.order


FIELDS: Fields = {
    "QueryRoot": {"refund": refund},
    "OrderTransaction": {
        "id": part_gid("OrderTransaction"),
        "kind": of("kind"),
        "status": of("status"),
        "gateway": of("gateway"),
        "formattedGateway": lambda one, _info: one.part.gateway.replace("_", " ").capitalize(),
        "test": of("is_test"),
        "createdAt": of("created_at"),
        "processedAt": of("processed_at"),
        "order": order_of,
        "parentTransaction": parent,
        "manualPaymentGateway": lambda one, _info: one.part.gateway == "manual",
        "manuallyCapturable": always(False),
        "multiCapturable": always(False),
        "fees": always([]),
        "totalUnsettledSet": unsettled,
        **named("amount", AMOUNT, "Set", "V2", ""),
    },
    "Refund": {
        "id": part_gid("Refund"),
        "legacyResourceId": lambda one, _info: str(one.part.id),
        "createdAt": of("created_at"),
        "updatedAt": of("created_at"),
        "processedAt": of("created_at"),
        "note": of("note"),
        "order": attribute("order"),
        "duties": always([]),
        "refundLineItems": refund_lines,
        "refundShippingLines": nothing,
        "orderAdjustments": nothing,
        "transactions": refund_transactions,
        "totalRefundedSet": paid_back,
        "totalRefunded": lambda one, info: paid_back(one, info)["shopMoney"],
    },
    "RefundLineItem": {
        "id": part_gid("RefundLineItem"),
        "lineItem": line_of,
        "quantity": of("quantity"),
        "restockType": of("restock_type"),
        "restocked": lambda one, _info: one.part.restock_type != "NO_RESTOCK",
        "location": place,
        **named("price", money(unit_price), "Set", ""),
        **named("subtotal", SUBTOTAL, "Set", ""),
        **named("totalTax", TAX, "Set", ""),
    },
}
