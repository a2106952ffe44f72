"""API versions: which of those there are serves a caller."""

from __future__ import annotations

import re

VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")
NEWEST = VERSIONS[-1]
SHAPE = re.compile(r"\d{4}-\d{2}")


def serving(asked: str) -> str | None:
    """The version that answers for the one in the path; None when there is none such.

    One that is out of support is served by the oldest.
    """
    if asked in VERSIONS:
        return asked
    return VERSIONS[0] if SHAPE.fullmatch(asked) and asked < VERSIONS[0] else None
