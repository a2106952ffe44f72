"""Which of the daemon's loops are late: a loop says when it means to be back, the clock tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(slots=True)
class Loop:
    """A loop that turns: between two turns `limit_s` at most, beside the rest that it announced.

    `due_s` is when it must have turned again.
    """

    name: str
    limit_s: float
    due_s: float

    def turn(self, now_s: float, rest_s: float = 0.0) -> None:
        """It has come round, and will rest so long before it works on."""
        self.due_s = now_s + rest_s + self.limit_s


def late(loops: Iterable[Loop], now_s: float) -> list[Loop]:
    """Those that have not turned within their limit, the latest first."""
    return sorted((one for one in loops if now_s > one.due_s), key=lambda one: one.due_s)


def told(*, shops: int, is_router: bool, is_stopping: bool, hung: Iterable[Loop]) -> str:
    """How the daemon does, in one sentence for `systemctl status`."""
    names = ", ".join(one.name for one in hung)
    if is_stopping:
        return "Stopping: what is under way is ended first."
    if names:
        return f"Hung: {names} did not turn in time, systemd's watchdog is not fed."
    many = f"{shops} shop{'' if shops == 1 else 's'}" if shops else "no shop so far"
    return f"Serving {many}{', routing events' if is_router else ''}."
