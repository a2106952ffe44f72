"""Faults of a document, in Shopify's words (which are graphql-ruby's).

What these rules do not know graphql-core's may still find; that is then said in graphql-core's
words and called not simulated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    is_enum_type,
    validate,
)

from syncd.sandbox.arguments import Caller, Declared, argument_faults
from syncd.sandbox.faults import Fault, Steps, static
from syncd.sandbox.usage import operation_step, usage_faults

CONFLICTING_TYPES = "because they return conflicting types"
"""graphql-ruby merges fields of two types that are never both there, whatever they return."""


def document_faults(schema: GraphQLSchema, document: DocumentNode) -> list[Fault]:
    """All that is wrong with a document; empty when it may be run."""
    found = list(_definition_faults(schema, document))
    found.extend(usage_faults(schema, document))
    return found or _others(schema, document)


def _others(schema: GraphQLSchema, document: DocumentNode) -> list[Fault]:
    return [
        {
            "message": f"The sandbox has no words of Shopify's for this: {error.message}",
            "locations": [place.formatted for place in error.locations or ()],
            "extensions": {"code": "NOT_SIMULATED"},
        }
        for error in validate(schema, document)
        if CONFLICTING_TYPES not in error.message
    ]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a selection stands: in what type, below which steps, among whose variables."""

    declared: Declared
    type_: GraphQLNamedType
    path: Steps

    @property
    def schema(self) -> GraphQLSchema:
        return self.declared.schema

    def below(self, step: str) -> Scope:
        return replace(self, path=(*self.path, step))

    def of(self, type_: GraphQLNamedType) -> Scope:
        return replace(self, type_=type_)


def _definition_faults(schema: GraphQLSchema, document: DocumentNode) -> Iterator[Fault]:
    # A fragment's variables are taken for those of the operation before it, as graphql-ruby does.
    declared = Declared(schema, {})
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            variables = {one.variable.name.value: one for one in node.variable_definitions or ()}
            declared = Declared(schema, variables)
            if root := schema.get_root_type(node.operation):
                scope = Scope(declared, root, (operation_step(node),))
                yield from _directive_faults(scope, node)
                yield from _selection_faults(scope, node.selection_set)
        elif isinstance(node, FragmentDefinitionNode):
            path = (f"fragment {node.name.value}",)
            name = node.type_condition.name.value
            if type_ := schema.get_type(name):
                yield from _selection_faults(Scope(declared, type_, path), node.selection_set)
            else:
                yield _undefined_type(name, node, path)


def _selection_faults(scope: Scope, selection_set: SelectionSetNode | None) -> Iterator[Fault]:
    for node in selection_set.selections if selection_set else ():
        if isinstance(node, FieldNode):
            yield from _field_faults(scope, node)
        elif isinstance(node, InlineFragmentNode):
            yield from _inline_faults(scope, node)
        elif isinstance(node, FragmentSpreadNode):
            yield from _directive_faults(scope.below(f"... {node.name.value}"), node)


def _field_faults(scope: Scope, node: FieldNode) -> Iterator[Fault]:
    name, parent = node.name.value, scope.type_
    here = scope.below((node.alias or node.name).value)
    definition = scope.schema.get_field(parent, name) if is_composite_type(parent) else None
    if definition is None:
        message = f"Field '{name}' doesn't exist on type '{parent.name}'"
        more = {"typeName": parent.name, "fieldName": name}
        yield static(message, node, here.path, "undefinedField", **more)
        return
    caller = Caller("Field", name, node, definition.args)
    yield from argument_faults(scope.declared, caller, here.path)
    yield from _directive_faults(here, node)
    type_ = get_named_type(definition.type)
    yield from _shape_faults(here.of(type_), node)
    if is_composite_type(type_):
        yield from _selection_faults(here.of(type_), node.selection_set)


def _shape_faults(here: Scope, node: FieldNode) -> Iterator[Fault]:
    """Objects must have selections, other things cannot."""
    name, type_ = node.name.value, here.type_
    if is_composite_type(type_) is bool(node.selection_set):
        return
    message = (
        f"Field must have selections (field '{name}' returns {type_.name} but has no selections."
        f" Did you mean '{name} {{ ... }}'?)"
    )
    if node.selection_set:
        kind = "enums" if is_enum_type(type_) else "scalars"
        shown = ", ".join(f'"{_name(one)}"' for one in node.selection_set.selections)
        message = (
            f"Selections can't be made on {kind} (field '{name}' returns {type_.name} but has"
            f" selections [{shown}])"
        )
    more = {"nodeName": f"field '{name}'", "typeName": type_.name}
    yield static(message, node, here.path, "selectionMismatch", **more)


def _name(selection: SelectionNode) -> str:
    if isinstance(selection, FieldNode | FragmentSpreadNode):
        return selection.name.value
    return "..."


def _inline_faults(scope: Scope, node: InlineFragmentNode) -> Iterator[Fault]:
    if node.type_condition is None:
        here = scope.below("...")
        yield from _directive_faults(here, node)
        yield from _selection_faults(here, node.selection_set)
        return
    name = node.type_condition.name.value
    here = scope.below(f"... on {name}")
    yield from _directive_faults(here, node)
    if type_ := scope.schema.get_type(name):
        yield from _selection_faults(here.of(type_), node.selection_set)
    else:
        yield _undefined_type(name, node, here.path)


def _undefined_type(name: str, node: Node, path: Steps) -> Fault:
    message = f"No such type {name}, so it can't be a fragment condition"
    return static(message, node, path, "undefinedType", typeName=name)


Directed = FieldNode | FragmentSpreadNode | InlineFragmentNode | OperationDefinitionNode


def _directive_faults(here: Scope, node: Directed) -> Iterator[Fault]:
    for directive in node.directives or ():
        name = directive.name.value
        if definition := here.schema.get_directive(name):
            caller = Caller("Directive", name, directive, definition.args)
            yield from argument_faults(here.declared, caller, here.path)
        else:
            message = f"Directive @{name} is not defined"
            yield static(message, directive, here.path, "undefinedDirective", directiveName=name)
