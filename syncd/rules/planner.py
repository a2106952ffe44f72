"""How many products go by bulk operations, so that those with all others are done soonest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from syncd.rules.pace import Pace

WORTH = 1.01  # so much sooner must all be done before a file is written for it


@dataclass(frozen=True, slots=True)
class Calls:
    """What ordinary changes draw on: points that are there, points that come each second.

    `free` is the share of those that others leave. Of products `at_once` are under way at the same
    time, each call lasts `latency_s`.
    """

    level_points: float
    restore_points_s: float
    latency_s: float
    free: float = 1.0
    at_once: float = inf

    def seconds(self, points: float, calls: float) -> float:
        """Until so many points are spent, on so many calls, of which none waits for another's."""
        if not calls:
            return 0.0
        restored_s = max(0.0, points - self.level_points) / (self.restore_points_s * self.free)
        return max(restored_s, calls * self.latency_s / self.at_once) + self.latency_s


@dataclass(frozen=True, slots=True)
class Sort:
    """So many products that need the same: `points` and `calls` for each as an ordinary change.

    `pace` is that of the bulk operations that do the same; None when none does.
    """

    due: int
    points: float
    calls: float = 1.0
    pace: Pace | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Of each sort, in the order given, how many become ordinary changes; the rest goes by bulk.

    Both are at work at once, and should take that long.
    """

    direct: tuple[int, ...]
    direct_s: float
    bulk_s: float

    @property
    def seconds(self) -> float:
        return max(self.direct_s, self.bulk_s)


Planning = Callable[[Sequence[Sort], Calls], Plan]


def plan(sorts: Sequence[Sort], calls: Calls) -> Plan:
    """The split with which all is done soonest: the two ways draw on different resources.

    What a pace's doubt allows is reckoned with: chosen is the split that is the least wrong, as a
    factor, whether bulk operations turn out slower or faster than expected.
    """
    model = _Model.of(sorts, calls)
    fast, slow = model.best(-1), model.best(1)
    fast_s, slow_s = model.seconds(fast, -1), model.seconds(slow, 1)
    direct = _lowest(
        lambda direct: _ratio(model.seconds(direct, -1), fast_s),
        lambda direct: _ratio(model.seconds(direct, 1), slow_s),
        fast,
        slow,
    )
    if model.seconds(model.due, 0) <= model.seconds(direct, 0) * WORTH:
        direct = model.due
    return model.plan(direct)


def all_directly(sorts: Sequence[Sort], calls: Calls) -> Plan:
    """Nothing goes by bulk operations."""
    model = _Model.of(sorts, calls)
    return model.plan(model.due)


def all_by_bulk(sorts: Sequence[Sort], calls: Calls) -> Plan:
    """Whatever can go by bulk operations does, however few they are."""
    model = _Model.of(sorts, calls)
    return model.plan(model.forced)


DECISIONS: Mapping[str, Planning] = {"planned": plan, "calls": all_directly, "bulk": all_by_bulk}
"""By the shop's setting `runs_by`."""


@dataclass(frozen=True, slots=True)
class _Model:
    """Durations as functions of how many products are sent as ordinary changes.

    `order` is that in which sorts become ordinary changes: first what has no other way, then what
    costs the fewest points for each second of bulk operations that it saves.
    """

    sorts: Sequence[Sort]
    order: Sequence[int]
    calls: Calls
    due: int
    forced: int

    @classmethod
    def of(cls, sorts: Sequence[Sort], calls: Calls) -> _Model:
        def dearness(place: int) -> float:
            pace = sorts[place].pace
            return sorts[place].points * pace.lines_s if pace else -1.0

        return cls(
            sorts=sorts,
            order=sorted(range(len(sorts)), key=dearness),
            calls=calls,
            due=sum(sort.due for sort in sorts),
            forced=sum(sort.due for sort in sorts if sort.pace is None),
        )

    def split(self, direct: int) -> list[int]:
        found = [0] * len(self.sorts)
        for place in self.order:
            found[place] = min(direct, self.sorts[place].due)
            direct -= found[place]
        return found

    def direct_s(self, direct: int) -> float:
        pairs = list(zip(self.sorts, self.split(direct), strict=True))
        points = sum(sort.points * count for sort, count in pairs)
        return self.calls.seconds(points, sum(sort.calls * count for sort, count in pairs))

    def bulk_s(self, direct: int, slower: int) -> float:
        """`slower`: 1, 0 or -1, for slower than expected, as expected, faster."""
        latency_s, work_s = 0.0, 0.0
        for sort, count in zip(self.sorts, self.split(direct), strict=True):
            if sort.pace is not None and count < sort.due:
                factor = sort.pace.doubt**slower
                latency_s = max(latency_s, sort.pace.latency_s * factor)
                work_s += (sort.due - count) / sort.pace.lines_s * factor
        return latency_s + work_s

    def seconds(self, direct: int, slower: int) -> float:
        return max(self.direct_s(direct), self.bulk_s(direct, slower))

    def best(self, slower: int) -> int:
        return _lowest(self.direct_s, lambda one: self.bulk_s(one, slower), self.forced, self.due)

    def plan(self, direct: int) -> Plan:
        return Plan(tuple(self.split(direct)), self.direct_s(direct), self.bulk_s(direct, 0))


def _lowest(
    rising: Callable[[int], float], falling: Callable[[int], float], least: int, most: int
) -> int:
    """Where the greater of both is lowest, within these bounds: next to where they meet."""
    low, high = least, most
    while low < high:
        middle = (low + high) // 2
        if rising(middle) >= falling(middle):
            high = middle
        else:
            low = middle + 1
    before = max(low - 1, least)
    return min((low, before), key=lambda one: max(rising(one), falling(one)))


def _ratio(seconds: float, best_s: float) -> float:
    return seconds / best_s if best_s else 1.0
