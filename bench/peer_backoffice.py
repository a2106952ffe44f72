"""Our contender's Backoffice in the outbox bench: it writes events from a process of its own.

As the peers' producers do, and as a till does. Runs in the peers' virtual environment.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import anyio
import asyncpg

from bench.peer_loop import Count, serve

COLUMNS = ("account_id", "kind", "key", "changed")


@dataclass(slots=True)
class Backoffice:
    connection: asyncpg.Connection

    async def install(self) -> None:
        raise NotImplementedError("the bench makes the database")

    async def enqueue(self, events: list[dict[str, Any]]) -> None:
        records = [tuple(event[column] for column in COLUMNS) for event in events]
        await self.connection.copy_records_to_table(
            "outbox", schema_name="syncd", columns=COLUMNS, records=records
        )

    async def drain(self, count: Count) -> None:
        raise NotImplementedError("syncd does this, in the bench's process")


async def main(url: str) -> None:
    await serve(Backoffice(await asyncpg.connect(url)))


if __name__ == "__main__":
    anyio.run(main, sys.argv[1])
