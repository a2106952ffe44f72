"""Time that passes at once: processes are generators, which yield what they wait for."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from itertools import count

Process = Generator["float | Bell", None, None]


class Bell:
    """Wakes the process that waits for it, or it wakes by itself after `limit_s`."""

    def __init__(self, limit_s: float = float("inf")) -> None:
        self.limit_s = limit_s
        self.ring: Callable[[], None] = lambda: None


class World:
    """A clock with the processes that live by it."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._numbers = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    def start(self, process: Process) -> None:
        self._at(self.now_s, lambda: self._go_on(process))

    def run(self, is_over: Callable[[], bool]) -> None:
        """Until it is over, or nothing happens any more."""
        while self._due and not is_over():
            self.now_s, _, happens = heapq.heappop(self._due)
            happens()

    def _at(self, moment_s: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._due, (moment_s, next(self._numbers), happens))

    def _go_on(self, process: Process) -> None:
        waits_for = next(process, None)
        if isinstance(waits_for, Bell):
            self._wait(process, waits_for)
        elif waits_for is not None:
            self._at(self.now_s + waits_for, lambda: self._go_on(process))

    def _wait(self, process: Process, bell: Bell) -> None:
        is_awake = False

        def wake() -> None:
            nonlocal is_awake
            if not is_awake:
                is_awake = True
                self._go_on(process)

        bell.ring = lambda: self._at(self.now_s, wake)
        if bell.limit_s < float("inf"):
            self._at(self.now_s + bell.limit_s, wake)
