"""What harm it does to bring a product from one form to another, as the guards count it."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from syncd.records import Form

Harm = Literal["gone", "inactive", "price_fall", "deletion", "deleted"]
ON_SALE = ("ACTIVE", "UNLISTED")


def of(wanted: Form, before: Form, *, fall_percent: int, is_gone: bool = False) -> tuple[Harm, ...]:
    """Each harm once, but a deletion once for each variant.

    A price counts as fallen when it falls by more than `fall_percent`. With `is_gone` the product
    has vanished from the Backoffice: one that is archived already takes no harm by that.
    """
    harms: list[Harm] = []
    if is_gone and before.status != "ARCHIVED":
        harms.append("gone")
    if before.status in ON_SALE and wanted.status not in ON_SALE:
        harms.append("inactive")
    wants = {variant.key: variant for variant in wanted.variants}
    left = [(wants[old.key], old) for old in before.variants if old.key in wants]
    if any(is_fall(new.price, old.price, fall_percent) for new, old in left):
        harms.append("price_fall")
    harms += ["deletion"] * (len(before.variants) - len(left))
    return tuple(harms)


def is_fall(new: str, old: str, percent: int) -> bool:
    """Whether a price falls by more than so many percent."""
    return new != old and Decimal(new) * 100 < Decimal(old) * (100 - percent)
