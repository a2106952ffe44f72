"""Where claims begin to look, so that dead rows kept by a long transaction are not read again."""

from __future__ import annotations

from datetime import UTC, datetime
from math import inf

LANES = 5
LOW_S = 1.0  # so often claims look from the bottom at least
BOTTOM = datetime.min.replace(year=2000, tzinfo=UTC)  # before syncd was written


class Floors:
    """A moment for each lane, the most urgent first: what was due before it was claimed already.

    But for what was committed late with an older due time, and claims that ran out: so once in
    LOW_S, as whenever nothing is found, claims look from the bottom.
    """

    def __init__(self) -> None:
        self.at = [BOTTOM] * LANES
        self._lowered_s = -inf

    @property
    def is_low(self) -> bool:
        return all(moment == BOTTOM for moment in self.at)

    def lower(self, now_s: float) -> None:
        self.at, self._lowered_s = [BOTTOM] * LANES, now_s

    def lower_in_time(self, now_s: float) -> None:
        if now_s >= self._lowered_s + LOW_S:
            self.lower(now_s)

    def raise_to(self, urgency: int, moment: datetime) -> None:
        """A change of this lane, 1 for the most urgent, due since `moment`, was claimed."""
        self.at[urgency - 1] = max(self.at[urgency - 1], moment)
