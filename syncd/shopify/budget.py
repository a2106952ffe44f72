"""How long to wait before spending points: our view of Shopify's cost bucket.

Pure: time comes in as a value. Shopify takes the requested cost of a call from the bucket before
running it, gives back what was not used, and refuses a call that asks for more than is there
(shopify.dev/docs/api/usage/rate-limits, read 2026-11).

Our own sum is debited when a call is sent and credited when its answer is there. Shopify does both
in between, so while the bucket is ours alone our sum is never above the truth. Each answer shows a
level. Where it is lower than ours, somebody else spends, or less is restored: it is believed at
once. Where it is higher it is believed once it has been so for HELD_S: a reading may be old, and a
process beside us may be about to spend. Measured: `make bench NAME=limiter`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, inf
from typing import Any

from syncd.records import Lane
from syncd.rules.lanes import LANES

FLOOR, HIGH_FLOOR = 0.05, 0.25  # shares of the bucket that products leave to the urgent lanes
MARGIN_S = 0.02  # so much of restoring is never spent: levels are shown whole, clocks differ
SLACK_S = 0.05  # a reading may be lower by so much of restoring: it was under way
HELD_S = 3.0
WHOLE = 1e-6  # points that are none: sums of floats
FADING = 0.99  # a call: how long a dear one is reckoned with
NEWEST = 0.1  # the weight of the newest call in a mean
FEWEST, MOST = 8, 50  # calls under way
DRAINED_S = 2.0  # so fast what is there is spent, beside what is restored
SPARE = 1.5  # times the calls that are needed on an average: some are quicker, some cheaper


class Budget:
    """One app's bucket in one shop, mirrored. Before the first answer nothing is known of it.

    `mean_points` is what a call was charged of late, `mean_s` how long it took.
    """

    def __init__(self) -> None:
        self.maximum_points = 0.0
        self.restore_points_s = 0.0
        self.in_flight_points = 0.0
        self.mean_points = 0.0
        self.mean_s = 0.0
        self._level_points = 0.0
        self._at_s = 0.0
        self._dearest_points = [0.0] * len(LANES)  # of the calls of late
        self._higher_points = inf  # the readings were higher by at least so much
        self._higher_since_s = inf

    @property
    def is_known(self) -> bool:
        return self.restore_points_s > 0

    def calls(self, now_s: float) -> int:
        """How many calls must be under way to spend the points: rate × latency ÷ cost.

        While the bucket is full they are more: what it holds is to be spent, too.
        """
        if not self.mean_points:
            return FEWEST
        rate = self.restore_points_s + self.level_points(now_s) / DRAINED_S
        return max(FEWEST, min(MOST, ceil(rate * self.mean_s / self.mean_points * SPARE)))

    def level_points(self, now_s: float) -> float:
        """What surely is there once all that is under way has been taken.

        A full bucket restores nothing until a call arrives, and we do not know when it does.
        """
        restored = (now_s - self._at_s) * self.restore_points_s
        return min(self._level_points + restored, self.maximum_points - self.in_flight_points)

    def floor_points(self, lane: Lane) -> float:
        """What calls of this lane leave for more urgent ones: room for the dearest of them."""
        place = LANES.index(lane)
        share = FLOOR * place / LANES.index("product")
        wanted = max(share * self.maximum_points, *self._dearest_points[:place], 0.0)
        return min(wanted, HIGH_FLOOR * self.maximum_points)

    def wait_s(self, points: float, lane: Lane, now_s: float) -> float:
        """Seconds until a call of so many points may be sent; 0: now.

        While nothing is known one call at a time may try. A call larger than the bucket waits for
        a full one, and is for Shopify to refuse.
        """
        if not self.is_known:
            return 0.0 if not self.in_flight_points else inf
        wanted = points + self.floor_points(lane) + MARGIN_S * self.restore_points_s
        missing = min(wanted, self.maximum_points) - self.level_points(now_s)
        return missing / self.restore_points_s if missing > WHOLE else 0.0

    def spend(self, points: float, lane: Lane, now_s: float) -> None:
        """A call that asks for so many points is on its way."""
        self._level_points, self._at_s = self.level_points(now_s) - points, now_s
        self.in_flight_points += points
        dearest, place = [one * FADING for one in self._dearest_points], LANES.index(lane)
        dearest[place] = max(points, dearest[place])
        self._dearest_points = dearest

    def settle(self, points: float, cost: Mapping[str, Any] | None, now_s: float) -> None:
        """The call is back with the answer's `extensions.cost`, or without one when it was lost.

        Without one its points count as spent.
        """
        level = self.level_points(now_s)
        self.in_flight_points -= points
        status = (cost or {}).get("throttleStatus")
        if cost is None or status is None:
            return
        reading = float(status["currentlyAvailable"])
        used = cost.get("actualQueryCost")  # null: refused
        if not self.is_known:
            level, self._higher_since_s = reading - self.in_flight_points, now_s
        elif used is not None:
            level = self._believed(level + points - used, reading, now_s)
        else:  # less is there than we thought; a reading that knows better is an old one
            surely = reading - self.in_flight_points if reading < points else 0.0
            level = min(level + points, max(0.0, surely))
        self.maximum_points = float(status["maximumAvailable"])
        self.restore_points_s = float(status["restoreRate"])
        self._level_points, self._at_s = level, now_s
        if used is not None:
            self.mean_points = _mean(self.mean_points, used)

    def took(self, seconds: float) -> None:
        """An answer came after so many seconds."""
        self.mean_s = _mean(self.mean_s, seconds)

    def _believed(self, level: float, reading: float, now_s: float) -> float:
        """Our own sum, set right by a reading."""
        if reading + SLACK_S * self.restore_points_s < level:
            level = reading
        self._higher_points = min(self._higher_points, reading - self.in_flight_points - level)
        if self._higher_points <= 0:
            self._higher_points, self._higher_since_s = inf, now_s
        elif now_s - self._higher_since_s >= HELD_S:
            level += self._higher_points
            self._higher_points, self._higher_since_s = inf, now_s
        return level


def _mean(mean: float, newest: float) -> float:
    return mean + NEWEST * (newest - mean) if mean else newest
