"""What has been asked of the shop since it was started or reset."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from syncd.sandbox.execution import Answer

UNNAMED = "(without a name)"


@dataclass(slots=True)
class Counters:
    """`points` are those charged in the end; `calls` counts root fields that were run.

    `by_name` are the points by the name that an operation has in its document. `unserved` counts
    fields that were asked for and that the sandbox has no answer for.
    """

    requests: int = 0
    points: int = 0
    throttled: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    by_name: Counter[str] = field(default_factory=Counter)
    unserved: Counter[str] = field(default_factory=Counter)

    def count(self, answer: Answer, unserved: Counter[str]) -> None:
        self.requests += 1
        self.points += answer.spent_points
        self.throttled += answer.is_throttled
        self.calls.update(answer.root_fields)
        self.by_name[answer.name or UNNAMED] += answer.spent_points
        self.unserved.update(unserved)

    def shown(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "points": self.points,
            "throttled": self.throttled,
            "calls": dict(sorted(self.calls.items())),
            "points_by_name": dict(sorted((+self.by_name).items())),
            "unserved": dict(sorted(self.unserved.items())),
        }
