"""Customers with their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fidelity.seeds.making import LONG_AGO, Seeding, made, things
from fidelity.seeds.metafields import metafields
from fidelity.world import Thing
from syncd.sandbox.countries import COUNTRIES, PROVINCES
from syncd.sandbox.records_people import Address, Consent, Customer


def customer(seeding: Seeding, thing: Thing) -> None:
    shop = seeding.shop
    number = seeding.number("Customer", thing)
    created_at = thing.get("createdAt") or LONG_AGO
    default = thing.get("defaultAddress")
    shown = things(thing.get("addressesV2")) or things(thing.get("addresses"))
    if isinstance(default, dict) and all(one.get("id") != default.get("id") for one in shown):
        shown = [default, *shown]
    addresses = tuple(address(seeding, one) for one in shown)
    names = str(thing.get("displayName") or "").split(" ", 1)
    is_named = thing.get("firstName") is None and thing.get("lastName") is None
    is_named = is_named and "@" not in names[0] and not names[0].startswith("+")
    for one in things(thing.get("orders")):
        one.setdefault("customer", thing)
    record = made(
        Customer,
        id=number,
        created_at=created_at,
        updated_at=thing.get("updatedAt") or created_at,
        first_name=(names[0] or None) if is_named else thing.get("firstName"),
        last_name=(names[1] if len(names) > 1 else None) if is_named else thing.get("lastName"),
        email=thing.get("email") or (thing.get("defaultEmailAddress") or {}).get("emailAddress"),
        phone=thing.get("phone") or (thing.get("defaultPhoneNumber") or {}).get("phoneNumber"),
        locale=thing.get("locale"),
        note=thing.get("note"),
        state=thing.get("state"),
        tax_exempt=thing.get("taxExempt"),
        tax_exemptions=tuple(thing.get("taxExemptions") or ()) or None,
        tags=tuple(thing.get("tags") or ()) or None,
        multipass_identifier=thing.get("multipassIdentifier"),
        email_consent=_consent(
            thing.get("emailMarketingConsent"), thing.get("defaultEmailAddress")
        ),
        sms_consent=_consent(thing.get("smsMarketingConsent"), thing.get("defaultPhoneNumber")),
        addresses=addresses,
        default_address_id=_default(default, addresses),
        metafields=metafields(seeding, thing),
        order_ids=tuple(
            order.id for order in shop.held["Order"].values() if order.customer_id == number
        ),
    )
    shop.put("Customer", record)


def _default(default: Any, addresses: tuple[Address, ...]) -> int | None:
    if isinstance(default, dict) and addresses:
        return addresses[0].id
    return None


def address(seeding: Seeding, thing: Thing, model: str | None = None) -> Address:
    country = thing.get("countryCodeV2") or thing.get("countryCode")
    country = country or _code(COUNTRIES, thing, "country")
    return made(
        Address,
        id=seeding.number("MailingAddress", thing),
        first_name=thing.get("firstName"),
        last_name=thing.get("lastName"),
        company=thing.get("company"),
        address1=thing.get("address1"),
        address2=thing.get("address2"),
        city=thing.get("city"),
        province=thing.get("provinceCode") or _code(PROVINCES.get(country or "", {}), thing),
        country=country,
        zip=thing.get("zip"),
        phone=thing.get("phone"),
        model=model,
    )


def _code(names: Mapping[str, str], thing: Thing, field: str = "province") -> str | None:
    """The code of a country or a province whose name is shown."""
    return next((code for code, name in names.items() if name == thing.get(field)), None)


def _consent(thing: Any, contact: Any) -> Consent | None:
    known = {**(contact or {}), **(thing or {})}
    if not known.get("marketingState"):
        return None
    return made(
        Consent,
        state=known["marketingState"],
        level=known.get("marketingOptInLevel"),
        updated_at=known.get("consentUpdatedAt") or known.get("marketingUpdatedAt"),
    )


SEEDERS = {"Customer": customer}
