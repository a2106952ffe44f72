"""Fulfilment orders: what a location is to ship."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.connections import by_id, page
from syncd.sandbox.records import Location, Variant
from syncd.sandbox.records_orders import Fulfillment, FulfillmentOrder, Hold, Line, Order, Portion
from syncd.sandbox.resolvers.customers import milliseconds
from syncd.sandbox.resolvers.fields import Fields, Info, always, attribute, gid_of, shop_of
from syncd.sandbox.resolvers.order_lines import product
from syncd.sandbox.resolvers.order_parts import Of, bag
from syncd.sandbox.sales import progress
from syncd.sandbox.search import SearchFields, choice, filtered, number, time
from syncd.sandbox.words import invalid_id, refusal

ANY_SCOPE = tuple(
    f"{right}_{whose}_fulfillment_orders"
    for whose in ("merchant_managed", "assigned", "third_party", "marketplace")
    for right in ("read", "write")
)
STATUSES = "open in_progress cancelled incomplete closed scheduled on_hold".split()

REASONS = {
    "AWAITING_PAYMENT": "Awaiting payment",
    "AWAITING_RETURN_ITEMS": "Exchange items awaiting return delivery",
    "HIGH_RISK_OF_FRAUD": "High risk of fraud",
    "INCORRECT_ADDRESS": "Incorrect address",
    "INVENTORY_OUT_OF_STOCK": "Inventory out of stock",
    "ONLINE_STORE_POST_PURCHASE_CROSS_SELL": "Upsell offer",
    "OTHER": "Other",
    "UNKNOWN_DELIVERY_DATE": "Unknown delivery date",
}

SEARCHED: SearchFields = {
    "assigned_location_id": number(lambda one: one.location_id),
    "id": number(lambda one: one.id),
    "status": choice(lambda one: one.status, STATUSES),
    "updated_at": time(lambda one: one.updated_at),
}


def fulfillment_order(_root: None, info: Info, id: str) -> FulfillmentOrder | None:
    wanted = gids.number(id, "FulfillmentOrder")
    if wanted is None:
        raise invalid_id(id)
    return shop_of(info).held["FulfillmentOrder"].get(wanted) if is_let_see(info) else None


def is_let_see(info: Info) -> bool:
    """All fulfilment orders here are the merchant's own; without the scope they are left out."""
    scopes = info.context.scopes
    return bool(
        {"read_merchant_managed_fulfillment_orders", "write_merchant_managed_fulfillment_orders"}
        & scopes
    )


def fulfillment_orders(_root: None, info: Info, **arguments: Any) -> Any:
    found = shop_of(info).searchable("FulfillmentOrder") if is_let_see(info) else ()
    if not arguments.get("includeClosed"):
        found = [one for one in found if one.status not in progress.ENDED]
    chosen = filtered(found, arguments.get("query"), SEARCHED, info)
    key = by_update if arguments.get("sortKey") == "UPDATED_AT" else by_id
    return page(sorted(chosen, key=key), key, arguments)


def by_update(one: FulfillmentOrder) -> tuple[int, int]:
    return (milliseconds(one.updated_at), one.id)


def assigned(_root: None, _info: Info, **_: Any) -> Any:
    raise refusal("The api_client is not associated with any fulfillment service.", "FORBIDDEN")


def order_of(one: FulfillmentOrder | Fulfillment, info: Info) -> Order:
    found: Order = shop_of(info).held["Order"][one.order_id]
    return found


def supported_actions(one: FulfillmentOrder, info: Info) -> list[Mapping[str, Any]]:
    knows = info.context.is_since("2026-04")
    names = progress.actions(shop_of(info), one, knows_progress=knows)
    return [{"action": name, "externalUrl": None} for name in names]


def assigned_location(one: FulfillmentOrder, info: Info) -> dict[str, Any]:
    place: Location = shop_of(info).locations[one.location_id]
    return {
        "name": place.name,
        "location": place,
        "countryCode": getattr(place, "country", None) or "NO",
    }


def portions(one: FulfillmentOrder, info: Info, **arguments: Any) -> Any:
    order = order_of(one, info)
    return page([Of(order, each) for each in one.portions], by_id, arguments)


def holds(one: FulfillmentOrder, _info: Info) -> list[Hold]:
    return list(one.holds)


def none(_one: Any, _info: Info, **arguments: Any) -> Any:
    return page((), by_id, arguments)


