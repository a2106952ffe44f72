"""The result of a bulk mutation, line by line: what became of each line of the upload.

Pure. Shapes: writes.md, 1.7, from recordings of 2026-01 (shopify.dev describes older ones, which
are taken too). The lines may come in any order, and some may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import orjson

MISFIT = "INVALID_VARIABLE"  # what an ordinary call with such variables is refused by
NO_DATA: Mapping[str, Any] = {"": None}
BUFFER_BYTES = 256 * 1024  # to open a result with: a line has a kB, and read by 8 kB took a tenth
NOTHING = {
    "message": "Shopify tells nothing of what became of it",
    "extensions": {"code": "INTERNAL_SERVER_ERROR"},
}


class Row(msgspec.Struct, gc=False):  # made in a third of the time of a dataclass
    """What became of one line; `line_number` counts the lines of the upload from 0.

    `payload` is what the mutation's root field gave, None when there is none. `errors` are GraphQL
    errors, as `answers.of_errors` takes them; `user_errors` the payload's, as `refusals.of` does.
    `is_cut`: the line cannot be read, so that even its number is unknown.
    """

    line_number: int | None
    payload: Mapping[str, Any] | None = None
    errors: Sequence[Mapping[str, Any]] = ()
    user_errors: Sequence[Mapping[str, Any]] = ()
    is_cut: bool = False

    @property
    def is_ok(self) -> bool:
        return self.payload is not None and not self.errors and not self.user_errors


def rows(lines: Iterable[bytes]) -> Iterator[Row]:
    """The rows of a result, in the order of its lines; an open file will do.

    A line number that does not come is that of a line of which nothing is known: it may have been
    carried out. Children of connections on lines of their own are passed over.
    """
    for line in lines:
        try:
            frame = orjson.loads(line)
            if "__parentId" in frame:
                continue
            payload = next(iter((frame.get("data") or NO_DATA).values()))
            if payload is None or "errors" in frame or payload.get("userErrors"):
                row = _faulty(frame["__lineNumber"], payload, frame.get("errors") or ())
            else:
                row = Row(frame["__lineNumber"], payload)
        except (ValueError, TypeError, KeyError, AttributeError):
            if not line.strip():
                continue
            row = Row(None, is_cut=True)
        yield row


def _faulty(
    number: int, payload: Mapping[str, Any] | None, errors: Sequence[Mapping[str, Any]]
) -> Row:
    if payload is None:
        return Row(number, None, [_coded(error) for error in errors] or (NOTHING,))
    user_errors = payload.get("userErrors") or ()
    if user_errors and _is_misfit(user_errors[0]):
        return Row(number, None, [_misfit(error) for error in user_errors])
    return Row(number, payload, errors, user_errors)


def _is_misfit(error: Mapping[str, Any]) -> bool:
    """Variables that do not fit come as userErrors that nobody selected, of the field `query`."""
    return error.get("field") == ["query"] and error.get("code") is None


def _misfit(error: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"message": error["message"], "extensions": {"code": MISFIT}}


def _coded(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """The older shape of variables that do not fit has no code, only `problems`."""
    told = error.get("extensions") or {}
    return error if told.get("code") or "problems" not in told else _misfit(error)
