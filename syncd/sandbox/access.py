"""Who may read or write what: the scopes a token needs, in Shopify's own words."""

from __future__ import annotations

import re
from collections.abc import Collection

from graphql import GraphQLError

from syncd.sandbox.words import refusal

SCOPE = re.compile(r"`((?:read|write)_\w+)`")
DOCUMENTATION = "https://shopify.dev/api/usage/access-scopes"


def needed(words: str) -> tuple[frozenset[str], ...]:
    """The scopes asked for: one of each set. What the words say of people ("Also: …") is left out.

    `a` or `b`: one set; `a` as well as any of `b`, `c`: two.
    """
    asked = words.split("Also:")[0]
    sets = (frozenset(SCOPE.findall(part)) for part in asked.split("as well as"))
    return tuple(one for one in sets if one)


def is_granted(words: str, held: Collection[str]) -> bool:
    """Whether these scopes are enough; `write_x` includes `read_x`."""
    return all(
        any(scope in held or scope.replace("read_", "write_", 1) in held for scope in one)
        for one in needed(words)
    )


def denied(field: str, words: str) -> GraphQLError:
    """ACCESS_DENIED for one field; the rest of the answer stays."""
    return refusal(
        f"Access denied for {field} field. Required access: {words}",
        "ACCESS_DENIED",
        documentation=DOCUMENTATION,
        requiredAccess=words,
    )
