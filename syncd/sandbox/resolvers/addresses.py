"""Addresses: those of customers, those of orders."""

from __future__ import annotations

from syncd.sandbox import gids
from syncd.sandbox.countries import COUNTRIES, PROVINCES
from syncd.sandbox.records_people import Address
from syncd.sandbox.resolvers.fields import Fields, Info, always, attribute


def gid(address: Address) -> str:
    return f"{gids.gid('MailingAddress', address.id)}?model_name={address.model}"


def country(address: Address) -> str | None:
    return COUNTRIES.get(address.country or "")


def province(address: Address) -> str | None:
    """The name; what the shop has no code for is kept as it came."""
    return PROVINCES.get(address.country or "", {}).get(address.province or "", address.province)


def province_code(address: Address) -> str | None:
    names = PROVINCES.get(address.country or "")
    known = names is None or (address.province or "") in names
    return address.province if known else None


def name(address: Address) -> str | None:
    return " ".join(filter(None, (address.first_name, address.last_name))) or None


def formatted_area(address: Address) -> str | None:
    """`Ottawa ON, Canada`."""
    area = " ".join(filter(None, (address.city, province_code(address))))
    return ", ".join(filter(None, (area, country(address)))) or None


def formatted(
    address: Address, _info: Info, withName: bool = False, withCompany: bool = True
) -> list[str]:
    city = " ".join(filter(None, (address.city, province_code(address), address.zip)))
    lines = [address.address1, address.address2, city, country(address)]
    company = [address.company] if withCompany else []
    names = [name(address)] if withName else []
    return [line for line in (*names, *company, *lines) if line]


FIELDS: Fields = {
    "MailingAddress": {
        "id": lambda one, _info: gid(one),
        "firstName": attribute("first_name"),
        "lastName": attribute("last_name"),
        "name": lambda one, _info: name(one),
        "company": attribute("company"),
        "address1": attribute("address1"),
        "address2": attribute("address2"),
        "city": attribute("city"),
        "zip": attribute("zip"),
        "phone": attribute("phone"),
        "country": lambda one, _info: country(one),
        "countryCode": attribute("country"),
        "countryCodeV2": attribute("country"),
        "province": lambda one, _info: province(one),
        "provinceCode": lambda one, _info: province_code(one),
        "formattedArea": lambda one, _info: formatted_area(one),
        "formatted": formatted,
        "coordinatesValidated": always(False),
    },
}
