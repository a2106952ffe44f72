"""A drain of the outbox bench: claim, a task for each change, settle, over again."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import anyio

from bench import outbox_ours
from bench.outbox_ours import Ours
from syncd.records import Change


@dataclass(slots=True)
class Drained:
    """What a drain did: events answered, changes settled, how long, each claim's time."""

    events: int = 0
    changes: int = 0
    seconds: float = 0.0
    claims_s: list[float] = field(default_factory=list)
    delay_s: float = 0.0

    @property
    def changes_s(self) -> float:
        return self.changes / self.seconds if self.seconds else 0.0

    def claim_ms(self, share: float) -> float:
        """The claim that this share of all claims did not outlast."""
        times = sorted(self.claims_s)
        return 1_000 * times[min(len(times) - 1, int(len(times) * share))] if times else 0.0


async def work(change: Change, done: list[int]) -> None:
    """A handler that does nothing."""
    done.append(change.events)


async def claim_and_settle(
    ours: Ours,
    into: Drained,
    most: int,
    settling: Callable[[Ours, Sequence[Change]], Awaitable[None]] = outbox_ours.settle,
) -> int:
    """One step, with a task for each change; returns the events that it answered."""
    began = time.perf_counter()
    changes = await outbox_ours.claim(ours, most)
    claimed = time.perf_counter()
    if not changes:
        return 0
    done: list[int] = []
    async with anyio.create_task_group() as group:
        for change in changes:
            group.start_soon(work, change, done)
    await settling(ours, changes)
    into.claims_s.append(claimed - began)
    into.seconds += time.perf_counter() - began
    into.changes += len(changes)
    into.events += sum(done)
    return sum(done)
