"""The Postgres server that all contenders of the outbox bench share.

Durable, in a folder that is deleted afterwards; it listens on the loopback only.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from bench import outbox_cpu, outbox_ours
from bench.outbox_ours import Ours
from syncd.postgres import embedded
from syncd.postgres.embedded import Server

TEMPLATE = "ours_template"
SETTINGS = {
    "shared_buffers": "1GB",
    "max_wal_size": "6GB",
    "checkpoint_timeout": "15min",
    "synchronous_commit": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "80",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track": "none",  # switched on by the measurement that needs it
    "pg_stat_statements.track_utility": "on",
}


@dataclass(slots=True)
class Lab:
    """The running server; `say` prints a line with the time since the start."""

    server: Server
    postmaster: int
    began: float = field(default_factory=time.monotonic)
    made: int = 0

    def say(self, line: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} s  {line}", flush=True)

    def cpu_s(self, *clients: int) -> float:
        """What the server with these clients (default: ourselves) has worked so far."""
        server_s = outbox_cpu.family_s(self.postmaster)
        return server_s + sum(outbox_cpu.process_s(pid) for pid in clients or (os.getpid(),))

    async def database(self, name: str) -> str:
        """The address of a new empty database."""
        self.made += 1
        return await embedded.create_database(self.server, f"{name}_{self.made}")

    @asynccontextmanager
    async def our_database(self, name: str) -> AsyncIterator[str]:
        """The address of a new database of ours, dropped afterwards."""
        self.made += 1
        name = f"ours_{name}_{self.made}"
        yield await embedded.create_database(self.server, name, template=TEMPLATE)
        await embedded.drop_database(self.server, name)

    @asynccontextmanager
    async def ours(self, name: str) -> AsyncIterator[Ours]:
        """A new database of ours with its pool."""
        async with self.our_database(name) as url, outbox_ours.opened(url) as ours:
            yield ours


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that the account of an embedded server can enter."""
    place = Path(tempfile.mkdtemp(prefix="syncd-bench-"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        embedded.remove(place / "data")
        shutil.rmtree(place)


@asynccontextmanager
async def lab() -> AsyncIterator[Lab]:
    """The server with our template in it."""
    with folder() as place:
        async with embedded.server(place / "data", settings=SETTINGS) as server:
            url = await embedded.create_database(server, TEMPLATE)
            await outbox_ours.make_template(url)
            connection = await asyncpg.connect(url)
            pid = await connection.fetchval("select pg_backend_pid()")
            postmaster = outbox_cpu.parent(pid)
            await connection.close()
            yield Lab(server, postmaster)
