"""Customers made, changed, deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from syncd.sandbox.mutations.customer_fields import (
    Writing,
    changed_customer,
    with_addresses,
    with_consents,
)
from syncd.sandbox.mutations.metafield_values import Bearer, metafields_added
from syncd.sandbox.mutations.write import Codes, begin
from syncd.sandbox.records_people import Customer
from syncd.sandbox.resolvers.customers import customer_named, identified
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.resolvers.shop import shop as shop_shown
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints

MISSING = "Customer does not exist"
HAS_ORDERS = "Customer can’t be deleted because they have associated orders"
NOT_FOUND = "Resource matching the identifier was not found."
METAFIELD_CODES: Codes = {
    "blank": "INVALID",
    "foreign": "INVALID",
    "metafield": "INVALID",
    "type": "INVALID",
    "type name": "INVALID",
    "unique": "INVALID",
}

Given = Mapping[str, Any]


def create(_root: None, info: Info, input: Given) -> dict[str, Any]:
    writing = Writing(shop_of(info), Complaints())
    if input.get("id"):
        writing.say("id", "Cannot specify ID on creation")
    for name, title in (("addresses", "address"), ("metafields", "metafield")):
        for place, entry in enumerate(input.get(name) or ()):
            if entry.get("id") and not writing.complaints:
                message = f"Cannot specify {title} ID on creation"
                writing.complaints.add((name, place, "id"), message)
    if writing.complaints:
        return refused(writing)
    return _kept(writing, blank(writing.shop), input)


def blank(shop: Shop) -> Customer:
    at = shop.now()
    return Customer(0, created_at=at, updated_at=at)


def update(_root: None, info: Info, input: Given) -> dict[str, Any]:
    writing = Writing(shop_of(info), Complaints())
    if not input.get("id"):
        writing.say("id", "Customer ID is required")
        return refused(writing)
    customer = customer_named(writing.shop, input["id"])
    if customer is None:
        writing.say("id", MISSING)
        return refused(writing)
    return _kept(writing, customer, input)


def set_(_root: None, info: Info, input: Given, identifier: Given | None = None) -> dict[str, Any]:
    """Changes the customer that is identified; makes one where mail address or phone is new."""
    writing = Writing(shop_of(info), Complaints(), ("input",))
    if input.get("id"):
        writing.say("id", "The id field is not allowed.", "ID_NOT_ALLOWED")
        return refused(writing)
    customer = identified(writing.shop, identifier) if identifier else None
    if customer is None and identifier and identifier.get("id"):
        writing.complaints.add(["input"], NOT_FOUND, "NOT_FOUND")
        return refused(writing)
    missing = _mismatch(identifier or {}, input)
    if missing:
        writing.complaints.add(["input"], *missing)
        return refused(writing)
    return _kept(writing, customer or blank(writing.shop), input)


def _mismatch(identifier: Given, input: Given) -> tuple[str, str] | None:
    """An identifier that is a field of the input as well must say the same there."""
    for name in ("email", "phone"):
        if identifier.get(name) is not None:
            if input.get(name) is None:
                text = f"The input field corresponding to the identifier is required: {name}."
                return text, "MISSING_FIELD_REQUIRED"
            if input[name] != identifier[name]:
                return (
                    "The identifier value does not match the value of the corresponding field"
                    " in the input.",
                    "INPUT_MISMATCH",
                )
    return None


def _kept(writing: Writing, before: Customer, given: Given) -> dict[str, Any]:
    shop = writing.shop
    changed = changed_customer(writing, before, given)
    if given.get("addresses") is not None and not writing.complaints:
        changed = with_addresses(writing, changed, given["addresses"])
    if given.get("metafields") and not writing.complaints:
        changed = _with_metafields(writing, changed, given["metafields"])
    if writing.complaints:
        return refused(writing)
    changed = with_consents(shop, changed, given)
    if before.id == 0:
        changed = replace(changed, id=shop.new_id("Customer"))
    elif changed != before:
        changed = replace(changed, updated_at=shop.now())
    keep(shop, before, changed)
    return {"customer": changed, "userErrors": []}


def keep(shop: Shop, before: Customer, after: Customer) -> None:
    """Keep a changed customer, and tell of it."""
    shop.put("Customer", after)
    if before.id == 0:
        shop.tell("CUSTOMERS_CREATE", after)
    elif after != before:
        shop.tell("CUSTOMERS_UPDATE", after)
    if after.email_consent != before.email_consent:
        shop.tell("CUSTOMERS_EMAIL_MARKETING_CONSENT_UPDATE", after)
    if after.sms_consent != before.sms_consent:
        shop.tell("CUSTOMERS_MARKETING_CONSENT_UPDATE", after)


def _with_metafields(writing: Writing, customer: Customer, given: Any) -> Customer:
    write = begin(writing.shop, METAFIELD_CODES)
    bearer = Bearer("CUSTOMER", customer.id, customer.metafields)
    made = metafields_added(write, (*writing.at, "metafields"), bearer, given)
    writing.complaints.found.extend(write.complaints.found)
    return replace(customer, metafields=made)


def refused(writing: Writing) -> dict[str, Any]:
    return {"customer": None, "userErrors": writing.complaints.found}


def delete(_root: None, info: Info, input: Given) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    customer = customer_named(shop, input["id"])
    if customer is None:
        complaints.add(["id"], "Customer can't be found")
    elif customer.order_ids:
        complaints.add(["id"], HAS_ORDERS)
    else:
        shop.remove("Customer", customer)
        shop.tell("CUSTOMERS_DELETE", customer)
    deleted = None if complaints else input["id"]
    return {
        "deletedCustomerId": deleted,
        "shop": shop_shown(None, info),
        "userErrors": complaints.found,
    }


# ------------------------------------------------------------------------------- tax exemptions


def exempting(change: Callable[[list[str], list[str]], list[str]]) -> Any:
    def mutation(
        _root: None, info: Info, customerId: str, taxExemptions: list[str]
    ) -> dict[str, Any]:
        shop, complaints = shop_of(info), Complaints()
        customer = customer_named(shop, customerId)
        if customer is None:
            complaints.add(["customerId"], "Customer does not exist.")
            return {"customer": None, "userErrors": complaints.found}
        exemptions = change(list(customer.tax_exemptions), taxExemptions)
        changed = replace(customer, tax_exemptions=tuple(dict.fromkeys(exemptions)))
        if changed != customer:
            changed = replace(changed, updated_at=shop.now())
        keep(shop, customer, changed)
        return {"customer": changed, "userErrors": []}

    return mutation


FIELDS: Fields = {
    "Mutation": {
        "customerCreate": create,
        "customerUpdate": update,
        "customerSet": set_,
        "customerDelete": delete,
        "customerAddTaxExemptions": exempting(lambda held, given: held + given),
        "customerReplaceTaxExemptions": exempting(lambda _held, given: given),
        "customerRemoveTaxExemptions": exempting(
            lambda held, given: [one for one in held if one not in given]
        ),
    }
}
