"""The shape that the data of an answer must have, worked out from its document.

An answer of another shape would end in a KeyError somewhere in a flow. Fields that hang on the
type of what is found (`... on Product`) and those of @include may be missing; unknown ones, and
new values of enums, may be there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Annotated, Any

import msgspec
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLNonNull,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)

from syncd.selection import Composite
from syncd.shopify.documents import documents, schema

NUMBER = Annotated[str, msgspec.Meta(pattern=r"^-?\d{1,30}(\.\d{1,30})?\Z")]
SCALARS: dict[str, Any] = {
    "Boolean": bool,
    "DateTime": datetime,
    "Decimal": NUMBER,
    "Float": float,
    "HTML": str,
    "ID": str,
    "Int": int,
    "Money": NUMBER,
    "String": str,
    "URL": str,
    "UnsignedInt64": Annotated[str, msgspec.Meta(pattern=r"^\d{1,20}\Z")],
}
Selected = dict[str, tuple[list[FieldNode], Any, bool]]
"""Response key -> the fields that share it, their type, whether it may be missing."""


def trouble(name: str, data: Any) -> str:
    """What is wrong with the data of an answer to this document; empty: nothing."""
    try:
        msgspec.convert(data, shape(name))
    except msgspec.ValidationError as error:
        return str(error)
    return ""


@cache
def shape(name: str) -> Any:
    """What msgspec checks the data against."""
    nodes = documents()[name].node.definitions
    (operation,) = (one for one in nodes if isinstance(one, OperationDefinitionNode))
    parts = {one.name.value: one for one in nodes if isinstance(one, FragmentDefinitionNode)}
    root = schema().get_root_type(operation.operation)
    assert root is not None  # or the document would not fit the schema
    return _Shapes(parts).of([operation.selection_set], root)


class _Shapes:
    """Types for the selections of one document, with its named fragments."""

    def __init__(self, parts: dict[str, FragmentDefinitionNode]) -> None:
        self._parts = parts

    def of(self, selections: list[SelectionSetNode], parent: Composite) -> Any:
        """A struct with what is selected of an object."""
        found: Selected = {}
        parts: list[frozenset[str]] = []
        for one in selections:
            self._gather(one, parent, found, parts)
        fields: list[Any] = []
        for number, (key, (nodes, kind, may_miss)) in enumerate(found.items()):
            kept = {"default": msgspec.UNSET} if may_miss else {}
            field = msgspec.field(name=key, **kept)
            kinds = self._typed(nodes, kind)
            if may_miss:
                kinds = kinds | msgspec.UnsetType
            fields.append((f"f{number}", kinds, field))
        names = {key: f"f{number}" for number, key in enumerate(found)}
        of_parts = [[names[key] for key in part] for part in parts]
        checked = {"__post_init__": _whole(of_parts)} if parts else None
        return msgspec.defstruct(parent.name, fields, kw_only=True, namespace=checked)

    def _gather(
        self,
        selection: SelectionSetNode,
        parent: Composite,
        found: Selected,
        parts: list[frozenset[str]],
    ) -> None:
        """Into `found`; `parts` are the keys that come together, each with one type of object."""
        for one in selection.selections:
            own: Selected = {}
            if isinstance(one, FieldNode):
                own[(one.alias or one.name).value] = ([one], _kind(parent, one), False)
                of_it: Any = parent
            else:
                inner, condition = self._fragment(one)
                of_it = schema().get_type(condition) if condition else parent
                self._gather(inner, of_it, own, parts)
            if of_it is not parent:
                parts.append(frozenset(key for key, (_, _, misses) in own.items() if not misses))
            may_miss = of_it is not parent or any(
                directive.name.value in ("include", "skip") for directive in one.directives or ()
            )
            for key, (nodes, kind, misses) in own.items():
                before, _, missed = found.get(key, ([], kind, True))
                found[key] = ([*before, *nodes], kind, missed and (misses or may_miss))

    def _fragment(self, one: SelectionNode) -> tuple[SelectionSetNode, str]:
        """What a fragment selects, and of which type; empty: of its parent's."""
        if isinstance(one, InlineFragmentNode):
            condition = one.type_condition
            return one.selection_set, condition.name.value if condition else ""
        part = self._parts[one.name.value]  # type: ignore[attr-defined]
        return part.selection_set, part.type_condition.name.value

    def _typed(self, nodes: list[FieldNode], kind: Any) -> Any:
        if is_non_null_type(kind):
            return self._bare(nodes, kind.of_type)
        return self._bare(nodes, kind) | None

    def _bare(self, nodes: list[FieldNode], kind: Any) -> Any:
        if is_list_type(kind):
            return list[self._typed(nodes, kind.of_type)]  # type: ignore[misc]
        named = get_named_type(kind)
        below = list(_below(nodes))
        if below:
            return self.of(below, named)
        return str if isinstance(named, GraphQLEnumType) else SCALARS[named.name]


def _whole(parts: list[list[str]]) -> Any:
    """A check that an object has nothing of what hangs on its type, or all of one type's."""

    def check(found: Any) -> None:
        there = {
            name for part in parts for name in part if getattr(found, name) is not msgspec.UNSET
        }
        if there and not any(there.issuperset(part) for part in parts):
            raise ValueError("the object lacks fields that were asked for")

    return check


def _below(nodes: list[FieldNode]) -> Iterator[SelectionSetNode]:
    yield from (one.selection_set for one in nodes if one.selection_set)


def _kind(parent: Composite, node: FieldNode) -> Any:
    if node.name.value == "__typename":
        return GraphQLNonNull(schema().type_map["String"])
    return parent.fields[node.name.value].type  # type: ignore[union-attr]
