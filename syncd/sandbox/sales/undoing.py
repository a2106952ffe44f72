"""Refunds: goods that leave an order again, money that is paid back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from syncd.sandbox import stockroom
from syncd.sandbox.records_orders import (
    FulfillmentOrder,
    Line,
    Order,
    Refund,
    RefundLine,
    Transaction,
)
from syncd.sandbox.sales import progress, totals
from syncd.sandbox.shop import Shop


@dataclass(frozen=True, slots=True)
class Return:
    """How many of a line are taken back; `restock` is CANCEL, RETURN or NO_RESTOCK."""

    line: Line
    count: int
    restock: str
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Undoing:
    """A refund as it is asked for. `payments` are (amount, gateway, parent transaction)."""

    returns: Sequence[Return] = ()
    shipping: Decimal = Decimal(0)
    note: str | None = None
    payments: Sequence[tuple[Decimal, Transaction]] = field(default=())


def refund(shop: Shop, order: Order, asked: Undoing) -> tuple[Order, Refund]:
    """The order after the refund, and the refund; both are kept."""
    at = shop.now()
    paid_back = [_paid_back(shop, *one) for one in asked.payments]
    shipped = [_shipped(shop, order, one) for one in asked.returns]
    made = Refund(
        shop.new_id("Refund"),
        at,
        asked.note,
        tuple(map(partial(_refund_line, shop), asked.returns, shipped)),
        totals.text(asked.shipping),
        totals.text(_shipping_tax(order, asked.shipping)),
        tuple(one.id for one in paid_back),
    )
    for one, count in zip(asked.returns, shipped, strict=True):
        _take_back(shop, order, one, count)
    removed: dict[int, int] = {}
    for one in asked.returns:
        removed[one.line.id] = removed.get(one.line.id, 0) + one.count
    order = replace(
        order,
        updated_at=at,
        lines=tuple(
            replace(line, removed=line.removed + removed.get(line.id, 0)) for line in order.lines
        ),
        transactions=(*order.transactions, *paid_back),
        refunds=(*order.refunds, made),
    )
    shop.put("Order", order)
    shop.tell("REFUNDS_CREATE", made, order_id=order.id)
    shop.tell("ORDERS_UPDATED", order)
    return order, made


def _paid_back(shop: Shop, amount: Decimal, parent: Transaction) -> Transaction:
    """Through the gateway of the payment, whatever is asked for, as recorded."""
    at = shop.now()
    return Transaction(
        shop.new_id("OrderTransaction"),
        "REFUND",
        "SUCCESS",
        parent.gateway,
        totals.text(amount),
        created_at=at,
        processed_at=at,
        is_test=parent.is_test,
        parent_id=parent.id,
    )


def _refund_line(shop: Shop, one: Return, shipped: int) -> RefundLine:
    line = one.line
    share = Decimal(one.count) / line.quantity
    return RefundLine(
        shop.new_id("RefundLineItem"),
        line.id,
        one.count,
        one.restock,
        one.location_id if one.restock != "NO_RESTOCK" else None,
        totals.text(totals.unit_price(line) * one.count),
        totals.text(totals.summed(tax.amount for tax in line.tax_lines) * share),
        shipped,
    )


def _shipping_tax(order: Order, amount: Decimal) -> Decimal:
    price = totals.shipping(order)
    taxes = totals.summed(tax.amount for one in order.shipping_lines for tax in one.tax_lines)
    return taxes * amount / price if price else totals.NONE


def _shipped(shop: Shop, order: Order, one: Return) -> int:
    """How many of them had been shipped: as few as may be, but RETURN means shipped ones."""
    waiting = progress.unfulfilled(shop, order, one.line)
    if one.restock == "RETURN":
        return min(one.count, one.line.current - waiting)
    return max(one.count - waiting, 0)


def _take_back(shop: Shop, order: Order, one: Return, shipped: int) -> None:
    """What was not shipped goes off the fulfilment orders."""
    left = one.count - shipped
    for source in _sources(shop, order):
        left -= _cancel(shop, source, one, left)
    item_id, place = one.line.item_id, one.location_id
    if shipped and one.restock != "NO_RESTOCK" and item_id and place:
        stockroom.restock(shop, item_id, place, shipped)


def _sources(shop: Shop, order: Order) -> Sequence[FulfillmentOrder]:
    """Where unfulfilled goods still stand. Cancelling closes all at once, before goods leave."""
    if order.cancelled_at:
        return progress.fulfillment_orders(shop, order)[::-1]
    return progress.open_ones(shop, order)


def _cancel(shop: Shop, source: FulfillmentOrder, one: Return, wanted: int) -> int:
    """How many of the wanted ones this fulfilment order had."""
    cancelled, portions = 0, []
    for portion in source.portions:
        if portion.line_id == one.line.id:
            count = min(portion.remaining, wanted - cancelled)
            cancelled += count
            portion = replace(
                portion, total=portion.total - count, remaining=portion.remaining - count
            )
        portions.append(portion)
    if cancelled:
        is_done = not any(portion.remaining for portion in portions)
        status = "CLOSED" if is_done else source.status
        changed = replace(source, portions=tuple(portions), status=status, updated_at=shop.now())
        shop.put("FulfillmentOrder", changed)
        _free(shop, one, source.location_id, cancelled)
    return cancelled


def _free(shop: Shop, one: Return, place: int, count: int) -> None:
    """Stock that was kept can be sold again, or is gone."""
    line = one.line
    if line.item_id is None:
        return
    if not line.is_committed:
        if one.restock == "CANCEL":
            stockroom.restock(shop, line.item_id, one.location_id or place, count)
    elif one.restock == "NO_RESTOCK":
        stockroom.fulfil(shop, line.item_id, place, count)
    else:
        stockroom.release(shop, line.item_id, place, count)


def remaining_payments(order: Order, wanted: Decimal) -> list[tuple[Decimal, Transaction]]:
    """The payments that this much can be paid back on, the first first."""
    found = []
    for one in order.transactions:
        if one.kind in ("SALE", "CAPTURE") and one.status == "SUCCESS":
            back = totals.summed(
                other.amount
                for other in order.transactions
                if other.kind == "REFUND" and other.parent_id == one.id
            )
            amount = min(Decimal(one.amount) - back, wanted)
            if amount > 0:
                found.append((amount, one))
                wanted -= amount
    return found


def cancel(shop: Shop, order: Order, *, is_restocked: bool, is_refunded: bool) -> Order:
    """Take all that is left out of the order; its fulfilment orders end."""
    restock = "CANCEL" if is_restocked else "NO_RESTOCK"
    returns = [Return(line, line.current, restock) for line in order.lines if line.current]
    shipping = totals.current_shipping(order)
    payments = remaining_payments(order, totals.net(order)) if is_refunded else []
    order, _ = refund(shop, order, Undoing(returns, shipping, payments=payments))
    for one in progress.open_ones(shop, order):
        shop.put("FulfillmentOrder", replace(one, status="CLOSED", updated_at=shop.now()))
    for one in progress.fulfillment_orders(shop, order):
        shop.tell("FULFILLMENT_ORDERS_CANCELLED", one)
    return order
