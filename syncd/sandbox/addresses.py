"""Where a location is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Of a location. Texts as they were given, which may be empty."""

    country_code: str = "NO"
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    phone: str | None = None
    province_code: str | None = None
    zip: str | None = None
