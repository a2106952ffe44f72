"""The file that holds the keys of the vault: made, read, changed as a whole."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from syncd.errors import ConfigError

OTHERS = 0o027  # others: nothing; the group may read, as with a service's files owned by root


def read(path: Path) -> bytes:
    """What it holds; raises ConfigError when it is missing, unreadable, open to other accounts."""
    try:
        mode = path.stat().st_mode
        keys = path.read_bytes().strip()
    except FileNotFoundError as error:
        hint = "restore it, or check SYNCD_KEY_FILE; without it the credentials are lost"
        raise ConfigError(f"there is no key file {path}", hint=hint) from error
    except OSError as error:
        raise _unusable(path, error) from error
    if mode & OTHERS:
        hint = f"chmod 600 {path}"
        raise ConfigError(f"the key file {path} is open to other accounts", hint=hint)
    return keys


def create(path: Path) -> None:
    """Make it with a new key, unless it is there; never half a file, never over one."""
    try:
        if path.exists():
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = _drafted(path, Fernet.generate_key() + b"\n", 0o600)
        try:
            os.link(draft, path)
        except FileExistsError:  # another process was first; its key is as good
            pass
        finally:
            draft.unlink()
    except OSError as error:
        raise _unusable(path, error) from error


def write(path: Path, keys: list[bytes]) -> None:
    """Put these keys in its place, owner and mode as they were: the old file or the new one.

    Raises ConfigError where it cannot be written, as with a credential of systemd's.
    """
    there = path.resolve()  # a link stays a link
    try:
        was = there.stat()
        draft = _drafted(there, b"\n".join(keys) + b"\n", was.st_mode & 0o777)
        try:
            if (was.st_uid, was.st_gid) != (os.geteuid(), os.getegid()):
                os.chown(draft, was.st_uid, was.st_gid)
            draft.replace(there)
        finally:
            draft.unlink(missing_ok=True)
        _synced(there.parent)
    except OSError as error:
        raise ConfigError(
            f"the key file {path} cannot be changed: {error.strerror}",
            hint="a credential of systemd's is a copy: change the file that it is loaded from, "
            "`SYNCD_KEY_FILE=… syncd key rotate`, as its owner (docs/signin.md)",
        ) from error


def _drafted(path: Path, content: bytes, mode: int) -> Path:
    """The content in a file beside the path, on the disk."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)  # whatever the process's mask takes away
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _synced(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unusable(path: Path, error: OSError) -> ConfigError:
    hint = f"check the owner and the mode of {path} and its folder"
    return ConfigError(f"cannot use the key file {path}: {error}", hint=hint)
