"""Whose turn it is to spend points: the most urgent lane first, in each who came first.

Pure: time comes in as a value. Nobody overtakes the one whose turn it is, even with a cheaper call:
a dear one would never have its turn. That loses nothing: all the while points are restored.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field

from syncd.records import Lane
from syncd.rules.lanes import LANES
from syncd.shopify.budget import Budget


@dataclass(order=True, slots=True)
class Turn:
    """A call that waits for its points; `ring` is called when it may be its turn."""

    rank: int
    number: int
    lane: Lane = field(compare=False)
    points: float = field(compare=False)
    ring: Callable[[], object] = field(compare=False, default=lambda: None)


class Turns:
    """Those who wait for points of one budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._waiting: list[Turn] = []
        self._count = 0

    def ask(self, points: float, lane: Lane) -> Turn:
        """A place behind all of its lane, to be taken by `enter`."""
        self._count += 1
        return Turn(LANES.index(lane), self._count, lane, points)

    def enter(self, turn: Turn) -> None:
        """Wait; one that was refused does so at its old place, the first of its lane."""
        insort(self._waiting, turn)

    def leave(self, turn: Turn) -> None:
        """Wait no more; the next one looks whether it is its turn."""
        self._waiting.remove(turn)
        self.look()

    def look(self) -> None:
        """Something has changed: let the first one look."""
        if self._waiting:
            self._waiting[0].ring()

    def wait_s(self, turn: Turn, now_s: float) -> float:
        """Seconds until it surely is its turn, 0: now; infinite while others are before it."""
        if self._waiting[0] is not turn:
            return float("inf")
        return self._budget.wait_s(turn.points, turn.lane, now_s)
