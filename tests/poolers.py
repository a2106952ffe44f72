"""A real pgbouncer in front of a test's database, with a pool of each mode."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import anyio
import anyio.lowlevel
import asyncpg
import pytest
from anyio.abc import Process

from tests.conftest import opened_folder

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
MODES = ("session", "transaction", "statement")
PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class Pooler:
    """The addresses of the database behind each mode."""

    urls: Mapping[str, str]


def address(url: str, port: int, database: str) -> str:
    parts = urlsplit(url)
    place = f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{port}"
    return urlunsplit(parts._replace(netloc=place, path=f"/{database}"))


def settings(url: str, port: int, users: Path, more: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    behind = f"host={parts.hostname} port={parts.port} dbname={parts.path[1:]}"
    given = {
        "listen_addr": "127.0.0.1",
        "listen_port": str(port),
        "unix_socket_dir": "",
        "auth_type": "plain",
        "auth_file": str(users),
        **more,
    }
    pools = "\n".join(f"{mode} = {behind} pool_mode={mode}" for mode in MODES)
    rest = "\n".join(f"{name} = {value}" for name, value in given.items())
    return f"[databases]\n{pools}\n[pgbouncer]\n{rest}\n"


@asynccontextmanager
async def pooler(url: str, **more: str) -> AsyncIterator[Pooler]:
    """Run pgbouncer on a free port of the loopback; skip the test where it is not installed."""
    if PROGRAM is None:
        pytest.skip("pgbouncer is not installed (apt install pgbouncer)")
    with opened_folder("pooler") as folder, socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        probe.close()
        users, told = folder / "users", folder / "pgbouncer.ini"
        parts = urlsplit(url)
        users.write_text(f'"{parts.username}" "{parts.password}"\n')
        told.write_text(settings(url, port, users, more))
        account = ["-u", "nobody"] if os.geteuid() == 0 else []  # it will not be root
        command = [PROGRAM, "--quiet", *account, str(told)]
        async with await anyio.open_process(command, stdin=None, stdout=None) as process:
            try:
                with anyio.fail_after(PATIENCE_S):
                    await answers(port, process)
                yield Pooler({mode: address(url, port, mode) for mode in MODES})
            finally:
                process.terminate()


async def answers(port: int, process: Process) -> None:
    while process.returncode is None:
        try:
            async with await anyio.connect_tcp("127.0.0.1", port):
                return
        except OSError:
            await anyio.lowlevel.checkpoint()
    raise AssertionError("pgbouncer ended while starting")


async def write(url: str, statement: str) -> None:
    """What a Backoffice writes behind such a pooler: without prepared statements."""
    connection = await asyncpg.connect(url, statement_cache_size=0)
    try:
        async with connection.transaction():
            await connection.execute(statement)
    finally:
        await connection.close()
