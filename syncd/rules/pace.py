"""How fast a shop's bulk operations go, learned from those that have ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, takewhile
from math import exp, log
from operator import mul

DRIFT = 1.2  # by so much may both change from one operation to the next, either way
DOUBT = 1.25  # the drift, with what is measured wrongly
NOISE = 0.04  # of a duration, relative, beside a part of a second
LOOK_S = 0.3  # how far a look may be off
UNTOLD = 1e-6  # how likely a duration says nothing: Shopify was down, say
SURPRISE = 0.02  # how likely another document has quite another pace
LATENCY_STEP, LINES_STEP = 0.09, 0.18  # of the logarithms
STRIDES = 2  # of the walk between two operations: a step each, so that it gets as far as DRIFT


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds until the first line is done, lines a second of all operations together.

    Both may be slower, or faster, by the factor `doubt`. As it stands: of a shop without any
    operation yet. Shopify publishes no such numbers, these are an estimate.
    """

    latency_s: float = 30.0
    lines_s: float = 20.0
    doubt: float = 2.0

    def seconds(self, lines: float) -> float:
        return self.latency_s + lines / self.lines_s if lines else 0.0

    def then(self, other: Pace) -> Pace:
        """The pace of two operations on the same products, one after the other."""
        return Pace(
            self.latency_s + other.latency_s,
            1 / (1 / self.lines_s + 1 / other.lines_s),
            max(self.doubt, other.doubt),
        )


@dataclass(frozen=True, slots=True)
class Look:
    """So many lines were done so many seconds after the start."""

    lines: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Ended:
    """An operation: when it began, by any clock; how far it was when that was looked at.

    The last look is its end; one before, if any, tells when its first line was done.
    """

    began_s: float
    looks: tuple[Look, ...]

    @property
    def ended_s(self) -> float:
        return self.began_s + self.looks[-1].seconds


def learned(ended: Sequence[Ended], others: Sequence[Ended] = ()) -> Pace:
    """The pace that is to be expected after these operations, in any order.

    Those that ran side by side count as one with the lines of all. `others` did something else:
    they are a hint. The pace of a shop without any operation when there are none.
    """
    # A duration is one number for two unknowns. A regression, recursive or of the last few, takes
    # what is drift for the slope between two sizes, and is wrong by the hundred where the next size
    # is another. So how likely each pair is, is kept for a grid of them, which bends to no
    # assumption: it drifts before each operation, then counts what that showed. When the first line
    # was done tells the two apart. `make bench NAME=planner` holds the bars that others missed.
    if not ended and not others:
        return Pace()
    chances = prior()
    for one in joined(others):
        chances = after(chances, one)
    if others:
        chances = _hinted(chances)
    for one in joined(ended):
        chances = after(chances, one)
    return expected(chances)


def _hinted(chances: Chances) -> Chances:
    """What others showed is a hint: their pace is likely, any other is possible."""
    begin = prior()
    share = SURPRISE / sum(map(sum, begin))
    return [
        [chance * (1 - SURPRISE) + share * other for chance, other in zip(*rows, strict=True)]
        for rows in zip(chances, begin, strict=True)
    ]


Chances = list[list[float]]
"""A number for each pair, such as how likely it is: a row a latency, in it one for each speed."""


def _grid(least: float, most: float, step: float) -> list[float]:
    return list(takewhile(lambda one: one <= log(most), (log(least) + step * n for n in count())))


LATENCIES = _grid(4.0, 200.0, LATENCY_STEP)
SPEEDS = _grid(2.0, 1000.0, LINES_STEP)
_LATENCIES_S = [exp(one) for one in LATENCIES]
_LINE_S = [exp(-one) for one in SPEEDS]


def prior() -> Chances:
    """Before any operation. Ten times as fast is thinkable, half as fast already unlikely."""
    begin = Pace()
    slower, faster = 0.7, 3.0
    speeds = [one - log(begin.lines_s) for one in SPEEDS]
    speed = [exp(-((one / (slower if one < 0 else faster)) ** 2) / 2) for one in speeds]
    latency = [exp(-(((one - log(begin.latency_s)) / 0.7) ** 2) / 2) for one in LATENCIES]
    return [[one * other for other in speed] for one in latency]


def after(chances: Chances, one: Ended) -> Chances:
    """The chances once this operation has been seen, on top of all before it."""
    chances = _drifted(chances)
    for look in one.looks:
        seconds = max(look.seconds, LOOK_S)
        sharpness = -1 / (2 * (NOISE**2 + (LOOK_S / seconds) ** 2))
        seen = log(seconds)
        chances = [
            [
                chance * (UNTOLD + exp(sharpness * (seen - expected) ** 2))
                for chance, expected in zip(*rows, strict=True)
            ]
            for rows in zip(chances, _durations(look.lines), strict=True)
        ]
    total = sum(map(sum, chances))
    return [[chance / total for chance in row] for row in chances]


@lru_cache(maxsize=4)
def _durations(lines: int) -> Chances:
    """The logarithm of how long so many lines take, for each pair."""
    works_s = [lines * line_s for line_s in _LINE_S]
    return [[log(latency_s + work_s) for work_s in works_s] for latency_s in _LATENCIES_S]


def _drifted(chances: Chances) -> Chances:
    """Each chance spread to its neighbours, by as much as a random walk in DRIFT would."""
    variance = log(DRIFT) ** 2 / 3 / STRIDES
    latency, speed = variance / LATENCY_STEP**2 / 2, variance / LINES_STEP**2 / 2
    for _ in range(STRIDES):
        chances = _spread(chances, latency, speed)
    return chances


def _spread(chances: Chances, latency: float, speed: float) -> Chances:
    """These shares of each chance given to each of both neighbours."""
    above, below = [chances[0], *chances[:-1]], [*chances[1:], chances[-1]]
    rows = [
        [(1 - 2 * latency) * b + latency * (a + c) for a, b, c in zip(*three, strict=True)]
        for three in zip(above, chances, below, strict=True)
    ]
    return [
        [
            (1 - 2 * speed) * b + speed * (a + c)
            for a, b, c in zip([row[0], *row[:-1]], row, [*row[1:], row[-1]], strict=True)
        ]
        for row in rows
    ]


def expected(chances: Chances) -> Pace:
    """The means of latency and of the seconds a line takes: so durations are their own means."""
    total = sum(map(sum, chances))
    latency_s = sum(one * sum(row) for one, row in zip(_LATENCIES_S, chances, strict=True))
    line_s = sum(sum(map(mul, _LINE_S, row)) for row in chances)
    return Pace(latency_s / total, total / line_s, DOUBT)


def joined(ended: Sequence[Ended]) -> Iterator[Ended]:
    """Operations that ran side by side as one: they share what Shopify does a second."""
    group: list[Ended] = []
    for one in sorted(ended, key=lambda one: one.began_s):
        if group and one.began_s >= max(other.ended_s for other in group):
            yield _one(group)
            group = []
        group.append(one)
    if group:
        yield _one(group)


def _one(group: Sequence[Ended]) -> Ended:
    began_s = group[0].began_s
    lines = sum(one.looks[-1].lines for one in group)
    end = Look(lines, max(one.ended_s for one in group) - began_s)
    # The first line of the first of them was done after the latency, whatever the others did.
    return Ended(began_s, (*group[0].looks[:-1], end))
