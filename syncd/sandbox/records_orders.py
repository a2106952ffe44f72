"""What a shop holds of its orders: lines, payments, refunds, shipments.

Amounts are texts with two decimals in the order's own currency. What the customer saw
(`presentmentMoney`) is the amount times the order's `rate`.
"""

from __future__ import annotations

from dataclasses import dataclass

from syncd.sandbox.records import Metafield
from syncd.sandbox.records_people import Address
from syncd.sandbox.records_returns import Return

Pairs = tuple[tuple[str, str], ...]
"""Keys with values, in their order."""


@dataclass(frozen=True, slots=True)
class TaxLine:
    title: str
    rate: float
    amount: str
    channel_liable: bool | None = False


@dataclass(frozen=True, slots=True)
class Line:
    """`removed` of the quantity left the order again, by refund, cancellation or edit.

    `discount` is what is taken off the whole line. `is_committed` tells whether stock is kept for
    it, so that shipping and cancelling move stock.
    """

    id: int
    title: str
    quantity: int
    price: str
    variant_id: int | None = None
    product_id: int | None = None
    item_id: int | None = None
    sku: str | None = None
    variant_title: str | None = None
    vendor: str | None = None
    requires_shipping: bool = False
    taxable: bool = True
    is_gift_card: bool = False
    discount: str = "0.00"
    tax_lines: tuple[TaxLine, ...] = ()
    attributes: Pairs = ()
    removed: int = 0
    is_committed: bool = False

    @property
    def current(self) -> int:
        return self.quantity - self.removed


@dataclass(frozen=True, slots=True)
class ShippingLine:
    id: int
    title: str
    price: str
    code: str | None = None
    source: str | None = None
    discount: str = "0.00"
    tax_lines: tuple[TaxLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount code; `kind` is percentage, amount or shipping, `value` a number as text."""

    code: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Transaction:
    id: int
    kind: str
    status: str
    gateway: str
    amount: str
    created_at: str
    processed_at: str
    is_test: bool = False
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class RefundLine:
    id: int
    line_id: int
    quantity: int
    restock_type: str
    location_id: int | None
    subtotal: str
    tax: str
    shipped: int = 0
    """How many of them had been shipped."""


@dataclass(frozen=True, slots=True)
class Refund:
    id: int
    created_at: str
    note: str | None = None
    lines: tuple[RefundLine, ...] = ()
    shipping: str = "0.00"
    shipping_tax: str = "0.00"
    transaction_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """Its fulfilment orders and fulfillments are records of their own."""

    id: int
    number: int
    name: str
    created_at: str
    updated_at: str
    processed_at: str
    currency: str
    presentment_currency: str
    rate: str = "1"
    email: str | None = None
    phone: str | None = None
    customer_id: int | None = None
    note: str | None = None
    po_number: str | None = None
    tags: tuple[str, ...] = ()
    attributes: Pairs = ()
    source_name: str | None = None
    source_identifier: str | None = None
    confirmation_number: str | None = None
    location_id: int | None = None
    is_test: bool = False
    taxes_included: bool = False
    billing_address: Address | None = None
    shipping_address: Address | None = None
    lines: tuple[Line, ...] = ()
    shipping_lines: tuple[ShippingLine, ...] = ()
    discounts: tuple[Discount, ...] = ()
    tax_lines: tuple[TaxLine, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    refunds: tuple[Refund, ...] = ()
    returns: tuple[Return, ...] = ()
    financial_status: str | None = None
    """As it was said when the order was made; transactions count for more."""
    closed_at: str | None = None
    cancelled_at: str | None = None
    cancel_reason: str | None = None
    staff_note: str | None = None
    metafields: tuple[Metafield, ...] = ()
    fulfillment_order_ids: tuple[int, ...] = ()
    fulfillment_ids: tuple[int, ...] = ()

    def line(self, id_: int) -> Line | None:
        return next((one for one in self.lines if one.id == id_), None)


@dataclass(frozen=True, slots=True)
class Portion:
    """A line of a fulfilment order: how many of an order's line, how many are still to go."""

    id: int
    line_id: int
    total: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Hold:
    id: int
    handle: str
    reason: str
    notes: str | None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class FulfillmentOrder:
    """What one location is to ship of an order."""

    id: int
    order_id: int
    location_id: int
    created_at: str
    updated_at: str
    fulfill_at: str
    fulfill_by: str | None = None
    status: str = "OPEN"
    request_status: str = "UNSUBMITTED"
    portions: tuple[Portion, ...] = ()
    holds: tuple[Hold, ...] = ()
    has_reported: bool = False
    """Whether somebody reported progress by hand, so that it is kept from being moved."""
    split_of: int | None = None

    @property
    def remaining(self) -> int:
        return sum(one.remaining for one in self.portions)


@dataclass(frozen=True, slots=True)
class Shipped:
    """A line of a fulfillment, out of which portion it came."""

    id: int
    line_id: int
    quantity: int
    portions: tuple[tuple[int, int, int], ...]
    """Fulfilment order id, portion id, how many."""


@dataclass(frozen=True, slots=True)
class Tracking:
    number: str | None
    url: str | None
    company: str | None


@dataclass(frozen=True, slots=True)
class ShipmentEvent:
    id: int
    status: str
    happened_at: str
    created_at: str
    message: str | None = None
    estimated_delivery_at: str | None = None
    place: Pairs = ()


@dataclass(frozen=True, slots=True)
class Fulfillment:
    """What was shipped at once, from one location."""

    id: int
    order_id: int
    location_id: int
    name: str
    created_at: str
    updated_at: str
    status: str = "SUCCESS"
    lines: tuple[Shipped, ...] = ()
    tracking: tuple[Tracking, ...] = ()
    events: tuple[ShipmentEvent, ...] = ()
