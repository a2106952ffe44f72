"""Input arrays that are longer than Shopify takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import FieldNode, value_from_ast_untyped

from syncd.sandbox.faults import Fault, location
from syncd.selection import Operation, root_groups

MAX_SIZE = 250
MAX_VARIANTS = 2_048

# (root field, argument, field of the input …) -> another limit. shopify.dev/changelog, 2025-10-15.
LIMITS: Mapping[tuple[str, ...], int] = {
    ("productSet", "input", "variants"): MAX_VARIANTS,
    ("productVariantsBulkCreate", "variants"): MAX_VARIANTS,
    ("productVariantsBulkUpdate", "variants"): MAX_VARIANTS,
}


def oversized(operation: Operation) -> list[Fault]:
    """A fault for each array that is too long; its path names no indexes, recorded so."""
    return [
        _fault(field, path, size)
        for group in root_groups(operation).values()
        for field in group[:1]
        for path, size in _arrays(operation, field)
        if size > LIMITS.get((field.name.value, *path), MAX_SIZE)
    ]


def _arrays(operation: Operation, field: FieldNode) -> Iterator[tuple[tuple[str, ...], int]]:
    for argument in field.arguments or ():
        value = value_from_ast_untyped(argument.value, operation.variables)
        yield from _within(value, (argument.name.value,))


def _within(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    if isinstance(value, list | tuple):
        yield path, len(value)
        for each in value:
            yield from _within(each, path)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _within(each, (*path, name))


def _fault(field: FieldNode, path: tuple[str, ...], size: int) -> Fault:
    limit = LIMITS.get((field.name.value, *path), MAX_SIZE)
    key = (field.alias or field.name).value
    return {
        "message": f"The input array size of {size} is greater than the maximum allowed of"
        f" {limit}.",
        "locations": [location(field)],
        "path": [key, *path],
        "extensions": {"code": "MAX_INPUT_SIZE_EXCEEDED"},
    }
