"""Orders changed, closed, opened, paid, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.mutations.addresses import changed_address
from syncd.sandbox.mutations.customer_fields import tags_of
from syncd.sandbox.mutations.customers import METAFIELD_CODES
from syncd.sandbox.mutations.metafield_values import Bearer, metafields_added
from syncd.sandbox.mutations.write import begin
from syncd.sandbox.phones import normal_phone
from syncd.sandbox.records_orders import Order, Transaction
from syncd.sandbox.records_people import Address, Customer
from syncd.sandbox.resolvers.customers import customer_named
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.order_lists import order_named
from syncd.sandbox.sales import totals
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints

MISSING = "Order does not exist"
Given = Mapping[str, Any]


def answered(order: Order | None, complaints: Complaints | None = None) -> dict[str, Any]:
    return {"order": order, "userErrors": complaints.found if complaints else []}


def missing(path: str) -> dict[str, Any]:
    complaints = Complaints()
    complaints.add([path], MISSING)
    return answered(None, complaints)


def keep(shop: Shop, order: Order, topic: str = "ORDERS_UPDATED") -> Order:
    changed = replace(order, updated_at=shop.now())
    shop.put("Order", changed)
    shop.tell("ORDERS_UPDATED", changed)
    if topic != "ORDERS_UPDATED":
        shop.tell(topic, changed)
    return changed


def update(_root: None, info: Info, input: Given) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    order = order_named(shop, input["id"])
    if order is None:
        return missing("id")
    if not input.keys() - {"id"}:
        complaints.add(None, "No valid update parameters have been provided")
        return answered(order, complaints)
    changed = _changed(shop, complaints, order, input)
    if complaints:
        return answered(order, complaints)
    return answered(order if changed == order else keep(shop, changed))


PLAIN = {"note": "note", "email": "email", "poNumber": "po_number"}


def _changed(shop: Shop, complaints: Complaints, order: Order, given: Given) -> Order:
    changes: dict[str, Any] = {PLAIN[name]: given[name] for name in PLAIN if name in given}
    if "phone" in given:
        changes["phone"] = normal_phone(given["phone"])
        if given["phone"] and changes["phone"] is None:
            complaints.add(["phone"], "Phone is invalid")
    if given.get("tags") is not None:
        changes["tags"] = tags_of(given["tags"])
    if given.get("customAttributes") is not None:
        pairs = [(one["key"], one["value"]) for one in given["customAttributes"]]
        changes["attributes"] = tuple(pairs)
    if given.get("shippingAddress") is not None:
        changes["shipping_address"] = _address(shop, complaints, order, given["shippingAddress"])
    if given.get("metafields"):
        write = begin(shop, METAFIELD_CODES)
        bearer = Bearer("ORDER", order.id, order.metafields)
        changes["metafields"] = metafields_added(
            write, ("metafields",), bearer, given["metafields"]
        )
        complaints.found.extend(write.complaints.found)
    return replace(order, **changes)


def _address(shop: Shop, complaints: Complaints, order: Order, given: Given) -> Address:
    found = Complaints()
    held = order.shipping_address
    blank = held or Address(shop.new_id("MailingAddress"), model="Address")
    made = changed_address(found, ("shippingAddress",), blank, given)
    if not made.last_name:
        complaints.add(["shippingAddress", "lastName"], "Enter a last name")
    if not made.zip:
        complaints.add(["shippingAddress", "zip"], "Enter a ZIP code")
    complaints.found.extend(found.found)
    return made


def close(_root: None, info: Info, input: Given) -> dict[str, Any]:
    shop = shop_of(info)
    order = order_named(shop, input["id"])
    if order is None:
        return missing("id")
    if order.closed_at:
        return answered(order)
    return answered(keep(shop, replace(order, closed_at=shop.now())))


def reopen(_root: None, info: Info, input: Given) -> dict[str, Any]:
    shop = shop_of(info)
    order = order_named(shop, input["id"])
    if order is None:
        return missing("id")
    if not order.closed_at:
        return answered(order)
    return answered(keep(shop, replace(order, closed_at=None)))


def mark_as_paid(_root: None, info: Info, input: Given) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    order = order_named(shop, input["id"])
    if order is None:
        return missing("id")
    if order.cancelled_at or not totals.outstanding(order):
        complaints.add(["id"], "Order cannot be marked as paid.")
        return answered(order, complaints)
    return answered(paid(shop, order))


def paid(shop: Shop, order: Order) -> Order:
    """With what is still owed paid by hand."""
    at = shop.now()
    transaction = Transaction(
        shop.new_id("OrderTransaction"),
        "SALE",
        "SUCCESS",
        "manual",
        totals.text(totals.outstanding(order)),
        created_at=at,
        processed_at=at,
        is_test=order.is_test,
    )
    changed = replace(order, transactions=(*order.transactions, transaction))
    return keep(shop, changed, "ORDERS_PAID")


def delete(_root: None, info: Info, orderId: str) -> dict[str, Any]:
    """Of an order with all it brought; the customer keeps nothing of it."""
    shop, complaints = shop_of(info), Complaints()
    order = order_named(shop, orderId)
    if order is None:
        complaints.add(["orderId"], MISSING, "NOT_FOUND")
        return {"deletedId": None, "userErrors": complaints.found}
    for kind, ids in (
        ("FulfillmentOrder", order.fulfillment_order_ids),
        ("Fulfillment", order.fulfillment_ids),
    ):
        for id_ in ids:
            shop.remove(kind, shop.held[kind][id_])
    _leave(shop, order)
    shop.remove("Order", order)
    shop.tell("ORDERS_DELETE", order)
    return {"deletedId": gids.gid("Order", order.id), "userErrors": []}


# ----------------------------------------------------------------------------------- whose it is


def _leave(shop: Shop, order: Order) -> None:
    customer: Customer | None = shop.held["Customer"].get(order.customer_id or 0)
    if customer:
        left = tuple(id_ for id_ in customer.order_ids if id_ != order.id)
        shop.put("Customer", replace(customer, order_ids=left))


def set_customer(_root: None, info: Info, orderId: str, customerId: str) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    order, customer = order_named(shop, orderId), customer_named(shop, customerId)
    if order is None:
        complaints.add(["orderId"], MISSING, "NOT_FOUND")
        return answered(None, complaints)
    if customer is None:
        complaints.add(["customerId"], "Customer does not exist", "NOT_FOUND")
        return answered(None, complaints)
    _leave(shop, order)
    customer = shop.held["Customer"][customer.id]
    shop.put("Customer", replace(customer, order_ids=(*customer.order_ids, order.id)))
    return answered(keep(shop, replace(order, customer_id=customer.id)))


def remove_customer(_root: None, info: Info, orderId: str) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    order = order_named(shop, orderId)
    if order is None:
        complaints.add(["orderId"], MISSING, "NOT_FOUND")
        return answered(None, complaints)
    _leave(shop, order)
    return answered(keep(shop, replace(order, customer_id=None)))


FIELDS: Fields = {
    "Mutation": {
        "orderUpdate": update,
        "orderClose": close,
        "orderOpen": reopen,
        "orderMarkAsPaid": mark_as_paid,
        "orderDelete": delete,
        "orderCustomerSet": set_customer,
        "orderCustomerRemove": remove_customer,
    }
}
