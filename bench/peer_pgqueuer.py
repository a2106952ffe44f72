"""pgqueuer as a contender of the outbox bench; runs in the peers' virtual environment.

A batch of 100 for the dequeue, whose buffer also logs 100 results at a time; durable tables.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import anyio
import asyncpg
from pgqueuer.db import AsyncpgDriver  # type: ignore[import-not-found]
from pgqueuer.qm import QueueManager  # type: ignore[import-not-found]
from pgqueuer.queries import Queries  # type: ignore[import-not-found]

from bench.peer_loop import QUEUE, Count, serve


@dataclass(slots=True)
class PgQueuer:
    url: str
    queries: Any

    async def install(self) -> None:
        await self.queries.install()

    async def enqueue(self, events: list[dict[str, Any]]) -> None:
        bodies = [json.dumps(event).encode() for event in events]
        if len(bodies) == 1:
            await self.queries.enqueue(QUEUE, bodies[0])
        else:
            await self.queries.enqueue([QUEUE] * len(bodies), bodies, [0] * len(bodies))

    async def drain(self, count: Count) -> None:
        connection = await asyncpg.connect(self.url)
        manager = QueueManager(Queries(AsyncpgDriver(connection)))

        async def handle(job: Any) -> None:
            json.loads(job.payload)
            count.add()

        async def end() -> None:
            await count.done.wait()
            manager.shutdown.set()

        manager.entrypoint(QUEUE)(handle)
        async with anyio.create_task_group() as group:
            group.start_soon(end)
            await manager.run(batch_size=100, dequeue_timeout=timedelta(seconds=1))
        await connection.close()


async def main(url: str) -> None:
    connection = await asyncpg.connect(url)
    await serve(PgQueuer(url, Queries(AsyncpgDriver(connection))))


if __name__ == "__main__":
    anyio.run(main, sys.argv[1])
