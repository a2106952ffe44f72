"""What the shop remembers of changes of stock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class QuantityChange:
    """`name` is that of a quantity, on_hand too. Items and locations may be gone by now."""

    name: str
    delta: int
    item_id: int
    location_id: int
    ledger: str | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An inventory adjustment group: what one call changed."""

    id: int
    at: str
    reason: str
    reference: str | None
    changes: tuple[QuantityChange, ...]


@dataclass(frozen=True, slots=True)
class KeyedCall:
    """A call with an idempotency key, by the number of the key (`idempotency.number_of`).

    `payload` is what it answered, records as gids; None until it is done.
    """

    id: int
    fingerprint: str
    at: str
    state: Literal["running", "done", "failed"] = "done"
    payload: dict[str, Any] | None = None
