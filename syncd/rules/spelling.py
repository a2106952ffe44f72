"""Article numbers that are the same, however people or spreadsheets spell them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

Folding = Literal["spaces", "apostrophe", "case", "zeros"]

APOSTROPHES = "'`´‘’‚‛ʹʼ′＇"  # as keyboards, Word and Excel write it
TYPOGRAPHIC = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))
UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
ZEROS = re.compile(r"^0+(?=\d)")


def _spaces(text: str) -> str:
    return "".join((text if text.isascii() else text.translate(UNSEEN)).split())


def _apostrophe(text: str) -> str:
    """Excel shows a number as text by an apostrophe before it, which exports keep."""
    return text.translate(TYPOGRAPHIC).lstrip("'")


def _case(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _zeros(text: str) -> str:
    """Excel drops leading zeros of what it takes for a number; so far as a digit follows."""
    return ZEROS.sub("", text)


FOLDINGS: dict[Folding, Callable[[str], str]] = {
    "spaces": _spaces,
    "apostrophe": _apostrophe,
    "case": _case,
    "zeros": _zeros,
}


@lru_cache(maxsize=1 << 14)
def loose(text: str) -> str:
    """What is left of a number with all foldings; empty when it is none."""
    for fold in FOLDINGS.values():
        text = fold(text)
    return text


def needed(here: str, there: str) -> tuple[Folding, ...]:
    """The foldings without which the two spellings are not the same; none for equal ones."""
    if here == there:
        return ()
    found = tuple(name for name in FOLDINGS if _without(name, here) != _without(name, there))
    # Where either of two foldings would do, both are told.
    return found or tuple(name for name, fold in FOLDINGS.items() if _differs(fold, here, there))


def _without(left_out: Folding, text: str) -> str:
    for name, fold in FOLDINGS.items():
        if name != left_out:
            text = fold(text)
    return text


def _differs(fold: Callable[[str], str], here: str, there: str) -> bool:
    return (fold(here), fold(there)) != (here, there)
