"""The daemon under systemd: what it says, when its watchdog is fed, how it stops and logs."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import anyio
import anyio.to_thread
import asyncpg
import pytest
from anyio.abc import Process

from syncd import systemd
from syncd.errors import ConfigError
from syncd.postgres import runs
from syncd.postgres.embedded import Server
from tests import leasing, programs
from tests.flows.conftest import LUE, OPTIONS, Scene, playing, settings, variant
from tests.flows.test_resync import forget_events
from tests.manager import Manager, listening
from tests.test_crash import environment

FED_USEC = 300_000
PATIENCE_S = 30.0


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """What is said to systemd does not depend on the server."""
    return embedded


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    async with playing(pool, tmp_path) as scene:
        yield scene


@asynccontextmanager
async def started(given: Mapping[str, str], log: Path) -> AsyncIterator[Process]:
    """`syncd run` for as long as the block lasts."""
    process = await programs.daemon({"SYNCD_CONSOLE_PORT": "0", **given}, log)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def stopped(process: Process) -> tuple[int, float]:
    """Its exit code after SIGTERM, and the seconds that it took."""
    began_s = time.monotonic()
    process.send_signal(signal.SIGTERM)
    with anyio.fail_after(PATIENCE_S):
        code = await process.wait()
    return code, time.monotonic() - began_s


# ----------------------------------------------------------------------------------- what it says


async def test_it_is_ready_when_it_serves_then_gives_signs_of_life_then_stops(
    scene: Scene, database_url: str, tmp_path: Path, unused_tcp_port: int
) -> None:
    given = environment(scene, database_url, tmp_path) | {
        "SYNCD_RECEIVER_PORT": str(unused_tcp_port),
        "NOTIFY_SOCKET": f"@syncd-test-{secrets.token_hex(4)}",
        "WATCHDOG_USEC": str(FED_USEC),
    }
    with listening(given["NOTIFY_SOCKET"]) as manager:
        async with started(given, tmp_path / "log") as process:
            before = await manager.until("READY=1")
            address = f"http://127.0.0.1:{unused_tcp_port}/webhooks"
            async with aiohttp.ClientSession() as session, session.get(address) as response:
                assert response.status == 204
            assert before[0].startswith("STATUS=Starting")
            await manager.until("STATUS=Serving 1 shop, routing events.")
            began_s = time.monotonic()
            for _ in range(5):
                await manager.until("WATCHDOG=1")
            assert time.monotonic() - began_s < 5 * FED_USEC / 1e6 / 2 + 1
            code, _ = await stopped(process)
            await manager.until("STOPPING=1", "STATUS=Stopping")
    assert code == 0
    assert {pid for pid, _ in manager.heard} == {process.pid}


async def test_a_loop_that_hangs_stops_the_signs_of_life_until_it_turns_again(
    scene: Scene, database_url: str, tmp_path: Path
) -> None:
    """Somebody holds a table for long: the loop that writes there waits for Postgres."""
    given = environment(scene, database_url, tmp_path) | {
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
        "WATCHDOG_USEC": str(FED_USEC),
    }
    with listening(given["NOTIFY_SOCKET"]) as manager:
        async with started(given, tmp_path / "log") as process:
            await manager.until("READY=1", "WATCHDOG=1")
            async with scene.pool.acquire() as connection, connection.transaction():
                await connection.execute("set local idle_in_transaction_session_timeout = 0")
                await connection.execute("lock table syncd.node in exclusive mode")
                await manager.until("STATUS=Hung: signs of life")
                assert await fed_within(manager, 1.0) is False
            await manager.until("STATUS=Serving", "WATCHDOG=1")
            assert (await stopped(process))[0] == 0
    log = (tmp_path / "log").read_text()
    assert [log.count(name) for name in ("loop_late", "loop_turns_again")] == [1, 1]


async def fed_within(manager: Manager, seconds: float) -> bool:
    """Whether a sign of life came."""
    with anyio.move_on_after(seconds):
        await manager.until("WATCHDOG=1")
        return True
    return False


# ---------------------------------------------------------------------------------- how it stops


async def test_it_stops_in_ten_seconds_with_a_bulk_operation_under_way(
    pool: asyncpg.Pool, database_url: str, tmp_path: Path
) -> None:
    slow = replace(OPTIONS, bulk_lines_per_s=0.5)
    goods = [
        replace(LUE, handle=f"v{n}", title=f"Vare {n}", variants=(variant(sku=f"V-{n}"),))
        for n in range(40)
    ]
    async with playing(pool, tmp_path, slow) as scene:
        await settings(scene, runs_by="bulk")
        await scene.load(*goods)
        await forget_events(scene)
        await leasing.leave_all(pool)
        assert await runs.ask(pool, scene.shop.shop_id) is not None
        async with started(environment(scene, database_url, tmp_path), tmp_path / "log") as process:
            under_way = "select exists (select from syncd.bulk_operation where phase = 'wait')"
            with anyio.fail_after(PATIENCE_S):
                while not await pool.fetchval(under_way):
                    pass
            code, took_s = await stopped(process)
        assert code == 0, (tmp_path / "log").read_text()
        assert took_s < 10
        assert await pool.fetchval(under_way)  # and goes on in the shop, for the next daemon
        assert not await pool.fetchval("select exists (select from syncd.leases where is_held)")


@pytest.mark.parametrize("moment", ["imports", "connects"])
async def test_a_stop_while_it_starts_is_quiet(tmp_path: Path, moment: str) -> None:
    """Its database takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as ending:
        server.settimeout(PATIENCE_S)
        port = server.getsockname()[1]
        given = programs.bare_environment() | {
            "SYNCD_DATABASE_URL": f"postgresql://x:y@127.0.0.1:{port}/z",
            "SYNCD_STATE_DIR": str(tmp_path),
        }
        async with started(given, tmp_path / "log") as process:
            if moment == "connects":
                taken, _ = await anyio.to_thread.run_sync(server.accept)
                ending.enter_context(taken)
            else:
                while not catches(process.pid, signal.SIGTERM):
                    await anyio.lowlevel.checkpoint()
            code, _ = await stopped(process)
    assert (code, (tmp_path / "log").read_text()) == (0, "")


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether the process has a handler of its own for this signal."""
    status = Path(f"/proc/{pid}/status").read_text()
    (mask,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(mask, 16) >> (number - 1) & 1)


# ------------------------------------------------------------------------------------ how it logs


async def logged(tmp_path: Path, **given: str) -> list[str]:
    """The lines of a daemon that is given a database that is not there; stderr is the journal."""
    log = tmp_path / "log"
    log.touch()
    found = log.stat()
    environment = programs.bare_environment() | {
        "SYNCD_DATABASE_URL": "postgresql://x:y@127.0.0.1:1/z",
        "SYNCD_STATE_DIR": str(tmp_path),
        "JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}",
        "NOTIFY_SOCKET": str(tmp_path / "gone"),
        **given,
    }
    async with started(environment, log) as process:
        with anyio.fail_after(PATIENCE_S):
            assert await process.wait() == os.EX_TEMPFAIL
    return log.read_text().splitlines()


async def test_the_journal_is_told_the_level_of_each_line(tmp_path: Path) -> None:
    warning, *error = await logged(tmp_path)
    assert warning.startswith("<4>[warning  ] systemd_not_told")
    assert error[0].startswith("<3>✗ cannot reach the database")
    assert error[1].startswith("<3>  → ")


async def test_the_journal_may_have_json(tmp_path: Path) -> None:
    warning, *_ = await logged(tmp_path, SYNCD_LOG_FORMAT="json")
    assert warning.startswith("<4>{")
    assert json.loads(warning.removeprefix("<4>"))["event"] == "systemd_not_told"


def test_a_pipe_is_no_journal_though_the_environment_says_so(tmp_path: Path) -> None:
    """What starts syncd may have been started by systemd, and read what it writes itself."""
    with (tmp_path / "journal").open("wb") as journal, (tmp_path / "pipe").open("wb") as pipe:
        found = os.fstat(journal.fileno())
        given = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        assert systemd.is_journal(given, journal.fileno())
        assert not systemd.is_journal(given, pipe.fileno())
        assert not systemd.is_journal({}, journal.fileno())


# ------------------------------------------------------------------------- what systemd has given


def test_a_watchdog_of_another_process_is_not_ours() -> None:
    given = {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "60000000"}
    assert systemd.of(given).watchdog_s == 60
    assert systemd.of({**given, "WATCHDOG_PID": str(os.getpid())}).feed_s == 20
    assert systemd.of({**given, "WATCHDOG_PID": "1"}).feed_s is None
    assert systemd.of({}).feed_s is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("WATCHDOG_USEC", "soon"), ("WATCHDOG_USEC", "0"), ("NOTIFY_SOCKET", "vsock:2:1234")],
)
def test_what_systemd_never_gives_is_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        systemd.of({name: value})


async def test_a_full_socket_is_waited_for(tmp_path: Path) -> None:
    with listening(str(tmp_path / "notify")) as manager:
        told = systemd.Systemd(manager.address)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.setblocking(False)
            with pytest.raises(BlockingIOError):
                for _ in range(10_000):
                    other.sendto(b"X=1", manager.address)
        async with anyio.create_task_group() as group:
            group.start_soon(told.say, "READY=1")
            await manager.until("READY=1")
