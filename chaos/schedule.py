"""Which blow falls when, made of nothing but a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "kill node",
    "stop node",
    "freeze node",
    "kill postgres",
    "kill shop",
    "drop database",
    "drop shop",
    "cut network",
    "step clock",
    "fill disk",
]
# How often, beside each other.
WEIGHTS: Mapping[Kind, int] = {
    "kill node": 4,
    "stop node": 1,
    "freeze node": 2,
    "kill postgres": 1,
    "kill shop": 1,
    "drop database": 2,
    "drop shop": 3,
    "cut network": 2,
    "step clock": 1,
    "fill disk": 1,
}
LASTS_S: Mapping[Kind, tuple[float, float]] = {
    "freeze node": (1.0, 8.0),
    "cut network": (2.0, 12.0),
    "step clock": (5.0, 20.0),
    "fill disk": (3.0, 12.0),
}
LONG_FREEZE_S = 34.0  # longer than a lease
NODES = 2
PAUSE_S = (1.0, 5.0)  # between two blows
STEPS_S = (-86_400, -300, 300, 86_400)


@dataclass(frozen=True, slots=True)
class Blow:
    """At `at_s` from the beginning this befalls the node (None: no node), for `lasts_s`.

    `by_s` is how far a clock is put forward.
    """

    at_s: float
    kind: Kind
    node: int | None = None
    lasts_s: float = 0.0
    by_s: int = 0

    def __str__(self) -> str:
        whom = "" if self.node is None else f" {'ab'[self.node]}"
        until = f" for {self.lasts_s:.1f} s" if self.lasts_s else ""
        by = f" by {self.by_s} s" if self.by_s else ""
        return f"{self.at_s:6.1f} s  {self.kind}{whom}{by}{until}"


def schedule(seed: int, seconds: float) -> list[Blow]:
    """The blows of so many seconds in their order; the same for the same seed, on any machine."""
    return list(_blows(random.Random(seed), seconds))


def _blows(chance: random.Random, seconds: float) -> Iterator[Blow]:
    at_s = chance.uniform(*PAUSE_S)
    kinds, weights = list(WEIGHTS), list(WEIGHTS.values())
    may_freeze_long = seconds >= 2 * LONG_FREEZE_S or chance.random() < 0.3
    while at_s < seconds:
        (kind,) = chance.choices(kinds, weights)
        node = None if kind in ("kill postgres", "kill shop") else chance.randrange(NODES)
        lasts_s = round(chance.uniform(*LASTS_S[kind]), 1) if kind in LASTS_S else 0.0
        if kind == "freeze node" and may_freeze_long:
            lasts_s, may_freeze_long = LONG_FREEZE_S, False
        by_s = chance.choice(STEPS_S) if kind == "step clock" else 0
        yield Blow(round(at_s, 1), kind, node, lasts_s, by_s)
        at_s += chance.uniform(*PAUSE_S)
