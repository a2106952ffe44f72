"""Jobs: whether what was asked for is done."""

from __future__ import annotations

from typing import Any

from syncd.sandbox.resolvers.fields import Fields, Info, shop_of
from syncd.sandbox.words import refusal


def job(_root: None, info: Info, id: str) -> dict[str, Any]:
    """Of a job that nobody knows nothing is left to do."""
    if not id.startswith("gid://shopify/Job/"):
        raise refusal("invalid id", "RESOURCE_NOT_FOUND")
    held = shop_of(info).held["Job"].values()
    found = next((one for one in held if one.gid == id), None)
    return {"id": id, "done": found is None or found.is_done, "query": {}}


FIELDS: Fields = {"QueryRoot": {"job": job}}
