"""What stands before a resolver: scopes, approval for customer data."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
)

from syncd.sandbox.access import denied, is_granted, not_approved, not_approved_for
from syncd.sandbox.official import Official
from syncd.sandbox.resolvers.fields import Info, Resolver
from syncd.sandbox.resolvers.nodes import type_name

CUSTOMER_OBJECTS = frozenset({"Customer", "DraftOrder", "Order"})
PAGE = "Connection"


def guarded(source: Official, type_: GraphQLObjectType, name: str, resolve: Resolver) -> Resolver:
    """The resolver for those who may have what it gives.

    A field asks for what Shopify says of it, else for what it says of the type that it gives; a
    connection is as its nodes are.
    """
    given = _given(type_, type_.fields[name])
    if given in CUSTOMER_OBJECTS:
        resolve = _for_approved(given, resolve)
    if f"{type_.name}.{name}" in source.protected:
        resolve = _for_fully_approved(name, resolve)
    words = source.access.get(f"{type_.name}.{name}") or source.access.get(given)
    if words:
        resolve = _for_scopes(name, words, resolve)
    if type_.name == "QueryRoot" and name in ("node", "nodes"):
        resolve = _by_kind(source, name, resolve)
    return resolve


def _given(parent: GraphQLObjectType, field: GraphQLField) -> str:
    """The type that a field gives away; none for what only leads on inside a connection."""
    if parent.name.endswith((PAGE, "Edge")):
        return ""
    return get_named_type(field.type).name.removesuffix(PAGE)


def _for_scopes(name: str, words: str, resolve: Resolver) -> Resolver:
    def guard(source: Any, info: Info, **arguments: Any) -> Any:
        if not is_granted(words, info.context.scopes):
            raise denied(name, words)
        return resolve(source, info, **arguments)

    return guard


def _by_kind(official: Official, name: str, resolve: Resolver) -> Resolver:
    """Of an interface the words depend on what is found; in a list each stands for itself."""

    def refusal_of(found: Any, info: Info) -> GraphQLError | None:
        kind = type_name(found, info, None)
        if kind in CUSTOMER_OBJECTS and info.context.app.customer_data < 1:
            return not_approved(str(kind))
        words = official.access.get(str(kind))
        is_open = not words or is_granted(words, info.context.scopes)
        return None if is_open else denied(name, str(words))

    def guard(source: Any, info: Info, **arguments: Any) -> Any:
        found = resolve(source, info, **arguments)
        if not is_abstract_type(get_named_type(info.return_type)):
            return found
        # An error in the place of a value makes that place null, with the error beside it.
        if isinstance(found, list):
            return [one and (refusal_of(one, info) or one) for one in found]
        return found if found is None else refusal_of(found, info) or found

    return guard


def _for_approved(object_: str, resolve: Resolver) -> Resolver:
    def guard(source: Any, info: Info, **arguments: Any) -> Any:
        if info.context.app.customer_data < 1:
            raise not_approved(object_)
        return resolve(source, info, **arguments)

    return guard


def _for_fully_approved(name: str, resolve: Resolver) -> Resolver:
    def guard(source: Any, info: Info, **arguments: Any) -> Any:
        if info.context.app.customer_data < 2:
            raise not_approved_for(name)
        return resolve(source, info, **arguments)

    return guard
