"""Bodies about refunds."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.sandbox import gids
from syncd.sandbox.hooks.bodies.writer import Json, Writer, Writing, number

REFUND = """
query Refund($id: ID!) {
  refund(id: $id) {
    id createdAt updatedAt note
    order { id }
    refundLineItems(first: 250) {
      nodes {
        id quantity restockType location { id } lineItem { id sku title }
        subtotalSet { shopMoney { amount } } totalTaxSet { shopMoney { amount } }
      }
    }
  }
}
"""


def refund_body(writing: Writing) -> Json | None:
    return refund(writing, gids.gid("Refund", writing.hint.number))


def refund(writing: Writing, gid: str) -> Json | None:
    found = writing.asked(REFUND, id=gid)
    if found is None:
        return None
    at = writing.time(found["createdAt"])
    return {
        "id": number(found["id"]),
        "admin_graphql_api_id": found["id"],
        "order_id": found["order"] and number(found["order"]["id"]),
        "created_at": at,
        "processed_at": at,
        "note": found["note"],
        "restock": any(
            one["restockType"] not in (None, "NO_RESTOCK")
            for one in found["refundLineItems"]["nodes"]
        ),
        "refund_line_items": [_line(one) for one in found["refundLineItems"]["nodes"]],
        "order_adjustments": [],
        "duties": [],
        "transactions": [],
    }


def _line(one: Json) -> Json:
    return {
        "id": one["id"] and number(one["id"]),
        "quantity": one["quantity"],
        "line_item_id": number(one["lineItem"]["id"]),
        "location_id": one["location"] and number(one["location"]["id"]),
        "restock_type": (one["restockType"] or "").lower(),
        "subtotal": float(one["subtotalSet"]["shopMoney"]["amount"]),
        "total_tax": float(one["totalTaxSet"]["shopMoney"]["amount"]),
        "line_item": {"id": number(one["lineItem"]["id"]), "sku": one["lineItem"]["sku"]},
    }


BODIES: Mapping[str, Writer] = {"REFUNDS": refund_body}
