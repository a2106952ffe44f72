"""Where claims begin to look, so that dead rows kept by a long transaction are not read again."""

from __future__ import annotations

from datetime import UTC, datetime
from math import inf
from typing import get_args

from syncd.records import Lane

LANES: tuple[Lane, ...] = get_args(Lane)
LOW_S = 1.0  # so often claims look from the bottom at least
BOTTOM = datetime.min.replace(year=2000, tzinfo=UTC)  # before syncd was written


class Floors:
    """A place in each lane, the most urgent first: what was due before it was claimed already.

    A place is a due time with the id of a change, as claims go by. Below it may be what was
    committed late with an older due time, and claims that ran out: so once in LOW_S, as whenever
    nothing is found, claims look from the bottom.
    """

    def __init__(self) -> None:
        self._lowered_s = -inf
        self.lower(-inf)

    @property
    def is_low(self) -> bool:
        return all(moment == BOTTOM for moment in self.at)

    def lower(self, now_s: float) -> None:
        self.at, self.ids, self._lowered_s = [BOTTOM] * len(LANES), [0] * len(LANES), now_s

    def lower_in_time(self, now_s: float) -> None:
        if now_s >= self._lowered_s + LOW_S:
            self.lower(now_s)

    def raise_to(self, lane: Lane, moment: datetime, change_id: int) -> None:
        """This change, due since `moment`, was claimed."""
        place = LANES.index(lane)
        if (moment, change_id) > (self.at[place], self.ids[place]):
            self.at[place], self.ids[place] = moment, change_id
