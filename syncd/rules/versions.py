"""How long Shopify serves a version of its API."""

from __future__ import annotations

from datetime import date

SOON_DAYS = 60  # that much is left when people are told


def ends_on(version: str) -> date:
    """The first day on which Shopify no longer serves `2026-10`: a year after it came.

    shopify.dev/docs/api/usage/versioning, read 2026-11: each stable version lives 12 months.
    """
    year, month = version.split("-")
    return date(int(year) + 1, int(month), 1)


def days_left(version: str, today: date) -> int:
    """Days for which it is still served; negative when it is no more."""
    return (ends_on(version) - today).days
