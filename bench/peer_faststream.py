"""faststream-outbox as a contender of the outbox bench; runs in the peers' virtual environment.

Fetches 100 at a time, deletes 100 at a time, four workers, the autovacuum settings it advises.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import anyio
from faststream_outbox import (  # type: ignore[import-not-found]
    OutboxBroker,
    make_outbox_table,
)
from faststream_outbox.autovacuum import (  # type: ignore[import-not-found]
    outbox_autovacuum_ddl,
)
from sqlalchemy import MetaData, text  # type: ignore[import-not-found]
from sqlalchemy.ext.asyncio import create_async_engine  # type: ignore[import-not-found]

from bench.peer_loop import QUEUE, Count, serve

METADATA = MetaData()
TABLE = make_outbox_table(METADATA, table_name="outbox")


@dataclass(slots=True)
class Faststream:
    engine: Any
    broker: Any

    async def install(self) -> None:
        async with self.engine.begin() as connection:
            await connection.run_sync(METADATA.create_all)
            await connection.execute(text(outbox_autovacuum_ddl("outbox")))

    async def enqueue(self, events: list[dict[str, Any]]) -> None:
        async with self.engine.begin() as connection:
            if len(events) == 1:
                await self.broker.publish(events[0], queue=QUEUE, session=connection)
            else:
                await self.broker.publish_batch(*events, queue=QUEUE, session=connection)

    async def drain(self, count: Count) -> None:
        broker = made(self.engine)

        async def handle(body: dict[str, Any]) -> None:
            count.add()

        broker.subscriber(
            QUEUE,
            max_workers=4,
            fetch_batch_size=100,
            terminal_flush_batch_size=100,
            min_fetch_interval=0.01,
            max_fetch_interval=0.5,
        )(handle)
        await broker.start()
        try:
            await count.done.wait()
        finally:
            with anyio.CancelScope(shield=True):
                await broker.stop()


def made(engine: Any) -> Any:
    return OutboxBroker(engine, outbox_table=TABLE, logger=None)


async def main(url: str) -> None:
    plain = url.replace("postgresql://", "postgresql+asyncpg://")
    engine = create_async_engine(plain, pool_size=10)
    broker = made(engine)
    await broker.connect()
    await serve(Faststream(engine, broker))


if __name__ == "__main__":
    anyio.run(main, sys.argv[1])
