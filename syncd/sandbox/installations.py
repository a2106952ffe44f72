"""What the shop keeps of its apps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """One that was had by signing in, for an hour or a day."""

    id: int
    text: str
    client_id: str
    ends_at: str


@dataclass(frozen=True, slots=True)
class Installation:
    """What became of an app since the options; `scopes` None means those of the options."""

    id: int
    client_id: str
    is_installed: bool = True
    scopes: tuple[str, ...] | None = None
