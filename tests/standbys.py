"""A Postgres with a real standby, to be promoted when the primary dies."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import asyncpg
from anyio import to_thread

from syncd.postgres import account, binaries, datafolder, embedded
from syncd.postgres.account import Account
from syncd.postgres.binaries import Binaries
from syncd.postgres.embedded import Server

SETTINGS = {"shared_buffers": "32MB", "max_connections": "40", "max_wal_size": "96MB"}
PATIENCE_S = 60.0
IS_CONNECTED = """
select current_setting('primary_conninfo') <> '' or exists (select from pg_stat_wal_receiver)
"""
IS_FOLLOWED = "select exists (select from pg_stat_replication)"
REPLAYED = "select pg_last_wal_replay_lsn() >= $1::pg_lsn"


@dataclass(slots=True)
class Pair:
    """Both servers; `url` leads to a database of the standby."""

    primary: Server
    port: int
    who: Account
    programs: Binaries
    folder: Path

    def url(self, database: str) -> str:
        return self.primary.url(database).replace(f":{self.primary.port}/", f":{self.port}/")

    async def ctl(self, folder: Path, *words: str) -> None:
        await self.run("pg_ctl", "-D", str(folder), "-w", *words)

    async def run(self, program: str, *words: str) -> None:
        ended = await to_thread.run_sync(self.who.run, self.programs.folder / program, *words)
        assert ended.returncode == 0, ended.stderr

    async def followed(self, pool: asyncpg.Pool, standby: asyncpg.Pool) -> None:
        """Wait until the standby shows what the primary has committed, flushed or not."""
        # Compared as text on its way: asyncpg knows no pg_lsn.
        reached = await pool.fetchval("select pg_current_wal_insert_lsn()::text")
        with anyio.fail_after(PATIENCE_S):
            while not await standby.fetchval(REPLAYED.replace("$1", f"'{reached}'")):
                pass

    async def cut(self, pool: asyncpg.Pool, standby: asyncpg.Pool) -> None:
        """Nothing of what follows reaches the standby: neither side knows the other any more."""
        await standby.execute("alter system set primary_conninfo = ''")
        await standby.execute("select pg_reload_conf()")
        with anyio.fail_after(PATIENCE_S):
            while await standby.fetchval(IS_CONNECTED) or await pool.fetchval(IS_FOLLOWED):
                pass

    async def kill(self) -> None:
        cluster = datafolder.cluster_of(self.primary.data)
        assert cluster is not None
        await self.ctl(cluster, "-m", "immediate", "stop")


@asynccontextmanager
async def pair(place: Path) -> AsyncIterator[Pair]:
    """A primary, and a standby that follows it, asynchronously."""
    async with embedded.server(place / "data", settings=SETTINGS, is_durable=False) as primary:
        who = account.choose(None, datafolder.cluster_of(primary.data))
        folder = Path(tempfile.mkdtemp(prefix="standby-", dir=place))
        who.own(folder)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port: int = probe.getsockname()[1]
        found = await to_thread.run_sync(lambda: binaries.find(None, account=who))
        both = Pair(primary, port, who, found, folder)
        backup = ["-D", str(folder), "-R", "-X", "stream", "-c", "fast", "-d", primary.url()]
        await both.run("pg_basebackup", *backup)
        given = {**SETTINGS, "port": str(port), "listen_addresses": "127.0.0.1"}
        options = " ".join(f"-c {name}={value}" for name, value in given.items())
        log = str(folder / "log")
        await both.ctl(
            folder, "-l", log, "-o", f"{options} -c unix_socket_directories= -F", "start"
        )
        try:
            yield both
        finally:
            with anyio.CancelScope(shield=True):
                await both.ctl(folder, "-m", "immediate", "stop")
                await to_thread.run_sync(shutil.rmtree, folder)
