"""Variables, fragments: what is declared but not used, what is used but not declared."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    NamedTypeNode,
    Node,
    OperationDefinitionNode,
    TypeNode,
    VariableDefinitionNode,
    VariableNode,
    is_input_type,
    type_from_ast,
)

from syncd.sandbox.faults import Fault, static
from syncd.sandbox.literals import misfit

Definition = OperationDefinitionNode | FragmentDefinitionNode


def operation_step(node: OperationDefinitionNode) -> str:
    """`query Name`, or `query` alone: the first step of every path."""
    kind = node.operation.value
    return f"{kind} {node.name.value}" if node.name else kind


def usage_faults(schema: GraphQLSchema, document: DocumentNode) -> Iterator[Fault]:
    """What only the whole document shows."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            for definition in node.variable_definitions or ():
                yield from _declaration_faults(schema, node, definition)
            yield from _variable_faults(node, fragments)
    yield from _fragment_faults(document, fragments)


def _declaration_faults(
    schema: GraphQLSchema, operation: OperationDefinitionNode, node: VariableDefinitionNode
) -> Iterator[Fault]:
    variable, path = node.variable.name.value, (operation_step(operation),)
    name = _named(node.type).name.value
    type_ = schema.get_type(name)
    if not is_input_type(type_):
        what = "valid" if type_ else "defined"
        message = f"{name} isn't a {what} input type (on ${variable})"
        more = {"typeName": name, "variableName": variable}
        yield static(message, node, path, "variableRequiresValidType", **more)
        return
    whole = type_from_ast(schema, node.type)
    if (
        node.default_value
        and is_input_type(whole)
        and misfit(whole, node.default_value) is not None
    ):
        message = f"Default value for ${variable} doesn't match type {whole}"
        more = {"variableName": variable, "typeName": str(whole)}
        yield static(message, node, path, "defaultValueInvalidType", **more)


def _named(node: TypeNode) -> NamedTypeNode:
    while not isinstance(node, NamedTypeNode):
        node = node.type  # type: ignore[attr-defined]
    return node


def _variable_faults(
    operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]
) -> Iterator[Fault]:
    path = (operation_step(operation),)
    name = operation.name.value if operation.name else f"anonymous {operation.operation.value}"
    declared = [one.variable.name.value for one in operation.variable_definitions or ()]
    used = {
        node.name.value: node
        for definition in _reached(operation, fragments)
        for node in _within(definition.selection_set)
        if isinstance(node, VariableNode)
    }
    for variable in declared:
        if variable not in used:
            message = f"Variable ${variable} is declared by {name} but not used"
            yield static(message, operation, path, "variableNotUsed", variableName=variable)
    for variable, node in used.items():
        if variable not in declared:
            message = f"Variable ${variable} is used by {name} but not declared"
            yield static(message, node, path, "variableNotDefined", variableName=variable)


def _reached(
    operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]
) -> list[Definition]:
    """The operation and all fragments that it uses."""
    reached: list[Definition] = [operation]
    for definition in reached:  # grows while it is walked
        for node in _within(definition.selection_set):
            if isinstance(node, FragmentSpreadNode):
                fragment = fragments.get(node.name.value)
                if fragment and fragment not in reached:
                    reached.append(fragment)
    return reached


def _fragment_faults(
    document: DocumentNode, fragments: dict[str, FragmentDefinitionNode]
) -> Iterator[Fault]:
    code, used = "useAndDefineFragment", set()
    for node in _within(document):
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            used.add(name)
            if name not in fragments:
                message = f"Fragment {name} was used, but not defined"
                yield static(message, node, (), code, fragmentName=name)
    for name, fragment in fragments.items():
        if name not in used:
            message = f"Fragment {name} was defined, but not used"
            yield static(message, fragment, (f"fragment {name}",), code, fragmentName=name)


def _within(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    for key in node.keys:
        below = getattr(node, key, None)
        for each in below if isinstance(below, tuple | list) else (below,):
            if isinstance(each, Node):
                yield from _within(each)
