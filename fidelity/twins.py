"""Which of our ids stands for which recorded one."""

from __future__ import annotations

import re
from typing import Any

from fidelity.typed import GID

NUMBER = re.compile(r"(?<!\d)(?<!\d\.)\d{8,}(?!\d|\.\d)")
PARTS = re.compile(r"gid://shopify/(\w+)/([^?\"\s]+)(?:\?(.*))?")


Numbers = dict[tuple[str, str], str]
Kept = tuple[Numbers, Numbers, dict[str, str]]


class Twins:
    """Recorded number -> ours, kind by kind.

    What the seeds made has the recorded number itself; what the sandbox made gets its twin when an
    answer shows both at the same place for the first time.
    """

    def __init__(self) -> None:
        self.ours: Numbers = {}
        self.taken: Numbers = {}
        self.cursors: dict[str, str] = {}

    def kept(self) -> Kept:
        """What is paired so far, for `restore`."""
        return dict(self.ours), dict(self.taken), dict(self.cursors)

    def restore(self, kept: Kept) -> None:
        ours, taken, cursors = kept
        self.ours, self.taken, self.cursors = dict(ours), dict(taken), dict(cursors)

    def keep(self, gid: str) -> None:
        """The seeds made this one under its recorded number."""
        if found := PARTS.fullmatch(gid):
            self._pair(found[1], found[2], found[2])

    def is_known(self, gid: str) -> bool:
        found = PARTS.fullmatch(gid)
        return found is not None and (found[1], found[2]) in self.ours

    def is_made(self, gid: str) -> bool:
        """Whether the sandbox made this one itself, under a number of its own."""
        found = PARTS.fullmatch(gid)
        return found is not None and self.ours.get((found[1], found[2]), found[2]) != found[2]

    def has_number(self, recorded: str) -> bool:
        """Whether a recorded number has a twin, of whatever kind."""
        return any(number == recorded for _, number in self.ours)

    def agree(self, recorded: str, ours: str) -> bool:
        """Whether the two ids are twins, or become so now, since neither had one."""
        if recorded == ours:
            return True
        first, second = PARTS.fullmatch(recorded), PARTS.fullmatch(ours)
        if not first or not second or first[1] != second[1]:
            return False
        if (first[3] is None) != (second[3] is None):
            return False
        kind = first[1]
        known = self.ours.get((kind, first[2]))
        if known is None:
            if (kind, second[2]) in self.taken:
                return False
            self._pair(kind, first[2], second[2])
        elif known != second[2]:
            return False
        return first[3] is None or self.text(first[3]) == second[3]

    def gid_of_ours(self, kind: str, number: str) -> str:
        """The recorded id that one of ours stands for; ours where it stands for none."""
        return f"{GID}{kind}/{self.taken.get((kind, number), number)}"

    def _pair(self, kind: str, recorded: str, ours: str) -> None:
        self.ours[kind, recorded] = ours
        self.taken[kind, ours] = recorded

    def text(self, text: str) -> str:
        """A recorded text with our numbers for the recorded ones, in gids or bare."""
        for recorded, ours in self.cursors.items():
            text = text.replace(recorded, ours)
        numbers = {recorded: ours for (_, recorded), ours in self.ours.items() if recorded != ours}
        if not numbers:
            return text
        return NUMBER.sub(lambda found: numbers.get(found[0], found[0]), text)

    def put_in(self, value: Any) -> Any:
        """A recorded value with our numbers for the recorded ones, in all its texts."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.put_in(one) for one in value]
            case dict():
                return {key: self.put_in(one) for key, one in value.items()}
        return value


def kind_of(gid: str) -> str:
    return gid[len(GID) :].split("/")[0]
