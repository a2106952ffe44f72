"""`extensions.cost.fields`: what each selected field was reckoned at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
)

from syncd.querycost import (
    PRICED_TYPES,
    is_connection,
    multiplier,
    mutation_tenths,
    own_points,
    root_tenths,
    window,
)
from syncd.selection import Composite, Operation, distinct_types, groups_of, named_type, root_groups

Row = dict[str, Any]


def fields(operation: Operation) -> list[Row]:
    """A row for each field, outer ones before those in them."""
    rows: list[Row] = []
    for name, group in root_groups(operation).items():
        total = (root_tenths(operation, group) + 5) // 10
        own = own_points(operation, operation.root, group[0])
        if operation.is_mutation:
            own = (mutation_tenths(operation, group[0]) + 5) // 10
        type_ = named_type(operation, operation.root, group[0])
        rows.append(_row((name,), own, total, type_))
        rows += _below(operation, type_, group, (name,))
    return rows


def _below(
    operation: Operation,
    type_: GraphQLNamedType,
    group: Sequence[FieldNode],
    path: tuple[str, ...],
) -> Iterator[Row]:
    for kind in _kinds(operation, type_, group):
        for name, inner in groups_of(operation, kind, group).items():
            if inner[0].name.value.startswith("__"):
                continue
            given, place = named_type(operation, kind, inner[0]), (*path, name)
            below = list(_below(operation, given, inner, place))
            own = own_points(operation, kind, inner[0])
            times = multiplier(window(operation, inner[0])) if is_connection(given) else 1
            yield _row(place, own, own + times * _sum(below, len(place) + 1), given)
            yield from below


def _sum(rows: Sequence[Row], depth: int) -> int:
    """Of those at this depth, which hold what is below them."""
    return sum(row["requestedTotalCost"] for row in rows if len(row["path"]) == depth)


def _kinds(
    operation: Operation, type_: GraphQLNamedType, group: Sequence[FieldNode]
) -> list[GraphQLObjectType]:
    if isinstance(type_, GraphQLObjectType):
        return [type_]
    if not isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
        return []
    return list(distinct_types(operation, type_, group, PRICED_TYPES))


def _row(path: tuple[str, ...], own: int, total: int, type_: GraphQLNamedType) -> Row:
    return {
        "path": list(path),
        "definedCost": own,
        "requestedTotalCost": total,
        "requestedChildrenCost": total - own if isinstance(type_, Composite) else None,
    }
