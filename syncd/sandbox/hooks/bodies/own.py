"""Bodies about the shop itself, the app that subscribed, its bulk operations."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.sandbox import gids
from syncd.sandbox.hooks.bodies.writer import Json, Writer, Writing, number

BULK = """
query Operation($id: ID!) {
  node(id: $id) { ... on BulkOperation { id completedAt createdAt errorCode status type } }
}
"""
SHOP = """
{
  shop {
    id name email myshopifyDomain currencyCode ianaTimezone taxesIncluded createdAt updatedAt
  }
}
"""


def bulk_body(writing: Writing) -> Json | None:
    """Without the address of the result, which has to be asked for."""
    found = writing.asked(BULK, id=gids.gid("BulkOperation", writing.hint.number))
    if found is None:
        return None
    code = found["errorCode"]
    return {
        "admin_graphql_api_id": found["id"],
        "completed_at": found["completedAt"],
        "created_at": found["createdAt"],
        "error_code": code and code.lower(),
        "status": found["status"].lower(),
        "type": found["type"].lower(),
    }


def shop_body(writing: Writing) -> Json | None:
    found = writing.asked(SHOP)
    if found is None:
        return None
    return {
        "id": number(found["id"]),
        "name": found["name"],
        "email": found["email"],
        "domain": found["myshopifyDomain"],
        "myshopify_domain": found["myshopifyDomain"],
        "currency": found["currencyCode"],
        "iana_timezone": found["ianaTimezone"],
        "taxes_included": found["taxesIncluded"],
        "created_at": writing.time(found["createdAt"]),
        "updated_at": writing.time(found["updatedAt"]),
    }


def scopes_body(writing: Writing) -> Json:
    told = writing.hint.more
    shop = writing.asked(SHOP) or {}
    return {
        "id": told["id"],
        "shop_id": str(number(shop.get("id"))),
        "previous": told["previous"],
        "current": told["current"],
        "updated_at": writing.time(told["updated_at"]),
    }


BODIES: Mapping[str, Writer] = {
    "BULK_OPERATIONS_FINISH": bulk_body,
    "SHOP_UPDATE": shop_body,
    "APP_UNINSTALLED": shop_body,
    "APP_SCOPES_UPDATE": scopes_body,
}
