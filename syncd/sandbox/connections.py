"""Connections: pages of a list, with cursors that survive changes of the list."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from syncd.sandbox.words import refusal

MAX_PAGE = 250

Key = tuple[Any, int]
"""Where a thing stands in its order: the value sorted by (a number or a text), then its id."""


def page(things: Sequence[Any], key: Callable[[Any], Key], arguments: Mapping[str, Any]) -> Any:
    """One page of `things`, which are in the order of `key`, as a connection.

    Raises Shopify's refusals for wrong `first`, `last`, `after` or `before`.
    """
    first, last = _window(arguments)
    is_reverse = bool(arguments.get("reverse"))
    ordered = things[::-1] if is_reverse else things
    start, stop = 0, len(ordered)
    if (after := arguments.get("after")) is not None:
        start = _passed(ordered, key, after, is_reverse=is_reverse, is_with_it=True)
    if (before := arguments.get("before")) is not None:
        stop = _passed(ordered, key, before, is_reverse=is_reverse, is_with_it=False)
    if first is not None:
        stop = min(stop, start + first)
    else:
        start = max(start, stop - (last or 0))
    shown = ordered[start:stop]
    return _connection(shown, key, (start > 0, stop < len(ordered)))


def positioned(things: Sequence[Any]) -> Callable[[Any], Key]:
    """The key of things that stand in an order of their own: their place, counted from 1."""
    places = {thing.id: place for place, thing in enumerate(things, start=1)}
    return lambda thing: (places[thing.id], thing.id)


def by_id(thing: Any) -> Key:
    return (thing.id, thing.id)


def _connection(shown: Sequence[Any], key: Callable[[Any], Key], more: tuple[bool, bool]) -> Any:
    # graphql-core calls what is callable, so a cursor nobody selected is never made.
    return {
        "nodes": shown,
        "edges": lambda _info: [{"cursor": cursor(key(one)), "node": one} for one in shown],
        "pageInfo": {
            "hasPreviousPage": more[0],
            "hasNextPage": more[1],
            "startCursor": lambda _info: cursor(key(shown[0])) if shown else None,
            "endCursor": lambda _info: cursor(key(shown[-1])) if shown else None,
        },
    }


def _window(arguments: Mapping[str, Any]) -> tuple[int | None, int | None]:
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is None:
        raise refusal("you must provide one of first or last", "BAD_REQUEST")
    if first is not None and last is not None:
        raise refusal("providing both first and last is not supported", "BAD_REQUEST")
    name, size = ("first", first) if first is not None else ("last", last)
    if size is not None and size < 0:
        raise refusal(f"{name} cannot be less than zero", "BAD_REQUEST")
    if size is not None and size > MAX_PAGE:
        raise refusal(f"{name} cannot exceed {MAX_PAGE}", "BAD_REQUEST")
    return first, last


def cursor(key: Key) -> str:
    value, number = key
    return base64.b64encode(orjson.dumps({"last_id": number, "last_value": str(value)})).decode()


def _passed(
    things: Sequence[Any],
    key: Callable[[Any], Key],
    text: str,
    *,
    is_reverse: bool,
    is_with_it: bool,
) -> int:
    """How many things stand before the one the cursor names (or named), and it if asked for."""
    mark = _mark(text, key(things[0])[0] if things else "")
    keys = [key(one) for one in things]
    passed = sum(one > mark if is_reverse else one < mark for one in keys)
    return passed + (is_with_it and mark in keys)


def _mark(text: str, example: object) -> Key:
    try:
        found = orjson.loads(base64.b64decode(text, validate=True))
        value = found["last_value"]
        return (int(value) if isinstance(example, int) else str(value), int(found["last_id"]))
    except (ValueError, KeyError, TypeError):
        raise refusal("Malformed cursor", "BAD_REQUEST") from None
