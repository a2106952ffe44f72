"""Whether a value of a record is what a term of a search wants."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from operator import ge, gt, le, lt
from typing import Any, Literal
from zoneinfo import ZoneInfo

from syncd.sandbox import gids
from syncd.sandbox.searchterms import Term
from syncd.sandbox.words import refusal

Kind = Literal["words", "exact", "number", "time", "day", "choice", "flag"]
Test = Callable[[Any], bool]

WORD = re.compile(r"[^\W_]+")
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
DATE_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}")
FLAGS = {"true": True, "false": False}


def matcher(kind: Kind, term: Term, choices: Sequence[str], zone: ZoneInfo) -> Test | None:
    """None when the term's value is none that a field of this kind accepts.

    Raises BAD_REQUEST for a time that is none.
    """
    if term.is_any:
        return lambda _value: True
    match kind:
        case "words":
            return _words(term)
        case "exact":
            return _exact(term)
        case "number":
            return _number(term)
        case "choice":
            return _choice(term, choices)
        case "flag":
            return _flag(term)
        case "time":
            return _time(term, zone)
        case "day":
            return _day(term, zone)


def _words(term: Term) -> Test:
    wanted = WORD.findall(term.value.lower())
    if term.is_prefix:
        *whole, last = wanted or [""]
        return lambda value: _has_prefix(WORD.findall(value.lower()), whole, last)
    if term.is_phrase:
        phrase = f" {' '.join(wanted)} "
        return lambda value: phrase in f" {' '.join(WORD.findall(value.lower()))} "
    return lambda value: set(wanted) <= set(WORD.findall(value.lower()))


def _has_prefix(found: Sequence[str], whole: Sequence[str], last: str) -> bool:
    return set(whole) <= set(found) and any(word.startswith(last) for word in found)


def _exact(term: Term) -> Test:
    wanted = term.value.lower()
    if term.sign:
        compare = COMPARISONS[term.sign]
        return lambda value: compare(str(value).lower(), wanted)
    if term.is_prefix:
        return lambda value: str(value).lower().startswith(wanted[:-1])
    return lambda value: str(value).lower() == wanted


def _number(term: Term) -> Test | None:
    named = gids.parted(term.value)
    try:
        wanted = Decimal(named[1] if named else term.value)
    except InvalidOperation:
        return None
    if not term.sign:
        return lambda value: Decimal(value) == wanted
    compare = COMPARISONS[term.sign]
    return lambda value: compare(Decimal(value), wanted)


def _choice(term: Term, choices: Sequence[str]) -> Test | None:
    wanted = {one.strip().lower() for one in term.value.split(",")}
    if not wanted <= {one.lower() for one in choices}:
        return None
    return lambda value: str(value).lower() in wanted


def _flag(term: Term) -> Test | None:
    wanted = FLAGS.get(term.value.lower())
    return None if wanted is None else lambda value: bool(value) is wanted


def _time(term: Term, zone: ZoneInfo) -> Test:
    asked = _asked(term, zone)
    if term.sign:
        compare = COMPARISONS[term.sign]
        return lambda value: compare(_moment(value), asked)
    is_day = DATE_ONLY.fullmatch(term.value)
    end = asked + (timedelta(days=1) if is_day else timedelta(seconds=1))
    return lambda value: asked <= _moment(value) < end


def _day(term: Term, zone: ZoneInfo) -> Test:
    asked = _asked(term, zone).astimezone(zone).date()
    compare = COMPARISONS.get(term.sign)
    if compare is None:
        return lambda value: _moment(value).astimezone(zone).date() == asked
    return lambda value: compare(_moment(value).astimezone(zone).date(), asked)


def whole_time(term: Term, zone: ZoneInfo) -> str:
    """`2000-01-01T00` as Shopify understands it: `2000-01-01T00:00:00-05:00`."""
    return _asked(term, zone).isoformat()


def _asked(term: Term, zone: ZoneInfo) -> datetime:
    """The time that the term names; in the shop's zone when it names none."""
    try:
        asked = datetime.fromisoformat(term.value)
    except ValueError:
        message = f"Invalid timestamp for query filter `{term.name}`."
        raise refusal(message, "BAD_REQUEST") from None
    return asked if asked.tzinfo else asked.replace(tzinfo=zone)


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
