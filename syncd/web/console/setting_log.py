"""Who changed which setting, as a page tells it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from syncd.phrases import joined, phrase
from syncd.postgres.shop_settings import Entry
from syncd.rules.setting_kinds import Choice, Interval, Place, Switch
from syncd.rules.shop_settings import SETTINGS
from syncd.rules.text import shortened
from syncd.web.console.offers import Offers

LONGEST = 80
BY_COLUMN = {one.stored_as: one for one in SETTINGS}
DONE = {
    "added": phrase("added"),
    "removed": phrase("removed"),
    "changed": phrase("changed"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A change in words; `old` None: there was none, or it is a secret."""

    at: datetime
    who: str
    what: str
    old: str | None
    new: str


def lines(log: Sequence[Entry], offers: Offers) -> list[Line]:
    return [_line(one, offers) for one in log]


def _line(entry: Entry, offers: Offers) -> Line:
    one = BY_COLUMN.get(entry.setting)
    label = one.label if one is not None else phrase("The shop")
    if one is None or one.is_secret:
        new = DONE.get(entry.new or "", entry.new or "–")
        return Line(entry.at, entry.changed_by, label, None, new)
    old, new = (_value(entry.setting, text, offers) for text in (entry.old, entry.new))
    return Line(entry.at, entry.changed_by, label, old, new)


def _value(column: str, text: str | None, offers: Offers) -> str:
    if not text:
        return "–"
    match BY_COLUMN[column].kind:
        case Switch():
            return phrase("on") if text == "true" else phrase("off")
        case Choice(meanings=meanings):
            return meanings.get(text, text)
        case Place(where=where, are_many=are_many):
            names = offers.places.get(where, {})
            keys = _keys(text) if are_many else [text]
            return joined([shortened(names.get(key, key), LONGEST) for key in keys]) or "–"
        case Interval():
            return shortened(text.removesuffix(":00"), LONGEST)
    return shortened(text, LONGEST)


def _keys(text: str) -> list[str]:
    """Of a list as JSON has it."""
    try:
        return [str(one) for one in json.loads(text)]
    except (ValueError, TypeError):
        return [text]
