"""The contenders' figures of all rounds, from which ratios are taken."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass, field

from bench.peer_process import PEERS


@dataclass(slots=True)
class Rates:
    """Figures by measure by contender, one a round."""

    found: dict[str, dict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def add(self, measure: str, contender: str, value: float) -> None:
        self.found[measure][contender].append(value)

    def of(self, measure: str, contender: str = "ours") -> float:
        return statistics.median(self.found[measure][contender])

    def best_peer(self, measure: str) -> str:
        return max(PEERS, key=lambda name: self.of(measure, name))

    def ratio(self, measure: str, other: str = "", contender: str = "") -> float:
        """Median over the rounds, since noise comes and goes; by default to the best peer.

        `other` is what the peers do, if it is called otherwise.
        """
        other = other or measure
        theirs = self.found[other][contender or self.best_peer(other)]
        return statistics.median(
            own / their for own, their in zip(self.found[measure]["ours"], theirs, strict=True)
        )
