"""Where claims begin to look, so that dead rows kept by a long transaction are not read again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from math import inf

from syncd.records import Lane
from syncd.rules.lanes import LANES

LOW_S = 1.0  # so often claims look from the bottom at least
LONG_S, SHARE = 0.02, 0.1  # a long look; the share of the time that empty claims may spend on it
TOP = datetime.max.replace(year=9999, tzinfo=UTC)  # nothing is due as late
BOTTOM = datetime.min.replace(year=2000, tzinfo=UTC)  # before syncd was written


class Floors:
    """A place in each lane, the most urgent first: what was due before it was claimed already.

    A place is a due time with the id of a change, as claims go by. Below it may be what was
    committed late with an older due time, and claims that ran out: so once in LOW_S, as whenever
    nothing is found, claims look from the bottom. While dead rows make that long they rest from it
    after empty claims, but for LOW_S at most.
    """

    def __init__(self) -> None:
        self._rests_until_s = -inf
        self.lower(-inf)

    @property
    def is_low(self) -> bool:
        return all(moment == BOTTOM for moment in self.at)

    def of(self, lanes: Collection[Lane]) -> list[datetime]:
        """The times by lane, such that nothing is found in the other lanes."""
        return [at if lane in lanes else TOP for lane, at in zip(LANES, self.at, strict=True)]

    def lower(self, now_s: float) -> None:
        self.at, self.ids, self._lowered_s = [BOTTOM] * len(LANES), [0] * len(LANES), now_s

    def lower_in_time(self, now_s: float) -> None:
        if now_s >= self._lowered_s + LOW_S:
            self.lower(now_s)

    def rests(self, now_s: float) -> bool:
        """Whether looks from the bottom have taken too long just now."""
        return now_s < self._rests_until_s

    def looked(self, began_s: float, now_s: float) -> None:
        """Claims have looked from the bottom, from then till now."""
        took_s = now_s - began_s
        if took_s > LONG_S:
            self._rests_until_s = now_s + min(took_s * (1 / SHARE - 1), LOW_S)

    def raise_to(self, lane: Lane, moment: datetime, change_id: int) -> None:
        """This change, due since `moment`, was claimed."""
        place = LANES.index(lane)
        if (moment, change_id) > (self.at[place], self.ids[place]):
            self.at[place], self.ids[place] = moment, change_id
