"""What an order costs, what was paid, in its own currency."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from syncd.sandbox.records_orders import Line, Order, Refund, RefundLine, ShippingLine, TaxLine

CENT = Decimal("0.01")
NONE = Decimal(0)


def text(amount: Decimal) -> str:
    """As records keep amounts: with two decimals."""
    return str(amount.quantize(CENT, ROUND_HALF_UP))


def summed(amounts: Iterable[str | Decimal]) -> Decimal:
    return sum(map(Decimal, amounts), NONE)


# ------------------------------------------------------------------------------ as it was ordered


def line_total(line: Line) -> Decimal:
    """After discounts."""
    return Decimal(line.price) * line.quantity - Decimal(line.discount)


def unit_price(line: Line) -> Decimal:
    """After discounts."""
    return line_total(line) / line.quantity if line.quantity else NONE


def shipping_price(line: ShippingLine) -> Decimal:
    return Decimal(line.price) - Decimal(line.discount)


def sold(order: Order) -> list[Line | ShippingLine]:
    return [*order.lines, *order.shipping_lines]


def subtotal(order: Order) -> Decimal:
    return summed(map(line_total, order.lines))


def shipping(order: Order) -> Decimal:
    return summed(map(shipping_price, order.shipping_lines))


def discounts(order: Order) -> Decimal:
    return summed(one.discount for one in sold(order))


def tax_lines(order: Order) -> list[TaxLine]:
    """Those of all lines, of the same tax together."""
    given = [*order.tax_lines]
    for one in sold(order):
        given += one.tax_lines
    by_name: dict[tuple[str, float], Decimal] = {}
    for tax in given:
        key = (tax.title, tax.rate)
        by_name[key] = by_name.get(key, NONE) + Decimal(tax.amount)
    return [TaxLine(title, rate, text(sum_)) for (title, rate), sum_ in by_name.items()]


def tax(order: Order) -> Decimal:
    return summed(one.amount for one in tax_lines(order))


def total(order: Order) -> Decimal:
    taxes = NONE if order.taxes_included else tax(order)
    return subtotal(order) + shipping(order) + taxes


# ----------------------------------------------------------------------------------- as it is now


def refund_lines(order: Order) -> list[RefundLine]:
    return [line for refund in order.refunds for line in refund.lines]


def current_subtotal(order: Order) -> Decimal:
    return subtotal(order) - summed(one.subtotal for one in refund_lines(order))


def current_tax(order: Order) -> Decimal:
    gone = summed(one.tax for one in refund_lines(order))
    return tax(order) - gone - summed(one.shipping_tax for one in order.refunds)


def current_shipping(order: Order) -> Decimal:
    return shipping(order) - summed(one.shipping for one in order.refunds)


def current_discounts(order: Order) -> Decimal:
    kept = [
        Decimal(line.discount) * line.current / line.quantity
        for line in order.lines
        if line.quantity
    ]
    return summed(kept) + summed(one.discount for one in order.shipping_lines)


def goods_of(order: Order, refund: Refund) -> Decimal:
    """What the things that a refund takes back had cost."""
    taxes = summed(one.tax for one in refund.lines) + Decimal(refund.shipping_tax)
    goods = summed(one.subtotal for one in refund.lines) + Decimal(refund.shipping)
    return goods if order.taxes_included else goods + taxes


def money_of(order: Order, refund: Refund) -> Decimal:
    """What a refund paid back."""
    return summed(
        one.amount
        for one in order.transactions
        if one.id in refund.transaction_ids and one.status == "SUCCESS"
    )


def current_total(order: Order) -> Decimal:
    """Money paid back for nothing makes the order cheaper too."""
    gone = [max(goods_of(order, one), money_of(order, one)) for one in order.refunds]
    return total(order) - summed(gone)


# -------------------------------------------------------------------------------------- payments


def paid(order: Order, *kinds: str, status: str = "SUCCESS") -> Decimal:
    return summed(
        one.amount for one in order.transactions if one.kind in kinds and one.status == status
    )


def received(order: Order) -> Decimal:
    return paid(order, "SALE", "CAPTURE")


def refunded(order: Order) -> Decimal:
    return paid(order, "REFUND")


def net(order: Order) -> Decimal:
    return received(order) - refunded(order)


def capturable(order: Order) -> Decimal:
    if paid(order, "VOID"):
        return NONE
    return max(paid(order, "AUTHORIZATION") - paid(order, "CAPTURE"), NONE)


def outstanding(order: Order) -> Decimal:
    return max(current_total(order) - net(order) - capturable(order), NONE)


def financial_status(order: Order) -> str | None:
    """What was said when the order was made counts only while there are no transactions."""
    if not order.transactions:
        return order.financial_status
    if refunded(order):
        return "REFUNDED" if net(order) <= 0 else "PARTIALLY_REFUNDED"
    if received(order):
        return "PARTIALLY_PAID" if outstanding(order) else "PAID"
    if paid(order, "VOID"):
        return "VOIDED"
    if paid(order, "AUTHORIZATION"):
        return "AUTHORIZED"
    return order.financial_status or ("PENDING" if total(order) else "PAID")


def shown_to_customer(order: Order, amount: Decimal) -> Decimal:
    """The amount in the currency the customer paid in."""
    return amount * Decimal(order.rate)
