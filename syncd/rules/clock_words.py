"""Moments in words, short enough for a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syncd.phrases import Phrase, phrase

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400
ENDLESS_YEAR = 9000  # Postgres's infinity arrives as the last moment there is


def span(seconds: float) -> Phrase:
    """`12 s`, `3 min`, `5 h`, `2 d`: in the largest unit of which there are two."""
    seconds = max(0.0, seconds)
    if seconds >= 2 * DAY_S:
        return phrase("{count} d", count=round(seconds / DAY_S))
    if seconds >= 2 * HOUR_S:
        return phrase("{count} h", count=round(seconds / HOUR_S))
    if seconds >= 2 * MINUTE_S:
        return phrase("{count} min", count=round(seconds / MINUTE_S))
    return phrase("{count} s", count=round(seconds))


def moment(at: datetime, now: datetime) -> str:
    """`12:03:11` today, `2026-11-29 12:03` on another day, on the reader's clock: that of `now`."""
    if is_endless(at):
        return "–"
    here = at.astimezone(now.tzinfo)
    is_today = here.date() == now.date()
    return here.strftime("%H:%M:%S" if is_today else "%Y-%m-%d %H:%M")


def is_endless(at: datetime) -> bool:
    """Whether it is no moment that comes, but `until somebody says otherwise`."""
    return at.year > ENDLESS_YEAR


def listed(words: Sequence[str], most: int = 3) -> str:
    """The first few, then how many more there are; each stays a phrase if it is one."""
    if not words:
        return ""
    shown, more = list(words[:most]), len(words) - most
    if more > 0:
        shown.append(phrase("{count} more", count=more))
    said = shown[0]
    for word in shown[1:]:
        said = phrase("{before}, {last}", before=said, last=word)
    return said
