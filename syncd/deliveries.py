"""What arrives by webhook: plain, frozen records without behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

InboxKind = Literal["stock", "order", "customer", "privacy", "app"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as it arrived, its signature checked.

    `gid` is what it concerns, the inventory item's for stock; `body` the few fields of the payload
    that are worked with.
    """

    shop_id: int
    delivery_id: str
    topic: str
    kind: InboxKind
    gid: str | None = None
    event_id: str | None = None
    triggered_at: datetime | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """A claimed row of syncd.inbox; `token` is the claim's, `deliveries` counts this claim too."""

    inbox_id: int
    shop_id: int
    topic: str
    kind: InboxKind
    gid: str | None
    delivery_id: str
    event_id: str | None
    triggered_at: datetime | None
    received_at: datetime
    body: Mapping[str, Any]
    token: int
    deliveries: int
    failures: int

    @property
    def attempt(self) -> int:
        """Counted from 1; only attempts for which the row is to blame count."""
        return self.failures + 1
