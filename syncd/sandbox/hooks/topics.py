"""Topics of webhooks: their names in headers, the scopes they need."""

from __future__ import annotations

import re
from collections.abc import Mapping

SCOPES: Mapping[str, tuple[str, ...]] = {
    "PRODUCTS": ("read_products",),
    "VARIANTS": ("read_products",),
    "COLLECTIONS": ("read_products",),
    "INVENTORY_LEVELS": ("read_inventory",),
    "INVENTORY_ITEMS": ("read_inventory", "read_products"),
    "LOCATIONS": ("read_locations",),
    "CUSTOMERS_MERGE": ("read_customer_merge",),
    "CUSTOMERS": ("read_customers",),
    "ORDERS": ("read_orders",),
    "REFUNDS": ("read_orders",),
    "FULFILLMENTS": ("read_fulfillments",),
    "FULFILLMENT_ORDERS": (
        "read_merchant_managed_fulfillment_orders",
        "read_assigned_fulfillment_orders",
        "read_third_party_fulfillment_orders",
    ),
    "RETURNS": ("read_returns", "read_orders"),
}
"""Beginning of a topic -> scopes of which one is needed; the longest beginning decides."""

CUSTOMER_DATA = ("CUSTOMERS", "ORDERS", "REFUNDS", "FULFILLMENTS", "FULFILLMENT_ORDERS", "RETURNS")
"""Topics for which an app must be approved."""

SUBJECTS = re.compile(
    "(CUSTOMERS_EMAIL_MARKETING_CONSENT|CUSTOMERS_MARKETING_CONSENT|FULFILLMENT_ORDERS"
    "|CUSTOMERS_WHATS_APP_MARKETING_CONSENT|INVENTORY_(?:LEVELS|ITEMS|TRANSFERS|SHIPMENTS)"
    "|BULK_OPERATIONS|APP_SCOPES|APP_SUBSCRIPTIONS|[A-Z]+(?:_[A-Z]+)*?S|[A-Z]+)_(.+)"
)


def header(topic: str) -> str:
    """`INVENTORY_LEVELS_UPDATE` -> `inventory_levels/update`."""
    if topic.startswith("APP_"):
        subject, action = ("app", topic.removeprefix("APP_"))
    elif met := SUBJECTS.fullmatch(topic):
        subject, action = met[1], met[2]
    else:
        subject, action = topic, ""
    return f"{subject}/{action}".lower().rstrip("/")


def scopes_for(topic: str) -> tuple[str, ...]:
    """The scopes of which one is needed to subscribe; none for topics about the app itself."""
    begun = [one for one in SCOPES if topic.startswith(f"{one}_") or topic == one]
    return SCOPES[max(begun, key=len)] if begun else ()


def is_customer_data(topic: str) -> bool:
    return topic.startswith(tuple(f"{one}_" for one in CUSTOMER_DATA))


WITH_XML = re.compile(
    "APP_UNINSTALLED|SHOP_UPDATE"
    "|(?:CARTS|CHECKOUTS|COLLECTIONS|COLLECTION_LISTINGS|CUSTOMERS|CUSTOMER_GROUPS|DISPUTES|DOMAINS"
    "|DRAFT_ORDERS|FULFILLMENTS|FULFILLMENT_EVENTS|INVENTORY_ITEMS|INVENTORY_LEVELS|LOCALES"
    "|LOCATIONS|ORDERS|ORDER_TRANSACTIONS|PRODUCTS|PRODUCT_LISTINGS|REFUNDS|TENDER_TRANSACTIONS"
    "|THEMES|VARIANTS)_.+"
)
"""The topics that the REST API had."""


def only_json(topic: str) -> bool:
    return WITH_XML.fullmatch(topic) is None
