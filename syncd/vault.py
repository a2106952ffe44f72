"""Seals credentials with the key of a file."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from syncd.errors import ConfigError

KEY_LENGTH = 44  # 32 bytes in base64
OTHERS = 0o027  # others: nothing; the group may read, as with a service's files owned by root


class Vault:
    """Seals text; only the same key opens it. Shows nothing when printed."""

    __slots__ = ("_fernet",)

    def __init__(self, key: bytes) -> None:
        """Raises ValueError for a key that is not Fernet's."""
        if len(key) != KEY_LENGTH:  # Fernet itself stops reading where a key ends
            raise ValueError("a key is one line")
        self._fernet = Fernet(key)

    def __repr__(self) -> str:
        return "Vault()"

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Vault:
        """The vault of a key file; with `create` a missing one is made, readable by us alone.

        Any number of processes may create it at once: all get the same key. Raises ConfigError
        when the file is missing, malformed, unreadable, or open to other accounts.
        """
        try:
            if create and not path.exists():
                _create(path)
            mode = path.stat().st_mode
            key = path.read_bytes().strip()
        except FileNotFoundError as error:
            hint = "restore it, or check SYNCD_KEY_FILE; without it the credentials are lost"
            raise ConfigError(f"there is no key file {path}", hint=hint) from error
        except OSError as error:
            hint = f"check the owner and the mode of {path} and its folder"
            raise ConfigError(f"cannot use the key file {path}: {error}", hint=hint) from error
        if mode & OTHERS:
            hint = f"chmod 600 {path}"
            raise ConfigError(f"the key file {path} is open to other accounts", hint=hint)
        try:
            return cls(key)
        except ValueError as error:
            hint = "restore the file from a backup, or remove it and give the credentials anew"
            raise ConfigError(f"{path} does not hold a key of syncd", hint=hint) from error

    def seal(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def unseal(self, sealed: bytes) -> str:
        """Raises ConfigError when it was sealed with another key, or is damaged."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise ConfigError(
                "the credentials were sealed with another key",
                hint="check SYNCD_KEY_FILE, or give the token anew with `syncd shop token`",
            ) from error


def _create(path: Path) -> None:
    """Write a new key beside the path, then link it there: never half a file, never over one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:  # another process was first; its key is as good
        pass
    finally:
        draft.unlink()
