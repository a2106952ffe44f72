"""A drain of the outbox bench: claim, a task for each change, settle, over again."""

from __future__ import annotations

import asyncio  # noqa: TID251 -- only for tasks as cheap as the peers have
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from math import inf

import anyio

from bench import outbox_ours
from bench.outbox_ours import Ours
from syncd.records import Change

# Drains at a time, as two shops have pumps; pgqueuer, too, settles while it claims.
SIDE_BY_SIDE = 2

Settling = Callable[[Ours, Sequence[Change]], Awaitable[None]]


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


async def each(count: int) -> None:
    """So many tasks that do nothing; asyncio's, as pgqueuer's: anyio's take five times as long."""

    async def work() -> None:
        pass

    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(work())


async def claim_and_settle(
    ours: Ours, into: Drained, most: int, settling: Settling = outbox_ours.settle
) -> int:
    """One step, with a task for each change; returns how many there were."""
    began = time.perf_counter()
    changes = await outbox_ours.claim(ours, most)
    if not changes:
        return 0
    into.claims_s.append(time.perf_counter() - began)
    await each(len(changes))
    await settling(ours, changes)
    into.changes += len(changes)
    into.events += sum(change.events for change in changes)
    return len(changes)


async def drain(
    ours: Ours,
    most: int,
    settling: Settling = outbox_ours.settle,
    *,
    limit_s: float,
    most_changes: float = inf,
    side_by_side: int = 1,
) -> Drained:
    """Claim and settle until nothing is left, most_changes are done, or the time is over."""
    drained = Drained()
    began = time.perf_counter()

    async def work_off() -> None:
        while drained.changes < most_changes and time.perf_counter() - began < limit_s:
            if not await claim_and_settle(ours, drained, most, settling):
                break

    async with anyio.create_task_group() as group:
        for _ in range(side_by_side):
            group.start_soon(work_off)
    drained.seconds = time.perf_counter() - began
    return drained
