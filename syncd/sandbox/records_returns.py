"""What a shop holds of returns: they can be seen, the API does not make them here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReturnLine:
    id: int
    shipped_id: int
    """Of the fulfillment's line that comes back."""
    quantity: int
    processed: int = 0
    refunded: int = 0
    reason: str = "UNKNOWN"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    id: int
    name: str
    status: str
    created_at: str
    closed_at: str | None = None
    lines: tuple[ReturnLine, ...] = ()
