"""What became of the calls of a client."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from syncd import metrics
from syncd.records import Lane
from syncd.shopify.answers import request_id
from syncd.shopify.outcomes import Outcome

LAST = 200  # calls that are remembered until somebody takes them


class Past(NamedTuple):
    """One call: when it was sent and came back, by the monotonic clock; what became of it."""

    began_s: float
    ended_s: float
    document: str
    lane: Lane
    points: int
    outcome: Outcome
    request_id: str


@dataclass(slots=True)
class Tally:
    """What happened to the calls of a client: how many, what they were charged, each by document.

    `lanes` is what was charged by lane.
    `learned` is by how many points Shopify asked more for a document than we had computed.
    `served_version` is the API version that really answered: Shopify serves an old one by a newer.
    `shop` is whose they are for the process's counters; without one nothing is counted there.
    `last` are the last calls, the newest at its end, until `take` takes them.
    """

    served_version: str
    shop: str = ""
    calls: dict[str, int] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    lanes: dict[Lane, int] = field(default_factory=dict)
    learned: dict[str, int] = field(default_factory=dict)
    last: deque[Past] = field(default_factory=lambda: deque(maxlen=LAST))

    def count(
        self,
        name: str,
        lane: Lane,
        cost: Mapping[str, Any] | None,
        *,
        began_s: float,
        outcome: Outcome,
    ) -> None:
        """A call is over, with its answer's `extensions.cost` if there was one."""
        charged = max(0, int((cost or {}).get("actualQueryCost") or 0))
        self.calls[name] = self.calls.get(name, 0) + 1
        self.points[name] = self.points.get(name, 0) + charged
        self.lanes[lane] = self.lanes.get(lane, 0) + charged
        if self.shop:
            metrics.CALLS.labels(self.shop, lane, outcome).inc()
            metrics.POINTS.labels(self.shop, lane).inc(charged)
        past = Past(began_s, time.monotonic(), name, lane, charged, outcome, request_id())
        self.last.append(past)

    def take(self) -> list[Past]:
        """The last calls that were not taken yet, oldest first."""
        taken = [*self.last]
        self.last.clear()
        return taken
