"""procrastinate as a contender of the outbox bench; runs in the peers' virtual environment.

Batches by batch_defer_async, 100 jobs at a time, finished ones deleted, woken by LISTEN.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import anyio
from procrastinate import App, PsycopgConnector  # type: ignore[import-not-found]

from bench.peer_loop import QUEUE, Count, serve


@dataclass(slots=True)
class Procrastinate:
    app: Any
    task: Any = None
    count: Count | None = None

    def __post_init__(self) -> None:
        self.task = self.app.task(name=QUEUE, queue=QUEUE)(self.handle)

    async def handle(self, **event: Any) -> None:
        assert self.count is not None
        self.count.add()

    async def install(self) -> None:
        await self.app.schema_manager.apply_schema_async()

    async def enqueue(self, events: list[dict[str, Any]]) -> None:
        if len(events) == 1:
            await self.task.defer_async(**events[0])
        else:
            await self.task.batch_defer_async(*events)

    async def drain(self, count: Count) -> None:
        self.count = count
        async with anyio.create_task_group() as group:
            group.start_soon(self.run)
            await count.done.wait()
            await anyio.sleep(0.2)  # the last ones are noted as done
            group.cancel_scope.cancel()

    async def run(self) -> None:
        await self.app.run_worker_async(
            queues=[QUEUE],
            concurrency=100,
            delete_jobs="always",
            fetch_job_polling_interval=0.5,
            install_signal_handlers=False,
            shutdown_graceful_timeout=1.0,
        )


async def main(url: str) -> None:
    app = App(connector=PsycopgConnector(conninfo=url, min_size=4, max_size=10))
    async with app.open_async():
        await serve(Procrastinate(app))


if __name__ == "__main__":
    anyio.run(main, sys.argv[1])
