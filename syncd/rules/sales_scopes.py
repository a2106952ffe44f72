"""What an app must be let do for customers, orders, fulfilments."""

from __future__ import annotations

from collections.abc import Collection

CUSTOMERS = ("read_customers",)
ORDERS = ("read_orders", "read_customers", "read_merchant_managed_fulfillment_orders")
FULFIL = ("read_orders", "write_merchant_managed_fulfillment_orders")


def missing(
    held: Collection[str], *, customers: bool, orders: bool, fulfil: bool
) -> tuple[str, ...]:
    """The scopes that are needed and not held; `write_x` includes `read_x`."""
    wanted = (*CUSTOMERS * customers, *ORDERS * orders, *FULFIL * fulfil)
    has = {*held, *(scope.replace("write_", "read_", 1) for scope in held)}
    return tuple(dict.fromkeys(scope for scope in wanted if scope not in has))
