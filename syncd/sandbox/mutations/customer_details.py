"""The addresses of a customer, one by one; what a customer says to marketing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncd.sandbox import gids
from syncd.sandbox.mutations.addresses import changed_address, is_same_place
from syncd.sandbox.mutations.customer_fields import consent_of, new_address
from syncd.sandbox.mutations.customers import MISSING, keep
from syncd.sandbox.records_people import Address, Consent, Customer
from syncd.sandbox.resolvers.addresses import gid
from syncd.sandbox.resolvers.customers import customer_named
from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints, invalid_id

Given = Mapping[str, Any]


def _said(name: str, path: list[str], message: str, code: str | None = None) -> dict[str, Any]:
    return {name: None, "userErrors": [{"field": path, "message": message, "code": code}]}


def _with(customer: Customer, address: Address, *, is_default: bool) -> Customer:
    """The customer with the address, new or changed; the first one is the default."""
    if address.id in (one.id for one in customer.addresses):
        held = tuple(address if one.id == address.id else one for one in customer.addresses)
    else:
        held = (*customer.addresses, address)
    default = customer.default_address_id
    chosen = address.id if is_default or default is None else default
    return replace(customer, addresses=held, default_address_id=chosen)


def _written(shop: Shop, before: Customer, after: Customer) -> Customer:
    after = replace(after, updated_at=shop.now())
    keep(shop, before, after)
    return after


def _address(shop: Shop, text: str) -> Address:
    """Raises RESOURCE_NOT_FOUND for what no customer has."""
    number = gids.number(text, "MailingAddress")
    for customer in shop.held["Customer"].values():
        for one in customer.addresses:
            if one.id == number and text == gid(one):
                return one  # type: ignore[no-any-return]
    raise invalid_id(text)


def create(
    _root: None, info: Info, customerId: str, address: Given, setAsDefault: bool | None = None
) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    customer = customer_named(shop, customerId)
    if customer is None:
        return _said("address", ["customerId"], MISSING)
    made = changed_address(complaints, ("address",), new_address(shop, customer), address)
    if not complaints and any(is_same_place(made, one) for one in customer.addresses):
        complaints.add(["address"], "Address already exists")
    if complaints:
        return {"address": None, "userErrors": complaints.found}
    _written(shop, customer, _with(customer, made, is_default=bool(setAsDefault)))
    return {"address": made, "userErrors": []}


def update(
    _root: None,
    info: Info,
    customerId: str,
    addressId: str,
    address: Given,
    setAsDefault: bool | None = None,
) -> dict[str, Any]:
    shop, complaints = shop_of(info), Complaints()
    before, customer = _address(shop, addressId), customer_named(shop, customerId)
    if customer is None:
        return _said("address", ["customerId"], MISSING)
    if before not in customer.addresses:
        return _said("address", ["addressId"], "Address does not exist")
    changed = changed_address(complaints, ("address",), before, address)
    if complaints:
        return {"address": None, "userErrors": complaints.found}
    _written(shop, customer, _with(customer, changed, is_default=bool(setAsDefault)))
    return {"address": changed, "userErrors": []}


def delete(_root: None, info: Info, customerId: str, addressId: str) -> dict[str, Any]:
    shop = shop_of(info)
    address, customer = _address(shop, addressId), customer_named(shop, customerId)
    if customer is None:
        return _said("deletedAddressId", ["customerId"], MISSING)
    if address not in customer.addresses:
        return _said("deletedAddressId", ["addressId"], "Address does not exist")
    left = tuple(one for one in customer.addresses if one != address)
    default = customer.default_address_id
    if default == address.id:
        default = left[0].id if left else None
    _written(shop, customer, replace(customer, addresses=left, default_address_id=default))
    return {"deletedAddressId": gid(address), "userErrors": []}


def make_default(_root: None, info: Info, customerId: str, addressId: str) -> dict[str, Any]:
    shop = shop_of(info)
    address, customer = _address(shop, addressId), customer_named(shop, customerId)
    if customer is None:
        return _said("customer", ["customerId"], MISSING)
    if address not in customer.addresses:
        return _said("customer", ["addressId"], "Address does not exist")
    after = _written(shop, customer, replace(customer, default_address_id=address.id))
    return {"customer": after, "userErrors": []}


# -------------------------------------------------------------------------------------- consent


def _agree(info: Info, given: Given, field: str, name: str, way: tuple[str, str]) -> dict[str, Any]:
    """`way` is the attribute without which there is nothing to agree to, and what it is called."""
    shop = shop_of(info)
    customer = customer_named(shop, given["customerId"])
    if customer is None:
        return _said("customer", ["input", "customerId"], "Customer not found", "INVALID")
    consent = consent_of(shop, given[name])
    if getattr(customer, way[0]) is None:
        message = f"{way[1]} can't be updated for a customer without one."
        return _said("customer", ["input", name], message, "INVALID")
    fault = _late(shop, consent)
    if fault:
        return _said("customer", ["input", name, "consentUpdatedAt"], fault, "INVALID")
    changes: dict[str, Any] = {field: consent}
    after = _written(shop, customer, replace(customer, **changes))
    return {"customer": after, "userErrors": []}


def _late(shop: Shop, consent: Consent) -> str | None:
    """Nobody agrees tomorrow."""
    is_late = consent.updated_at is not None and consent.updated_at > shop.now()
    return "Consent updated at must not be in the future" if is_late else None


def email_consent(_root: None, info: Info, input: Given) -> dict[str, Any]:
    way = ("email", "Email marketing consent")
    return _agree(info, input, "email_consent", "emailMarketingConsent", way)


def sms_consent(_root: None, info: Info, input: Given) -> dict[str, Any]:
    way = ("phone", "SMS marketing consent")
    return _agree(info, input, "sms_consent", "smsMarketingConsent", way)


FIELDS: Fields = {
    "Mutation": {
        "customerAddressCreate": create,
        "customerAddressUpdate": update,
        "customerAddressDelete": delete,
        "customerUpdateDefaultAddress": make_default,
        "customerEmailMarketingConsentUpdate": email_consent,
        "customerSmsMarketingConsentUpdate": sms_consent,
    }
}
