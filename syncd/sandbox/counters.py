"""What has been asked of the shop since it was started or reset."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from syncd.sandbox.execution import Answer


@dataclass(slots=True)
class Counters:
    """`points` are those charged in the end; `calls` counts root fields that were run."""

    requests: int = 0
    points: int = 0
    throttled: int = 0
    calls: Counter[str] = field(default_factory=Counter)

    def count(self, answer: Answer) -> None:
        self.requests += 1
        self.points += answer.spent_points
        self.throttled += answer.is_throttled
        self.calls.update(answer.root_fields)

    def shown(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "points": self.points,
            "throttled": self.throttled,
            "calls": dict(sorted(self.calls.items())),
        }
