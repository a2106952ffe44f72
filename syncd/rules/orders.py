"""An order as the contract tells it: what is still wanted of it, VAT in every amount."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from syncd.rules import customers
from syncd.rules.money import written
from syncd.sales import Order, OrderLine, ShippingLine, Tax

NONE = Decimal(0)


def variants(order: Order) -> frozenset[str]:
    """The GIDs of the variants that were ordered."""
    return frozenset(line.variant for line in order.lines if line.variant)


def told(order: Order, keys: Mapping[str, str]) -> dict[str, Any]:
    """The argument of receive_order; what the app was not let read is left out.

    `keys` are the Backoffice's keys of the variants by GID. A line is never matched by its SKU:
    that of a product made in Shopify may be another's here.
    """
    lines = [_line(line, order, keys) for line in order.lines]
    shipping = [_shipping(line, order) for line in order.shipping_lines]
    news = {
        "id": order.gid,
        "number": order.number,
        "ordered_at": order.ordered_at.isoformat(),
        "updated_at": order.updated_at.isoformat(),
        "cancelled_at": order.cancelled_at and order.cancelled_at.isoformat(),
        "cancel_reason": _small(order.cancel_reason),
        "currency": order.currency,
        "total": written(order.total, order.currency),
        "tax": written(order.tax, order.currency),
        "discount": written(_discount(order, lines), order.currency),
        "shipping": written(sum((Decimal(one["price"]) for one in shipping), NONE), order.currency),
        "payment_state": _small(order.payment_state),
        "fulfilment_state": _small(order.fulfilment_state),
        "delivery_method": _small(order.delivery_method),
        "note": order.note,
        "email": order.email,
        "phone": customers.phone(order.phone, _country(order)),
        "discount_codes": list(order.discount_codes),
        "customer": order.customer and customers.told(order.customer),
        "shipping_address": customers.told_address(order.shipping_address),
        "billing_address": customers.told_address(order.billing_address),
        "taxes": [_tax(tax, order.currency) for tax in order.taxes],
        "shipping_lines": shipping,
        "lines": lines,
    }
    return {name: value for name, value in news.items() if name not in order.unread}


def _line(line: OrderLine, order: Order, keys: Mapping[str, str]) -> dict[str, Any]:
    """A line; of discount and VAT the share of what is still wanted."""
    tax = sum((one.amount for one in line.taxes), NONE)
    net = line.unit_price * line.quantity - line.discount
    # Where prices are without VAT, theirs is added, also where Shopify does not tell the rate.
    gross = 1 + tax / net if net > 0 and not order.taxes_included else Decimal(1)
    share = Decimal(line.current) / line.quantity if line.quantity else NONE
    total = (net if order.taxes_included else net + tax) * share
    return {
        "id": line.gid,
        "variant_key": keys.get(line.variant or ""),
        "sku": line.sku,
        "title": line.title,
        "variant_title": line.variant_title,
        "quantity": line.current,
        "ordered_quantity": line.quantity,
        "unit_price": written(line.unit_price * gross, order.currency),
        "discount": written(line.discount * gross * share, order.currency),
        "tax": written(tax * share, order.currency),
        "total": written(total, order.currency),
        "vat_percent": _percent(line.taxes),
    }


def _shipping(line: ShippingLine, order: Order) -> dict[str, Any]:
    tax = sum((one.amount for one in line.taxes), NONE)
    return {
        "title": line.title,
        "price": written(line.price if order.taxes_included else line.price + tax, order.currency),
        "tax": written(tax, order.currency),
        "vat_percent": _percent(line.taxes),
    }


def _tax(tax: Tax, currency: str) -> dict[str, Any]:
    return {
        "title": tax.title,
        "vat_percent": _percent([tax]),
        "amount": written(tax.amount, currency),
    }


def _percent(taxes: Sequence[Tax]) -> str | None:
    """The rate of all of them, as short as it can be written; None when it is not known."""
    rates = [tax.percent for tax in taxes]
    if not rates:
        return "0"
    if None in rates:
        return None
    return f"{sum((rate for rate in rates if rate is not None), NONE).normalize():f}"


def _discount(order: Order, lines: Sequence[Mapping[str, Any]]) -> Decimal:
    """Shopify's sum has no VAT in it where prices have none: then the lines' count."""
    if order.taxes_included:
        return order.discount
    return sum((Decimal(line["discount"]) for line in lines), NONE)


def _country(order: Order) -> str | None:
    for address in (order.shipping_address, order.billing_address):
        if address is not None and address.country:
            return address.country
    return order.country


def _small(word: str | None) -> str | None:
    return word and word.lower()
