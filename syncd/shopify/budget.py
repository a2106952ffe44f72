"""How long to wait before spending points: our view of Shopify's cost bucket.

Pure: time comes in as a value. Shopify takes the requested cost of a call from the bucket before
running it, gives back what was not used, and refuses a call that asks for more than is there
(shopify/rate-limits, read 2026-11). Each answer shows the level; while other calls of ours are
under way it is uncertain which of them it counts already, but not by more than they asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FLOOR_S = 0.1  # this much of restoring is never spent: who knows how even Shopify's clock is


class Budget:
    """One app's bucket in one shop, mirrored. Before the first answer nothing is known of it."""

    def __init__(self) -> None:
        self.maximum_points = 0.0
        self.restore_points_s = 0.0
        self.level_points = 0.0
        self.at_s = 0.0
        self.in_flight_points = 0.0

    @property
    def is_known(self) -> bool:
        return self.restore_points_s > 0

    def wait_s(self, points: float, now_s: float) -> float:
        """Seconds until a call of so many points may be sent; 0: now.

        While nothing is known one call at a time may try. A call larger than the bucket waits for
        a full one, and is for Shopify to refuse.
        """
        if not self.is_known:
            return 0.0 if not self.in_flight_points else float("inf")
        wanted = min(points + FLOOR_S * self.restore_points_s, self.maximum_points)
        return max(0.0, (wanted - self._level(now_s)) / self.restore_points_s)

    def spend(self, points: float, now_s: float) -> None:
        """A call that asks for so many points is on its way."""
        self.level_points, self.at_s = self._level(now_s) - points, now_s
        self.in_flight_points += points

    def settle(self, points: float, cost: Mapping[str, Any] | None, now_s: float) -> None:
        """The call is back with the answer's `extensions.cost`, or without one when it was lost.

        Between `reading - what is in flight` and `reading` lies the truth; our own sum is kept
        where it lies there too.
        """
        level = self._level(now_s)
        self.in_flight_points -= points
        status = (cost or {}).get("throttleStatus")
        if cost is None or status is None:
            return
        self.maximum_points = float(status["maximumAvailable"])
        self.restore_points_s = float(status["restoreRate"])
        reading = float(status["currentlyAvailable"])
        used = cost.get("actualQueryCost")
        refund = points - used if used is not None else points  # null: refused, nothing was taken
        self.level_points = min(max(level + refund, reading - self.in_flight_points), reading)
        self.at_s = now_s

    def _level(self, now_s: float) -> float:
        """What surely is there once all that is under way has been taken.

        A full bucket restores nothing until a call arrives, and we do not know when it does.
        """
        restored = (now_s - self.at_s) * self.restore_points_s
        return min(self.level_points + restored, self.maximum_points - self.in_flight_points)
