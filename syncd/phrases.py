"""Sentences for people, in English, that can be said in other languages later on.

A phrase is English text that remembers how it was made: `phrase("there is no {what}", what=…)`. It
travels like any text, through errors, rows and logs; only a face that knows its reader's language
asks for it in that: `said(text, "nb")`. The other languages are catalogues of gettext's in locale/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, LiteralString, Self

from babel.messages.pofile import read_po

Tongue = Literal["en", "nb"]
LOCALE = Path(__file__).parent / "locale"


class Phrase(str):
    """English text with the template it was made of; its values may be phrases themselves."""

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> Self:
        made = super().__new__(cls, template.format_map(values))
        made.template, made.values = template, values
        return made

    def __reduce__(self) -> tuple[type[Phrase], tuple[str, Mapping[str, object]]]:
        return Phrase, (self.template, self.values)


def phrase(template: LiteralString, /, **values: object) -> Phrase:
    """An English sentence; `template` is what catalogues know it by, so it must be a literal.

    tests/test_phrases.py holds that each has its Norwegian.
    """
    return Phrase(template, values)


def said(text: str, tongue: Tongue) -> str:
    """The text in that language; as it is, where it is no phrase or has no translation."""
    if not isinstance(text, Phrase) or tongue == "en":
        return str(text)
    template = catalogue(tongue).get(text.template, text.template)
    values = {
        name: said(value, tongue) if isinstance(value, str) else value
        for name, value in text.values.items()
    }
    return template.format_map(values)


@cache
def catalogue(tongue: Tongue) -> Mapping[str, str]:
    """What each template is in that language."""
    with (LOCALE / tongue / "LC_MESSAGES" / "syncd.po").open("rb") as file:
        found = read_po(file, locale=tongue)
    return {str(one.id): str(one.string) for one in found if one.id and one.string}


def joined(parts: Sequence[str], between: str = ", ") -> Phrase:
    """Several texts as one, each of which is said in the reader's language."""
    values = {f"part{number}": part for number, part in enumerate(parts)}
    return Phrase(between.join(f"{{{name}}}" for name in values), values)
