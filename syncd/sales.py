"""What comes back from a shop: its customers, its orders, what is left to send of them.

Amounts are those of the shop's currency. Times are Shopify's, in whole seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

Kind = Literal["customer", "order"]
Unread = frozenset[str]  # fields that the app was not let read: they are None, which says nothing


@dataclass(frozen=True, slots=True)
class Head:
    """A thing with the time of its last change."""

    gid: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer. `country` is that of the default address, else of the shop: two capitals."""

    gid: str
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    created_at: datetime | None
    updated_at: datetime
    country: str | None = None
    unread: Unread = frozenset()


@dataclass(frozen=True, slots=True)
class Gone:
    """A thing that is not in the shop any more; a customer may live on in another."""

    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    first_name: str | None
    last_name: str | None
    company: str | None
    address1: str | None
    address2: str | None
    zip: str | None
    city: str | None
    province: str | None
    country: str | None
    phone: str | None
    unread: Unread = frozenset()


@dataclass(frozen=True, slots=True)
class Tax:
    """An amount of VAT, at a rate in percent that may be unknown."""

    title: str
    percent: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ShippingLine:
    """How an order is sent; the price is after discounts, with VAT or without as in the order."""

    title: str
    price: Decimal
    taxes: tuple[Tax, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order. `quantity` is what was ordered, `current` what is still wanted of it.

    `discount` and `taxes` are of the whole line as it was ordered. `variant` is None for a line
    that was typed in, or when its variant is gone.
    """

    gid: str
    sku: str | None
    title: str
    variant_title: str | None
    quantity: int
    current: int
    variant: str | None
    unit_price: Decimal
    discount: Decimal = Decimal(0)
    taxes: tuple[Tax, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it is now, after edits, cancellations and refunds.

    `taxes_included`: whether prices have the VAT in them; `total` has it always. `discount` and
    the prices have it as `taxes_included` says. `country` is the shop's.
    """

    gid: str
    number: str
    is_test: bool
    ordered_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None
    cancel_reason: str | None
    currency: str
    taxes_included: bool
    payment_state: str | None
    fulfilment_state: str | None
    delivery_method: str | None
    note: str | None
    email: str | None
    phone: str | None
    discount_codes: tuple[str, ...]
    total: Decimal
    tax: Decimal
    discount: Decimal
    taxes: tuple[Tax, ...]
    customer: Customer | None
    shipping_address: Address | None
    billing_address: Address | None
    shipping_lines: tuple[ShippingLine, ...]
    lines: tuple[OrderLine, ...]
    country: str | None = None
    unread: Unread = frozenset()


Thing = Customer | Order


@dataclass(frozen=True, slots=True)
class Tracking:
    """Where a parcel can be followed; what is not known is empty."""

    company: str = ""
    number: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """An order that the Backoffice handed over or sent.

    `lines` is what the view says of them, unread: how many have left so far; None: the whole order.
    """

    key: str
    completed_at: datetime
    tracking: Tracking
    lines: object = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """A line of an order, with how many were ordered, whatever became of them."""

    gid: str
    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Piece:
    """How many of a line are left to send within a portion; `gid` is its own, `line` the line's."""

    gid: str
    line: str
    left: int


@dataclass(frozen=True, slots=True)
class Portion:
    """What one location is to send of an order (a fulfilment order), with how many pieces are left.

    `place` is the location's name, `actions` what Shopify would let us do, `holds` why it waits.
    """

    gid: str
    status: str
    location: str | None
    place: str
    actions: frozenset[str]
    left: int
    holds: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """What is to leave of a portion: so many of its pieces, by their GIDs; no counts: all."""

    portion: str
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What was sent of an order, so many of each line; `is_sent` unless called back or failed."""

    gid: str
    is_sent: bool
    location: str | None
    tracking: Tracking
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sending:
    """How far an order is sent, its parcels oldest first.

    `is_whole` unless it has more portions than were read; `is_counted` when all of its lines and
    parcels were.
    """

    gid: str
    number: str
    state: str
    is_cancelled: bool
    portions: tuple[Portion, ...]
    parcels: tuple[Parcel, ...]
    is_whole: bool = True
    lines: tuple[Ordered, ...] = ()
    is_counted: bool = True
