"""Filters of subscriptions: search syntax over the fields of a webhook's body."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from operator import ge, gt, le, lt
from typing import Any

from syncd.sandbox.searchterms import Both, Either, Node, Not, Term, parsed

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def is_wanted(body: Mapping[str, Any], text: str | None) -> bool:
    """Whether a body passes the filter; an empty one lets all pass."""
    node = parsed(text or "")
    return node is None or _passes(body, node)


def fields(text: str) -> list[str | None]:
    """The fields that a filter names, None for a term that names none."""
    node = parsed(text)
    return [] if node is None else [one.name for one in _terms(node)]


def _terms(node: Node) -> Iterator[Term]:
    match node:
        case Term():
            yield node
        case Not(part):
            yield from _terms(part)
        case Both(parts) | Either(parts):
            for part in parts:
                yield from _terms(part)


def _passes(body: Mapping[str, Any], node: Node) -> bool:
    match node:
        case Not(part):
            return not _passes(body, part)
        case Both(parts):
            return all(_passes(body, part) for part in parts)
        case Either(parts):
            return any(_passes(body, part) for part in parts)
        case Term():
            values = list(_values(body, (node.name or "").split(".")))
            return any(_is_met(value, node) for value in values)


def _values(found: Any, path: list[str]) -> Iterator[Any]:
    """What stands at `variants.price`: of a list, that of each member."""
    if isinstance(found, list):
        for one in found:
            yield from _values(one, path)
    elif not path:
        if found is not None:
            yield found
    elif isinstance(found, Mapping) and path[0] in found:
        yield from _values(found[path[0]], path[1:])


def _is_met(value: Any, term: Term) -> bool:
    if term.is_any:
        return True
    shown = str(value).lower()
    if term.is_prefix:
        return shown.startswith(term.value[:-1].lower())
    if not term.sign:
        return shown == term.value.lower() or _number(value) == _number(term.value) is not None
    pair = (_number(value), _number(term.value))
    one, other = (shown, term.value.lower()) if None in pair else pair
    return COMPARISONS[term.sign](one, other)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
