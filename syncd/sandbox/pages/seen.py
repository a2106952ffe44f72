"""What a page shows something of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.sandbox.bucket import Bucket
from syncd.sandbox.counters import Counters
from syncd.sandbox.journal import Journal
from syncd.sandbox.options import Hands
from syncd.sandbox.shop import Shop


@dataclass(frozen=True, slots=True)
class Seen:
    """The sandbox as it is now. `origin` is its address, as the browser knows it."""

    shop: Shop
    buckets: Mapping[str, Bucket]
    """App -> its bucket, the first app first."""
    counters: Counters
    journal: Journal
    hands: Hands
    origin: str

    @property
    def bucket(self) -> Bucket:
        return next(iter(self.buckets.values()))
