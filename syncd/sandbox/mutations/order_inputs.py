"""The parts of an order as orderCreate's input gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.mutations.addresses import changed_address
from syncd.sandbox.records import Variant
from syncd.sandbox.records_orders import Discount, Line, ShippingLine, TaxLine, Transaction
from syncd.sandbox.records_people import Address
from syncd.sandbox.resolvers.order_lines import original_total
from syncd.sandbox.sales.totals import CENT, text
from syncd.sandbox.shop import Shop
from syncd.sandbox.state import option_values
from syncd.sandbox.words import Complaints

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ordering:
    """An order being written: its complaints, its time."""

    shop: Shop
    complaints: Complaints
    at: str


def amount_of(bag: Given | None) -> str:
    return bag["shopMoney"]["amount"] if bag else "0.00"


def lines(ordering: Ordering, given: Iterable[Given]) -> tuple[Line, ...]:
    return tuple(_line(ordering, place, entry) for place, entry in enumerate(given))


def _line(ordering: Ordering, place: int, given: Given) -> Line:
    """What is not given is the variant's own; a line without a variant is a custom one."""
    path = ("order", "lineItems", place)
    if given["quantity"] <= 0:
        ordering.complaints.add((*path, "quantity"), "Quantity must be greater than 0", "INVALID")
    variant = None
    if given.get("variantId"):
        number = gids.number(given["variantId"], "ProductVariant")
        variant = ordering.shop.variants.get(number or 0)
        if variant is None:
            message = "Variant does not exist"
            ordering.complaints.add((*path, "variantId"), message, "INVALID")
    elif not given.get("title"):
        ordering.complaints.add((*path, "title"), "Title can't be blank", "INVALID")
    line = of_variant(ordering.shop, variant) if variant else _custom(ordering.shop, given)
    return replace(
        line,
        quantity=given["quantity"],
        **_own(given),
        tax_lines=tax_lines(ordering, path, given.get("taxLines") or ()),
        attributes=tuple((one["name"], one["value"]) for one in given.get("properties") or ()),
    )


def _custom(shop: Shop, given: Given) -> Line:
    return Line(
        shop.new_id("LineItem"),
        given.get("title") or "",
        given["quantity"],
        amount_of(given.get("priceSet")),
        requires_shipping=bool(given.get("requiresShipping")),
    )


def of_variant(shop: Shop, variant: Variant) -> Line:
    """One of it, as its product describes it."""
    product = shop.product_of(variant)
    title = " / ".join(option_values(product, variant).values())
    return Line(
        shop.new_id("LineItem"),
        product.title,
        1,
        variant.price,
        variant_id=variant.id,
        product_id=product.id,
        item_id=variant.item.id,
        sku=variant.item.sku,
        variant_title=None if title == "Default Title" else title,
        vendor=product.vendor or None,
        requires_shipping=variant.item.requires_shipping,
        taxable=variant.taxable,
    )


OWN = {
    "title": "title",
    "sku": "sku",
    "variantTitle": "variant_title",
    "vendor": "vendor",
    "taxable": "taxable",
    "giftCard": "is_gift_card",
}


def _own(given: Given) -> dict[str, Any]:
    found = {OWN[name]: given[name] for name in OWN if given.get(name) is not None}
    if given.get("priceSet"):
        found["price"] = amount_of(given["priceSet"])
    return found


def tax_lines(ordering: Ordering, path: Any, given: Iterable[Given]) -> tuple[TaxLine, ...]:
    made = []
    for place, one in enumerate(given):
        try:
            rate = float(one["rate"])
        except ValueError:
            where = (*path, "taxLines", place, "rate")
            ordering.complaints.add(where, "Rate is missing", "TAX_LINE_RATE_MISSING")
            continue
        amount = amount_of(one.get("priceSet"))
        made.append(TaxLine(one["title"], rate, amount, one.get("channelLiable") or False))
    return tuple(made)


def shipping_lines(ordering: Ordering, given: Iterable[Given]) -> tuple[ShippingLine, ...]:
    return tuple(
        ShippingLine(
            ordering.shop.new_id("ShippingLine"),
            one["title"],
            amount_of(one["priceSet"]),
            code=one.get("code"),
            source=one.get("source"),
            tax_lines=tax_lines(
                ordering, ("order", "shippingLines", place), one.get("taxLines") or ()
            ),
        )
        for place, one in enumerate(given)
    )


def transactions(ordering: Ordering, given: Iterable[Given]) -> tuple[Transaction, ...]:
    return tuple(
        Transaction(
            ordering.shop.new_id("OrderTransaction"),
            one.get("kind") or "SALE",
            one.get("status") or "SUCCESS",
            one.get("gateway") or "manual",
            amount_of(one["amountSet"]),
            created_at=ordering.at,
            processed_at=one.get("processedAt") or ordering.at,
            is_test=bool(one.get("test")),
        )
        for one in given
    )


def address(ordering: Ordering, name: str, given: Given | None) -> Address | None:
    if given is None:
        return None
    blank = Address(ordering.shop.new_id("MailingAddress"), model="Address")
    return changed_address(ordering.complaints, ("order", name), blank, given)


# ------------------------------------------------------------------------------------ discounts


def discount(given: Given | None) -> Discount | None:
    if not given:
        return None
    if one := given.get("itemPercentageDiscountCode"):
        return Discount(one["code"], "percentage", str(one.get("percentage") or 0))
    if one := given.get("itemFixedDiscountCode"):
        return Discount(one["code"], "amount", amount_of(one.get("amountSet")))
    one = given["freeShippingDiscountCode"]
    return Discount(one["code"], "shipping", "0.00")


def discounted(lines_: tuple[Line, ...], code: Discount) -> tuple[Line, ...]:
    """Lines with their share of the discount; the last one takes the cent that is left over."""
    whole = sum((original_total(line) for line in lines_), Decimal(0))
    if code.kind == "shipping" or not whole:
        return lines_
    share = Decimal(code.value) / 100 if code.kind == "percentage" else None
    off = whole * share if share is not None else min(Decimal(code.value), whole)
    off = left = off.quantize(CENT, ROUND_HALF_UP)
    made = []
    for place, line in enumerate(lines_, start=1):
        part = (off * original_total(line) / whole).quantize(CENT, ROUND_HALF_UP)
        part = left if place == len(lines_) else part
        left -= part
        made.append(replace(line, discount=text(part)))
    return tuple(made)


def free_shipping(
    lines_: tuple[ShippingLine, ...], code: Discount | None
) -> tuple[ShippingLine, ...]:
    if code is None or code.kind != "shipping":
        return lines_
    return tuple(replace(one, discount=one.price) for one in lines_)
