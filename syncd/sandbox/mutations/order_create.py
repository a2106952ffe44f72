"""orderCreate."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.mutations import order_inputs as inputs
from syncd.sandbox.mutations.customer_fields import Writing, changed_customer, tags_of
from syncd.sandbox.mutations.customers import blank
from syncd.sandbox.mutations.customers import keep as keep_customer
from syncd.sandbox.mutations.order_inputs import Given, Ordering
from syncd.sandbox.phones import normal_phone
from syncd.sandbox.records_orders import Order, Tracking
from syncd.sandbox.records_people import Customer
from syncd.sandbox.resolvers.customers import with_email
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.sales import placing, progress, shipping
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints, not_simulated, refusal

ALPHABET = string.ascii_uppercase + string.digits
REDUNDANT = "Only one of customerId and customer can be provided"
TOO_FEW = "Unable to reserve inventory: {sku} has {available} available"


def create(_root: None, info: Info, order: Given, options: Given | None = None) -> dict[str, Any]:
    shop = shop_of(info)
    ordering = Ordering(shop, Complaints(), shop.now())
    made = _written(ordering, order)
    if made is None or ordering.complaints:
        return {"order": None, "userErrors": ordering.complaints.found}
    keeping: placing.Keeping = (options or {}).get("inventoryBehaviour") or "BYPASS"
    sent = order.get("fulfillment")
    place = gids.number(sent["locationId"], "Location") if sent else None
    try:
        placed = placing.place(shop, made, keeping, location_id=place)
    except placing.OutOfStock as error:
        message = TOO_FEW.format(sku=error.sku or "a variant", available=error.available)
        ordering.complaints.add(["order", "lineItems"], message, "INVENTORY_CLAIM_FAILED")
        return {"order": None, "userErrors": ordering.complaints.found}
    if sent:
        _ship(shop, placed, sent)
    return {"order": shop.held["Order"][placed.id], "userErrors": []}


def _ship(shop: Shop, order: Order, given: Given) -> None:
    numbers = given.get("trackingNumbers") or [given.get("trackingNumber")]
    tracking = [Tracking(one, None, given.get("trackingCompany")) for one in numbers if one]
    sources = progress.open_ones(shop, order)
    shipping.ship(shop, order, shipping.everything(sources), tracking)


def _written(ordering: Ordering, given: Given) -> Order | None:
    complaints = ordering.complaints
    if not given.get("lineItems"):
        message = "Line items must have at least one line item"
        complaints.add(["order", "lineItems"], message, "INVALID")
        return None
    if given.get("processedAt") and given["processedAt"] > ordering.at:
        message = "Processed at must not be in the future"
        complaints.add(["order", "processedAt"], message, "PROCESSED_AT_INVALID")
    if given.get("customerId") and given.get("customer"):
        complaints.add(["order"], REDUNDANT, "REDUNDANT_CUSTOMER_FIELDS")
    if given.get("companyLocationId"):
        raise not_simulated("orders of companies")
    if complaints:
        return None
    made = _order(ordering, given)
    if given.get("phone") and made.phone is None:
        complaints.add(["order", "phone"], "Phone is invalid", "INVALID")
    return None if complaints else _with_customer(ordering, made, given)


def _order(ordering: Ordering, given: Given) -> Order:
    shop, at = ordering.shop, ordering.at
    number = placing.next_number(shop)
    currency, seen, rate = _currencies(shop, given)
    code = inputs.discount(given.get("discountCode"))
    lines = inputs.lines(ordering, given["lineItems"])
    sent = inputs.shipping_lines(ordering, given.get("shippingLines") or ())
    return Order(
        shop.new_id("Order"),
        number,
        given.get("name") or f"#{number}",
        created_at=at,
        updated_at=at,
        processed_at=given.get("processedAt") or at,
        currency=currency,
        presentment_currency=seen,
        rate=rate,
        email=given.get("email"),
        phone=normal_phone(given.get("phone")),
        note=given.get("note"),
        po_number=given.get("poNumber"),
        tags=tags_of(given.get("tags") or ()),
        attributes=tuple((one["key"], one["value"]) for one in given.get("customAttributes") or ()),
        source_name=given.get("sourceName") or "API",
        source_identifier=given.get("sourceIdentifier"),
        confirmation_number=confirmation_number(),
        is_test=bool(given.get("test")),
        taxes_included=bool(given.get("taxesIncluded")),
        billing_address=inputs.address(ordering, "billingAddress", given.get("billingAddress")),
        shipping_address=inputs.address(ordering, "shippingAddress", given.get("shippingAddress")),
        lines=inputs.discounted(lines, code) if code else lines,
        shipping_lines=inputs.free_shipping(sent, code),
        discounts=(code,) if code else (),
        tax_lines=inputs.tax_lines(ordering, ("order",), given.get("taxLines") or ()),
        transactions=inputs.transactions(ordering, given.get("transactions") or ()),
        financial_status=given.get("financialStatus"),
        closed_at=given.get("closedAt"),
    )


def confirmation_number() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(9))


def _currencies(shop: Shop, given: Given) -> tuple[str, str, str]:
    """The order's currency, the one the customer sees, how much of it one is."""
    bags = [one["priceSet"] for one in given["lineItems"] if one.get("priceSet")]
    first = bags[0]["shopMoney"]["currencyCode"] if bags else None
    currency = given.get("currency") or first or shop.options.currency
    both = [bag for bag in bags if bag.get("presentmentMoney")]
    seen = given.get("presentmentCurrency") or (
        both[0]["presentmentMoney"]["currencyCode"] if both else currency
    )
    return currency, seen, _rate(both)


def _rate(bags: list[Mapping[str, Any]]) -> str:
    for bag in bags:
        own, seen = (Decimal(bag[name]["amount"]) for name in ("shopMoney", "presentmentMoney"))
        if own:
            return str(seen / own)
    return "1"


# ----------------------------------------------------------------------------------- whose it is


def _with_customer(ordering: Ordering, order: Order, given: Given) -> Order | None:
    """A customer who is named, or known by the mail address, or new."""
    customer = _customer(ordering, given)
    if ordering.complaints:
        return None
    if customer is None:
        return order
    email = order.email or customer.email
    return replace(order, customer_id=customer.id, email=email)


def _customer(ordering: Ordering, given: Given) -> Customer | None:
    shop, asked = ordering.shop, given.get("customer") or {}
    named = given.get("customerId") or (asked.get("toAssociate") or {}).get("id")
    if named:
        number = gids.number(named, "Customer")
        found: Customer | None = shop.held["Customer"].get(number or 0)
        if found is None:
            raise refusal(f"Invalid id: {named}", "RESOURCE_NOT_FOUND")
        return found
    upserted = asked.get("toUpsert") or {}
    email = upserted.get("email") or given.get("email")
    if not email and not upserted:
        return None
    before = (with_email(shop, email) if email else None) or blank(shop)
    return upsert(ordering.shop, ordering.complaints, before, {"email": email, **upserted})


def upsert(shop: Shop, complaints: Complaints, before: Customer, given: Given) -> Customer | None:
    """The customer, known or new, with what is given of them."""
    writing = Writing(shop, complaints, ("order", "customer"))
    after = changed_customer(writing, before, given)
    if complaints:
        return None
    if before.id == 0:
        after = replace(after, id=shop.new_id("Customer"))
    if after != before:
        keep_customer(shop, before, after)
    return after


FIELDS: Fields = {"Mutation": {"orderCreate": create}}
