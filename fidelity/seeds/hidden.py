"""What no answer shows, though something shown depends on it: orders to ship, stock somewhere."""

from __future__ import annotations

from fidelity.seeds.making import LONG_AGO, Seeding, made
from syncd.sandbox.records import Item, Level, Option, OptionValue, Product, Variant
from syncd.sandbox.records_orders import FulfillmentOrder, Line, Order, Portion


def order_to_ship(seeding: Seeding, location_id: int) -> None:
    """An order of which the location has something to ship; none that a list would show."""
    if "orders(" in seeding.asked:
        return
    shop = seeding.shop
    number, line = shop.new_id("Order"), shop.new_id("LineItem")
    parcel = made(
        FulfillmentOrder,
        id=shop.new_id("FulfillmentOrder"),
        order_id=number,
        location_id=location_id,
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
        fulfill_at=LONG_AGO,
        portions=(Portion(shop.new_id("FulfillmentOrderLineItem"), line, 1, 1),),
    )
    shop.put("FulfillmentOrder", parcel)
    order = made(
        Order,
        id=number,
        number=number % 10_000,
        name=f"#{number % 10_000}",
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
        processed_at=LONG_AGO,
        currency=shop.options.currency,
        presentment_currency=shop.options.currency,
        lines=(made(Line, id=line, title="Hidden", quantity=1, price="0.00"),),
        fulfillment_order_ids=(parcel.id,),
    )
    shop.put("Order", order)


def stock_at(seeding: Seeding, location_id: int) -> None:
    """A product of which something lies at the location; none that a list would show."""
    if "products(" in seeding.asked or "productVariants(" in seeding.asked:
        return
    shop = seeding.shop
    number, value = shop.new_id("Product"), shop.new_id("ProductOptionValue")
    level = made(Level, location_id=location_id, available=1, updated_at=LONG_AGO)
    variant = made(
        Variant,
        id=shop.new_id("ProductVariant"),
        product_id=number,
        item=made(Item, id=shop.new_id("InventoryItem"), tracked=True, levels=(level,)),
        values=(value,),
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
    )
    option = Option(shop.new_id("ProductOption"), "Title", (OptionValue(value, "Default Title"),))
    product = made(
        Product,
        id=number,
        title="Hidden",
        handle=f"hidden-{number}",
        vendor="Hidden",
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
        status="ARCHIVED",
        options=(option,),
        variants=(variant,),
    )
    shop.put("Product", product)
