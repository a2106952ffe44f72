"""What reading a file finds worth telling: things not loaded, things loaded but odd."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncd.catalogue.entries import Problem
from syncd.catalogue.sheet import Row


@dataclass(frozen=True, slots=True)
class Findings:
    """Grows while a file is read; `problems` are what is not loaded."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def problem(self, row: Row, reason: str) -> None:
        self.problems.append(Problem(row.number, row["handle"], reason))

    def note(self, row: Row, reason: str) -> None:
        self.notes.append(Problem(row.number, row["handle"], reason))
