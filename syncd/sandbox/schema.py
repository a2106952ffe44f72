"""The official schema, pruned to what is served, with a resolver on each field."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from graphql import (
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    is_abstract_type,
)

from syncd.assets import text
from syncd.sandbox.resolvers.fields import Fields
from syncd.sandbox.resolvers.nodes import type_name
from syncd.sandbox.scalars import COERCIONS

FAMILIES = ("resolvers", "mutations")


@cache
def executable() -> GraphQLSchema:
    """The schema that graphql-core executes; made once.

    Raises KeyError when a module has a resolver for what the schema does not have.
    """
    schema = build_schema(text("graphql/schema.graphql"), assume_valid=True)
    for fields in served():
        for name, resolvers in fields.items():
            type_ = schema.type_map[name]
            assert isinstance(type_, GraphQLObjectType)
            for field, resolver in resolvers.items():
                type_.fields[field].resolve = resolver
    for type_ in schema.type_map.values():
        if is_abstract_type(type_):
            type_.resolve_type = type_name
        if isinstance(type_, GraphQLScalarType) and type_.name in COERCIONS:
            coercion = COERCIONS[type_.name]
            type_.coerce_output_value = coercion.shown
            type_.coerce_input_value = coercion.read
            type_.coerce_input_literal = coercion.read_literal
    return schema


def served() -> Iterator[Fields]:
    """The FIELDS of every module of the two families."""
    for family in FAMILIES:
        folder = Path(__file__).parent / family
        for module in iter_modules([str(folder)]):
            found = import_module(f"syncd.sandbox.{family}.{module.name}")
            yield getattr(found, "FIELDS", {})
