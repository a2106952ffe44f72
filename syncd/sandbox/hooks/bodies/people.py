"""Bodies about customers."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.sandbox import gids
from syncd.sandbox.hooks.bodies.writer import Json, Writer, Writing, number

ADDRESS = """
fragment Address on MailingAddress {
  id firstName lastName company address1 address2 city province country zip phone name
  provinceCode countryCodeV2
}
"""
CUSTOMER = (
    """
query Customer($id: ID!) {
  customer(id: $id) {
    id createdAt updatedAt firstName lastName state note verifiedEmail multipassIdentifier
    taxExempt email phone taxExemptions
    defaultAddress { ...Address }
    addresses(first: 10) { ...Address }
  }
}
"""
    + ADDRESS
)


def customer_body(writing: Writing) -> Json | None:
    """Neither tags nor consent nor counts of orders."""
    found = writing.asked(CUSTOMER, id=gids.gid("Customer", writing.hint.number))
    return None if found is None else customer(writing, found)


def customer(writing: Writing, found: Json) -> Json:
    default = found["defaultAddress"]
    return {
        "id": number(found["id"]),
        "created_at": writing.time(found["createdAt"]),
        "updated_at": writing.time(found["updatedAt"]),
        "first_name": found["firstName"],
        "last_name": found["lastName"],
        "state": (found["state"] or "").lower(),
        "note": found["note"],
        "verified_email": found["verifiedEmail"],
        "multipass_identifier": found["multipassIdentifier"],
        "tax_exempt": found["taxExempt"],
        "email": found["email"],
        "phone": found["phone"],
        "currency": writing.shop.options.currency,
        "addresses": [_owned(one, found, default) for one in found["addresses"] or ()],
        "tax_exemptions": found["taxExemptions"] or [],
        "admin_graphql_api_id": found["id"],
        **({"default_address": _owned(default, found, default)} if default else {}),
    }


def _owned(address: Json, owner: Json, default: Json | None) -> Json:
    return {
        "id": number(address["id"]),
        "customer_id": number(owner["id"]),
        **address_body(address),
        "country_name": address["country"],
        "default": default is not None and address["id"] == default["id"],
    }


def address_body(address: Json) -> Json:
    """As it stands in orders, too."""
    return {
        "first_name": address["firstName"],
        "last_name": address["lastName"],
        "company": address["company"],
        "address1": address["address1"],
        "address2": address["address2"],
        "city": address["city"],
        "province": address["province"],
        "country": address["country"],
        "zip": address["zip"],
        "phone": address["phone"],
        "name": address["name"],
        "province_code": address["provinceCode"],
        "country_code": address["countryCodeV2"],
    }


def deleted(writing: Writing) -> Json:
    gid = gids.gid("Customer", writing.hint.number)
    return {"id": writing.hint.number, "tax_exemptions": [], "admin_graphql_api_id": gid}


BODIES: Mapping[str, Writer] = {"CUSTOMERS": customer_body, "CUSTOMERS_DELETE": deleted}
