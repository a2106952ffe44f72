"""Variables that do not fit their types, in Shopify's words (which are graphql-ruby's)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    VariableDefinitionNode,
    is_required_input_field,
    print_ast,
    type_from_ast,
)

from syncd.sandbox.faults import Fault, Steps, location
from syncd.sandbox.scalars import read
from syncd.selection import Operation

Problem = dict[str, Any]


def unfit(operation: Operation, variables: Mapping[str, Any]) -> list[Fault]:
    """A fault for each variable that was sent, or not sent, wrongly."""
    return [
        _fault(definition, variables.get(definition.variable.name.value), found)
        for definition in operation.node.variable_definitions or ()
        if (found := list(_problems_of(operation, definition, variables)))
    ]


def _problems_of(
    operation: Operation, definition: VariableDefinitionNode, variables: Mapping[str, Any]
) -> Iterator[Problem]:
    name = definition.variable.name.value
    if name not in variables and definition.default_value:
        return
    type_: Any = type_from_ast(operation.schema, definition.type)
    yield from problems(type_, variables.get(name), ())


def _fault(definition: VariableDefinitionNode, value: Any, found: list[Problem]) -> Fault:
    name, type_ = definition.variable.name.value, print_ast(definition.type)
    message = f"Variable ${name} of type {type_} was provided invalid value"
    if inner := [_shown(one) for one in found if one["path"]]:
        message += f" for {', '.join(inner)}"
    return {
        "message": message,
        "locations": [location(definition)],
        "extensions": {"code": "INVALID_VARIABLE", "value": value, "problems": found},
    }


def _shown(problem: Problem) -> str:
    return f"{'.'.join(map(str, problem['path']))} ({problem['explanation']})"


def problems(type_: GraphQLInputType, value: Any, path: Steps) -> Iterator[Problem]:
    """What is wrong with a value, from the outside inwards."""
    match type_:
        case GraphQLNonNull():
            if value is None:
                yield _problem(path, "Expected value to not be null")
            else:
                yield from problems(type_.of_type, value, path)
        case _ if value is None:
            return
        case GraphQLList():
            if isinstance(value, list):
                for index, each in enumerate(value):
                    yield from problems(type_.of_type, each, (*path, index))
            else:
                yield from problems(type_.of_type, value, path)
        case GraphQLInputObjectType():
            yield from _object_problems(type_, value, path)
        case GraphQLEnumType():
            if not isinstance(value, str) or value not in type_.values:
                allowed = ", ".join(type_.values)
                yield _problem(path, f"Expected {_json(value)} to be one of: {allowed}")
        case GraphQLScalarType():
            yield from _scalar_problems(type_, value, path)


def _object_problems(type_: GraphQLInputObjectType, value: Any, path: Steps) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield _problem(path, f"Expected {_json(value)} to be a key-value object.")
        return
    missing = {
        name: None
        for name, field in type_.fields.items()
        if name not in value and is_required_input_field(field)
    }
    for name, each in {**value, **missing}.items():
        if field := type_.fields.get(name):
            yield from problems(field.type, each, (*path, name))
        else:
            yield _problem((*path, name), f"Field is not defined on {type_.name}")
    if type_.is_one_of:
        yield from _one_of_problems(type_, value, path)


def _one_of_problems(
    type_: GraphQLInputObjectType, value: Mapping[str, Any], path: Steps
) -> Iterator[Problem]:
    rule = f"'{type_.name}' requires exactly one argument, but"
    if len(value) != 1:
        yield _problem(path, f"{rule} {len(value)} were provided.")
    else:
        for name, each in value.items():
            if each is None:
                yield _problem(path, f"{rule} '{name}' was `null`.")


def _scalar_problems(type_: GraphQLScalarType, value: Any, path: Steps) -> Iterator[Problem]:
    try:
        found = read(type_.name, value)
    except GraphQLError as error:
        yield {**_problem(path, error.message), "message": error.message}
        return
    if found is None:
        yield _problem(path, f"Could not coerce value {_json(value)} to {type_.name}")


def _problem(path: Steps, explanation: str) -> Problem:
    return {"path": list(path), "explanation": explanation}


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
