"""What customers show of themselves."""

from __future__ import annotations

from typing import Any

from syncd.sandbox.connections import Key, by_id, page
from syncd.sandbox.records_orders import Order
from syncd.sandbox.records_people import Address, Consent, Customer
from syncd.sandbox.resolvers.customers import spent
from syncd.sandbox.resolvers.fields import (
    Fields,
    Info,
    always,
    attribute,
    gid_of,
    legacy_id,
    money,
    shop_of,
)
from syncd.sandbox.resolvers.metafields import OWNED
from syncd.sandbox.resolvers.order_lists import listed


def orders(one: Customer, info: Info, **arguments: Any) -> Any:
    return listed(orders_of(one, info), info, arguments)


def orders_of(one: Customer, info: Info) -> list[Order]:
    held = shop_of(info).held["Order"]
    return [held[id_] for id_ in one.order_ids if id_ in held]


def last_order(one: Customer, info: Info) -> Order | None:
    found = orders_of(one, info)
    return max(found, key=lambda order: (order.processed_at, order.id), default=None)


def by_text(address: Address) -> Key:
    return (str(address.id), address.id)


def addresses(one: Customer, _info: Info, **arguments: Any) -> Any:
    return page(sorted(one.addresses, key=by_id), by_text, arguments)


def address_list(one: Customer, _info: Info, first: int | None = None) -> list[Address]:
    return list(one.addresses[:first])


def email_address(one: Customer, info: Info) -> dict[str, Any] | None:
    if one.email is None:
        return None
    shop = shop_of(info)
    unsubscribe = f"https://{shop.options.domain}/account/unsubscribe/{one.id}"
    return {
        "emailAddress": one.email,
        "validFormat": True,
        "marketingState": one.email_consent.state,
        "marketingOptInLevel": one.email_consent.level,
        "marketingUpdatedAt": one.email_consent.updated_at,
        "marketingUnsubscribeUrl": unsubscribe,
        "openTrackingLevel": "UNKNOWN",
        "openTrackingUrl": unsubscribe,
        "sourceLocation": shop.locations.get(one.email_consent.location_id or 0),
    }


def phone_number(one: Customer, info: Info) -> dict[str, Any] | None:
    if one.phone is None:
        return None
    consent = one.sms_consent
    place = shop_of(info).locations.get(consent.location_id or 0)
    return {
        "phoneNumber": one.phone,
        "marketingState": consent.state,
        "marketingOptInLevel": consent.level,
        "marketingUpdatedAt": consent.updated_at,
        "marketingCollectedFrom": collected(consent),
        "sourceLocation": place,
        "smsMarketingConsent": {
            "state": consent.state,
            "optInLevel": consent.level,
            "updatedAt": consent.updated_at,
            "collectedFrom": collected(consent),
            "sourceLocation": place,
        },
    }


def collected(consent: Consent) -> str | None:
    """From where a consent came; nowhere before there is one."""
    return None if consent.updated_at is None else "OTHER"


def email_consent(one: Customer, info: Info) -> dict[str, Any] | None:
    return None if one.email is None else consent_shown(one.email_consent, info)


def sms_consent(one: Customer, info: Info) -> dict[str, Any] | None:
    if one.phone is None:
        return None
    return {**consent_shown(one.sms_consent, info), "consentCollectedFrom": "OTHER"}


def consent_shown(consent: Consent, info: Info) -> dict[str, Any]:
    return {
        "marketingState": consent.state,
        "marketingOptInLevel": consent.level,
        "consentUpdatedAt": consent.updated_at,
        "sourceLocation": shop_of(info).locations.get(consent.location_id or 0),
    }


def store_credit_accounts(_one: Customer, _info: Info, **arguments: Any) -> Any:
    return page((), by_id, arguments)


def event_list(_one: Any, _info: Info, **arguments: Any) -> Any:
    return page((), by_id, arguments)


FIELDS: Fields = {
    "Customer": {
        "id": gid_of("Customer"),
        "legacyResourceId": legacy_id,
        "firstName": attribute("first_name"),
        "lastName": attribute("last_name"),
        "displayName": attribute("display_name"),
        "email": attribute("email"),
        "phone": attribute("phone"),
        "locale": attribute("locale"),
        "note": attribute("note"),
        "state": attribute("state"),
        "tags": attribute("tags"),
        "taxExempt": attribute("tax_exempt"),
        "taxExemptions": attribute("tax_exemptions"),
        "multipassIdentifier": attribute("multipass_identifier"),
        "createdAt": attribute("created_at"),
        "updatedAt": attribute("updated_at"),
        "canDelete": lambda one, _info: not one.order_ids,
        "verifiedEmail": always(True),
        "validEmailAddress": lambda one, _info: one.email is not None,
        "dataSaleOptOut": always(False),
        "lifetimeDuration": always("less than a minute"),
        "productSubscriberStatus": always("NEVER_SUBSCRIBED"),
        "taxSettings": always({"taxId": None}),
        "statistics": always({"predictedSpendTier": None, "rfmGroup": None}),
        "hasTimelineComment": always(False),
        "mergeable": always({"errorFields": [], "isMergeable": True, "reason": None}),
        "unsubscribeUrl": lambda one, info: (
            f"https://{shop_of(info).options.domain}/account/unsubscribe/{one.id}"
        ),
        "numberOfOrders": lambda one, _info: str(len(one.order_ids)),
        "amountSpent": lambda one, info: money(shop_of(info), spent(one, shop_of(info))),
        "orders": orders,
        "lastOrder": last_order,
        "addresses": address_list,
        "addressesV2": addresses,
        "defaultAddress": attribute("default_address"),
        "defaultEmailAddress": email_address,
        "defaultPhoneNumber": phone_number,
        "emailMarketingConsent": email_consent,
        "smsMarketingConsent": sms_consent,
        "storeCreditAccounts": store_credit_accounts,
        "events": event_list,
        **OWNED,
    },
}
