"""Lines of orders, with what is taxed and shipped of them."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
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
    """Prices where no line tells its own: the order's total by its pieces; see `rest_of`."""
    price = f"{_share(thing, rows):.2f}"
    return [price] * len(rows)


def _share(thing: Thing, rows: list[Thing]) -> Decimal:
    pieces = sum(one.get("quantity") or 0 for one in rows)
    share = Decimal(_total(thing)) / (pieces or 1)
    return share.quantize(Decimal("0.01"), ROUND_DOWN)


def _total(thing: Thing) -> str:
    return (
        amount(
            thing.get("subtotalPriceSet")
            or thing.get("totalPriceSet")
            or thing.get("currentTotalPriceSet")
        )
        or "0.00"
    )


def rest_of(thing: Thing) -> str:
    """What the shares leave of the total, for a line of shipping that nobody asked for."""
    rows = line_things(thing)
    is_told = any(one.get("originalUnitPriceSet") or one.get("originalUnitPrice") for one in rows)
    if is_told or thing.get("shippingLines") is not None:
        return "0.00"
    pieces = sum(one.get("quantity") or 0 for one in rows)
    return f"{Decimal(_total(thing)) - _share(thing, rows) * pieces:.2f}"


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
