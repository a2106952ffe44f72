"""Stored English sentences as the phrases that they were made of.

Errors, reasons, notes lie in Postgres as English text; a live Phrase alone remembers its template.
Here each template of the catalogues is a mould: the one that leaves the least of a text unexplained
is taken to be what the text came from, and so on within its values. What fits none stays as it is.
The work is bounded, whatever the text: past the bounds it stays in English, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from string import Formatter

from syncd.phrases import Phrase, catalogue, joined, phrase

STEP = "  → "  # how errors.py writes a next step
REQUEST = "  request id "  # and Shopify's id of the call
KEPT = 4096  # texts that are remembered, each at most so long
WORK = 60_000  # characters looked through for one text, and so many for each look besides:
LOOK = 120
DEEPEST, CHOSEN, TRIES = 8, 5, 4
FEW = 3  # letters: a template with fewer says nothing by itself
LONGEST_MOMENT = 40
# Values that are never sentences: a product called “Prices” stays that.
PLAIN = frozenset(
    "address code currency domain gid key message name number sku title values words".split()
)
ONE_WORD = frozenset(
    "all asked count days domain gid hours linked links number over percent run scope"
    " seconds served session shop standing status version".split()
)
MOMENTS = frozenset({"ago", "at", "due", "since", "until"})
BETWEEN = ("; ", ", ", " · ")


@dataclass(frozen=True, slots=True)
class Mould:
    """A template: `texts` before, between, after its `fields`; `weight` is the letters in them."""

    template: str
    texts: tuple[str, ...]
    fields: tuple[tuple[str, bool], ...]  # the name; whether it stands in quotes (!r)
    weight: int

    @property
    def anchor(self) -> str:
        return max(self.texts, key=len)

    @property
    def narrow(self) -> int:
        return sum(name in PLAIN | ONE_WORD | MOMENTS for name, _ in self.fields)


class Quoted:
    """A value as `!r` wrote it, to be written so again."""

    def __init__(self, written: str) -> None:
        self.written = written

    def __repr__(self) -> str:
        return self.written


Found = tuple[str, int]  # what a text was made of, the letters of it that templates explain
Value = str | Quoted


def recalled(text: str) -> str:
    """The Phrase that a stored sentence was made of; the text itself, where it fits none."""
    if isinstance(text, Phrase):
        return text
    return _remembered(text) if len(text) <= KEPT else _recalled(text)


@lru_cache(maxsize=KEPT)
def _remembered(text: str) -> str:
    return _recalled(text)


def _recalled(text: str) -> str:
    """Line by line, as an error is written down with its next steps."""
    search = _Search()
    parts: list[str] = []
    template = ""
    for number, line in enumerate(text.split("\n")):
        template += "\n" if number else ""
        if number and line.startswith(STEP):
            template += STEP
            line = line.removeprefix(STEP)
        if number and line.startswith(REQUEST) and len(line) > len(REQUEST):
            template += "  "
            parts.append(phrase("request id {id}", id=line.removeprefix(REQUEST)))
        else:
            parts.append(search.best(line, 0)[0])
        template += f"{{part{len(parts) - 1}}}"
    if not any(isinstance(part, Phrase) for part in parts):
        return text
    if len(parts) == 1:
        return parts[0]
    return Phrase(template, {f"part{number}": part for number, part in enumerate(parts)})


class _Search:
    """The best reading of a text and of the texts within it, as far as the work goes."""

    def __init__(self) -> None:
        self._left = WORK
        self._found: dict[str, Found] = {}

    def best(self, text: str, depth: int) -> Found:
        if (known := self._found.get(text)) is not None:
            return known
        if depth > DEEPEST or self._left < 0:
            return text, 0
        self._left -= len(text) + LOOK
        self._found[text] = text, 0  # for who comes back to it meanwhile
        self._found[text] = found = self._look(text, depth)
        return found

    def _look(self, text: str, depth: int) -> Found:
        whole, moulds, letters = _moulds()[0], _candidates(text), _letters(text)
        if text in whole:
            return Phrase(whole[text], {}), letters
        best: tuple[int, bool, int, str] = (0, False, 0, text)
        for mould in moulds[:CHOSEN]:
            for values in _splits(mould, text):
                made, explained = self._filled(mould, values, depth)
                rank = (explained, bool(mould.texts[0]), sum(map(len, mould.texts)), made)
                if explained and rank[:3] > best[:3] and str(made) == text:
                    best = rank
        if best[0] < letters:
            listed, explained = self._parts(text, depth)
            if explained > best[0]:
                return listed, explained
        return best[3], best[0]

    def _filled(self, mould: Mould, values: tuple[str, ...], depth: int) -> Found:
        given: dict[str, Value] = {}
        explained = 0
        for (name, is_quoted), value in zip(mould.fields, values, strict=True):
            if name in given:
                continue
            if is_quoted:
                given[name] = Quoted(value)
            elif name in PLAIN or name in ONE_WORD:
                given[name] = value
            else:
                given[name], letters = self.best(value, depth + 1)
                explained += letters
        is_said = explained or mould.fields[0][0] in MOMENTS or values[0].isdecimal()
        if mould.weight < FEW and not is_said:
            return "", 0
        return Phrase(mould.template, given), explained + mould.weight

    def _parts(self, text: str, depth: int) -> Found:
        """A list, each part by itself; or a sentence behind the name of what it is about."""
        for between in BETWEEN:
            parts = text.split(between)
            if 1 < len(parts) <= 20:
                found = [self.best(part, depth + 1) for part in parts]
                if explained := sum(letters for _, letters in found):
                    return joined([said for said, _ in found], between), explained
        head, colon, rest = text.partition(": ")
        if colon:
            said, explained = self.best(rest, depth + 1)
            if explained >= FEW:
                return joined([head, said], ": "), explained
        return text, 0


def _candidates(text: str) -> list[Mould]:
    """The moulds whose texts stand in this one, those that explain the most first."""
    return [
        mould
        for mould, anchor in _moulds()[1]
        if anchor in text and text.startswith(mould.texts[0]) and text.endswith(mould.texts[-1])
    ]


def _splits(mould: Mould, text: str) -> Iterator[tuple[str, ...]]:
    """What the fields may have held, the shortest ones first; a few ways at most."""
    return islice(_rest(mould, text, 0, len(mould.texts[0]), [TRIES * 4]), 2)


def _rest(
    mould: Mould, text: str, at: int, start: int, tries: list[int]
) -> Iterator[tuple[str, ...]]:
    """The values of field `at` and those behind it, which begins at `start`."""
    after = mould.texts[at + 1]
    is_last = at == len(mould.fields) - 1
    end = len(text) - len(after) if is_last else text.find(after, start)
    for _ in range(TRIES):
        if end < start or tries[0] <= 0:
            return
        tries[0] -= 1
        value = text[start:end]
        if _fits(mould.fields[at], value):
            if is_last:
                yield (value,)
                return
            for others in _rest(mould, text, at + 1, end + len(after), tries):
                yield (value, *others)
        if is_last:
            return
        end = text.find(after, end + 1)


def _fits(field: tuple[str, bool], value: str) -> bool:
    name, is_quoted = field
    if is_quoted:
        return len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    if name in ONE_WORD:
        return bool(value) and not any(sign.isspace() for sign in value)
    if name in MOMENTS:
        return 0 < len(value) <= LONGEST_MOMENT and not value.isalpha()
    return True


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


@cache
def _moulds() -> tuple[dict[str, str], list[tuple[Mould, str]]]:
    """Templates without fields, by what they say; all others, one of each shape, heaviest first."""
    whole: dict[str, str] = {}
    moulds: dict[tuple[str, ...], Mould] = {}
    for template in catalogue("nb"):
        mould = _mould(template)
        if not mould.fields:
            whole[mould.texts[0]] = template
        elif any(text.strip() for text in mould.texts):
            best = min(moulds.get(mould.texts, mould), mould, key=lambda one: one.narrow)
            moulds[mould.texts] = best
    listed = sorted(moulds.values(), key=lambda one: (-one.weight, one.template))
    return whole, [(one, one.anchor) for one in listed]


def _mould(template: str) -> Mould:
    texts, fields = [""], []
    for text, name, _, conversion in Formatter().parse(template):
        texts[-1] += text
        if name is not None:
            fields.append((name, conversion == "r"))
            texts.append("")
    return Mould(template, tuple(texts), tuple(fields), sum(map(_letters, texts)))
