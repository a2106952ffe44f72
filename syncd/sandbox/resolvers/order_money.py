"""What orders show of their money."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from syncd.sandbox.records_orders import Order
from syncd.sandbox.resolvers.fields import Fields, Info, Resolver, always, attribute
from syncd.sandbox.resolvers.order_parts import bag
from syncd.sandbox.sales import totals

Amount = Callable[[Order], Decimal]


def amount(of: Amount) -> Resolver:
    """A MoneyBag."""
    return lambda one, _info: bag(one, of(one))


def plain(of: Amount) -> Resolver:
    """A Money: text without a currency."""
    return lambda one, _info: totals.text(of(one))


def nothing(_order: Order) -> Decimal:
    return totals.NONE


def refunded_shipping(one: Order) -> Decimal:
    return totals.summed(refund.shipping for refund in one.refunds)


def zero_rounding(one: Order, _info: Info) -> dict[str, Any]:
    """No cash is rounded here."""
    return {"paymentSet": bag(one, totals.NONE), "refundSet": bag(one, totals.NONE)}


FIELDS: Fields = {
    "Order": {
        "currencyCode": attribute("currency"),
        "presentmentCurrencyCode": attribute("presentment_currency"),
        "taxesIncluded": attribute("taxes_included"),
        "subtotalLineItemsQuantity": lambda one, _info: sum(each.quantity for each in one.lines),
        "currentSubtotalLineItemsQuantity": lambda one, _info: sum(
            each.current for each in one.lines
        ),
        "totalWeight": always("0"),
        "currentTotalWeight": always("0"),
        "subtotalPriceSet": amount(totals.subtotal),
        "subtotalPrice": plain(totals.subtotal),
        "currentSubtotalPriceSet": amount(totals.current_subtotal),
        "totalPriceSet": amount(totals.total),
        "totalPrice": plain(totals.total),
        "originalTotalPriceSet": amount(totals.total),
        "currentTotalPriceSet": amount(totals.current_total),
        "totalTaxSet": amount(totals.tax),
        "totalTax": plain(totals.tax),
        "currentTotalTaxSet": amount(totals.current_tax),
        "totalDiscountsSet": amount(totals.discounts),
        "totalDiscounts": plain(totals.discounts),
        "currentTotalDiscountsSet": amount(totals.current_discounts),
        "currentCartDiscountAmountSet": amount(nothing),
        "totalShippingPriceSet": amount(totals.shipping),
        "totalShippingPrice": plain(totals.shipping),
        "currentShippingPriceSet": amount(totals.current_shipping),
        "totalReceivedSet": amount(totals.received),
        "totalReceived": plain(totals.received),
        "totalRefundedSet": amount(totals.refunded),
        "totalRefunded": plain(totals.refunded),
        "totalRefundedShippingSet": amount(refunded_shipping),
        "refundDiscrepancySet": amount(nothing),
        "netPaymentSet": amount(totals.net),
        "netPayment": plain(totals.net),
        "totalOutstandingSet": amount(totals.outstanding),
        "totalCapturableSet": amount(totals.capturable),
        "totalCapturable": plain(totals.capturable),
        "totalTipReceivedSet": amount(nothing),
        "totalTipReceived": lambda one, _info: bag(one, totals.NONE)["shopMoney"],
        "totalCashRoundingAdjustment": zero_rounding,
    },
}
