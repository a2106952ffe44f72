"""What became of the calls of a client."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncd.records import Lane


@dataclass(slots=True)
class Tally:
    """What happened to the calls of a client: how many, what they were charged, each by document.

    `lanes` is what was charged by lane.
    `learned` is by how many points Shopify asked more for a document than we had computed.
    `served_version` is the API version that really answered: Shopify serves an old one by a newer.
    """

    served_version: str
    calls: dict[str, int] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    lanes: dict[Lane, int] = field(default_factory=dict)
    learned: dict[str, int] = field(default_factory=dict)
