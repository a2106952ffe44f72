"""Documents of bulk operations, understood once: what they select, in which connections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    parse,
)

from syncd.sandbox.coercion import untyped
from syncd.sandbox.documents import checked
from syncd.sandbox.faults import Fault
from syncd.sandbox.schema import executable
from syncd.selection import Operation, operation_of

Keys = tuple[str | int, ...]
"""Response keys from the root; those of `edges` and `node` are among them, no indexes."""


@dataclass(frozen=True, slots=True)
class Document:
    """One operation that can be run. `roots` are its root fields by response key."""

    node: DocumentNode
    operation: Operation
    roots: dict[str, FieldNode]
    untyped: DocumentNode
    """The same, for variables that are made ready before."""


@lru_cache(200)
def read(text: str, version: str) -> Document | str:
    """The document, or Shopify's words for what is wrong with it."""
    node = checked(text, version)
    if not isinstance(node, DocumentNode):
        return _words(text, node[0])
    try:
        operation = operation_of(executable(version), node, {}, None)
    except ValueError:
        return "An operation name is required"
    fields = _fields(operation, operation.root, operation.node.selection_set)
    roots = {(one.alias or one.name).value: one for one, _ in fields}
    return Document(node, operation, roots, untyped(node))


def _words(text: str, fault: Fault) -> str:
    """Recorded for a document without any word: there is no place to point at."""
    message: str = fault["message"]
    return message if text.strip() else message.partition(" at [")[0]


@dataclass(slots=True)
class Connections:
    """What the checks ask of a document's connections, each named as its field is."""

    count: int = 0
    depth: int = 0
    """How many connections lie around the innermost one."""
    keys: set[Keys] = field(default_factory=set)
    roots: set[Keys] = field(default_factory=set)
    """Those that lie in no other."""
    without_edges: list[str] = field(default_factory=list)
    without_id: list[str] = field(default_factory=list)
    """Those with a connection inside whose node selects no id."""
    is_in_list: bool = False


@dataclass(frozen=True, slots=True)
class _Around:
    """Where the walk is: in how many connections, in a list that is none of their edges."""

    keys: Keys = ()
    depth: int = 0
    is_list: bool = False


def connections(document: Document) -> Connections:
    found = Connections()
    operation = document.operation
    _walk(operation, operation.root, operation.node.selection_set, (found, _Around()))
    return found


def _walk(
    operation: Operation,
    parent: Any,
    selections: SelectionSetNode,
    state: tuple[Connections, _Around],
) -> None:
    found, around = state
    for field_, on in _fields(operation, parent, selections):
        definition = operation.schema.get_field(on, field_.name.value)
        if definition is None or field_.selection_set is None:
            continue
        type_: Any = get_named_type(definition.type)
        keys = (*around.keys, (field_.alias or field_.name).value)
        if type_.name.endswith("Connection"):
            _note(operation, type_, field_, (found, _Around(keys, around.depth, around.is_list)))
            continue
        is_list = around.is_list or is_list_type(get_nullable_type(definition.type))
        below = _Around(keys, around.depth, is_list)
        _walk(operation, type_, field_.selection_set, (found, below))


def _note(
    operation: Operation, type_: Any, field_: FieldNode, state: tuple[Connections, _Around]
) -> None:
    """A connection, with what its nodes select."""
    found, around = state
    assert field_.selection_set
    found.count += 1
    found.depth = max(found.depth, around.depth)
    found.keys.add(around.keys)
    if not around.depth:
        found.roots.add(around.keys)
    found.is_in_list |= around.is_list
    before = found.count
    has_edges = has_id = False
    for keys, on, inside in _nodes(operation, type_, field_):
        has_edges |= keys[0] == "edges"
        has_id |= any(_is_id(one) for one, _ in _fields(operation, on, inside))
        below = _Around((*around.keys, *keys), around.depth + 1)
        _walk(operation, on, inside, (found, below))
    if not has_edges:
        found.without_edges.append(field_.name.value)
    if found.count > before and not has_id:
        found.without_id.append(field_.name.value)


def _is_id(field_: FieldNode) -> bool:
    return field_.name.value == "id" and field_.alias is None


def _nodes(
    operation: Operation, type_: Any, field_: FieldNode
) -> Iterator[tuple[Keys, Any, SelectionSetNode]]:
    """(`edges`, `node`) or (`nodes`,), the type of the nodes, what is selected of them."""
    assert field_.selection_set
    for one, on in _fields(operation, type_, field_.selection_set):
        definition: Any = operation.schema.get_field(on, one.name.value)
        named: Any = get_named_type(definition.type)
        if one.alias is not None:
            continue
        if one.name.value == "nodes" and one.selection_set:
            yield ("nodes",), named, one.selection_set
        if one.name.value == "edges" and one.selection_set:
            for inner, edge in _fields(operation, named, one.selection_set):
                if inner.name.value == "node" and not inner.alias and inner.selection_set:
                    node: Any = operation.schema.get_field(edge, "node")
                    yield ("edges", "node"), get_named_type(node.type), inner.selection_set


def _fields(
    operation: Operation, parent: Any, selections: SelectionSetNode
) -> Iterator[tuple[FieldNode, GraphQLObjectType | GraphQLInterfaceType]]:
    """The fields of a selection, also those in fragments, each with the type it is selected on."""
    for one in selections.selections:
        if isinstance(one, FieldNode):
            yield one, parent
            continue
        fragment: InlineFragmentNode | FragmentDefinitionNode = (
            one if isinstance(one, InlineFragmentNode) else operation.fragments[one.name.value]  # type: ignore[attr-defined]
        )
        on = fragment.type_condition
        type_ = _named(operation.schema, on.name.value) if on else parent
        yield from _fields(operation, type_, fragment.selection_set)


def _named(schema: GraphQLSchema, name: str) -> Any:
    return schema.type_map[name]


def kind(text: str) -> str | None:
    """`query`, `mutation`: what the one operation of a document is, however wrong it is else."""
    try:
        nodes = parse(text).definitions
    except GraphQLSyntaxError:
        return None
    kinds = [one.operation.value for one in nodes if isinstance(one, OperationDefinitionNode)]
    return kinds[0] if kinds else None
