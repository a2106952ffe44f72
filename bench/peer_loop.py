"""What each peer's script does: obey commands of the bench, a line of JSON each.

Runs in the peers' virtual environment; knows nothing of syncd. Times are CLOCK_MONOTONIC, which
all processes of the machine share.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

import anyio

QUEUE = "events"


@dataclass(slots=True)
class Count:
    """Handled so far; `done` is set when there are as many as wanted."""

    wanted: int
    handled: int = 0
    first: float = 0.0
    last: float = 0.0
    done: anyio.Event = field(default_factory=anyio.Event)

    def add(self) -> None:
        self.last = time.monotonic()
        self.first = self.first or self.last
        self.handled += 1
        if self.handled == self.wanted:
            self.done.set()


class Peer(Protocol):
    """A queue, used as its manual advises."""

    async def install(self) -> None: ...

    async def enqueue(self, events: list[dict[str, Any]]) -> None:
        """One transaction."""

    async def drain(self, count: Count) -> None:
        """Work with 100 at a time until count.done."""


def event(number: int, keys: int = 0) -> dict[str, Any]:
    """What our own events say; a key of its own, or one of `keys`."""
    number = random.randrange(keys) if keys else number
    return {"account_id": "a", "kind": "product", "key": f"p{number}", "changed": ["price"]}


async def obey(peer: Peer, order: dict[str, Any]) -> dict[str, Any]:
    if order["do"] == "install":
        await peer.install()
        return {}
    total, limit_s = order["count"], order["limit_s"]
    if order["do"] == "enqueue":
        batch, keys = order["batch"], order.get("keys", 0)
        began, made = time.monotonic(), 0
        while made < total and time.monotonic() - began < limit_s:
            size = min(batch, total - made)
            await peer.enqueue([event(made + place, keys) for place in range(size)])
            made += size
        return {"count": made, "began": began, "ended": time.monotonic()}
    if not total:
        return {"count": 0, "began": 0.0, "ended": 0.0}
    count = Count(total)
    async with anyio.create_task_group() as group:
        group.start_soon(end, count, limit_s)
        await peer.drain(count)
        group.cancel_scope.cancel()
    return {"count": count.handled, "began": count.first, "ended": count.last}


async def end(count: Count, limit_s: float) -> None:
    """Let the drain end as if it had done all."""
    await anyio.sleep(limit_s)
    count.done.set()


async def serve(peer: Peer) -> None:
    """Answer each order until stdin ends."""
    logging.disable(logging.WARNING)
    while line := await anyio.to_thread.run_sync(sys.stdin.readline):
        answer = await obey(peer, json.loads(line))
        print(json.dumps(answer), flush=True)
