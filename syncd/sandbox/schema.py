"""The official schema of a version, with a resolver on each field that is served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    default_field_resolver,
    is_abstract_type,
    is_list_type,
)

from syncd.sandbox.guards import guarded
from syncd.sandbox.official import official
from syncd.sandbox.resolvers.fields import Fields, Info, Resolver
from syncd.sandbox.resolvers.nodes import type_name
from syncd.sandbox.scalars import COERCIONS
from syncd.sandbox.versions import NEWEST
from syncd.sandbox.words import not_simulated

FAMILIES = ("resolvers", "mutations")


@cache
def executable(version: str = NEWEST) -> GraphQLSchema:
    """The schema that graphql-core executes for a version; made once, in half a second.

    A resolver of a field that this version does not have is left out.
    """
    source = official(version)
    schema, resolvers = source.schema, served()
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                resolve = resolvers.get((type_.name, name)) or _otherwise(type_, name, field)
                field.resolve = guarded(source, type_, name, resolve)
        elif is_abstract_type(type_):
            type_.resolve_type = type_name
        elif isinstance(type_, GraphQLScalarType) and type_.name in COERCIONS:
            coercion = COERCIONS[type_.name]
            type_.coerce_output_value = coercion.shown
            type_.coerce_input_value = coercion.read
            type_.coerce_input_literal = coercion.read_literal
    return schema


@cache
def served() -> Mapping[tuple[str, str], Resolver]:
    """(type, field) -> resolver, out of the FIELDS of every module of the two families."""
    return {
        (name, field): resolver
        for fields in _declared()
        for name, resolvers in fields.items()
        for field, resolver in resolvers.items()
    }


def _declared() -> Iterator[Fields]:
    for family in FAMILIES:
        folder = Path(__file__).parent / family
        for module in iter_modules([str(folder)]):
            found = import_module(f"syncd.sandbox.{family}.{module.name}")
            yield getattr(found, "FIELDS", {})


def _otherwise(type_: GraphQLObjectType, name: str, field: GraphQLField) -> Resolver:
    """What answers for a field without a resolver: what the dict holds, else as little as may be.

    A root field or a value that must be there is refused as not simulated; null and empty lists
    are what most shops would show, and are counted in the statistics.
    """
    place, is_root = f"{type_.name}.{name}", type_.name in ("QueryRoot", "Mutation")
    least = _least(field.type)

    def otherwise(source: Any, info: Info, **arguments: Any) -> Any:
        if isinstance(source, dict) and name in source:
            return default_field_resolver(source, info, **arguments)
        info.context.unserved[place] += 1
        if is_root or least is None:
            raise not_simulated(place)
        return least[0]

    return otherwise


def _least(type_: GraphQLOutputType) -> tuple[Any] | None:
    """The least a field of this type can hold, in a tuple; None when it must hold something."""
    if not isinstance(type_, GraphQLNonNull):
        return (None,)
    inner = type_.of_type
    if is_list_type(inner):
        return ([],)
    if getattr(inner, "name", "").endswith("Connection"):
        return (EMPTY_PAGE,)
    return None


EMPTY_PAGE: dict[str, Any] = {
    "nodes": [],
    "edges": [],
    "pageInfo": {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    },
}
