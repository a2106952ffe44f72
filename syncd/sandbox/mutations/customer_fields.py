"""The fields of a customer as inputs give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syncd.sandbox.mutations.addresses import changed_address
from syncd.sandbox.phones import normal_phone
from syncd.sandbox.records_people import Address, Consent, Customer
from syncd.sandbox.resolvers.customers import with_email, with_phone
from syncd.sandbox.shop import Shop
from syncd.sandbox.words import Complaints, refusal, too_long

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z]{2}|-[A-Z][a-z]{3})?")
MAX_TAGS = 250
MAX_NOTE = 5_000
NOBODY = "A name, phone number, or email address must be present"

NAMES = {"firstName": ("first_name", "First name"), "lastName": ("last_name", "Last name")}
PLAIN = {"note": "note", "multipassIdentifier": "multipass_identifier"}
SWITCHES = {"taxExempt": "tax_exempt"}
UNASKED = ("NOT_SUBSCRIBED", "REDACTED", "INVALID")
"""States that only Shopify itself gives."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Writing:
    """A customer being written: in which shop, where its input stands in the call."""

    shop: Shop
    complaints: Complaints
    at: Path = ()

    def say(self, name: str, message: str, code: str | None = "INVALID") -> None:
        self.complaints.add((*self.at, name), message, code)


def changed_customer(writing: Writing, customer: Customer, given: Mapping[str, Any]) -> Customer:
    """The customer with what is given; what is left out stays."""
    changes: dict[str, Any] = {PLAIN[name]: given[name] for name in PLAIN if name in given}
    changes |= {SWITCHES[n]: given[n] for n in SWITCHES if given.get(n) is not None}
    changes |= _names(writing, given) | _ways(writing, customer, given)
    if "tags" in given:
        changes["tags"] = tags_of(given["tags"] or ())
        if len(changes["tags"]) > MAX_TAGS:
            writing.say("tags", f"Tags cannot be more than {MAX_TAGS}")
        if any(len(tag) > 255 for tag in changes["tags"]):
            writing.say("tags", "Tags is too long (maximum is 255 characters)", "TOO_LONG")
    if len(given.get("note") or "") > MAX_NOTE:
        writing.say("note", too_long("Note", MAX_NOTE), "TOO_LONG")
    if given.get("locale"):
        changes["locale"] = given["locale"]
        if not LOCALE.fullmatch(given["locale"]):
            writing.say("locale", "Locale is invalid")
    if given.get("taxExemptions") is not None:
        changes["tax_exemptions"] = tuple(dict.fromkeys(given["taxExemptions"]))
    changed = replace(customer, **changes)
    if not (changed.name or changed.email or changed.phone) and not writing.complaints:
        writing.complaints.add(None, NOBODY, "INVALID")
    return changed


def _names(writing: Writing, given: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, (field, title) in NAMES.items():
        if name in given:
            found[field] = (given[name] or "").strip() or None
            if len(found[field] or "") > 255:
                writing.say(name, too_long(title), "TOO_LONG")
    return found


def _ways(writing: Writing, customer: Customer, given: Mapping[str, Any]) -> dict[str, Any]:
    """How the customer is reached: nobody else may be reached the same way."""
    found: dict[str, Any] = {}
    if "email" in given:
        email = (given["email"] or "").strip() or None
        found["email"] = email and email.lower()
        if email and (not EMAIL.fullmatch(email) or len(email) > 255):
            writing.say("email", "Email is invalid")
        elif email and (other := with_email(writing.shop, email)) and other.id != customer.id:
            writing.say("email", "Email has already been taken", "TAKEN")
    if "phone" in given:
        phone = normal_phone(given["phone"])
        found["phone"] = phone
        if (given["phone"] or "").strip() and phone is None:
            writing.say("phone", "Phone is invalid")
        elif phone and (other := with_phone(writing.shop, phone)) and other.id != customer.id:
            writing.say("phone", "Phone has already been taken", "TAKEN")
    return found


def tags_of(given: Iterable[str]) -> tuple[str, ...]:
    """Split at commas, trimmed, one of those that differ in case only, sorted."""
    found: dict[str, str] = {}
    for tag in (part.strip() for text in given for part in text.split(",")):
        found.setdefault(tag.lower(), tag)
    return tuple(found[key] for key in sorted(found) if key)


def consent_of(shop: Shop, given: Mapping[str, Any]) -> Consent:
    """Raises INVALID for a state that an app cannot give."""
    state = given["marketingState"]
    if state in UNASKED:
        raise refusal(f"Cannot specify {state} as a marketing state input", "INVALID")
    return Consent(
        state,
        given.get("marketingOptInLevel") or "SINGLE_OPT_IN",
        given.get("consentUpdatedAt") or shop.now(),
    )


def with_consents(shop: Shop, customer: Customer, given: Mapping[str, Any]) -> Customer:
    """For a customer who cannot be reached that way the consent is left alone."""
    if given.get("emailMarketingConsent") and customer.email:
        consent = consent_of(shop, given["emailMarketingConsent"])
        customer = replace(customer, email_consent=consent)
    if given.get("smsMarketingConsent") and customer.phone:
        consent = consent_of(shop, given["smsMarketingConsent"])
        customer = replace(customer, sms_consent=consent)
    return customer


def with_addresses(
    writing: Writing, customer: Customer, given: Iterable[Mapping[str, Any]]
) -> Customer:
    """The complete list of addresses; the first is the default one. Names are the customer's."""
    made = []
    for place, entry in enumerate(given):
        blank = new_address(writing.shop, customer)
        path = (*writing.at, "addresses", place)
        made.append(changed_address(writing.complaints, path, blank, entry))
    default = made[0].id if made else None
    return replace(customer, addresses=tuple(made), default_address_id=default)


def new_address(shop: Shop, customer: Customer) -> Address:
    return Address(
        shop.new_id("MailingAddress"), first_name=customer.first_name, last_name=customer.last_name
    )
