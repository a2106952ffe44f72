"""What a story's answers tell of the shop: things by their ids, with the fields that were seen.

A thing is a dict in the schema's names: connections and lists of objects are lists of things,
`metafield(namespace:, key:)` adds to `metafields`, `inventoryLevel(locationId:)` to
`inventoryLevels`, `quantities(names:)` to one list. What is seen first is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fidelity.recordings import Exchange
from fidelity.typed import GID, Asked, below, concrete, operation_in, roots
from syncd.selection import Operation

Thing = dict[str, Any]

PLURALS = {
    "metafield": "metafields",
    "inventoryLevel": "inventoryLevels",
}
"""Singular fields with arguments -> the list that their answers belong to."""


class World:
    """The things of one story."""

    def __init__(self) -> None:
        self.things: dict[str, Thing] = {}

    def observe(self, exchange: Exchange) -> list[Thing]:
        """Take in an answer; the things it shows, outermost first."""
        asked = operation_in(exchange)
        data = exchange.response.get("data")
        if asked is None or not isinstance(data, Mapping):
            return []
        shown: list[Thing] = []
        for root in roots(asked):
            found = self._value(asked, root, data.get(root.key), shown)
            _note(shown, found)
        return shown

    def _value(self, operation: Operation, asked: Asked, value: Any, shown: list[Thing]) -> Any:
        if isinstance(value, list):
            return [self._value(operation, asked, one, shown) for one in value]
        if not isinstance(value, Mapping):
            return value
        if asked.type_.name.endswith("Connection"):
            return self._nodes(operation, asked, value, shown)
        return self._thing(operation, asked, value, shown)

    def _nodes(
        self, operation: Operation, asked: Asked, value: Mapping[str, Any], shown: list[Thing]
    ) -> list[Thing]:
        found: list[Thing] = []
        for field in below(operation, asked, value):
            if field.name == "nodes":
                found += self._value(operation, field, value.get(field.key), shown) or []
            elif field.name == "edges":
                for edge in value.get(field.key) or ():
                    for inner in below(operation, field, edge):
                        if inner.name == "node":
                            found.append(self._value(operation, inner, edge.get(inner.key), shown))
        return [one for one in found if one is not None]

    def _thing(
        self, operation: Operation, asked: Asked, value: Mapping[str, Any], shown: list[Thing]
    ) -> Thing:
        type_ = concrete(operation, asked.type_, value)
        seen: Thing = {"__typename": type_.name if type_ else None}
        for field in below(operation, asked, value):
            if field.key not in value:
                continue
            found = self._value(operation, field, value[field.key], shown)
            _put(seen, field, found)
        thing = self._known(seen)
        shown.append(thing)
        return thing

    def _known(self, seen: Thing) -> Thing:
        id_ = seen.get("id")
        if not isinstance(id_, str) or not id_.startswith(GID):
            return seen
        thing = self.things.setdefault(id_, {})
        merge(thing, seen)
        return thing


def _note(shown: list[Thing], found: Any) -> None:
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, dict) and all(one is not other for other in shown):
            shown.append(one)


def _put(seen: Thing, field: Asked, found: Any) -> None:
    name = PLURALS.get(field.name, field.name)
    if name != field.name:
        if found is not None:
            merge(seen, {name: [found]})
        else:
            seen.setdefault("__absent", []).append((field.name, dict(field.arguments)))
    elif name in seen:
        merge(seen, {name: found})
    else:
        seen[name] = found


Pairs = set[tuple[int, int]]
"""Which things are being merged already: they point at each other in circles."""


def merge(thing: Thing, seen: Thing, under_way: Pairs | None = None) -> None:
    """Add what is seen to what is known; what is known stays."""
    under_way = set() if under_way is None else under_way
    if thing is seen or (id(thing), id(seen)) in under_way:
        return
    under_way.add((id(thing), id(seen)))
    for name, value in list(seen.items()):
        known = thing.get(name)
        if known is None:
            thing[name] = value
        elif isinstance(known, list) and isinstance(value, list):
            thing[name] = _united(known, value, under_way)
        elif isinstance(known, dict) and isinstance(value, dict):
            merge(known, value, under_way)


def _united(known: list[Any], more: list[Any], under_way: Pairs) -> list[Any]:
    result = list(known)
    for one in more:
        twin = next((each for each in result if _is_same(each, one)), None)
        if twin is None:
            result.append(one)
        elif isinstance(twin, dict):
            merge(twin, one, under_way)
    return result


def _is_same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if not isinstance(one, dict) or not isinstance(other, dict):
        return bool(one == other)
    for key in ("id", "name", "key"):
        if key in one and key in other:
            return bool(one[key] == other[key])
    return _plain(one) == _plain(other)


def _plain(thing: Thing) -> Thing:
    """What a thing holds by itself; things point at each other in circles."""
    return {key: value for key, value in thing.items() if not isinstance(value, dict | list)}


def gids_in(value: Any) -> Iterator[str]:
    """All gids in a value, in order; whole strings only."""
    if isinstance(value, str):
        if value.startswith(GID):
            yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from gids_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from gids_in(one)
