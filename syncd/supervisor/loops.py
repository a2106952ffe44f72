"""The loops of a daemon that must turn, each with its limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import anyio

from syncd.rules import lateness
from syncd.rules.lateness import Loop

SHORT_S = 90.0  # for a turn of a few statements: one that waits for a lock is given up after 60 s
LONG_S = 600.0  # for a step of calls to a shop, each product of which may take 150 s
RUN_S = 3600.0  # for a step of a run: it may read and compare a whole shop


class Turned(Protocol):
    def __call__(self, rest_s: float = 0.0) -> None: ...


@dataclass(slots=True)
class Loops:
    """The loops at work now; `queued` tells of some whether they wait for their turn at a shop."""

    at_work: list[Loop] = field(default_factory=list)
    queued: dict[int, Callable[[], bool]] = field(default_factory=dict)

    def late(self, now_s: float) -> list[Loop]:
        """Those that hang. Who waits for a shop's points does not, however long that takes."""
        for loop in self.at_work:
            queued = self.queued.get(id(loop))
            if queued is not None and queued():
                loop.turn(now_s)
        return lateness.late(self.at_work, now_s)

    @contextmanager
    def watched(
        self, name: str, limit_s: float = SHORT_S, queued: Callable[[], bool] | None = None
    ) -> Iterator[Turned]:
        """A loop for as long as the block lasts. What it gives is called at each turn.

        `turned(rest_s)` before a rest that is no work: it is not counted.
        """
        loop = Loop(name, limit_s, anyio.current_time() + limit_s)

        def turned(rest_s: float = 0.0) -> None:
            loop.turn(anyio.current_time(), rest_s)

        self.at_work.append(loop)
        if queued is not None:
            self.queued[id(loop)] = queued
        try:
            yield turned
        finally:
            self.at_work = [one for one in self.at_work if one is not loop]
            self.queued.pop(id(loop), None)
