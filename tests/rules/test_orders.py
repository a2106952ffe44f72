"""An order as the contract tells it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.rules import orders
from syncd.sales import ShippingLine, Tax
from tests.rules import sold

KEYS = {sold.VARIANT: "4711"}


def first(order: Any) -> dict[str, Any]:
    found: dict[str, Any] = orders.told(order, KEYS)["lines"][0]
    return found


def test_a_line_is_named_by_its_variant_never_by_its_sku() -> None:
    assert first(sold.order(sold.line()))["variant_key"] == "4711"
    strange = sold.line(variant="gid://shopify/ProductVariant/9")
    assert first(sold.order(strange))["variant_key"] is None
    assert first(sold.order(sold.line(variant=None)))["variant_key"] is None


@pytest.mark.parametrize(
    ("current", "quantity", "discount", "tax", "total"),
    [
        pytest.param(2, 2, "50.00", "190.00", "950.00", id="untouched"),
        pytest.param(1, 1, "25.00", "95.00", "475.00", id="one was refunded"),
        pytest.param(0, 0, "0.00", "0.00", "0.00", id="taken off"),
    ],
)
def test_a_line_tells_what_is_still_wanted(
    current: int, quantity: int, discount: str, tax: str, total: str
) -> None:
    taxes = (Tax("MVA", Decimal(25), Decimal("190")),)
    told = first(sold.order(sold.line(current=current, discount=Decimal(50), taxes=taxes)))
    assert (told["quantity"], told["ordered_quantity"]) == (quantity, 2)
    assert (told["discount"], told["tax"], told["total"]) == (discount, tax, total)
    assert (told["unit_price"], told["vat_percent"]) == ("500.00", "25")


def test_where_prices_are_without_vat_it_is_added() -> None:
    line = sold.line(discount=Decimal(100), taxes=(Tax("MVA", Decimal(25), Decimal("225")),))
    post = ShippingLine("Posten", Decimal(40), (Tax("MVA", Decimal(25), Decimal(10)),))
    told = orders.told(
        sold.order(line, taxes_included=False, shipping_lines=(post,), discount=Decimal(100)), KEYS
    )
    (row,) = told["lines"]
    assert (row["unit_price"], row["discount"], row["total"]) == ("625.00", "125.00", "1125.00")
    assert (told["discount"], told["shipping"]) == ("125.00", "50.00")
    assert told["shipping_lines"][0]["price"] == "50.00"


def test_an_unknown_rate_is_not_made_up() -> None:
    assert first(sold.order(sold.line(taxes=(Tax("?", None, Decimal(1)),))))["vat_percent"] is None
    assert first(sold.order(sold.line(taxes=())))["vat_percent"] == "0"
    two = (Tax("GST", Decimal("5.0"), Decimal(1)), Tax("PST", Decimal("9.975"), Decimal(1)))
    assert first(sold.order(sold.line(taxes=two)))["vat_percent"] == "14.975"


def test_states_are_small_words() -> None:
    told = orders.told(sold.order(payment_state=None, delivery_method="PICK_UP"), KEYS)
    assert told["payment_state"] is None
    assert (told["fulfilment_state"], told["delivery_method"]) == ("unfulfilled", "pick_up")


def test_what_was_not_read_of_an_order_is_not_told() -> None:
    buyer = sold.customer(email=None, unread=frozenset({"email"}))
    where = sold.address(city="Oslo", unread=frozenset({"first_name", "phone"}))
    told = orders.told(
        sold.order(customer=buyer, shipping_address=where, unread=frozenset({"note", "phone"})),
        KEYS,
    )
    assert not {"note", "phone"} & told.keys()
    assert "email" not in told["customer"]
    assert not {"name", "phone"} & told["shipping_address"].keys()
    assert told["shipping_address"]["city"] == "Oslo"
    assert told["billing_address"] is None


def test_a_phone_is_read_by_the_country_it_is_delivered_to() -> None:
    told = orders.told(
        sold.order(phone="070-123 45 67", shipping_address=sold.address(country="SE")), KEYS
    )
    assert told["phone"] == "+46701234567"
    assert orders.told(sold.order(phone="22225555"), KEYS)["phone"] == "+4722225555"


money = st.decimals("0", "9999", places=2)


@given(
    price=money,
    quantity=st.integers(1, 40),
    current=st.integers(0, 40),
    part=st.decimals("0", "1", places=3),
    rate=st.sampled_from([Decimal(0), Decimal(15), Decimal(25)]),
    is_included=st.booleans(),
)
def test_the_amounts_of_a_line_fit_together(
    price: Decimal,
    quantity: int,
    current: int,
    part: Decimal,
    rate: Decimal,
    is_included: bool,
) -> None:
    """Unit price by quantity less the discount is the total, to a cent a piece."""
    discount = (price * quantity * part).quantize(Decimal("0.01"))
    net = price * quantity - discount
    tax = net * rate / (100 + rate if is_included else 100)
    line = sold.line(
        unit_price=price,
        quantity=quantity,
        current=min(current, quantity),
        discount=discount,
        taxes=(Tax("MVA", rate, tax.quantize(Decimal("0.01"))),),
    )
    told = first(replace(sold.order(line), taxes_included=is_included))
    expected = Decimal(told["unit_price"]) * told["quantity"] - Decimal(told["discount"])
    slack = Decimal("0.02") * (quantity + 1)
    if net > quantity:  # a tax rounded to cents says nothing of a price of cents
        assert abs(expected - Decimal(told["total"])) <= slack
    assert Decimal(0) <= Decimal(told["tax"]) <= Decimal(told["total"]) + slack
