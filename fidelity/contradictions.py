"""Where a story contradicts itself, which proves that a step of it was not recorded.

Two answers show the same field of the same thing with different values, though no mutation was
recorded between them. What then differs from ours at that place is for want of state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from fidelity.recordings import Exchange
from fidelity.typed import GID, Asked, below, concrete, operation_in, roots
from syncd.selection import Operation

BY_TIME = frozenset(
    "BulkOperation MediaImage GenericFile Video ExternalVideo Model3d Job"
    " ProductSetOperation ProductDeleteOperation ProductDuplicateOperation".split()
)
"""Types that go on by themselves: a change of theirs proves nothing."""

Path = tuple[str | int, ...]
Key = tuple[str, str, bytes]
"""Of a thing its id (none for a root field), the field, the arguments."""


class Ledger:
    """What the story last said of each field of each thing, since the last mutation."""

    def __init__(self) -> None:
        self.said: dict[Key, Any] = {}

    def contradicted(self, exchange: Exchange) -> list[Path]:
        """The places in the answer that contradict what was said before; then takes it in."""
        asked = operation_in(exchange)
        data = exchange.response.get("data")
        if asked is None or not isinstance(data, Mapping):
            return []
        if asked.is_mutation:
            self.said.clear()
        facts = [
            *_facts(asked, roots(asked), data, ()),
            *(_root_fact(root, data) for root in roots(asked) if _is_steady(root)),
        ]
        found = [
            place
            for key, path, value in facts
            if key in self.said
            for place in _conflicts(self.said[key], value, path)
        ]
        self.said.update((key, value) for key, _, value in facts)
        return found


def _facts(
    operation: Operation, asked: Sequence[Asked], value: Mapping[str, Any], path: Path
) -> Iterator[tuple[Key, Path, Any]]:
    id_ = value.get("id")
    is_thing = isinstance(id_, str) and id_.startswith(GID) and _kind(id_) not in BY_TIME
    for field in asked:
        if field.key not in value:
            continue
        inner, here = value[field.key], (*path, field.key)
        if is_thing:
            yield (str(id_), field.name, _arguments(field)), here, inner
        for place, one in enumerate(inner) if isinstance(inner, list) else [(None, inner)]:
            if isinstance(one, Mapping) and concrete(operation, field.type_, one):
                there = here if place is None else (*here, place)
                yield from _facts(operation, below(operation, field, one), one, there)


def _root_fact(root: Asked, data: Mapping[str, Any]) -> tuple[Key, Path, Any]:
    return ("", root.name, _arguments(root)), (root.key,), data.get(root.key)


def _is_steady(root: Asked) -> bool:
    """Whether only a mutation changes the list: neither time nor an index that lags."""
    type_ = root.type_.name.removesuffix("Connection")
    return not root.arguments.get("query") and type_ not in BY_TIME


def _kind(gid: str) -> str:
    return gid[len(GID) :].split("/")[0]


def _arguments(field: Asked) -> bytes:
    return orjson.dumps(dict(field.arguments), option=orjson.OPT_SORT_KEYS, default=str)


def _conflicts(one: Any, other: Any, path: Path) -> Iterator[Path]:
    """Where both cannot be true. Things with ids are compared by themselves."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        if isinstance(one.get("id"), str) and one.get("id") == other.get("id"):
            return
        for key in one.keys() & other.keys():
            yield from _conflicts(one[key], other[key], (*path, key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from _conflicts(first, second, (*path, place))
    elif one != other:
        yield path
