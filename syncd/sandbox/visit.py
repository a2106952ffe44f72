"""One request under way: in which shop, by whose app, in which API version."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from syncd.sandbox.shop import Shop
from syncd.sandbox.versions import NEWEST


@dataclass(slots=True)
class Visit:
    """What resolvers find as their context.

    `scopes` are those of the token. Resolvers note in `unserved` what the sandbox has no answer
    for, in `search` what Shopify says about a search beside the data (`extensions.search`).
    """

    shop: Shop
    version: str = NEWEST
    scopes: frozenset[str] = frozenset()
    unserved: Counter[str] = field(default_factory=Counter)
    search: list[dict[str, Any]] = field(default_factory=list)

    def is_since(self, version: str) -> bool:
        """Whether the API version is this one or a later one."""
        return self.version >= version


def visit(shop: Shop, version: str = NEWEST) -> Visit:
    """A visit with all the scopes the shop's options grant."""
    return Visit(shop, version, frozenset(shop.options.scopes))
