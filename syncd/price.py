"""What one document asks (`requestedQueryCost`), worked out once for all that its variables leave.

`querycost.requested` walks the whole document, which takes longer than sending it. Two things of
the variables matter: the few that decide what is selected and how large a page is, so each set of
them is walked once; and how much a sized mutation is given, which is counted each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    Undefined,
    VariableNode,
    Visitor,
    visit,
)

from syncd.inputcost import SIZED_MUTATIONS, size_tenths
from syncd.querycost import requested, root_tenths, whole_points
from syncd.selection import operation_of, root_groups

DECIDING_ARGUMENTS = ("first", "last", "if")  # of connections, of @skip and @include
PLAIN_TYPES = (int, bool, type(None), type(Undefined))  # others: 1.0 is no window, but equals 1
WALKS_KEPT = 512


class Price:
    """The points that a document asks for: `points` gives what `querycost.requested` would.

    The document must be valid for the schema. Raises ValueError when the operation is not named
    clearly.
    """

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation_name: str | None = None
    ) -> None:
        self._of = (schema, document, operation_name)
        self._defaults = operation_of(schema, document, {}, operation_name).variables
        self._deciding = _deciding(document)
        self._walked = lru_cache(WALKS_KEPT)(self._walk)

    def points(self, variables: Mapping[str, Any]) -> int:
        """Points that Shopify will ask for, with variables as sent; at least 1."""
        deciding = tuple(variables.get(name, Undefined) for name in self._deciding)
        if any(type(value) not in PLAIN_TYPES for value in deciding):
            schema, document, operation_name = self._of
            return requested(schema, document, variables, operation_name)
        tenths, sized = self._walked(deciding)
        if sized:
            given = {**self._defaults, **variables}
            tenths += sum(size_tenths(field, given) for field in sized)
        return whole_points(tenths)

    def _walk(self, deciding: Sequence[Any]) -> tuple[int, list[FieldNode]]:
        """The price without what sized mutations are given, and which of these are selected."""
        schema, document, operation_name = self._of
        pairs = zip(self._deciding, deciding, strict=True)
        variables = {name: value for name, value in pairs if value is not Undefined}
        operation = operation_of(schema, document, variables, operation_name)
        groups = root_groups(operation).values()
        tenths = sum(root_tenths(operation, group) for group in groups)
        sized = [group[0] for group in groups if group[0].name.value in SIZED_MUTATIONS]
        given = sum(size_tenths(field, operation.variables) for field in sized)
        return tenths - given, sized if operation.is_mutation else []


def _deciding(document: DocumentNode) -> list[str]:
    """The variables that decide what is selected, and how large pages are."""
    found: set[str] = set()

    class Arguments(Visitor):
        def enter_argument(self, node: ArgumentNode, *_: object) -> None:
            if node.name.value in DECIDING_ARGUMENTS:
                visit(node, Variables())

    class Variables(Visitor):
        def enter_variable(self, node: VariableNode, *_: object) -> None:
            found.add(node.name.value)

    visit(document, Arguments())
    return sorted(found)
