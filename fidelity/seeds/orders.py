"""Orders: the whole of what modules order_lines, order_money, shipping make."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

from fidelity.seeds import people
from fidelity.seeds.making import LONG_AGO, Seeding, amount, made, number_of, things
from fidelity.seeds.order_lines import lines_of, rest_of, shipping_line, taxes
from fidelity.seeds.order_money import refunds, transactions
from fidelity.seeds.shipping import fulfillments, parcels
from fidelity.world import Thing
from syncd.sandbox.records_orders import Order

LATER = (
    "displayFulfillmentStatus",
    "fulfillments",
    "refunds",
    "returns",
    "cancelledAt",
    "cancelReason",
    "closedAt",
    "closed",
    "updatedAt",
)
"""What an order shows only once something was done with it."""


def order(seeding: Seeding, thing: Thing) -> None:
    """The order as far as it was seen, paid and shipped as it says it is."""
    if seeding.is_before:
        thing = {name: value for name, value in thing.items() if name not in LATER}
    shop = seeding.shop
    _gather(seeding, thing)
    number = seeding.number("Order", thing)
    created_at = thing.get("createdAt") or thing.get("processedAt") or LONG_AGO
    name = thing.get("name") or f"#{1000 + len(shop.held['Order'])}"
    lines = lines_of(seeding, thing)
    buyer = thing.get("customer")
    if isinstance(buyer, dict) and buyer.get("id") and not seeding.twins.is_known(buyer["id"]):
        people.customer(seeding, buyer)
    shipped = thing.get("shippingLines") or thing.get("shippingLine")
    shipping_lines = tuple(shipping_line(seeding, one) for one in things(_listed(shipped)))
    if (rest := rest_of(thing)) != "0.00":
        rounding = {"title": "Rounding", "originalPriceSet": {"amount": rest}}
        shipping_lines = (*shipping_lines, shipping_line(seeding, rounding))
    draft = made(
        Order,
        id=number,
        number=_digits(name, number),
        name=name,
        created_at=created_at,
        updated_at=thing.get("updatedAt") or created_at,
        processed_at=thing.get("processedAt") or created_at,
        currency=_currency(thing) or shop.options.currency,
        presentment_currency=thing.get("presentmentCurrencyCode")
        or _shown_money(thing)[0]
        or _currency(thing)
        or shop.options.currency,
        rate=_shown_money(thing)[1],
        email=thing.get("email"),
        phone=thing.get("phone"),
        customer_id=number_of(buyer),
        note=thing.get("note"),
        po_number=thing.get("poNumber"),
        tags=tuple(thing.get("tags") or ()) or None,
        attributes=tuple(
            (one["key"], one["value"]) for one in things(thing.get("customAttributes"))
        )
        or None,
        source_name=thing.get("sourceName"),
        confirmation_number=thing.get("confirmationNumber"),
        is_test=thing.get("test"),
        taxes_included=thing.get("taxesIncluded"),
        billing_address=_address(seeding, thing.get("billingAddress")),
        shipping_address=_address(seeding, thing.get("shippingAddress")),
        lines=lines,
        shipping_lines=shipping_lines,
        tax_lines=taxes(thing.get("taxLines")),
        transactions=transactions(seeding, thing, created_at),
        refunds=refunds(seeding, thing, lines),
        financial_status=thing.get("displayFinancialStatus"),
        closed_at=thing.get("closedAt") or (LONG_AGO if thing.get("closed") else None),
        cancelled_at=thing.get("cancelledAt"),
        cancel_reason=thing.get("cancelReason"),
    )
    held = shop.held["Customer"].get(draft.customer_id or 0)
    if held is not None and number not in held.order_ids:
        shop.put("Customer", dataclasses.replace(held, order_ids=(*held.order_ids, number)))
    to_ship = parcels(seeding, thing, draft)
    sent = fulfillments(seeding, thing, draft, to_ship)
    shop.put(
        "Order",
        made(
            Order,
            **{
                **{name: getattr(draft, name) for name in draft.__slots__},
                "fulfillment_order_ids": tuple(one.id for one in to_ship),
                "fulfillment_ids": tuple(one.id for one in sent),
            },
        ),
    )


def _gather(seeding: Seeding, thing: Thing) -> None:
    """Take in the parts that point at the order though it does not name them."""
    for type_, name in (
        ("FulfillmentOrder", "fulfillmentOrders"),
        ("Fulfillment", "fulfillments"),
    ):
        for one in seeding.of_type(type_):
            shown = things(thing.get(name))
            is_its = (one.get("order") or {}).get("id") == thing.get("id") is not None
            if is_its and all(one.get("id") != each.get("id") for each in shown):
                thing[name] = [*shown, one]


def _shown_money(thing: Thing) -> tuple[str | None, str | None]:
    """What the customer saw: the currency, how much of it one of the shop's is."""
    bags = [*thing.values(), *(one.get("amountSet") for one in things(thing.get("transactions")))]
    for value in bags:
        if isinstance(value, dict) and isinstance(value.get("presentmentMoney"), dict):
            shown, own = amount(value["presentmentMoney"]), amount(value.get("shopMoney"))
            if shown and own and Decimal(own):
                code = value["presentmentMoney"].get("currencyCode")
                return code, str(Decimal(shown) / Decimal(own))
    return None, None


def _digits(name: str, number: int) -> int:
    digits = "".join(letter for letter in name if letter.isdigit())
    return int(digits) if digits else number % 10_000


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _currency(thing: Thing) -> str | None:
    if thing.get("currencyCode"):
        return str(thing["currencyCode"])
    for value in thing.values():
        if isinstance(value, dict) and isinstance(value.get("shopMoney"), dict):
            code = value["shopMoney"].get("currencyCode")
            if code:
                return str(code)
    return None


def _address(seeding: Seeding, thing: Any) -> Any:
    return people.address(seeding, thing, "Address") if isinstance(thing, dict) else None


def _named_later(seeding: Seeding, part: Thing, name: str) -> Thing:
    """The order that a later answer shows the part of: its id, so that it is known then."""
    lines = _line_ids(part)
    for one in seeding.future.things.values():
        if one.get("__typename") != "Order" or seeding.twins.is_known(one["id"]):
            continue
        parts = things(one.get(name))
        own = {each for other in parts for each in _line_ids(other)} | {
            str(each.get("id")) for each in things(one.get("lineItems"))
        }
        if any(each.get("id") == part.get("id") for each in parts) or lines & own:
            named: Thing = {key: one[key] for key in ("__typename", "id", "name") if key in one}
            return seeding.world.things.setdefault(one["id"], named)
    return {"__typename": "Order"}


def _line_ids(part: Thing) -> set[str]:
    rows = things(part.get("lineItems")) + things(part.get("fulfillmentLineItems"))
    return {str((one.get("lineItem") or {}).get("id")) for one in rows} - {"None"}


def part_of(name: str) -> Any:
    """A seeder for what hangs on an order under this name, by way of the order."""

    def make(seeding: Seeding, thing: Thing) -> None:
        whole = thing.get("order")
        if not isinstance(whole, dict):
            whole = next(
                (
                    one
                    for one in seeding.of_type("Order")
                    if any(each is thing for each in things(one.get(name)))
                ),
                None,
            ) or _named_later(seeding, thing, name)
            thing["order"] = whole
        parts = whole.setdefault(name, [])
        if isinstance(parts, list) and all(one is not thing for one in parts):
            parts.append(thing)
        order(seeding, whole)

    return make


SEEDERS = {
    "Order": order,
    "FulfillmentOrder": part_of("fulfillmentOrders"),
    "Fulfillment": part_of("fulfillments"),
}
