"""A postmaster as its cluster shows it: running, ready, or left behind by a crash."""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import suppress
from pathlib import Path

from syncd.errors import ConfigError

LEFTOVER_WAIT_S = 60.0


def line(cluster: Path, number: int) -> str:
    """One line, counted from 1, of postmaster.pid: 1 pid, 4 port, 7 shared memory, 8 status.

    Empty when there is none. Source: src/include/utils/pidfile.h.
    """
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()[number - 1].strip()
    except (OSError, IndexError):
        return ""


def end_leftover(cluster: Path) -> None:
    """Stop the server of a killed owner; wait for the last process of a killed server.

    For the owner of the folder only. Afterwards no process works in the cluster and no
    postmaster.pid says so: its number may belong to somebody else by now, which Postgres would
    take for a running server. Raises ConfigError when they do not end in LEFTOVER_WAIT_S each.
    """
    pid = line(cluster, 1)
    if pid.isdigit() and is_postmaster(int(pid), cluster):
        end(int(pid))
    deadline = time.monotonic() + LEFTOVER_WAIT_S
    while is_attached(cluster):
        if time.monotonic() > deadline:
            raise ConfigError(
                f"processes of an earlier Postgres still work in {cluster}",
                hint="stop them; `ps` shows them as `postgres: …`",
            )
        time.sleep(0.02)
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def is_postmaster(pid: int, cluster: Path) -> bool:
    """Whether this process was started as a server on this cluster."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(cluster) in words


def end(pid: int) -> None:
    """Ask a postmaster to disconnect everybody, save and end; harder if it does not."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        ended = select.poll()
        ended.register(process, select.POLLIN)
        for request in (signal.SIGINT, signal.SIGQUIT):
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(process, request)
            if ended.poll(LEFTOVER_WAIT_S * 1000):
                return
    finally:
        os.close(process)
    raise ConfigError(f"Postgres, process {pid}, does not end", hint=f"kill {pid}")


def is_attached(cluster: Path) -> bool:
    """Whether any process of a server holds the cluster's shared memory.

    Children of a killed postmaster do for a moment; Postgres refuses to start meanwhile.
    """
    segment = line(cluster, 7).split()  # its key, made of the folder's inode, then its id
    try:
        segments = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    except OSError:
        return False
    fields = (text.split() for text in segments)  # key, id, perms, size, cpid, lpid, nattch, …
    return any(field[:2] == segment and field[6] != "0" for field in fields)


def is_ready(cluster: Path, pid: int) -> bool:
    """Whether this very process takes connections."""
    return line(cluster, 1) == str(pid) and line(cluster, 8) == "ready"
