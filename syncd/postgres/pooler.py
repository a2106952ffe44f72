"""Recognise a pooler in front of Postgres that takes a client's session away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import asyncpg
from asyncpg.pool import PoolConnectionProxy

LOOKS = 20  # by each of two clients: beside others that work, or where sessions go round
WAIT_S = 10.0
REFUSES = (  # a transaction, or what was prepared by another client's session
    asyncpg.ProtocolViolationError,
    asyncpg.InvalidSQLStatementNameError,
    asyncpg.DuplicatePreparedStatementError,
)


async def is_between(connection: asyncpg.Connection | PoolConnectionProxy) -> bool:
    """A pooler tells clients a number of its own, where Postgres tells that of its process.

    The number is compared there, and the answer is how many rows: that needs nothing prepared.
    """
    pid = connection.get_server_pid()
    return await connection.execute(f"select where pg_backend_pid() <> {pid}") != "SELECT 0"


async def keeps_sessions(url: str) -> bool:
    """Whether two clients have a session each, and keep it. It leaves nothing behind in any.

    Raises TimeoutError when the pooler has no two sessions left for us.
    """
    with anyio.fail_after(WAIT_S):
        async with _client(url) as one, _client(url) as other:
            try:
                sessions = [(await _session(one), await _session(other)) for _ in range(LOOKS)]
            except REFUSES:
                return False
            except asyncpg.ConnectionDoesNotExistError as error:
                if isinstance(error.__cause__, REFUSES):  # it hangs up on who begins a transaction
                    return False
                raise
    mine, others = map(set, zip(*sessions, strict=True))
    return len(mine) == len(others) == 1 and mine != others


@asynccontextmanager
async def _client(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(
        url,
        timeout=WAIT_S,
        statement_cache_size=0,
        server_settings={"application_name": "syncd: which pooler"},
    )
    try:
        yield connection
    finally:
        with anyio.CancelScope(shield=True), anyio.move_on_after(5):
            await connection.close()


async def _session(connection: asyncpg.Connection) -> int:
    """In a transaction, for which each pooler keeps a session."""
    async with connection.transaction():
        pid: int = await connection.fetchval("select pg_backend_pid()")
        return pid
