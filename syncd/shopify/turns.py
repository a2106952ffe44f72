"""Whose turn it is to spend points: the most urgent lane first, in each who came first.

Pure: time comes in as a value. Nobody overtakes the one whose turn it is, even with a cheaper call:
a dear one would never have its turn. That loses nothing: all the while points are restored.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from syncd.records import Lane
from syncd.rules.lanes import LANES
from syncd.shopify.budget import Budget

SOONER_S = 0.001  # not worth a look


@dataclass(order=True, slots=True)
class Turn:
    """A call that waits for its points; `ring` is called when it may be its turn.

    At `wakes_s` it will look by itself: `wait_s` has told it so.
    """

    rank: int
    number: int
    lane: Lane = field(compare=False)
    points: float = field(compare=False)
    ring: Callable[[], object] = field(compare=False, default=lambda: None)
    wakes_s: float = field(compare=False, default=inf)


class Turns:
    """Those who wait for points of one budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._waiting: list[Turn] = []
        self._count = 0

    @property
    def is_empty(self) -> bool:
        return not self._waiting

    def has(self, lane: Lane) -> bool:
        """Whether a call of this lane waits."""
        return any(one.lane == lane for one in self._waiting)

    def ask(self, points: float, lane: Lane) -> Turn:
        """A place behind all of its lane, to be taken by `enter`."""
        self._count += 1
        return Turn(LANES.index(lane), self._count, lane, points)

    def enter(self, turn: Turn) -> None:
        """Wait; one that was refused does so at its old place, the first of its lane."""
        insort(self._waiting, turn)

    def leave(self, turn: Turn, now_s: float) -> None:
        """Wait no more; the next one looks whether it is its turn."""
        self._waiting.remove(turn)
        self.look(now_s)

    def look(self, now_s: float) -> None:
        """Something has changed: the first one looks, if it may go before it would anyway."""
        if self._waiting:
            first = self._waiting[0]
            if now_s + self._wait_s(first, now_s) < first.wakes_s - SOONER_S:
                first.ring()

    def wait_s(self, turn: Turn, now_s: float) -> float:
        """Seconds until it surely is its turn, 0: now; infinite while others are before it."""
        wait_s = self._wait_s(turn, now_s) if self._waiting[0] is turn else inf
        turn.wakes_s = now_s + wait_s
        return wait_s

    def _wait_s(self, first: Turn, now_s: float) -> float:
        return self._budget.wait_s(first.points, first.lane, now_s)
