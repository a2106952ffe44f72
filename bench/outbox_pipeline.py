"""The whole way in one process: a producer, the router, a claimer, all at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import anyio

from bench import outbox_ours
from bench.outbox_drain import Drained, claim_and_settle
from bench.outbox_ours import Moved, Ours

BATCH = 100
STEP = 5_000
LIMIT_S = 12.0  # a rate is a rate, however far it came
IDLE_S = 0.001  # between two looks while nothing is there: the load makes news all the time


def nobody(moved: Moved) -> None:
    """Nobody wants to know what the router moved."""


async def end_to_end(
    ours: Ours,
    keys: Sequence[str],
    drained: Drained | None = None,
    *,
    told: Callable[[Moved], None] = nobody,
    limit_s: float = LIMIT_S,
) -> float:
    """Events a second from the first commit until all are answered, or limit_s is over."""
    drained = drained if drained is not None else Drained()
    began = time.perf_counter()
    with anyio.move_on_after(limit_s):
        async with anyio.create_task_group() as group:
            group.start_soon(_produce, ours, keys)
            group.start_soon(_route, ours, told)
            while drained.events < len(keys):
                if not await claim_and_settle(ours, drained, BATCH):
                    await anyio.sleep(IDLE_S)
            group.cancel_scope.cancel()
    return drained.events / (time.perf_counter() - began)


async def _produce(ours: Ours, keys: Sequence[str]) -> None:
    """A business application holds its connection, as the peers' producers do."""
    async with ours.pool.acquire() as connection:
        for first in range(0, len(keys), BATCH):
            await outbox_ours.copy(connection, keys[first : first + BATCH])


async def _route(ours: Ours, told: Callable[[Moved], None]) -> None:
    while True:
        moved = await outbox_ours.route(ours, STEP)
        told(moved)
        if not moved.events:
            await anyio.sleep(IDLE_S)
