"""Differences as a table shows them: words for fields, values as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from syncd.phrases import phrase
from syncd.postgres.differences import Difference
from syncd.postgres.found import Noted
from syncd.rules import field_words
from syncd.rules.text import line, shortened

LONGEST = 160  # characters of a value


@dataclass(frozen=True, slots=True)
class Line:
    """A field: what the shop shows, what it is to be; a price is a Decimal, None is nothing.

    `who` is as in syncd.run_difference.
    """

    word: str
    was: str | Decimal | None
    wanted: str | Decimal | None
    who: str


@dataclass(frozen=True, slots=True)
class Row:
    """A product with its lines, one at least; of each harm how often."""

    noted: Difference
    lines: Sequence[Line]
    harms: Sequence[tuple[str, int]]


def rows(found: Sequence[Noted]) -> list[Row]:
    return [_row(one) for one in found]


def _row(noted: Noted) -> Row:
    one = noted.difference
    lines = [
        Line(
            field_words.field(field["field"], noted.skus),
            _value(field["field"], field.get("observed")),
            _value(field["field"], field.get("wanted")),
            field.get("who") or one.who or "",
        )
        for field in one.fields
    ]
    harms = [(harm, one.harms.count(harm)) for harm in dict.fromkeys(one.harms)]
    return Row(one, lines, harms)


def _value(name: str, text: object) -> str | Decimal | None:
    if text is None or text == "":
        return None
    if name.endswith("price"):
        try:
            return Decimal(str(text))
        except InvalidOperation:
            pass
    return _words().get(str(text)) or shortened(line(str(text)), LONGEST)


def _words() -> dict[str, str]:
    return {
        "ACTIVE": phrase("active"),
        "ARCHIVED": phrase("archived"),
        "DRAFT": phrase("draft"),
        "UNLISTED": phrase("unlisted"),
        "stopped": phrase("stopped"),
        "yes": phrase("yes"),
        "no": phrase("no"),
    }
