"""One request under way: in which shop, by whose app, in which API version."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from syncd.sandbox.access import held
from syncd.sandbox.options import App
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
    origin: str = "http://127.0.0.1"
    """Where the caller reached the sandbox; addresses of files in the answer begin so."""
    is_answer_lost: bool = False
    """Set by a resolver: the work is done, the connection ends without an answer."""

    app: App = field(default_factory=App)
    """Which app asks."""

    is_bulk: bool = False
    """Whether this is a line of a bulk operation."""

    def is_since(self, version: str) -> bool:
        """Whether the API version is this one or a later one."""
        return self.version >= version


def visit(shop: Shop, version: str = NEWEST) -> Visit:
    """A visit of the shop's first app, with all the scopes the options grant."""
    return Visit(shop, version, held(shop.options.scopes), app=shop.options.app)
