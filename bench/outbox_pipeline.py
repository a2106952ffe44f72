"""The whole way: a Backoffice that writes events, in our process a router, claims, settles."""

from __future__ import annotations

import time
from collections.abc import Callable

import anyio

from bench import outbox_ours
from bench.outbox_drain import SIDE_BY_SIDE, Drained, claim_and_settle
from bench.outbox_ours import Moved, Ours
from bench.peer_process import Process

BATCH = 100
STEP = 5_000
LIMIT_S = 12.0  # a rate is a rate, however far it came
IDLE_S = 0.001  # between two looks while nothing is there: the load makes news all the time


def nobody(moved: Moved) -> None:
    """Nobody wants to know what the router moved."""


async def end_to_end(
    ours: Ours,
    backoffice: Process,
    events: int,
    drained: Drained,
    *,
    keys: int = 0,
    told: Callable[[Moved], None] = nobody,
    limit_s: float = LIMIT_S,
) -> float:
    """Events a second from the first commit until all are answered, or limit_s is over.

    Each has a key of its own, or one of `keys`.
    """
    began = 0.0

    async def produce() -> None:
        nonlocal began
        answer = await backoffice.order(
            "enqueue", count=events, batch=BATCH, limit_s=limit_s, keys=keys
        )
        began = answer["began"]

    async def route() -> None:
        while True:
            moved = await outbox_ours.route(ours, STEP)
            told(moved)
            if not moved.events:
                await anyio.sleep(IDLE_S)

    async def consume() -> None:
        while drained.events < events:
            if not await claim_and_settle(ours, drained, BATCH):
                await anyio.sleep(IDLE_S)
        group.cancel_scope.cancel()

    with anyio.move_on_after(limit_s):
        async with anyio.create_task_group() as group:
            group.start_soon(produce)
            group.start_soon(route)
            for _ in range(SIDE_BY_SIDE):
                group.start_soon(consume)
    return drained.events / (time.monotonic() - began)
