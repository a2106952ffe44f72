"""Several complaints put into one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from syncd.phrases import Phrase, joined, phrase

SHOWN = 3


def with_key(hint: str, key: str) -> str:
    """A hint of WORDS for this product; it stays a phrase."""
    if not isinstance(hint, Phrase):
        return hint.replace("{key}", key)
    values = {
        name: with_key(value, key) if isinstance(value, str) else value
        for name, value in hint.values.items()
    }
    return Phrase(hint.template, values)


def also(hints: Sequence[str]) -> str:
    if not hints:
        return ""
    said = hints[0]
    for hint in hints[1:]:
        said = phrase("{before}. Also: {last}", before=said, last=hint)
    return said


def few(texts: Iterable[str], between: str) -> str:
    """The first of the different ones, with the number of the rest."""
    different = list(dict.fromkeys(texts))
    return more(joined(different[:SHOWN], between), len(different) - SHOWN)


def more(said: str, rest: int) -> str:
    return phrase("{said} and {count} more", said=said, count=rest) if rest > 0 else said
