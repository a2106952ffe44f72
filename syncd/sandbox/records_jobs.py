"""What a shop is still to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Job:
    """Something Shopify does a moment later. `what` is its name in `happenings.jobs`."""

    id: int
    gid: str
    due_at: str
    what: str
    told: tuple[tuple[str, str], ...] = ()
    is_done: bool = False
