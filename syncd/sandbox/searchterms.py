"""Shopify's search syntax: from the text of a `query` argument to a tree of terms.

The grammar is that of shopify.dev/docs/api/usage/search-syntax, read 2026-11. What it leaves open
is as recorded: AND binds before OR; an unquoted value ends at a colon, so that the time in
`updated_at:<2000-01-01T00:00:00Z` becomes a second term with the field `00`; a bracket behind a
field belongs to its value; brackets and connectives that lead nowhere are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Sign = Literal["", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Term:
    """`name` is None when the term names no field. An unquoted `*` alone asks for any value."""

    name: str | None
    value: str
    sign: Sign = ""
    is_phrase: bool = False

    @property
    def is_prefix(self) -> bool:
        return not self.is_phrase and len(self.value) > 1 and self.value.endswith("*")

    @property
    def is_any(self) -> bool:
        return not self.is_phrase and self.value == "*"


@dataclass(frozen=True, slots=True)
class Not:
    part: Node


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Node, ...]


Node = Term | Not | Both | Either

TOKEN = re.compile(
    r"""
    (?P<space>\s+)
    | (?P<open>\() | (?P<close>\))
    | (?P<minus>-(?=\S))
    | (?P<phrase>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<name>(?:[^\s:()\\]|\\.)+):(?P<sign><=|>=|<|>)?
      (?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?:[^\s:)\\]|\\.)*)
    | (?P<word>(?:[^\s:()\\]|\\.)+)
    | (?P<stray>.)
    """,
    re.VERBOSE,
)
ESCAPED = re.compile(r"\\(.)")
SIGNS: dict[str, str] = {"<": "range_lte", "<=": "range_lte", ">": "range_gte", ">=": "range_gte"}
"""How Shopify names them in `parsed`; recorded for `<` of a time, which is no slip of ours."""


def parsed(text: str) -> Node | None:
    """The tree; None when there is nothing in the text to search for."""
    return _Reader([one for one in TOKEN.finditer(text) if one.lastgroup != "stray"]).either()


def shown(node: Node, times: Mapping[Term, str]) -> dict[str, Any]:
    """The tree as `extensions.search` has it: times with all they were given to mean."""
    match node:
        case Both(parts):
            return {"and": [shown(part, times) for part in parts]}
        case Either(parts):
            return {"or": [shown(part, times) for part in parts]}
        case Not(part):
            return {"not": shown(part, times)}
        case Term(name, value, sign, is_phrase):
            value = times.get(node, value)
            key = SIGNS.get(sign) or ("match_phrase" if is_phrase else "match_all")
            if node.is_any:
                return {"field": name or "default", "exists": True}
            if node.is_prefix:
                key, value = "match_prefix", value[:-1]
            return {"field": name or "default", key: value}


@dataclass(slots=True)
class _Reader:
    """Reads tokens from left to right; what makes no sense where it stands is passed over."""

    tokens: list[re.Match[str]]
    place: int = field(default=0)

    def either(self) -> Node | None:
        parts = []
        while True:
            if (part := self._both()) is not None:
                parts.append(part)
            if not self._takes("OR"):
                return _joined(parts, Either)

    def _both(self) -> Node | None:
        parts = []
        while (met := self._met()) is not None and met[0] != "OR" and met.lastgroup != "close":
            if (part := self._part()) is not None:
                parts.append(part)
        return _joined(parts, Both)

    def _part(self) -> Node | None:
        """One term with its modifier; None for a connective that joins nothing."""
        met = self.tokens[self.place]
        self.place += 1
        if met["minus"] or met[0] == "NOT":
            part = self._part() if self._met() is not None else None
            return None if part is None else Not(part)
        if met["open"]:
            inner = self.either()
            self.place += 1  # the bracket that closes it, if it is there
            return inner
        return None if met[0] == "AND" or met["close"] else _term(met)

    def _met(self) -> re.Match[str] | None:
        while self.place < len(self.tokens) and self.tokens[self.place]["space"]:
            self.place += 1
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def _takes(self, word: str) -> bool:
        met = self._met()
        if met is None or met[0] != word:
            return False
        self.place += 1
        return True


def _joined(parts: list[Node], join: type[Both] | type[Either]) -> Node | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return join(tuple(parts))


def _term(met: re.Match[str]) -> Term | None:
    text = met["value"] if met["name"] else met["phrase"] or met["word"]
    if not text:
        return None
    is_phrase = len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]
    value = ESCAPED.sub(r"\1", text[1:-1] if is_phrase else text)
    name = ESCAPED.sub(r"\1", met["name"]) if met["name"] else None
    sign: Sign = met["sign"] or ""  # type: ignore[assignment]  # the pattern knows no others
    return Term(name, value, sign, is_phrase)