def fulfillments(one: FulfillmentOrder, info: Info, **arguments: Any) -> Any:
    found = [
        each
        for each in progress.fulfillments(shop_of(info), order_of(one, info))
        if any(source == one.id for line in each.lines for source, _, _ in line.portions)
    ]
    return page(sorted(found, key=by_id), by_id, arguments)


def for_merge(one: FulfillmentOrder, info: Info, **arguments: Any) -> Any:
    return page(progress.mergeable(shop_of(info), one), by_id, arguments)


def destination(one: FulfillmentOrder, info: Info) -> dict[str, Any] | None:
    order = order_of(one, info)
    address = order.shipping_address
    if address is None:
        return None
    return {
        "id": gids.gid("FulfillmentOrderDestination", address.id),
        "firstName": address.first_name,
        "lastName": address.last_name,
        "company": address.company,
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "province": address.province,
        "countryCode": address.country,
        "zip": address.zip,
        "phone": address.phone,
        "email": order.email,
    }


def delivery_method(one: FulfillmentOrder, info: Info) -> dict[str, Any]:
    lines = order_of(one, info).lines
    is_sent = any(line.requires_shipping for line in lines)
    return {
        "id": gids.gid("DeliveryMethod", one.id),
        "methodType": "SHIPPING" if is_sent else "NONE",
    }


# ------------------------------------------------------------------------------------- portions


def line_of(one: Of[Portion], _info: Info) -> Of[Line]:
    line = one.order.line(one.part.line_id)
    assert line is not None
    return Of(one.order, line)


def of_line(name: str) -> Any:
    return lambda one, info: getattr(line_of(one, info).part, name)


def item_gid(one: Of[Portion], info: Info) -> str | None:
    number_ = line_of(one, info).part.item_id
    return gids.gid("InventoryItem", number_) if number_ else None


def variant(one: Of[Portion], info: Info) -> Variant | None:
    return shop_of(info).variants.get(line_of(one, info).part.variant_id or 0)


def product_title(one: Of[Portion], info: Info) -> str:
    found = product(line_of(one, info), info)
    return found.title if found else str(line_of(one, info).part.title)


FIELDS: Fields = {
    "QueryRoot": {
        "fulfillmentOrder": fulfillment_order,
        "fulfillmentOrders": fulfillment_orders,
        "assignedFulfillmentOrders": assigned,
    },
    "FulfillmentOrder": {
        "id": gid_of("FulfillmentOrder"),
        "status": attribute("status"),
        "requestStatus": attribute("request_status"),
        "createdAt": attribute("created_at"),
        "updatedAt": attribute("updated_at"),
        "fulfillAt": attribute("fulfill_at"),
        "fulfillBy": attribute("fulfill_by"),
        "order": order_of,
        "orderId": lambda one, _info: gids.gid("Order", one.order_id),
        "orderName": lambda one, info: order_of(one, info).name,
        "orderProcessedAt": lambda one, info: order_of(one, info).processed_at,
        "supportedActions": supported_actions,
        "assignedLocation": assigned_location,
        "lineItems": portions,
        "fulfillmentHolds": holds,
        "merchantRequests": none,
        "locationsForMove": none,
        "fulfillments": fulfillments,
        "fulfillmentOrdersForMerge": for_merge,
        "destination": destination,
        "deliveryMethod": delivery_method,
    },
    "FulfillmentOrderLineItem": {
        "id": lambda one, _info: gids.gid("FulfillmentOrderLineItem", one.part.id),
        "lineItem": line_of,
        "totalQuantity": lambda one, _info: one.part.total,
        "remainingQuantity": lambda one, _info: one.part.remaining,
        "inventoryItemId": item_gid,
        "variant": variant,
        "productTitle": product_title,
        "variantTitle": of_line("variant_title"),
        "sku": of_line("sku"),
        "vendor": of_line("vendor"),
        "requiresShipping": of_line("requires_shipping"),
        "originalUnitPriceSet": lambda one, info: bag(
            one.order, Decimal(line_of(one, info).part.price)
        ),
        "financialSummaries": always([]),
        "warnings": always([]),
    },
    "FulfillmentHold": {
        "id": gid_of("FulfillmentHold"),
        "handle": attribute("handle"),
        "reason": attribute("reason"),
        "reasonNotes": attribute("notes"),
        "displayReason": lambda one, _info: REASONS[one.reason],
        "heldByRequestingApp": always(True),
    },
}
