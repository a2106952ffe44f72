"""Bodies about orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.hooks.bodies.people import ADDRESS, address_body
from syncd.sandbox.hooks.bodies.shipping import fulfillment
from syncd.sandbox.hooks.bodies.undone import refund
from syncd.sandbox.hooks.bodies.writer import Json, Writer, Writing, number, only_id

BAG = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
PRICES = (
    ("current_subtotal_price", "currentSubtotalPriceSet"),
    ("current_total_price", "currentTotalPriceSet"),
    ("current_total_tax", "currentTotalTaxSet"),
    ("current_total_discounts", "currentTotalDiscountsSet"),
    ("subtotal_price", "subtotalPriceSet"),
    ("total_price", "totalPriceSet"),
    ("total_tax", "totalTaxSet"),
    ("total_discounts", "totalDiscountsSet"),
    ("total_outstanding", "totalOutstandingSet"),
    ("total_shipping_price", "totalShippingPriceSet"),
)
"""Name in the body -> field of the order."""

ORDER = (
    """
query Order($id: ID!) {
  order(id: $id) {
    id name createdAt updatedAt processedAt cancelledAt cancelReason closedAt test note tags
    email phone confirmed taxesIncluded currencyCode presentmentCurrencyCode sourceName
    displayFinancialStatus displayFulfillmentStatus paymentGatewayNames
    customer { id email phone firstName lastName state createdAt updatedAt }
    billingAddress { ...Address }
    shippingAddress { ...Address }
"""
    + "\n".join(f"    {field} {BAG}" for _, field in PRICES)
    + f"""
    lineItems(first: 250) {{ nodes {{
      id name title variantTitle sku vendor quantity currentQuantity unfulfilledQuantity
      requiresShipping taxable isGiftCard
      variant {{ id }} product {{ id }}
      originalUnitPriceSet {BAG} totalDiscountSet {BAG}
      customAttributes {{ key value }}
      taxLines {{ title rate priceSet {BAG} }}
    }} }}
    shippingLines(first: 10) {{ nodes {{ id title code source originalPriceSet {BAG} }} }}
    fulfillments(first: 50) {{ id }}
    refunds(first: 50) {{ id }}
  }}
}}
"""
    + ADDRESS
)


def order_body(writing: Writing) -> Json | None:
    found = writing.asked(ORDER, id=gids.gid("Order", writing.hint.number))
    return None if found is None else _order(writing, found)


def _order(writing: Writing, found: Json) -> Json:
    return {
        **_head(writing, found),
        **_money(found),
        "line_items": [_line(one) for one in found["lineItems"]["nodes"]],
        "shipping_lines": [_shipping_line(one) for one in found["shippingLines"]["nodes"]],
        "customer": found["customer"] and _buyer(writing, found["customer"]),
        "billing_address": found["billingAddress"] and address_body(found["billingAddress"]),
        "shipping_address": found["shippingAddress"] and address_body(found["shippingAddress"]),
        "fulfillments": _present(fulfillment(writing, one["id"]) for one in found["fulfillments"]),
        "refunds": _present(refund(writing, one["id"]) for one in found["refunds"]),
        "returns": [],
        "tax_lines": [],
        "discount_codes": [],
        "discount_applications": [],
        "note_attributes": [],
        "payment_terms": None,
        "location_id": None,
    }


def _present(made: Any) -> list[Json]:
    return [one for one in made if one is not None]


def _head(writing: Writing, found: Json) -> Json:
    time, status = writing.time, found["displayFulfillmentStatus"]
    return {
        "id": number(found["id"]),
        "admin_graphql_api_id": found["id"],
        "name": found["name"],
        "order_number": int("".join(filter(str.isdigit, found["name"])) or 0),
        "number": max(0, int("".join(filter(str.isdigit, found["name"])) or 1_000) - 1_000),
        "created_at": time(found["createdAt"]),
        "updated_at": time(found["updatedAt"]),
        "processed_at": time(found["processedAt"]),
        "cancelled_at": time(found["cancelledAt"]),
        "closed_at": time(found["closedAt"]),
        "cancel_reason": found["cancelReason"] and found["cancelReason"].lower(),
        "test": found["test"],
        "confirmed": found["confirmed"],
        "note": found["note"],
        "tags": ", ".join(found["tags"] or ()),
        "email": found["email"],
        "contact_email": found["email"],
        "phone": found["phone"],
        "taxes_included": found["taxesIncluded"],
        "currency": found["currencyCode"],
        "presentment_currency": found["presentmentCurrencyCode"] or found["currencyCode"],
        "source_name": found["sourceName"],
        "source_identifier": None,
        "financial_status": (found["displayFinancialStatus"] or "").lower() or None,
        "fulfillment_status": FULFILLMENT_STATUSES.get(status),
        "payment_gateway_names": found["paymentGatewayNames"] or [],
    }


FULFILLMENT_STATUSES = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}
"""Null until something was sent."""


def _money(found: Json) -> Json:
    made: Json = {}
    for name, field in PRICES:
        if (bag := found[field]) is not None:
            made[name] = amount(bag)
            made[f"{name}_set"] = money_set(bag)
    return made


def amount(bag: Json) -> str:
    return f"{float(bag['shopMoney']['amount']):.2f}"


def money_set(bag: Json) -> Json:
    return {
        name: {
            "amount": f"{float(bag[field]['amount']):.2f}",
            "currency_code": bag[field]["currencyCode"],
        }
        for name, field in (("shop_money", "shopMoney"), ("presentment_money", "presentmentMoney"))
    }


def _line(one: Json) -> Json:
    left = one["unfulfilledQuantity"]
    return {
        "id": number(one["id"]),
        "admin_graphql_api_id": one["id"],
        "name": one["name"],
        "title": one["title"],
        "variant_title": one["variantTitle"],
        "sku": one["sku"],
        "vendor": one["vendor"],
        "quantity": one["quantity"],
        "current_quantity": one["currentQuantity"],
        "fulfillable_quantity": left,
        "fulfillment_status": "fulfilled" if left == 0 and one["currentQuantity"] else None,
        "price": amount(one["originalUnitPriceSet"]),
        "price_set": money_set(one["originalUnitPriceSet"]),
        "total_discount": amount(one["totalDiscountSet"]),
        "total_discount_set": money_set(one["totalDiscountSet"]),
        "requires_shipping": one["requiresShipping"],
        "taxable": one["taxable"],
        "gift_card": one["isGiftCard"],
        "variant_id": one["variant"] and number(one["variant"]["id"]),
        "product_id": one["product"] and number(one["product"]["id"]),
        "product_exists": one["product"] is not None,
        "properties": [
            {"name": each["key"], "value": each["value"]} for each in one["customAttributes"] or ()
        ],
        "tax_lines": [
            {
                "title": each["title"],
                "rate": each["rate"],
                "price": amount(each["priceSet"]),
                "price_set": money_set(each["priceSet"]),
            }
            for each in one["taxLines"] or ()
        ],
        "duties": [],
        "discount_allocations": [],
        "sales_line_item_group_id": None,
    }


def _shipping_line(one: Json) -> Json:
    return {
        "id": number(one["id"]),
        "title": one["title"],
        "code": one["code"],
        "source": one["source"],
        "price": amount(one["originalPriceSet"]),
        "price_set": money_set(one["originalPriceSet"]),
    }


def _buyer(writing: Writing, found: Json) -> Json:
    return {
        "id": number(found["id"]),
        "admin_graphql_api_id": found["id"],
        "email": found["email"],
        "phone": found["phone"],
        "first_name": found["firstName"],
        "last_name": found["lastName"],
        "state": (found["state"] or "").lower(),
        "created_at": writing.time(found["createdAt"]),
        "updated_at": writing.time(found["updatedAt"]),
    }


BODIES: Mapping[str, Writer] = {"ORDERS": order_body, "ORDERS_DELETE": only_id}
