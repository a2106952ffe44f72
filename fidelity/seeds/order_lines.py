"""Lines of orders, with what is taxed and shipped of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fidelity.seeds.making import Seeding, amount, made, number_of, things
from fidelity.world import Thing
from syncd.sandbox.records_orders import Line, ShippingLine, TaxLine


def line_things(thing: Thing) -> list[Thing]:
    """The order's lines, those included that only a fulfilment order or fulfillment names."""
    rows = list(things(thing.get("lineItems")))
    for whole, parts in (
        ("fulfillmentOrders", "lineItems"),
        ("fulfillments", "fulfillmentLineItems"),
    ):
        for one in things(thing.get(whole)):
            for part in things(one.get(parts)):
                row = part.get("lineItem")
                if isinstance(row, dict) and all(row is not other for other in rows):
                    row.setdefault("quantity", part.get("totalQuantity") or part.get("quantity"))
                    rows.append(row)
    if not rows and thing.get("lineItems") is None:
        rows = [{"__typename": "LineItem", "title": "Line", "quantity": 1}]
    return rows


def lines_of(seeding: Seeding, thing: Thing) -> tuple[Line, ...]:
    rows = line_things(thing)
    return tuple(
        _line(seeding, one, share) for one, share in zip(rows, _shares(thing, rows), strict=True)
    )


def _shares(thing: Thing, rows: list[Thing]) -> list[str]:
    """Prices where no line tells its own: the order's total by its pieces; one takes the rest."""
    total = amount(
        thing.get("subtotalPriceSet")
        or thing.get("totalPriceSet")
        or thing.get("currentTotalPriceSet")
    )
    counts = [one.get("quantity") or 0 for one in rows]
    if not total or not sum(counts):
        return ["0.00"] * len(rows)
    whole = Decimal(total)
    prices = [(whole / sum(counts)).quantize(Decimal("0.01"))] * len(rows)
    rest = whole - sum(price * count for price, count in zip(prices, counts, strict=True))
    if rest and 1 in counts:
        prices[counts.index(1)] += rest
    elif rest and len(rows) > 1:
        # No single piece to take the rest: all of it is the last line's, which is divided evenly.
        prices = [Decimal("0.00")] * len(rows)
        even = next((n for n, count in enumerate(counts) if count and whole % count == 0), 0)
        prices[even] = whole / (counts[even] or 1)
    return [f"{price:.2f}" for price in prices]


def _line(seeding: Seeding, thing: Thing, share: str) -> Line:
    variant = thing.get("variant")
    quantity = thing.get("quantity")
    quantity = 1 if quantity is None else quantity
    current = thing.get("currentQuantity")
    known = seeding.shop.variants.get(number_of(variant) or 0)
    return made(
        Line,
        id=seeding.number("LineItem", thing),
        title=thing.get("title") or thing.get("name") or "Line",
        quantity=quantity,
        price=amount(thing.get("originalUnitPriceSet") or thing.get("originalUnitPrice")) or share,
        variant_id=number_of(variant),
        product_id=number_of(thing.get("product")) or (known.product_id if known else None),
        item_id=known.item.id if known else None,
        sku=thing.get("sku"),
        variant_title=thing.get("variantTitle"),
        vendor=thing.get("vendor"),
        requires_shipping=thing.get("requiresShipping"),
        taxable=thing.get("taxable"),
        is_gift_card=thing.get("isGiftCard"),
        tax_lines=taxes(thing.get("taxLines")),
        attributes=tuple(
            (one["key"], one["value"]) for one in things(thing.get("customAttributes"))
        )
        or None,
        removed=quantity - current if isinstance(current, int) else None,
    )


def taxes(value: Any) -> tuple[TaxLine, ...] | None:
    return (
        tuple(
            made(
                TaxLine,
                title=one.get("title") or "Tax",
                rate=one.get("rate") or 0,
                amount=amount(one.get("priceSet")) or "0.00",
                channel_liable=one.get("channelLiable"),
            )
            for one in things(value)
        )
        or None
    )


def shipping_line(seeding: Seeding, thing: Thing) -> ShippingLine:
    return made(
        ShippingLine,
        id=seeding.number("ShippingLine", thing),
        title=thing.get("title") or "Shipping",
        price=amount(thing.get("originalPriceSet")) or "0.00",
        code=thing.get("code"),
        source=thing.get("source"),
        tax_lines=taxes(thing.get("taxLines")),
    )
