"""Global ids: `gid://shopify/<Kind>/<number>`."""

from __future__ import annotations

import re

SHAPE = re.compile(r"gid://[^/\s]+/(?P<kind>\w+)/(?P<number>\d+)(?:\?.*)?")
LOOSE = re.compile(r"gid://[^/\s]+/\w+/.+")


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def number(text: str | None, kind: str) -> int | None:
    """The number in a gid of that kind; None for another kind and for what is no gid."""
    found = SHAPE.fullmatch(text or "")
    return int(found["number"]) if found and found["kind"] == kind else None


def parted(text: str) -> tuple[str, int] | None:
    """The kind and number of any gid."""
    found = SHAPE.fullmatch(text)
    return (found["kind"], int(found["number"])) if found else None


def is_gid(text: object) -> bool:
    return isinstance(text, str) and LOOSE.fullmatch(text) is not None
