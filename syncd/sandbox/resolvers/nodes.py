"""`node`, `nodes`: anything by its id."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.bulk_records import BulkOperation
from syncd.sandbox.hooks.records import Subscription
from syncd.sandbox.records import (
    Definition,
    Item,
    Location,
    OtherFile,
    Picture,
    Product,
    ProductWork,
    Publication,
    Variant,
)
from syncd.sandbox.records_orders import (
    Fulfillment,
    FulfillmentOrder,
    Hold,
    Order,
    ShipmentEvent,
)
from syncd.sandbox.records_people import Address, Customer
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.metafields import Held
from syncd.sandbox.resolvers.order_nodes import part_named
from syncd.sandbox.resolvers.order_parts import Of
from syncd.sandbox.resolvers.products import options
from syncd.sandbox.resolvers.shop import current_app_installation
from syncd.sandbox.resolvers.shop import shop as shop_itself
from syncd.sandbox.resolvers.stock import Stocked, level_named
from syncd.sandbox.stockrecords import Adjustment
from syncd.sandbox.words import refusal

TYPE_NAMES = {
    Product: "Product",
    Variant: "ProductVariant",
    Item: "InventoryItem",
    Stocked: "InventoryLevel",
    Adjustment: "InventoryAdjustmentGroup",
    Picture: "MediaImage",
    Held: "Metafield",
    Definition: "MetafieldDefinition",
    Location: "Location",
    Publication: "Publication",
    BulkOperation: "BulkOperation",
    Customer: "Customer",
    Order: "Order",
    FulfillmentOrder: "FulfillmentOrder",
    Fulfillment: "Fulfillment",
    Hold: "FulfillmentHold",
    ShipmentEvent: "FulfillmentEvent",
    Address: "MailingAddress",
    Subscription: "WebhookSubscription",
}


def type_name(record: Any, _info: Info, _type: Any) -> str:
    """The schema's name for what a record is; resolves interfaces."""
    if isinstance(record, dict):
        return str(record["__typename"])
    if isinstance(record, OtherFile | ProductWork | Of):
        return record.kind
    return TYPE_NAMES[type(record)]


def node(_root: None, info: Info, id: str) -> Any:
    if not gids.is_gid(id):
        raise refusal("invalid id", "RESOURCE_NOT_FOUND")
    shop = shop_of(info)
    return level_named(shop, id) or shop.find(id) or _small(info, id)


def _small(info: Info, id: str) -> Any:
    """The shop, the app, the parts of products that are no records of their own."""
    match gids.parted(id):
        case ("Shop", _):
            found = shop_itself(None, info)
        case ("AppInstallation", _):
            found = current_app_installation(None, info)
        case ("App", _):
            found = current_app_installation(None, info)["app"]
        case ("ProductOption" | "ProductOptionValue", _):
            return _of_option(info, id)
        case _:
            return part_named(shop_of(info), id)
    return found if found["id"] == id else None


def _of_option(info: Info, id: str) -> dict[str, Any] | None:
    for product in shop_of(info).products.values():
        for option in options(product, info):
            values: list[dict[str, Any]] = option["optionValues"]
            for one in (option, *values):
                if one["id"] == id:
                    return one
    return None


def nodes(_root: None, info: Info, ids: list[str]) -> list[Any]:
    """In the order asked, null for what is not there."""
    return [node(None, info, id_) for id_ in ids]


FIELDS: Fields = {"QueryRoot": {"node": node, "nodes": nodes}}
