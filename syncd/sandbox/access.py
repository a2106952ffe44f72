"""Who may read or write what: the scopes a token needs, in Shopify's own words."""

from __future__ import annotations

import re
from functools import lru_cache

from graphql import GraphQLError

from syncd.sandbox.options import SCOPES
from syncd.sandbox.words import refusal

SCOPE = re.compile(r"`((?:read|write)_\w+)`")
EVERYTHING = frozenset({*SCOPES, "everything"})
"""The scopes of the shop itself, which may read all that is its own."""

CUSTOMER_DATA = "https://shopify.dev/docs/apps/launch/protected-customer-data"
DOCUMENTATION = "https://shopify.dev/api/usage/access-scopes"


def needed(words: str) -> tuple[frozenset[str], ...]:
    """The scopes asked for: one of each set. What the words say of people ("Also: …") is left out.

    `a` or `b`: one set; `a` as well as any of `b`, `c`: two. Of what is asked for queries and for
    mutations, the first, since mutations have words of their own.
    """
    asked = words.split("Also:")[0].split(" for queries and ")[0]
    sets = (frozenset(SCOPE.findall(part)) for part in asked.split("as well as"))
    return tuple(one for one in sets if one)


@lru_cache(maxsize=100_000)
def is_granted(words: str, held: frozenset[str]) -> bool:
    """Whether these scopes are enough; `write_x` includes `read_x`."""
    return "everything" in held or all(
        any(scope in held or scope.replace("read_", "write_", 1) in held for scope in one)
        for one in needed(words)
    )


@lru_cache
def held(scopes: tuple[str, ...]) -> frozenset[str]:
    """One and the same set for the same scopes, which `is_granted` finds again at once."""
    return frozenset(scopes)


def denied(field: str, words: str) -> GraphQLError:
    """ACCESS_DENIED for one field; the rest of the answer stays."""
    return refusal(
        f"Access denied for {field} field. Required access: {words}",
        "ACCESS_DENIED",
        documentation=DOCUMENTATION,
        requiredAccess=words,
    )


def not_approved(object_: str) -> GraphQLError:
    """The app may see no data of customers."""
    words = f"This app is not approved to access the {object_} object."
    return refusal(f"{words} See {CUSTOMER_DATA} for more details.", "ACCESS_DENIED")


def not_approved_for(field: str) -> GraphQLError:
    """The app may see data of customers, but not what names them or where they can be reached."""
    words = f"This app is not approved to use the {field} field."
    return refusal(f"{words} See {CUSTOMER_DATA} for more details.", "ACCESS_DENIED")
