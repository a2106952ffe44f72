"""The account that runs an embedded Postgres: never root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from syncd.errors import ConfigError

# Nothing of the caller's locale or PG* variables may reach initdb or the server.
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/local/bin:/usr/bin:/bin"}


@dataclass(frozen=True, slots=True)
class Account:
    """Ids for subprocess's user=, group= and extra_groups=; all None means ourselves, unchanged."""

    name: str
    uid: int | None = None
    gid: int | None = None
    groups: tuple[int, ...] | None = None

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a short command as this account, from `/`, and return what it wrote.

        Raises ConfigError when we may not become this account, as in some containers.
        """
        try:
            return subprocess.run(  # nosec B603  # a list of ours, no shell
                command,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
                cwd="/",  # the account may be unable to enter our own folder
                env=ENVIRONMENT,
                user=self.uid,
                group=self.gid,
                extra_groups=self.groups,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise ConfigError(
                f"cannot run {command[0]} as the account {self.name}: {error}",
                hint="start syncd as an ordinary user, or give SYNCD_DATABASE_URL of a Postgres",
            ) from error

    def can_use(self, path: Path) -> bool:
        """Whether the account can enter this folder, or execute this file."""
        return self.uid is None or self.run("test", "-x", path).returncode == 0

    def own(self, path: Path) -> None:
        """Make this one file or folder the account's."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def choose(name: str | None, cluster: Path | None) -> Account:
    """Who runs Postgres: ourselves, unless we are root.

    For root it is the named account, else the owner of an existing cluster, else `postgres`, else
    `nobody`. Raises ConfigError for a name that does not exist, and for root's own.
    """
    if os.geteuid() != 0:
        return Account(pwd.getpwuid(os.geteuid()).pw_name)
    if name is not None:
        return existing(name)
    if cluster is not None and (owner := cluster.stat().st_uid) != 0:
        return switched(pwd.getpwuid(owner))
    for candidate in ("postgres", "nobody"):
        try:
            return switched(pwd.getpwnam(candidate))
        except KeyError:
            continue
    raise ConfigError(
        "Postgres never runs as root, and there is neither an account postgres nor nobody",
        hint="start syncd as an ordinary user",
    )


def existing(name: str) -> Account:
    """The named account; raises ConfigError when there is none, or when it is root's."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError as error:
        raise ConfigError(f"there is no account {name} to run Postgres") from error
    if entry.pw_uid == 0:
        raise ConfigError("Postgres never runs as root", hint="name an ordinary account")
    return switched(entry)


def switched(entry: pwd.struct_passwd) -> Account:
    groups = tuple(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, groups)
