"""What one operation selects, read as execution would read it.

Fields that share a response key are one; fragments count for the types they apply to; what
`@skip` and `@include` leave out is not there. The ground of both query costs; pure.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    value_from_ast_untyped,
)

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
Groups = dict[str, list[FieldNode]]
"""Response key -> the fields that share it, as in execution."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document with all that decides its cost. Variables hold the defaults."""

    schema: GraphQLSchema
    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: dict[str, Any]

    @property
    def root(self) -> GraphQLObjectType:
        root = self.schema.get_root_type(self.node.operation)
        if root is None:
            raise ValueError(f"the schema has no {self.node.operation.value}")
        return root

    @property
    def is_mutation(self) -> bool:
        return self.node.operation is OperationType.MUTATION


def operation_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Mapping[str, Any],
    operation_name: str | None,
) -> Operation:
    """The named operation, or the only one. Raises ValueError when there is none, or several."""
    fragments = {}
    found = []
    for node in document.definitions:
        if isinstance(node, FragmentDefinitionNode):
            fragments[node.name.value] = node
        elif isinstance(node, OperationDefinitionNode) and (
            operation_name is None or (node.name and node.name.value == operation_name)
        ):
            found.append(node)
    if len(found) != 1:
        raise ValueError(f"{len(found)} operations fit the name {operation_name!r}, one must")
    defaults = {
        one.variable.name.value: value_from_ast_untyped(one.default_value)
        for one in found[0].variable_definitions or ()
        if one.default_value
    }
    return Operation(schema, found[0], fragments, {**defaults, **variables})


def root_groups(operation: Operation) -> Groups:
    groups: Groups = {}
    _collect(operation, operation.root, operation.node.selection_set.selections, groups)
    return groups


def groups_of(
    operation: Operation, type_: GraphQLObjectType, fields: Iterable[FieldNode]
) -> Groups:
    """What these fields select below them where the object found is of this type."""
    groups: Groups = {}
    for field in fields:
        if field.selection_set:
            _collect(operation, type_, field.selection_set.selections, groups)
    return groups


def _collect(
    operation: Operation,
    type_: GraphQLObjectType,
    selections: Iterable[SelectionNode],
    groups: Groups,
) -> None:
    for selection in selections:
        if selection.directives and not _is_included(operation, selection):
            continue
        if isinstance(selection, FieldNode):
            key = (selection.alias or selection.name).value
            groups.setdefault(key, []).append(selection)
            continue
        fragment = _fragment(operation, selection)
        condition = fragment.type_condition
        if condition is None or _applies(operation.schema, condition.name.value, type_):
            _collect(operation, type_, fragment.selection_set.selections, groups)


def _fragment(
    operation: Operation, selection: SelectionNode
) -> FragmentDefinitionNode | InlineFragmentNode:
    if isinstance(selection, FragmentSpreadNode):
        return operation.fragments[selection.name.value]
    assert isinstance(selection, InlineFragmentNode)
    return selection


def _applies(schema: GraphQLSchema, condition: str, type_: GraphQLObjectType) -> bool:
    if condition == type_.name:
        return True
    named = schema.type_map.get(condition)
    return is_abstract_type(named) and schema.is_sub_type(named, type_)


def _is_included(operation: Operation, selection: SelectionNode) -> bool:
    for directive in selection.directives or ():
        name = directive.name.value
        if name in ("skip", "include"):
            (condition,) = directive.arguments or ()
            value = value_from_ast_untyped(condition.value, operation.variables)
            if bool(value) is (name == "skip"):
                return False
    return True


def named_type(
    operation: Operation, parent: GraphQLObjectType, field: FieldNode
) -> GraphQLNamedType:
    definition = operation.schema.get_field(parent, field.name.value)
    if definition is None:
        raise ValueError(f"{parent.name} has no field {field.name.value}")
    return get_named_type(definition.type)


def distinct_types(
    operation: Operation,
    type_: GraphQLAbstractType,
    group: Sequence[FieldNode],
    apart: Container[str],
) -> Iterable[GraphQLObjectType]:
    """One possible type for each way the fragments can apply: Node has 212, few are named.

    The types named in `apart` are never taken for another.
    """
    schema = operation.schema
    conditions = {
        condition for field in group for condition in _conditions(operation, field.selection_set)
    }
    found: dict[object, GraphQLObjectType] = {}
    for one in schema.get_possible_types(type_):
        applying = frozenset(name for name in conditions if _applies(schema, name, one))
        found.setdefault((applying, one.name if one.name in apart else ""), one)
    return found.values()


def _conditions(operation: Operation, selection_set: SelectionSetNode | None) -> Iterator[str]:
    """The types named by the fragments of a selection, and by the fragments in these."""
    for selection in selection_set.selections if selection_set else ():
        if not isinstance(selection, FieldNode):
            fragment = _fragment(operation, selection)
            if fragment.type_condition:
                yield fragment.type_condition.name.value
            yield from _conditions(operation, fragment.selection_set)
