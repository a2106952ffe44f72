"""Handles: the words of a product's address in the shop."""

from __future__ import annotations

import re
from collections.abc import Container

NOT_WORD = re.compile(r"[\W_]+")
NUMBERED = re.compile(r"(?P<stem>.+)-(?P<number>\d+)")
WITHOUT_WORDS = "product"


def normal(text: str) -> str:
    """`  Mixed CASE / 東京 100 % ` becomes `mixed-case-東京-100`; nothing but signs `product`."""
    return NOT_WORD.sub("-", text.lower()).strip("-") or WITHOUT_WORDS


def free(handle: str, taken: Container[str]) -> str:
    """The handle, or the next that is not taken: `ski` `ski-1` `ski-2`, `ski-534` `ski-535`."""
    if handle not in taken:
        return handle
    found = NUMBERED.fullmatch(handle)
    stem, number = (found["stem"], int(found["number"])) if found else (handle, 0)
    while (candidate := f"{stem}-{number + 1}") in taken:
        number += 1
    return candidate
