"""customerMerge: two customers become one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.records_people import Customer
from syncd.sandbox.resolvers.customers import customer_named
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints, not_simulated


def merge(
    _root: None, info: Info, customerOneId: str, customerTwoId: str, overrideFields: Any = None
) -> dict[str, Any]:
    """Into the second, at once; the job is done when it is asked for."""
    if overrideFields:
        raise not_simulated("the override fields of customerMerge")
    shop, complaints = shop_of(info), Complaints()
    one, two = customer_named(shop, customerOneId), customer_named(shop, customerTwoId)
    if customerOneId == customerTwoId:
        complaints.add(None, "Customers IDs should not match", "INVALID_CUSTOMER_ID")
    for name, found, asked in (
        ("customerOneId", one, customerOneId),
        ("customerTwoId", two, customerTwoId),
    ):
        if found is None:
            number = gids.number(asked, "Customer")
            message = f"Customer does not exist with ID {number}"
            complaints.add([name], message, "INVALID_CUSTOMER_ID")
    if complaints or one is None or two is None:
        return {"job": None, "resultingCustomerId": None, "userErrors": complaints.found}
    merged = _merged(shop, one, two)
    shop.remove("Customer", one)
    shop.tell("CUSTOMERS_MERGE", merged, gone=one.id)
    return {
        "job": {"id": gids.gid("Job", merged.id), "done": False, "query": {}},
        "resultingCustomerId": gids.gid("Customer", merged.id),
        "userErrors": [],
    }


def _merged(shop: Shop, one: Customer, two: Customer) -> Customer:
    merged = replace(
        two,
        first_name=two.first_name or one.first_name,
        last_name=two.last_name or one.last_name,
        email=two.email or one.email,
        phone=two.phone or one.phone,
        note="\n".join(filter(None, (one.note, two.note))) or None,
        tags=tuple(sorted({*one.tags, *two.tags}, key=str.lower)),
        addresses=(*two.addresses, *one.addresses),
        default_address_id=two.default_address_id or one.default_address_id,
        order_ids=tuple(sorted({*one.order_ids, *two.order_ids})),
        updated_at=shop.now(),
    )
    shop.put("Customer", merged)
    for id_ in one.order_ids:
        order = shop.held["Order"].get(id_)
        if order is not None:
            shop.put("Order", replace(order, customer_id=two.id))
    return merged


FIELDS: Fields = {"Mutation": {"customerMerge": merge}}
