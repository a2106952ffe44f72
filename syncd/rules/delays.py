"""How long things took, counted by steps that grow: sums of many days stay as exact as one.

A histogram is a tuple of counts, one a step; zeros at its end may be left out. Step 0 holds what
took less than BOUNDS[0], step n what took BOUNDS[n - 1] or more, the last one all above. A figure
read from one is wrong by less than the width of its step, a fifth of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

Histogram = tuple[int, ...]

GROWTH = 1.2
# From 10 ms to some ten days. Stored counts mean these: other bounds need another table.
BOUNDS = tuple(0.01 * GROWTH**step for step in range(100))
QUARTER = timedelta(minutes=15)
QUARTERS = 96  # a day


@dataclass(frozen=True, slots=True)
class Counted:
    """What was accepted in a while that began then; `buckets` is the histogram of its delays."""

    began_at: datetime
    writes: int
    buckets: Histogram


@dataclass(frozen=True, slots=True)
class Quarter:
    """What was accepted in a quarter of an hour, how long it took; None: nothing had waited."""

    began_at: datetime
    count: int
    median_s: float | None
    p99_s: float | None


def histogram(seconds: Iterable[float]) -> Histogram:
    """The histogram of these; the same as `width_bucket` of Postgres makes."""
    counts = [0] * (len(BOUNDS) + 1)
    for one in seconds:
        counts[bisect_right(BOUNDS, one)] += 1
    return trimmed(counts)


def merged(parts: Iterable[Sequence[int]]) -> Histogram:
    """All of them together, in whatever order."""
    counts = [0] * (len(BOUNDS) + 1)
    for part in parts:
        for step, count in enumerate(part):
            if count:
                counts[step] += count
    return trimmed(counts)


def trimmed(counts: Sequence[int]) -> Histogram:
    """Without the zeros at its end."""
    length = len(counts)
    while length and not counts[length - 1]:
        length -= 1
    return tuple(counts[:length])


def percentile(counts: Sequence[int], share: float) -> float | None:
    """So much of what was counted took no longer, in seconds; None when nothing was.

    It is read inside its step as if all of that step were spread evenly.
    """
    total = sum(counts)
    if not total:
        return None
    rank = max(1, ceil(share * total))  # the nearest rank, from 1
    before = 0
    for step, count in enumerate(counts):
        if before + count >= rank:
            low, high = edges(step)
            return low + (high - low) * (rank - before - 0.5) / count
        before += count
    raise AssertionError("a rank is within its total")


def edges(step: int) -> tuple[float, float]:
    """Between which seconds a step lies; the last one, which has no end, at its beginning."""
    low = BOUNDS[step - 1] if step else 0.0
    return low, BOUNDS[min(step, len(BOUNDS) - 1)]


def quarters(counted: Sequence[Counted], now: datetime) -> tuple[Quarter, ...]:
    """The last 24 hours at quarter hours, the one that runs last; an empty one has no delays."""
    last = floor(now, QUARTER)
    starts = [last - QUARTER * back for back in range(QUARTERS - 1, -1, -1)]
    by_quarter: Mapping[datetime, list[Counted]] = {at: [] for at in starts}
    for one in counted:
        if (at := floor(one.began_at, QUARTER)) in by_quarter:
            by_quarter[at].append(one)
    return tuple(_quarter(at, by_quarter[at]) for at in starts)


def _quarter(at: datetime, parts: Sequence[Counted]) -> Quarter:
    together = merged(one.buckets for one in parts)
    count = sum(one.writes for one in parts)
    return Quarter(at, count, percentile(together, 0.5), percentile(together, 0.99))


def floor(at: datetime, size: timedelta) -> datetime:
    """The moment at or before it that is a whole number of `size` after midnight, UTC's."""
    seconds = size.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, tz=at.tzinfo)
