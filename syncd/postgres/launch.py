"""From programs with a folder to a server that takes connections, until it is stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio import to_thread

from syncd.errors import ConfigError
from syncd.postgres import datafolder, postmaster
from syncd.postgres.account import ENVIRONMENT, Account
from syncd.postgres.binaries import Binaries

HOST = "127.0.0.1"
USER = "postgres"
START_S = 600.0  # recovery after a crash may have gigabytes to read
STOP_S = 60.0
POLL_S = 0.02
QUIET_S = 2.0  # a start that takes longer reports from the log
PORTS_TRIED = 5
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Launch:
    """What initdb and the server are started with."""

    data: Path
    cluster: Path
    account: Account
    binaries: Binaries
    settings: Mapping[str, str]
    progress: Progress

    @property
    def log(self) -> Path:
        return self.data / "postgres.log"


async def initialise(launch: Launch) -> None:
    """Make the cluster under another name first, so that one cut short is never taken for whole."""
    launch.progress(f"making a database folder in {launch.cluster.parent}")
    making = await to_thread.run_sync(empty_folder, launch)
    password = datafolder.new_password(launch.data)
    with tempfile.TemporaryFile() as given, launch.log.open("ab") as log:
        given.write(f"{password}\n".encode())
        given.seek(0)
        if launch.account.uid is not None:
            os.fchown(given.fileno(), launch.account.uid, -1)
        result = await anyio.run_process(
            [*leash("KILL"), *initdb(launch.binaries, making)],
            stdin=given,
            stdout=log,
            stderr=log,
            check=False,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
            user=launch.account.uid,
            group=launch.account.gid,
            extra_groups=launch.account.groups,
        )
    if result.returncode != 0:
        shutil.rmtree(making, ignore_errors=True)
        raise failed(launch, "initdb could not make the database folder")
    making.rename(launch.cluster)


def empty_folder(launch: Launch) -> Path:
    """A new folder beside the cluster to be; those of earlier attempts are deleted."""
    home = launch.cluster.parent
    for rest in home.glob("making-*"):
        shutil.rmtree(rest, ignore_errors=True)
    making = Path(tempfile.mkdtemp(prefix="making-", dir=home))
    launch.account.own(making)
    return making


def initdb(binaries: Binaries, folder: Path) -> list[str]:
    """The command: UTF-8, ordered by code point, letters folded as Unicode says, everywhere."""
    locale = ["--locale=C.UTF-8"]
    if int(binaries.major) >= 17:  # needs neither ICU, which the wheel lacks, nor a system's locale
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return [
        str(binaries.folder / "initdb"),
        *("--pgdata", str(folder)),
        *("--username", USER),
        *("--auth", "scram-sha-256"),
        *("--pwfile", "/dev/stdin"),
        *("--encoding", "UTF8"),
        *locale,
        "--data-checksums",
        "--no-instructions",
    ]


async def start(launch: Launch, port: int | None) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server, on another port when one was taken meanwhile, until it takes connections.

    Raises ConfigError with the log's last lines when it ends instead, or takes START_S.
    """
    for chosen in free_ports(launch.data / "port", port):
        launch.progress(f"starting Postgres {launch.binaries.version} on {HOST}:{chosen}")
        process = spawn(launch, chosen)
        try:
            if await is_started(launch, process):
                (launch.data / "port").write_text(f"{chosen}\n")
                return process, chosen
        except BaseException:
            await stop(process)
            raise
        if is_free(chosen):
            raise failed(launch, "Postgres ended while starting")
    raise failed(launch, f"no port of {HOST} was free")


def free_ports(last: Path, wanted: int | None) -> Iterator[int]:
    """The wanted port and the last one if they are free, then whatever the system has."""
    with suppress(OSError, ValueError):
        remembered = int(last.read_text())
        wanted = wanted or remembered
    if wanted is not None and is_free(wanted):
        yield wanted
    for _ in range(PORTS_TRIED):
        with socket.create_server((HOST, 0)) as probe:
            port: int = probe.getsockname()[1]
        yield port


def is_free(port: int) -> bool:
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True


def spawn(launch: Launch, port: int) -> subprocess.Popen[bytes]:
    """Start the server's process, out of reach of the terminal's Ctrl-C."""
    settings = {
        "listen_addresses": HOST,
        "port": str(port),
        "unix_socket_directories": "",  # their paths have 108 bytes at most; TCP has no such limit
        "logging_collector": "off",
        "log_startup_progress_interval": "1s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        **launch.settings,
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command = [str(launch.binaries.folder / "postgres"), "-D", str(launch.cluster), *options]
    with launch.log.open("ab") as log:
        return subprocess.Popen(  # nosec B603  # a list of ours, no shell
            [*leash("INT"), *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
            user=launch.account.uid,
            group=launch.account.gid,
            extra_groups=launch.account.groups,
        )


def leash(request: str) -> list[str]:
    """Words before a command that let the kernel signal it when our thread dies, if we can."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", request, "--"] if setpriv is not None else []


async def is_started(launch: Launch, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the server takes connections: true; false when it ended instead."""
    began = anyio.current_time()
    shown = ""
    while process.poll() is None:
        if postmaster.is_ready(launch.cluster, process.pid):
            return True
        waited_s = anyio.current_time() - began
        if waited_s > START_S:
            raise failed(launch, f"Postgres was not ready after {START_S:.0f} s")
        if waited_s > QUIET_S and (last := log_tail(launch.log, 1)) != shown:
            shown = last
            launch.progress(f"Postgres is still starting: {shown}")
        await anyio.sleep(POLL_S)
    return False


async def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server: connections are cut, what was committed is kept. Not to be cancelled."""
    with anyio.CancelScope(shield=True):
        await to_thread.run_sync(end, process)


def end(process: subprocess.Popen[bytes]) -> None:
    for request in (signal.SIGINT, signal.SIGQUIT):
        process.send_signal(request)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
            return
    process.kill()
    process.wait()


def failed(launch: Launch, message: str) -> ConfigError:
    return ConfigError(
        f"{message}, in {launch.cluster}. The end of {launch.log}:\n{log_tail(launch.log, 10)}",
        hint=f"if it cannot be repaired, remove {launch.data} to begin anew; its data is lost then",
    )


def log_tail(log: Path, count: int) -> str:
    """The last lines of the log."""
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 4000))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])
