"""Faults of the arguments in a document: unknown ones, missing ones, those of a wrong type.

An argument is reported once, for the innermost thing that is wrong with it. Paths name no indexes
of lists: recorded so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLType,
    ListValueNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    is_required_argument,
    is_required_input_field,
    print_ast,
    type_from_ast,
)
from graphql.utilities import is_type_sub_type_of

from syncd.sandbox.faults import Fault, Steps, static
from syncd.sandbox.literals import misfit

Given = ArgumentNode | ObjectFieldNode
Takes = Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField]


@dataclass(frozen=True, slots=True)
class Declared:
    """What an operation's variables are declared to be."""

    schema: GraphQLSchema
    variables: Mapping[str, VariableDefinitionNode]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is given arguments."""

    kind: Literal["Field", "Directive", "InputObject"]
    name: str
    node: FieldNode | DirectiveNode | ObjectValueNode
    takes: Takes

    @property
    def gives(self) -> Sequence[Given]:
        node = self.node
        return node.fields if isinstance(node, ObjectValueNode) else node.arguments or ()

    def missing(self) -> list[str]:
        given = {one.name.value for one in self.gives}
        return [name for name, one in self.takes.items() if name not in given and _is_required(one)]


def _is_required(taken: GraphQLArgument | GraphQLInputField) -> bool:
    if isinstance(taken, GraphQLArgument):
        return is_required_argument(taken)
    return is_required_input_field(taken)


def argument_faults(declared: Declared, caller: Caller, path: Steps) -> Iterator[Fault]:
    """All that is wrong with what a field or a directive is given."""
    yield from _given_faults(declared, caller, path)
    if missing := ", ".join(caller.missing()):
        yield static(
            f"{caller.kind} '{caller.name}' is missing required arguments: {missing}",
            caller.node,
            path,
            "missingRequiredArguments",
            className=caller.kind,
            name=caller.name,
            arguments=missing,
        )


def _given_faults(declared: Declared, caller: Caller, path: Steps) -> Iterator[Fault]:
    for given in caller.gives:
        name = given.name.value
        if name in caller.takes:
            yield from _value_faults(declared, caller, given, (*path, name))
        else:
            yield static(
                f"{caller.kind} '{caller.name}' doesn't accept argument '{name}'",
                given,
                (*path, name),
                "argumentNotAccepted",
                name=caller.name,
                typeName=caller.kind,
                argumentName=name,
            )


def _value_faults(declared: Declared, caller: Caller, given: Given, path: Steps) -> Iterator[Fault]:
    type_ = caller.takes[given.name.value].type
    if isinstance(given.value, VariableNode):
        yield from _mismatch(declared, caller, given, path)
        return
    inner = list(_object_faults(declared, type_, given.value, path))
    if inner:
        yield from inner
    elif (wrong := misfit(type_, given.value)) is not None:
        yield _incompatible(caller, given, path, wrong)


def _object_faults(
    declared: Declared, type_: GraphQLInputType, value: ValueNode, path: Steps
) -> Iterator[Fault]:
    named = get_named_type(type_)
    if not isinstance(named, GraphQLInputObjectType):
        return
    for node in value.values if isinstance(value, ListValueNode) else (value,):
        if isinstance(node, ObjectValueNode):
            caller = Caller("InputObject", named.name, node, named.fields)
            yield from _given_faults(declared, caller, path)
            yield from _missing_attributes(caller, node, path)
            if named.is_one_of:
                yield from _one_of_faults(named.name, node, path)


def _missing_attributes(caller: Caller, node: ObjectValueNode, path: Steps) -> Iterator[Fault]:
    for name in caller.missing():
        type_ = str(caller.takes[name].type)
        yield static(
            f"Argument '{name}' on InputObject '{caller.name}' is required. Expected type {type_}",
            node,
            (*path, name),
            "missingRequiredInputObjectAttribute",
            argumentName=name,
            argumentType=type_,
            inputObjectType=caller.name,
        )


def _one_of_faults(name: str, node: ObjectValueNode, path: Steps) -> Iterator[Fault]:
    code = "invalidOneOfInputObject"
    if len(node.fields) != 1:
        message = f"OneOf Input Object '{name}' must specify exactly one key."
        yield static(message, node, path, code, inputObjectType=name)
    elif isinstance(node.fields[0].value, NullValueNode):
        key = node.fields[0].name.value
        message = f"Field '{name}.{key}' must be non-null."
        yield static(message, node.fields[0], (*path, key), code, inputObjectType=name)


def _incompatible(caller: Caller, given: Given, path: Steps, wrong: str) -> Fault:
    code, name = "argumentLiteralsIncompatible", given.name.value
    if wrong:
        return static(wrong, caller.node, path, code, typeName="CoercionError")
    message = (
        f"Argument '{name}' on {caller.kind} '{caller.name}' has an invalid value"
        f" ({print_ast(given.value)}). Expected type '{caller.takes[name].type}'."
    )
    return static(message, caller.node, path, code, typeName=caller.kind, argumentName=name)


def _mismatch(declared: Declared, caller: Caller, given: Given, path: Steps) -> Iterator[Fault]:
    assert isinstance(given.value, VariableNode)
    variable, taken = given.value.name.value, caller.takes[given.name.value]
    definition = declared.variables.get(variable)
    if definition is None:
        return
    type_: Any = type_from_ast(declared.schema, definition.type)
    if type_ is None:
        return
    if definition.default_value and not isinstance(type_, GraphQLNonNull):
        type_ = GraphQLNonNull(type_)
    wanted: GraphQLType = taken.type
    if isinstance(wanted, GraphQLNonNull) and not _is_required(taken):
        wanted = wanted.of_type
    if is_type_sub_type_of(declared.schema, type_, wanted):
        return
    what = _difference(type_, wanted)
    message = (
        f"{what} on variable ${variable} and argument {given.name.value} ({type_} / {taken.type})"
    )
    yield static(
        message,
        given,
        path,
        "variableMismatch",
        variableName=variable,
        typeName=str(type_),
        argumentName=given.name.value,
        errorMessage=what,
    )


def _difference(type_: GraphQLType, wanted: GraphQLType) -> str:
    if get_named_type(type_) is not get_named_type(wanted):
        return "Type mismatch"
    if str(type_).count("[") != str(wanted).count("["):
        return "List dimension mismatch"
    return "Nullability mismatch"
