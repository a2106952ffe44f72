"""Variables made ready for resolvers at once, for documents that are run many times.

graphql-core looks through all variables twice before each execution; here each input type becomes
one function, made once. A document that is to be run so declares its variables as JSON, which
graphql-core passes on as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    is_required_input_field,
    type_from_ast,
    value_from_ast_untyped,
)

from syncd.sandbox.scalars import read
from syncd.selection import Operation

Coercer = Callable[[Any], Any]


class Misfit(Exception):
    """A value does not fit its type; `variables.unfit` has the words."""


def untyped(document: DocumentNode) -> DocumentNode:
    """The document with all variables declared as JSON, without defaults."""
    definitions = [
        _untyped(one) if isinstance(one, OperationDefinitionNode) else one
        for one in document.definitions
    ]
    return DocumentNode(definitions=tuple(definitions), loc=document.loc)


def _untyped(operation: OperationDefinitionNode) -> OperationDefinitionNode:
    json = NamedTypeNode(name=NameNode(value="JSON"))
    variables = [
        VariableDefinitionNode(variable=one.variable, type=json, default_value=None, directives=())
        for one in operation.variable_definitions or ()
    ]
    kept = {key: getattr(operation, key) for key in operation.keys}
    return OperationDefinitionNode(**{**kept, "variable_definitions": tuple(variables)})


def coerced(operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an operation's variables as resolvers take them. Raises Misfit."""
    values = {}
    for definition in operation.node.variable_definitions or ():
        name = definition.variable.name.value
        coerce = _coercer(type_from_ast(operation.schema, definition.type))
        if name in given:
            values[name] = coerce(given[name])
        elif definition.default_value:
            values[name] = coerce(value_from_ast_untyped(definition.default_value))
        elif isinstance(definition.type, NamedTypeNode):
            continue
        else:
            coerce(None)
    return values


@cache
def _coercer(type_: Any) -> Coercer:
    match type_:
        case GraphQLNonNull():
            return _required(_coercer(type_.of_type))
        case GraphQLList():
            return _list(_coercer(type_.of_type))
        case GraphQLInputObjectType():
            return _object(type_)
        case GraphQLEnumType():
            return _enum(type_)
        case _:
            return _scalar(type_)


def _required(inner: Coercer) -> Coercer:
    def coerce(value: Any) -> Any:
        if value is None:
            raise Misfit
        return inner(value)

    return coerce


def _list(inner: Coercer) -> Coercer:
    def coerce(value: Any) -> Any:
        if isinstance(value, list):
            return [inner(each) for each in value]
        return None if value is None else [inner(value)]

    return coerce


def _object(type_: GraphQLInputObjectType) -> Coercer:
    fields: dict[str, Coercer] = {}
    required: list[str] = []
    defaults: dict[str, Any] = {}

    def learn() -> None:
        # Not before the first value comes: types contain themselves.
        for name, field in type_.fields.items():
            fields[name] = _coercer(field.type)
            if is_required_input_field(field):
                required.append(name)
            elif (default := _default(field)) is not Undefined:
                defaults[name] = default

    def coerce(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, dict):
            raise Misfit
        if not fields:
            learn()
        made = dict(defaults)
        for name, each in value.items():
            if (field := fields.get(name)) is None:
                raise Misfit
            made[name] = field(each)
        for name in required:
            if name not in value:
                raise Misfit
        if type_.is_one_of and (len(value) != 1 or None in value.values()):
            raise Misfit
        return made

    return coerce


def _default(field: GraphQLInputField) -> Any:
    default = field.default
    if default is None:
        return field.default_value
    literal = default.literal
    value = default.value if literal is None else value_from_ast_untyped(literal)
    return _coercer(field.type)(value)


def _enum(type_: GraphQLEnumType) -> Coercer:
    values = {name: one.value for name, one in type_.values.items()}

    def coerce(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, str) or value not in values:
            raise Misfit
        return values[value]

    return coerce


def _scalar(type_: GraphQLScalarType) -> Coercer:
    name = type_.name
    if name in ("Boolean", "String"):
        return _native(bool if name == "Boolean" else str)

    def coerce(value: Any) -> Any:
        if value is None:
            return None
        try:
            found = read(name, value)
        except GraphQLError:
            raise Misfit from None
        if found is None:
            raise Misfit
        return float(found) if name == "Float" else found

    return coerce


def _native(kind: type) -> Coercer:
    def coerce(value: Any) -> Any:
        if value is None or type(value) is kind:
            return value
        raise Misfit

    return coerce
