"""Lines of orders: goods, shipping, taxes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from syncd.sandbox.records import Product, Variant
from syncd.sandbox.records_orders import Line
from syncd.sandbox.resolvers.fields import Fields, Info, Resolver, always, shop_of
from syncd.sandbox.resolvers.order_discounts import allocations
from syncd.sandbox.resolvers.order_parts import (
    Of,
    bag,
    money,
    named,
    of,
    own_tax_lines,
    part_gid,
)
from syncd.sandbox.sales import progress, totals


def variant(one: Of[Line], info: Info) -> Variant | None:
    return shop_of(info).variants.get(one.part.variant_id or 0)


def product(one: Of[Line], info: Info) -> Product | None:
    return shop_of(info).products.get(one.part.product_id or 0)


def line_name(one: Of[Line], _info: Info) -> str:
    """`Ski - Red`."""
    return " - ".join(filter(None, (one.part.title, one.part.variant_title)))


def original_total(line: Line) -> Decimal:
    return Decimal(line.price) * line.quantity


def unfulfilled(one: Of[Line], info: Info) -> int:
    return progress.unfulfilled(shop_of(info), one.order, one.part)


def fulfillable(one: Of[Line], info: Info) -> int:
    return progress.fulfillable(shop_of(info), one.order, one.part)


def fulfillment_status(one: Of[Line], info: Info) -> str:
    shipped = progress.fulfilled(shop_of(info), one.order, one.part)
    if not shipped:
        return "unfulfilled"
    return "partial" if unfulfilled(one, info) else "fulfilled"


def left(price: Callable[[Line], Decimal]) -> dict[str, Resolver]:
    """What the unfulfilled part of a line costs."""

    def amount(one: Of[Line], info: Info) -> Decimal:
        return price(one.part) * unfulfilled(one, info)

    return {
        "Set": lambda one, info: bag(one.order, amount(one, info)),
        "": lambda one, info: totals.text(amount(one, info)),
    }


UNIT = money(lambda line: Decimal(line.price))
UNIT_DISCOUNTED = money(totals.unit_price)

FIELDS: Fields = {
    "LineItem": {
        "id": part_gid("LineItem"),
        "title": of("title"),
        "name": line_name,
        "variantTitle": of("variant_title"),
        "sku": of("sku"),
        "vendor": of("vendor"),
        "quantity": of("quantity"),
        "currentQuantity": of("current"),
        "refundableQuantity": of("current"),
        "nonFulfillableQuantity": always(0),
        "unfulfilledQuantity": unfulfilled,
        "fulfillableQuantity": fulfillable,
        "fulfillmentStatus": fulfillment_status,
        "requiresShipping": of("requires_shipping"),
        "taxable": of("taxable"),
        "isGiftCard": of("is_gift_card"),
        "merchantEditable": lambda one, _info: not one.order.cancelled_at,
        "canRestock": lambda one, _info: one.part.item_id is not None,
        "restockable": lambda one, _info: one.part.item_id is not None,
        "variant": variant,
        "product": product,
        "customAttributes": lambda one, _info: [
            {"key": key, "value": value} for key, value in one.part.attributes
        ],
        "taxLines": own_tax_lines,
        "discountAllocations": allocations,
        "duties": always([]),
        **named("originalUnitPrice", UNIT, "Set", ""),
        **named("discountedUnitPrice", UNIT_DISCOUNTED, "Set", ""),
        "discountedUnitPriceAfterAllDiscountsSet": UNIT_DISCOUNTED["Set"],
        "priceAfterAllDiscountsBeforeTaxesSet": money(totals.line_total)["Set"],
        **named("originalTotal", money(original_total), "Set", ""),
        **named("discountedTotal", money(totals.line_total), "Set", ""),
        **named("totalDiscount", money(lambda line: Decimal(line.discount)), "Set", ""),
        **named("unfulfilledOriginalTotal", left(lambda line: Decimal(line.price)), "Set", ""),
        **named("unfulfilledDiscountedTotal", left(totals.unit_price), "Set", ""),
    },
    "ShippingLine": {
        "id": part_gid("ShippingLine"),
        "title": of("title"),
        "code": of("code"),
        "source": of("source"),
        "custom": lambda one, _info: one.part.code is None,
        "isRemoved": always(False),
        "taxLines": own_tax_lines,
        "discountAllocations": allocations,
        "originalPriceSet": money(lambda line: Decimal(line.price))["Set"],
        "originalPrice": money(lambda line: Decimal(line.price))["V2"],
        "price": money(lambda line: Decimal(line.price))[""],
        "discountedPriceSet": money(totals.shipping_price)["Set"],
        "discountedPrice": money(totals.shipping_price)["V2"],
        "currentDiscountedPriceSet": money(totals.shipping_price)["Set"],
    },
    "TaxLine": {
        "title": of("title"),
        "rate": of("rate"),
        "ratePercentage": lambda one, _info: round(one.part.rate * 100, 6),
        "channelLiable": of("channel_liable"),
        "source": always(None),
        "priceSet": money(lambda tax: Decimal(tax.amount))["Set"],
        "price": money(lambda tax: Decimal(tax.amount))[""],
    },
}
