"""An order, as a customer of the web shop places it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from syncd.sandbox.counter import named
from syncd.sandbox.counter.named import Refused
from syncd.sandbox.mutations.addresses import changed_address
from syncd.sandbox.mutations.customers import blank
from syncd.sandbox.mutations.order_create import confirmation_number, upsert
from syncd.sandbox.mutations.order_inputs import of_variant
from syncd.sandbox.records_orders import Line, Order, ShippingLine, TaxLine, Transaction
from syncd.sandbox.records_people import Address, Customer
from syncd.sandbox.resolvers.customers import with_email
from syncd.sandbox.sales import placing, totals
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints

Asked = Mapping[str, Any]
FORM = (
    'give {"lines": [{"sku": "…" or "variantId": …, "quantity": 1}], "email": "…",'
    ' "customer": "…" or {…}, "shippingAddress": {…}, "shipping": "49.00", "location": "…",'
    ' "paid": true, "test": false}'
)
VAT = {"NOK": ("MVA", 0.25), "SEK": ("Moms", 0.25), "DKK": ("Moms", 0.25), "EUR": ("VAT", 0.2)}
"""Included in the prices of shops that include taxes, by the shop's currency."""


def buy(shop: Shop, asked: Asked) -> Order:
    """The order, placed: stock is kept for it. Raises Refused."""
    if not isinstance(asked.get("lines"), list) or not asked["lines"]:
        raise Refused(400, FORM, {})
    lines = tuple(_line(shop, one) for one in asked["lines"])
    place = named.location(shop, asked["location"]).id if asked.get("location") else None
    customer = _customer(shop, asked)
    order = _order(shop, asked, lines, customer)
    try:
        return placing.place(shop, order, "DECREMENT_OBEYING_POLICY", location_id=place)
    except placing.OutOfStock as error:
        more = {"sku": error.sku, "available": error.available}
        raise Refused(409, f"{error.sku} is out of stock", more) from error


def _line(shop: Shop, asked: Any) -> Line:
    if not isinstance(asked, Mapping) or not (asked.get("sku") or asked.get("variantId")):
        raise Refused(400, FORM, {"line": asked})
    variant = named.variant(shop, asked.get("variantId") or asked["sku"])
    quantity = asked.get("quantity", 1)
    if not isinstance(quantity, int) or quantity < 1:
        raise Refused(400, "a quantity is a whole number from 1", {"line": asked})
    line = replace(of_variant(shop, variant), quantity=quantity)
    if not shop.options.taxes_included or not line.taxable:
        return line
    name, rate = VAT.get(shop.options.currency, ("VAT", 0.2))
    gross = totals.line_total(line)
    included = gross - gross / (1 + Decimal(str(rate)))
    return replace(line, tax_lines=(TaxLine(name, rate, totals.text(included)),))


def _customer(shop: Shop, asked: Asked) -> Customer | None:
    """One the shop knows, or one who gives a name or a mail address. Guests have none."""
    who = asked.get("customer")
    if isinstance(who, str | int):
        return named.customer(shop, who)
    given = {"email": asked["email"]} if asked.get("email") else {}
    given |= who or {}
    if not given:
        return None
    email = given.get("email")
    before = (with_email(shop, email) if email else None) or blank(shop)
    complaints = Complaints()
    customer = upsert(shop, complaints, before, given)
    if customer is None:
        raise Refused(422, complaints.found[0]["message"], {"userErrors": complaints.found})
    return customer


def _order(shop: Shop, asked: Asked, lines: tuple[Line, ...], customer: Customer | None) -> Order:
    at, number, currency = shop.now(), placing.next_number(shop), shop.options.currency
    email = asked.get("email") or (customer.email if customer else None)
    address = _address(shop, customer, asked.get("shippingAddress"))
    order = Order(
        shop.new_id("Order"),
        number,
        f"#{number}",
        created_at=at,
        updated_at=at,
        processed_at=at,
        currency=currency,
        presentment_currency=currency,
        email=email,
        customer_id=customer.id if customer else None,
        source_name="web",
        confirmation_number=confirmation_number(),
        is_test=bool(asked.get("test")),
        taxes_included=shop.options.taxes_included,
        billing_address=address,
        shipping_address=address,
        lines=lines,
        shipping_lines=_shipping(shop, asked.get("shipping")),
        financial_status="PENDING",
    )
    return replace(order, transactions=(_payment(shop, order),)) if _is_paid(asked) else order


def _is_paid(asked: Asked) -> bool:
    return bool(asked.get("paid", True))


def _payment(shop: Shop, order: Order) -> Transaction:
    return Transaction(
        shop.new_id("OrderTransaction"),
        "SALE",
        "SUCCESS",
        "bogus" if order.is_test else "shopify_payments",
        totals.text(totals.total(order)),
        created_at=order.created_at,
        processed_at=order.created_at,
        is_test=order.is_test,
    )


def _shipping(shop: Shop, price: object) -> tuple[ShippingLine, ...]:
    if price is None:
        return ()
    amount = totals.text(Decimal(str(price)))
    made = ShippingLine(shop.new_id("ShippingLine"), "Standard", amount, "Standard", "shopify")
    return (made,)


def _address(shop: Shop, customer: Customer | None, given: Any) -> Address | None:
    """The one that is given, or the customer's own."""
    id_ = shop.new_id("MailingAddress")
    if given:
        names = (customer.first_name, customer.last_name) if customer else (None, None)
        blank_ = Address(id_, *names, model="Address")
        complaints = Complaints()
        made = changed_address(complaints, ("shippingAddress",), blank_, given)
        if complaints:
            raise Refused(422, complaints.found[0]["message"], {"userErrors": complaints.found})
        return made
    own = customer.default_address if customer else None
    return replace(own, id=id_, model="Address") if own else None
