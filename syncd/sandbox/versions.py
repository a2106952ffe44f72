"""API versions: which of those there are serves a caller."""

from __future__ import annotations

import re

VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")
NEWEST = VERSIONS[-1]
SHAPE = re.compile(r"\d{4}-(01|04|07|10)")
FIRST = "2019-04"


def serving(asked: str) -> str | None:
    """The version that answers for the one in the path; None when there is none such.

    One that is out of support is served by the oldest.
    """
    if asked in VERSIONS:
        return asked
    was_once = SHAPE.fullmatch(asked) and FIRST <= asked < VERSIONS[0]
    return VERSIONS[0] if was_once else None
