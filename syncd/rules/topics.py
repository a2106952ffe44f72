"""What Shopify shall tell by webhooks: each topic with what it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.deliveries import InboxKind


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic, by its name in headers; `enum` is the API's, None where it cannot be asked for.

    `subject` is the type of the GID with the fields that may hold its number, the first that is
    there counts; `keeps` are the fields that are worked with: no others are asked for, none stored.
    """

    name: str
    kind: InboxKind
    enum: str | None
    scope: str | None = None
    subject: str | None = None
    numbers: tuple[str, ...] = ("id",)
    keeps: tuple[str, ...] = ("id", "updated_at")


LEVEL = ("inventory_item_id", "location_id", "available", "updated_at")
MERGED = ("admin_graphql_api_customer_kept_id", "admin_graphql_api_customer_deleted_id")


def _stock(action: str, keeps: tuple[str, ...] = LEVEL) -> Topic:
    name, enum = f"inventory_levels/{action}", f"INVENTORY_LEVELS_{action.upper()}"
    numbers = ("inventory_item_id",)
    return Topic(name, "stock", enum, "read_inventory", "InventoryItem", numbers, keeps)


def _customer(action: str, keeps: tuple[str, ...] = ("id", "updated_at")) -> Topic:
    enum = f"CUSTOMERS_{action.upper()}"
    name = f"customers/{action}"
    return Topic(name, "customer", enum, "read_customers", "Customer", keeps=keeps)


def _order(action: str, *, keeps: tuple[str, ...] = ("id", "updated_at")) -> Topic:
    enum = f"ORDERS_{action.upper()}"
    return Topic(f"orders/{action}", "order", enum, "read_orders", "Order", keeps=keeps)


def _of_order(name: str, enum: str, number: str, keeps: tuple[str, ...]) -> Topic:
    return Topic(name, "order", enum, "read_orders", "Order", (number,), keeps)


TOPICS: Mapping[str, Topic] = {
    one.name: one
    for one in (
        _stock("update"),
        _stock("connect"),
        _stock("disconnect", LEVEL[:2]),
        _customer("create"),
        _customer("update"),
        _customer("delete", ("id",)),
        Topic(
            "customers/merge",
            "customer",
            "CUSTOMERS_MERGE",
            "read_customer_merge",
            "Customer",
            (MERGED[0], "id"),
            (*MERGED, "id"),
        ),
        _order("create"),
        _order("updated"),
        _order("cancelled"),
        _of_order("orders/edited", "ORDERS_EDITED", "order_edit.order_id", ("order_edit",)),
        _order("delete", keeps=("id",)),
        _of_order("refunds/create", "REFUNDS_CREATE", "order_id", ("id", "order_id", "created_at")),
        Topic("app/uninstalled", "app", "APP_UNINSTALLED", keeps=("id",)),
        # By law; set in the app itself, the API knows none of them.
        Topic("customers/data_request", "privacy", None),
        Topic("customers/redact", "privacy", None),
        Topic("shop/redact", "privacy", None),
    )
}
"""By the name in headers."""

BY_ENUM: Mapping[str, Topic] = {one.enum: one for one in TOPICS.values() if one.enum}
