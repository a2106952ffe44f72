"""A line of a bulk query's result, read: the object that it holds, or what is wrong with it."""

from __future__ import annotations

from typing import Any

import orjson

from syncd.errors import ShopifyError
from syncd.phrases import phrase


def node(line: bytes) -> dict[str, Any]:
    """The object of a line; its id and its parent's are texts, or not there."""
    try:
        found: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise damaged(line) from None
    ids = [found.get("id"), found.get("__parentId")] if isinstance(found, dict) else [0]
    if all(one is None or isinstance(one, str) for one in ids):
        return found
    raise damaged(line)


def is_whole(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except ValueError:
        return False
    return True


def damaged(line: bytes) -> ShopifyError:
    said = phrase(
        "a line of the result is damaged: {line!r} …", line=str(line[:60], errors="replace")
    )
    return ShopifyError(said, hint=phrase("fetch the result again"))
