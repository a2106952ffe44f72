"""Phone numbers as Shopify keeps them: E.164."""

from __future__ import annotations

import re

JUNK = re.compile(r"[\s().\-/]")
SHAPE = re.compile(r"\+[1-9]\d{6,14}")

NORTH_AMERICA = re.compile(r"1?[2-9]\d{2}[2-9]\d{6}")


def normal_phone(text: str | None) -> str | None:
    """The number; None when it is none. Ten digits without a country are taken for American."""
    digits = JUNK.sub("", text or "")
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if NORTH_AMERICA.fullmatch(digits):
        digits = f"+1{digits[-10:]}"
    return digits if SHAPE.fullmatch(digits) else None
