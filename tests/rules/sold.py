"""Customers with their orders, made up."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from syncd.sales import Address, Customer, Order, OrderLine, Tax

T0 = datetime(2026, 11, 30, 9, tzinfo=UTC)
VARIANT = "gid://shopify/ProductVariant/1"


def customer(**more: Any) -> Customer:
    made: dict[str, Any] = {
        "gid": "gid://shopify/Customer/1",
        "first_name": "Kari",
        "last_name": "Nordmann",
        "email": "kari@example.com",
        "phone": None,
        "created_at": T0,
        "updated_at": T0,
        "country": "NO",
    }
    return Customer(**{**made, **more})


def line(**more: Any) -> OrderLine:
    made: dict[str, Any] = {
        "gid": "gid://shopify/LineItem/1",
        "sku": "J-S",
        "title": "Jakke",
        "variant_title": "S",
        "quantity": 2,
        "current": 2,
        "variant": VARIANT,
        "unit_price": Decimal("500"),
        "discount": Decimal(0),
        "taxes": (Tax("MVA", Decimal(25), Decimal("200")),),
    }
    return OrderLine(**{**made, **more})


def address(**more: Any) -> Address:
    made = dict.fromkeys(
        "first_name last_name company address1 address2 zip city province country phone".split()
    )
    return Address(**{**made, **more})


def order(*lines: OrderLine, **more: Any) -> Order:
    made: dict[str, Any] = {
        "gid": "gid://shopify/Order/1",
        "number": "#1001",
        "is_test": False,
        "ordered_at": T0,
        "updated_at": T0,
        "cancelled_at": None,
        "cancel_reason": None,
        "currency": "NOK",
        "taxes_included": True,
        "payment_state": "PAID",
        "fulfilment_state": "UNFULFILLED",
        "delivery_method": "SHIPPING",
        "note": None,
        "email": None,
        "phone": None,
        "discount_codes": (),
        "total": Decimal("1000"),
        "tax": Decimal("200"),
        "discount": Decimal(0),
        "taxes": (),
        "customer": None,
        "shipping_address": None,
        "billing_address": None,
        "shipping_lines": (),
        "lines": lines,
        "country": "NO",
    }
    return Order(**{**made, **more})
