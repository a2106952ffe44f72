"""The folder an embedded Postgres lives in.

lock        held by the owner while it lives; its process id
cluster/    Postgres's own data folder
elsewhere   instead of cluster/: where it lies, when the account cannot reach this folder
password    of the database account, readable by the owner only
port        the last one used
postgres.log
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path

from syncd.errors import ConfigError
from syncd.postgres import binaries, postmaster
from syncd.postgres.account import Account

LOCK_WAIT_S = 0.5  # a dying owner, or somebody who only looks whether there is one


def lock(data: Path) -> tuple[Path, int]:
    """Become the one owner of the folder, made if need be.

    Returns its real path with the lock's file descriptor; the lock ends with the descriptor or the
    process, however it dies. Raises ConfigError when another process owns the folder, when it is
    not ours to write, or holds something else.
    """
    data = data.resolve()
    try:
        if not data.is_dir():
            data.mkdir(parents=True)
            data.chmod(0o755)  # for Postgres's account; the cluster and the password stay closed
        elif not (data / "lock").exists() and any(data.iterdir()):
            raise ConfigError(
                f"{data} holds something else than an embedded Postgres", hint="name a new folder"
            )
        return data, wait_for(data / "lock")
    except OSError as error:
        raise ConfigError(
            f"cannot use {data} for the embedded Postgres: {error}",
            hint="it may belong to another account: use that one, or another folder",
        ) from error


def wait_for(path: Path) -> int:
    """Lock the file at `path`, within LOCK_WAIT_S; raises ConfigError naming the holder."""
    deadline = time.monotonic() + LOCK_WAIT_S
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        with suppress(BlockingIOError, FileNotFoundError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), path.stat()):  # else it was removed meanwhile
                os.ftruncate(descriptor, 0)
                os.write(descriptor, f"{os.getpid()}\n".encode())
                return descriptor
        os.close(descriptor)
        if time.monotonic() > deadline:
            raise ConfigError(
                f"{path.parent} is already in use by process {path.read_text().strip()}",
                hint="stop that process (a demo that runs already?), or name another folder",
            )
        time.sleep(0.05)


def is_owned(data: Path) -> bool:
    """Whether some process owns the folder now."""
    try:
        descriptor = os.open(data / "lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def cluster_of(data: Path) -> Path | None:
    """Postgres's own folder if it was made: in `data`, or where `data`/elsewhere points."""
    with suppress(FileNotFoundError):
        home = Path((data / "elsewhere").read_text().strip())
        if (home / "requested").exists() and (home / "cluster").is_dir():
            return home / "cluster"
    return data / "cluster" if (data / "cluster").is_dir() else None


def home_for(data: Path, *, account: Account, shared: Path) -> Path:
    """The folder to make a new cluster in: `data`, or one in `shared` if the account cannot enter.

    The latter is named after `data`. One that is there already lost its `data` (deleted by hand,
    with the password), so it is deleted.
    """
    if account.can_use(data):
        return data
    home = shared / f"data-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"
    with binaries.shared_place(shared):
        if home.exists():
            postmaster.end_leftover(home / "cluster")
            shutil.rmtree(home, ignore_errors=True)
        home.mkdir(exist_ok=True)
        home.chmod(0o755)
        (home / "requested").write_text(f"{data}\n")
    (data / "elsewhere").write_text(f"{home}\n")
    return home


def new_password(data: Path) -> str:
    """Store a new password and return it."""
    password = secrets.token_urlsafe(24)
    written = data / "password.new"
    written.unlink(missing_ok=True)
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{password}\n")
    written.rename(data / "password")
    return password


def stored_password(data: Path) -> str:
    """The password of an existing cluster; raises ConfigError when it was lost."""
    try:
        return (data / "password").read_text().strip()
    except OSError as error:
        raise ConfigError(
            f"cannot read the password of the embedded Postgres: {error}",
            hint=f"use the account that made {data}, or remove the folder to begin anew",
        ) from error


def check_major(data: Path, *, cluster: Path, major: str) -> None:
    """Raise ConfigError when another major version of Postgres made the cluster."""
    try:
        made_by = (cluster / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise ConfigError(
            f"{cluster} is no data folder of Postgres: {error}", hint=f"remove {data} to begin anew"
        ) from error
    if made_by != major:
        raise ConfigError(
            f"{data} was made by Postgres {made_by}, but the programs here are of Postgres {major}",
            hint=f"use the programs of Postgres {made_by} (dump with them what you need), "
            f"or remove {data} to begin anew",
        )


def remove(data: Path) -> None:
    """Delete the folder with the cluster it points to; see embedded.remove."""
    if not data.exists():
        return
    data, descriptor = lock(data)
    try:
        cluster = cluster_of(data)
        if cluster is not None:
            postmaster.end_leftover(cluster)
            if cluster.parent != data:
                shutil.rmtree(cluster.parent)
        shutil.rmtree(data)
    finally:
        os.close(descriptor)
