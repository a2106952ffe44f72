"""The leaky bucket: how many points an app may still spend in a shop."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncd.sandbox.options import Clock, Plan


@dataclass(slots=True)
class Bucket:
    """Filled by time, emptied by requests. One for each app and shop, that is for each token."""

    plan: Plan
    clock: Clock
    points: float = field(init=False)
    filled_at_s: float = field(init=False)
    refusals: int = 0
    """How many of the next requests are refused however many points there are."""

    def __post_init__(self) -> None:
        self.points = float(self.plan.bucket_points)
        self.filled_at_s = self.clock.monotonic_s()

    def reserve(self, points: int) -> bool:
        """Take the points if they are there; false, and nothing is taken, if they are not."""
        self._fill()
        if self.refusals:
            self.refusals -= 1
            return False
        if self.points < points:
            return False
        self.points -= points
        return True

    def refund(self, points: int) -> None:
        """Give back what a request asked for and did not use."""
        self._fill()
        self.points = min(self.points + points, float(self.plan.bucket_points))

    def status(self) -> dict[str, int]:
        """As `extensions.cost.throttleStatus` shows it, in whole points."""
        self._fill()
        return {
            "maximumAvailable": self.plan.bucket_points,
            "currentlyAvailable": int(self.points),
            "restoreRate": self.plan.restore_points_s,
        }

    def _fill(self) -> None:
        now_s = self.clock.monotonic_s()
        restored = (now_s - self.filled_at_s) * self.plan.restore_points_s
        self.points = min(self.points + restored, float(self.plan.bucket_points))
        self.filled_at_s = now_s
