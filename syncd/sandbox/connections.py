"""Connections: pages of a list, with cursors that survive changes of the list."""

from __future__ import annotations

import base64
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from syncd.sandbox.words import refusal

MAX_PAGE = 250

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

ALL = 2**40
"""A `first` that means all of them: larger than an Int can be, so only bulk operations say it."""

Key = tuple[Any, int]
"""Where a thing stands in its order: the value sorted by (a number or a text), then its id."""


@dataclass(frozen=True, slots=True, order=True)
class Folded:
    """A text that is sorted without case; cursors show it with case."""

    lower: str
    text: str = field(compare=False)

    def __str__(self) -> str:
        return self.text


def folded(text: str) -> Folded:
    return Folded(text.lower(), text)


def page(things: Sequence[Any], key: Callable[[Any], Key], arguments: Mapping[str, Any]) -> Any:
    """One page of `things`, which are in the order of `key`, as a connection.

    Raises Shopify's refusals for wrong `first`, `last`, `after` or `before`.
    """
    first, last = _window(arguments)
    is_reverse = bool(arguments.get("reverse"))
    start, stop = 0, len(things)
    if (after := arguments.get("after")) is not None:
        start = _passed(things, key, after, is_reverse=is_reverse, is_with_it=True)
    if (before := arguments.get("before")) is not None:
        stop = _passed(things, key, before, is_reverse=is_reverse, is_with_it=False)
    if first is not None:
        stop = min(stop, start + first)
    else:
        start = max(start, stop - (last or 0))
    if is_reverse:  # counted from the end
        shown = things[max(0, len(things) - stop) : len(things) - start][::-1]
    else:
        shown = things[start:stop]
    return _connection(shown, key, (start > 0, stop < len(things)))


def positioned(things: Sequence[Any]) -> Callable[[Any], Key]:
    """The key of things that stand in an order of their own: their place, counted from 1."""
    places: dict[int, int] = {}

    def key(thing: Any) -> Key:
        if not places:  # most pages need no cursors
            places.update((one.id, place) for place, one in enumerate(things, start=1))
        return (places[thing.id], thing.id)

    return key


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
    if size is not None and MAX_PAGE < size < ALL:
        raise refusal(f"{name} cannot exceed {MAX_PAGE}", "BAD_REQUEST")
    return first, last


def cursor(key: Key) -> str:
    value, number = key
    text = str(value)
    if STAMP.fullmatch(text):  # as Shopify's database writes times
        text = text.replace("T", " ").replace("Z", ".000000")
    return base64.b64encode(orjson.dumps({"last_id": number, "last_value": text})).decode()


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
    first = bisect_left(things, mark, key=key)
    is_there = first < len(things) and key(things[first]) == mark
    passed = len(things) - first - is_there if is_reverse else first
    return passed + (is_with_it and is_there)


def _mark(text: str, example: object) -> Key:
    try:
        found = orjson.loads(base64.b64decode(text, validate=True))
        value = found["last_value"]
        if isinstance(example, str) and STAMP.fullmatch(example):
            value = _stamp(value)
        if isinstance(example, Folded):
            return folded(str(value)), int(found["last_id"])
        return (int(value) if isinstance(example, int) else str(value), int(found["last_id"]))
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        raise refusal("Malformed cursor", "BAD_REQUEST") from None


def _stamp(value: Any) -> str:
    """A time in a cursor: the database's text, or the search index's milliseconds."""
    if isinstance(value, int):
        return datetime.fromtimestamp(value // 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{str(value)[:19].replace(' ', 'T')}Z"
