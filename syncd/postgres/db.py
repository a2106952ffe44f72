"""Talking to Postgres: the pool, its transactions, the named statements of sql/*.sql."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import anyio
import asyncpg
import orjson

from syncd import assets
from syncd.errors import ConfigError, OutageError
from syncd.postgres import pooler

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
Executor = asyncpg.Pool | Connection

REFUSED = (  # an address that is none, or that does not let us in: waiting does not help
    ValueError,
    OverflowError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
)
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,  # no room on its disk, no connection left: not our mistake
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.IdleInTransactionSessionTimeoutError,  # we were frozen in a transaction
    OSError,
)
# A frozen process must not keep the router's cursor locked, nor changes.
GUARD = "set idle_in_transaction_session_timeout = '15s'"
HEADER = re.compile(r"^-- name: (\w+)\(([^)]*)\)$")


def is_lost(error: BaseException) -> bool:
    """Whether the database went away: no fault of what was asked, nor of syncd.

    A TimeoutError is an OSError too, but one of our own deadlines.
    """
    return isinstance(error, LOST) and not isinstance(error, TimeoutError)


@dataclass(frozen=True, slots=True)
class Statement:
    """One named statement: its parameters in order as (name, SQL type), and its text."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    text: str

    def arguments(self, given: dict[str, Any]) -> list[Any]:
        """The given values in the order of $1, $2, …; raises TypeError for a wrong set of names."""
        names = [name for name, _ in self.parameters]
        if set(names) != set(given):
            raise TypeError(f"{self.name} takes {names}, was given {sorted(given)}")
        return [given[name] for name in names]

    async def fetch(self, db: Executor, **values: Any) -> list[asyncpg.Record]:
        return await db.fetch(self.text, *self.arguments(values))

    async def row(self, db: Executor, **values: Any) -> asyncpg.Record | None:
        return await db.fetchrow(self.text, *self.arguments(values))

    async def value(self, db: Executor, **values: Any) -> Any:
        return await db.fetchval(self.text, *self.arguments(values))

    async def execute(self, db: Executor, **values: Any) -> str:
        """Run it for its effect; returns Postgres's command tag, such as `UPDATE 3`."""
        return await db.execute(self.text, *self.arguments(values))


class Statements:
    """The statements of sql/<subject>.sql as attributes, read at first use."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self._by_name: dict[str, Statement] = {}

    def all(self) -> dict[str, Statement]:
        if not self._by_name:
            self._by_name = parse(self.subject, assets.text(f"sql/{self.subject}.sql"))
        return self._by_name

    def __getattr__(self, name: str) -> Statement:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.all()[name]


def parse(subject: str, source: str) -> dict[str, Statement]:
    """Split a file of named statements.

    Each starts with a header `-- name: claim(shop_id int8, worker text)`; $1 is the first of these.
    The text sent to Postgres begins with `/* subject.name */`, so that a DBA who sees it in
    pg_stat_activity can find the file. Raises ConfigError for a header that cannot be read.
    """
    statements: dict[str, Statement] = {}
    for block in re.split(r"^(?=-- name:)", source, flags=re.MULTILINE)[1:]:
        header, _, body = block.partition("\n")
        match = HEADER.match(header)
        if match is None:
            raise ConfigError(f"sql/{subject}.sql: cannot read the header {header!r}")
        name, listed = match.groups()
        pairs = [part.strip().split(" ", 1) for part in listed.split(",") if part.strip()]
        parameters = tuple((pair[0], pair[1]) for pair in pairs)
        text = f"/* {subject}.{name} */\n{body.strip().removesuffix(';')}"
        statements[name] = Statement(f"{subject}.{name}", parameters, text)
    return statements


async def prepare(connection: asyncpg.Connection) -> None:
    """Give a new connection our JSON codec: jsonb travels as Python values."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: orjson.dumps(value).decode(),
        decoder=orjson.loads,
    )


async def leave_as_it_is(connection: Connection) -> None:
    """Send nothing when a connection goes back to the pool: nobody here leaves a mark on a session.

    asyncpg would send its reset each time, as many round trips again as there are statements. It
    still rolls back what was left open, and removes listeners.
    """


@asynccontextmanager
async def connect(url: str, *, name: str, size: int = 8) -> AsyncIterator[asyncpg.Pool]:
    """A pool that is closed at the end of the block; `name` shows up in pg_stat_activity.

    Raises ConfigError when the address is wrong, the database refuses us, or a pooler takes our
    session away; OutageError when it does not answer.
    """
    try:
        pool = await _opened(url, name, size)
    except REFUSED as error:
        raise ConfigError(
            f"the database {shown(url)} refuses us: {error}",
            hint="check user, password and database in SYNCD_DATABASE_URL "
            "(in a password, @ : / are written %40 %3A %2F)",
        ) from error
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        what = str(error) or type(error).__name__
        raise OutageError(
            f"cannot reach the database {shown(url)}: {what}",
            hint="check SYNCD_DATABASE_URL and that Postgres is running",
        ) from error
    try:
        yield pool
    finally:
        with anyio.CancelScope(shield=True), anyio.move_on_after(5):
            await pool.close()


async def _opened(url: str, name: str, size: int) -> asyncpg.Pool:
    is_known = False

    async def begin(connection: asyncpg.Connection) -> None:
        nonlocal is_known
        if not is_known:
            await _check_pooler(connection, url)
            is_known = True
        # A statement, since poolers refuse to start a session with a setting they do not know.
        await connection.execute(GUARD)
        await prepare(connection)

    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        timeout=10,
        command_timeout=60,
        init=begin,
        reset=leave_as_it_is,
        server_settings={"application_name": name},
    )


async def _check_pooler(connection: asyncpg.Connection, url: str) -> None:
    """LISTEN, locks of a session and prepared statements are lost with the session."""
    if await pooler.is_between(connection) and not await pooler.keeps_sessions(url):
        raise ConfigError(
            f"the database {shown(url)} is behind a pooler that gives each transaction another "
            "session (pgbouncer's pool_mode=transaction), and syncd needs sessions of its own",
            hint="point SYNCD_DATABASE_URL at Postgres itself, or at a pool with "
            "pool_mode=session; the Backoffice can stay where it is (docs/scale.md)",
        )


@asynccontextmanager
async def transaction(db: Executor) -> AsyncIterator[Connection]:
    """One transaction, a savepoint within one that there is; it ends even when cancelled.

    anyio cancels again inside `__aexit__`, which would leave asyncpg's rollback unsent and the
    connection unusable; so the whole block is shielded and must not wait for the network.
    """
    with anyio.CancelScope(shield=True):
        if isinstance(db, asyncpg.Pool):
            async with db.acquire() as connection, connection.transaction():
                yield connection
            return
        async with db.transaction():
            yield db


async def clock(db: Executor) -> datetime:
    """The time by Postgres's clock (syncd.clock), the only one for what is stored."""
    now: datetime = await db.fetchval("select syncd.clock()")
    return now


def shown(url: str) -> str:
    """The address without its password, which ends at the last @."""
    return re.sub(r"://([^:/@]+):.*@", r"://\1:…@", url)


def parted(url: str) -> tuple[str, str]:
    """The address without its password, and the password: other accounts see what psql is given."""
    parts = urlsplit(url)
    if parts.password is None:
        return url, ""
    login, _, place = parts.netloc.rpartition("@")
    user = login.partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{user}@{place}")), unquote(parts.password)
