"""Payments of orders, refunds."""

from __future__ import annotations

from decimal import Decimal

from fidelity.seeds.making import LONG_AGO, Seeding, amount, made, number_of, things
from fidelity.world import Thing
from syncd.sandbox.records_orders import Line, Refund, RefundLine, Transaction

PAID = ("PAID", "PARTIALLY_REFUNDED", "REFUNDED")

LOST_IDS = 9_000_000_000_000
"""Where the numbers of transactions begin that only their refund tells of."""


def transactions(seeding: Seeding, thing: Thing, at: str) -> tuple[Transaction, ...] | None:
    """Those that were shown; else one that paid what the order says was paid."""
    shown = things(thing.get("transactions"))
    if not shown and thing.get("transactions") != []:
        paid = _paid(thing)
        shown = [{"amountSet": {"amount": paid}}] if paid and Decimal(paid) > 0 else []
    refunded = [
        {"id": _gid(place), "kind": "REFUND", "amountSet": one.get("totalRefundedSet"), **each}
        for place, one in enumerate(things(thing.get("refunds")))
        for each in things(one.get("transactions")) or [{}]
        if amount(each.get("amountSet") or one.get("totalRefundedSet")) not in (None, "0.00")
        and all(each.get("id") is None or each["id"] != other.get("id") for other in shown)
        and _payback(thing, one) is None
    ]
    return tuple(_transaction(seeding, one, at) for one in [*shown, *refunded]) or None


def _payback(thing: Thing, refund: Thing) -> int | None:
    """The order's own transaction that paid the refund back: of its kind, of its amount."""
    total = amount(refund.get("totalRefundedSet"))
    for one in things(thing.get("transactions")):
        if one.get("kind") == "REFUND" and amount(one.get("amountSet")) == total:
            return number_of(one)
    return None


def _gid(place: int) -> str:
    """Of a transaction that only its refund tells of."""
    return f"gid://shopify/OrderTransaction/{LOST_IDS + place}"


def _paid(thing: Thing) -> str | None:
    """What was paid, by what the order says was received, or is still owed."""
    received = amount(thing.get("totalReceivedSet"))
    total = amount(thing.get("currentTotalPriceSet") or thing.get("totalPriceSet"))
    owed = amount(thing.get("totalOutstandingSet"))
    if received is not None:
        return received
    if total is not None and owed is not None:
        return f"{Decimal(total) - Decimal(owed):.2f}"
    whole = amount(thing.get("totalPriceSet")) or total
    return whole if thing.get("displayFinancialStatus") in PAID else None


def _transaction(seeding: Seeding, thing: Thing, at: str) -> Transaction:
    return made(
        Transaction,
        id=seeding.number("OrderTransaction", thing),
        kind=thing.get("kind") or "SALE",
        status=thing.get("status") or "SUCCESS",
        gateway=thing.get("gateway") or "manual",
        amount=amount(thing.get("amountSet")) or "0.00",
        created_at=thing.get("createdAt") or at,
        processed_at=thing.get("processedAt") or at,
        is_test=thing.get("test"),
        parent_id=number_of(thing.get("parentTransaction")),
    )


def refunds(seeding: Seeding, thing: Thing, lines: tuple[Line, ...]) -> tuple[Refund, ...]:
    return tuple(
        _refund(seeding, one, lines, _payback(thing, one) or LOST_IDS + place)
        for place, one in enumerate(things(thing.get("refunds")))
    )


def _refund(seeding: Seeding, thing: Thing, lines: tuple[Line, ...], payback: int) -> Refund:
    rows = []
    for one in things(thing.get("refundLineItems")):
        line_id = number_of(one.get("lineItem"))
        line = next((each for each in lines if each.id == line_id), None)
        if line is not None:
            count = one.get("quantity") or 0
            rows.append(
                made(
                    RefundLine,
                    id=seeding.number("RefundLineItem", one),
                    line_id=line.id,
                    quantity=count,
                    restock_type=one.get("restockType") or "NO_RESTOCK",
                    location_id=number_of(one.get("location")),
                    subtotal=amount(one.get("subtotalSet")) or f"{Decimal(line.price) * count:.2f}",
                    tax=amount(one.get("totalTaxSet")) or "0.00",
                )
            )
    return made(
        Refund,
        id=seeding.number("Refund", thing),
        created_at=thing.get("createdAt") or LONG_AGO,
        note=thing.get("note"),
        lines=tuple(rows),
        transaction_ids=tuple(
            number_of(one) or 0 for one in things(thing.get("transactions")) if one.get("id")
        )
        or (payback,),
    )
