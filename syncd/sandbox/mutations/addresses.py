"""Addresses as inputs give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from syncd.sandbox.countries import COUNTRIES, PROVINCES, code_of
from syncd.sandbox.records_people import Address
from syncd.sandbox.words import Complaints

TEXTS = {
    "firstName": "first_name",
    "lastName": "last_name",
    "company": "company",
    "address1": "address1",
    "address2": "address2",
    "city": "city",
    "zip": "zip",
    "phone": "phone",
}
Path = tuple[str | int, ...]


def changed_address(
    complaints: Complaints, path: Path, address: Address, given: Mapping[str, Any]
) -> Address:
    """The address with what is given; what is left out stays. Codes win against names."""
    changes: dict[str, Any] = {
        field: (given[name] or "").strip() or None for name, field in TEXTS.items() if name in given
    }
    if given.get("countryCode") or given.get("country"):
        asked = given.get("countryCode") or given["country"]
        changes["country"] = code_of(COUNTRIES, asked)
        if changes["country"] is None:
            complaints.add((*path, "country"), "Country is invalid")
            return address
    changed = replace(address, **changes)
    if not {"province", "provinceCode"} & given.keys():
        return changed
    return replace(changed, province=_province(complaints, path, changed, given))


def _province(
    complaints: Complaints, path: Path, address: Address, given: Mapping[str, Any]
) -> str | None:
    """Countries whose provinces nobody knows have none."""
    asked = given.get("provinceCode") or given.get("province")
    names = PROVINCES.get(address.country or "")
    if not asked or names is None:
        return None
    code = code_of(names, asked)
    if code is None:
        complaints.add((*path, "province"), "Province is invalid")
    return code


def is_same_place(one: Address, other: Address) -> bool:
    return all(
        getattr(one, field.name) == getattr(other, field.name)
        for field in fields(Address)
        if field.name != "id"
    )
