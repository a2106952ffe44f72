"""Handles: the words of a product's address in the shop."""

from __future__ import annotations

import re

NOT_WORD = re.compile(r"[\W_]+")
NUMBERED = re.compile(r"(?P<stem>.+)-(?P<number>\d+)")
WITHOUT_WORDS = "product"


def normal(text: str) -> str:
    """`  Mixed CASE / 東京 100 % ` becomes `mixed-case-東京-100`; nothing but signs `product`."""
    return NOT_WORD.sub("-", text.lower()).strip("-") or WITHOUT_WORDS


class Handles(dict[str, int]):
    """Handle -> product id. Knows how far it counted, so that nobody counts twice."""

    def __init__(self) -> None:
        super().__init__()
        self.counted: dict[str, dict[int, int]] = {}
        """Stem -> number asked for -> a number that has no free one before it."""

    def free(self, handle: str) -> str:
        """The handle, or the next that is not taken: `ski` `ski-1` `ski-2`, `ski-534` `ski-535`."""
        if handle not in self:
            return handle
        found = NUMBERED.fullmatch(handle)
        stem, asked = (found["stem"], int(found["number"])) if found else (handle, 0)
        counted = self.counted.setdefault(stem, {})
        number = counted.get(asked, asked + 1)
        while f"{stem}-{number}" in self:
            number += 1
        counted[asked] = number
        return f"{stem}-{number}"

    def __delitem__(self, handle: str) -> None:
        super().__delitem__(handle)
        if found := NUMBERED.fullmatch(handle):
            self.counted.pop(found["stem"], None)
