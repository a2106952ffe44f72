"""Bodies about fulfilments of orders."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.sandbox import gids
from syncd.sandbox.hooks.bodies.writer import Json, Writer, Writing, number

FULFILLMENT = """
query Fulfillment($id: ID!) {
  fulfillment(id: $id) {
    id name createdAt updatedAt status displayStatus
    order { id } location { id }
    trackingInfo { company number url }
    fulfillmentLineItems(first: 250) {
      nodes { quantity lineItem { id title sku name variant { id } product { id } } }
    }
  }
}
"""
FULFILLMENT_ORDER = """
query FulfillmentOrder($id: ID!) { fulfillmentOrder(id: $id) { id status } }
"""


def fulfillment_body(writing: Writing) -> Json | None:
    return fulfillment(writing, gids.gid("Fulfillment", writing.hint.number))


def fulfillment(writing: Writing, gid: str) -> Json | None:
    found = writing.asked(FULFILLMENT, id=gid)
    if found is None:
        return None
    tracking = found["trackingInfo"] or []
    first = tracking[0] if tracking else {}
    return {
        "id": number(found["id"]),
        "admin_graphql_api_id": found["id"],
        "order_id": found["order"] and number(found["order"]["id"]),
        "name": found["name"],
        "status": (found["status"] or "").lower(),
        "shipment_status": None,
        "service": "manual",
        "location_id": found["location"] and number(found["location"]["id"]),
        "created_at": writing.time(found["createdAt"]),
        "updated_at": writing.time(found["updatedAt"]),
        "tracking_company": first.get("company"),
        "tracking_number": first.get("number"),
        "tracking_numbers": [one["number"] for one in tracking],
        "tracking_url": first.get("url"),
        "tracking_urls": [one["url"] for one in tracking],
        "line_items": [_line(one) for one in found["fulfillmentLineItems"]["nodes"]],
    }


def _line(one: Json) -> Json:
    line = one["lineItem"]
    return {
        "id": number(line["id"]),
        "admin_graphql_api_id": line["id"],
        "title": line["title"],
        "name": line["name"],
        "sku": line["sku"],
        "quantity": one["quantity"],
        "variant_id": line["variant"] and number(line["variant"]["id"]),
        "product_id": line["product"] and number(line["product"]["id"]),
    }


def fulfillment_order_body(writing: Writing) -> Json | None:
    """Gids and status, not the REST shape."""
    gid = gids.gid("FulfillmentOrder", writing.hint.number)
    found = writing.asked(FULFILLMENT_ORDER, id=gid)
    if found is None:
        return None
    return {"fulfillment_order": {"id": gid, "status": found["status"].lower()}}


BODIES: Mapping[str, Writer] = {
    "FULFILLMENTS": fulfillment_body,
    "FULFILLMENT_ORDERS": fulfillment_order_body,
}
