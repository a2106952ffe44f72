"""Changes, as the merchant makes them in the admin: one after the other, each through the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError, parse
from graphql.execution import ExecutionResult, execute_sync

from syncd.sandbox.counter.named import Refused
from syncd.sandbox.options import SCOPES
from syncd.sandbox.schema import executable
from syncd.sandbox.shop import Shop
from syncd.sandbox.visit import Visit


def run(shop: Shop, document: str, **variables: Any) -> Any:
    """The payload of the document's one root field. Raises Refused for whatever Shopify refuses."""
    found = execute_sync(
        executable(), parse(document), context_value=merchant(shop), variable_values=variables
    )
    assert isinstance(found, ExecutionResult)
    if found.errors:
        raise _refused(found.errors[0])
    (payload,) = (found.data or {}).values()
    faults = payload.get("userErrors") or payload.get("orderCancelUserErrors")
    if faults:
        raise Refused(422, faults[0]["message"], {"userErrors": faults})
    return payload


def merchant(shop: Shop) -> Visit:
    """Who may do anything."""
    return Visit(shop, scopes=frozenset(SCOPES), app=shop.options.app)


def _refused(error: GraphQLError) -> Refused:
    if "code" not in (error.extensions or {}):
        raise error
    return Refused(422, error.message, {"errors": [error.formatted]})


def want(asked: Mapping[str, Any], name: str) -> Any:
    """What an edit cannot do without."""
    if asked.get(name) is None:
        raise Refused(400, f"{asked.get('do')} needs {name!r}", {"edit": dict(asked)})
    return asked[name]
