"""A customer as the contract tells it."""

from __future__ import annotations

from typing import Any

import phonenumbers

from syncd.sales import Address, Customer, Gone


def told(customer: Customer) -> dict[str, Any]:
    """The argument of receive_customer; what the app was not let read is left out."""
    names = [customer.first_name, customer.last_name]
    news: dict[str, Any] = {
        "id": customer.gid,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "name": " ".join(filter(None, names)),
        "email": customer.email,
        "phone": phone(customer.phone, customer.country),
        "created_at": customer.created_at and customer.created_at.isoformat(),
        "updated_at": customer.updated_at.isoformat(),
    }
    unread = customer.unread | (
        {"name"} if customer.unread & {"first_name", "last_name"} else set()
    )
    return {name: value for name, value in news.items() if name not in unread}


def told_gone(gid: str, gone: Gone, noticed_at: str) -> dict[str, Any]:
    """The argument of receive_customer for one that is deleted, or part of another now."""
    news: dict[str, Any] = {"id": gid, "deleted": True, "updated_at": noticed_at}
    return news | ({"merged_into": gone.merged_into} if gone.merged_into else {})


def told_address(address: Address | None) -> dict[str, Any] | None:
    """An address of an order; what the app was not let read is left out."""
    if address is None:
        return None
    names = [address.first_name, address.last_name]
    news: dict[str, Any] = {
        "name": " ".join(filter(None, names)) or None,
        "company": address.company,
        "address1": address.address1,
        "address2": address.address2,
        "zip": address.zip,
        "city": address.city,
        "province": address.province,
        "country": address.country,
        "phone": phone(address.phone, address.country),
    }
    unread = address.unread | ({"name"} if address.unread & {"first_name", "last_name"} else set())
    return {name: value for name, value in news.items() if name not in unread}


def phone(text: str | None, country: str | None) -> str | None:
    """A telephone number as +4722225555; what cannot be read as one is kept as it came.

    A number without a country code is one of `country`, two capitals.
    """
    if text is None:
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return text
    # An extension does not fit into the form.
    if number.extension or not phonenumbers.is_valid_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
