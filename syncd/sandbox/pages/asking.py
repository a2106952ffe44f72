"""What a page asks of the shop in GraphQL: as an app would, but for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from graphql import DocumentNode, execute_sync, parse

from syncd.sandbox.schema import executable
from syncd.sandbox.shop import Shop
from syncd.sandbox.versions import NEWEST
from syncd.sandbox.visit import visit

Json = Mapping[str, Any]


def ask(shop: Shop, document: str, /, **variables: Any) -> Json:
    """The `data`; fields that the sandbox does not serve are null in it."""
    result = execute_sync(
        executable(NEWEST),
        _parsed(document),
        context_value=visit(shop, NEWEST),
        variable_values=variables,
    )
    return result.data or {}


@lru_cache(64)
def _parsed(document: str) -> DocumentNode:
    return parse(document, no_location=True)
