"""Seals credentials with the keys of a file."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from syncd import keyfile
from syncd.errors import ConfigError

KEY_LENGTH = 44  # 32 bytes in base64


class Vault:
    """Seals text; only the same keys open it. Shows nothing when printed.

    The first key seals, all of them open. One that was opened from a file reads it again when it
    has changed, so a process that runs while keys are changed goes on.
    """

    __slots__ = ("_fernets", "_path", "_seen")

    def __init__(self, keys: bytes, path: Path | None = None) -> None:
        """A key a line, the newest first. Raises ValueError for one that is not Fernet's."""
        self._fernets = _fernets(keys)
        self._path = path
        self._seen = keys

    def __repr__(self) -> str:
        return "Vault()"

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Vault:
        """The vault of a key file; with `create` a missing one is made, readable by us alone.

        Any number of processes may create it at once: all get the same key. Raises ConfigError
        when the file is missing, malformed, unreadable, or open to other accounts.
        """
        if create:
            keyfile.create(path)
        keys = keyfile.read(path)
        try:
            return cls(keys, path)
        except ValueError as error:
            hint = "restore the file from a backup, or remove it and give the credentials anew"
            raise ConfigError(f"{path} does not hold a key of syncd", hint=hint) from error

    @property
    def key_count(self) -> int:
        """More than one while keys are being changed."""
        return len(self._fernets)

    def seal(self, text: str) -> bytes:
        """With the newest key, also when the file got it a moment ago."""
        self._look_again()
        return self._fernets[0].encrypt(text.encode())

    def unseal(self, sealed: bytes) -> str:
        """Raises ConfigError when it was sealed with another key, or is damaged."""
        with suppress(InvalidToken):
            return MultiFernet(self._fernets).decrypt(sealed).decode()
        self._look_again()
        try:
            return MultiFernet(self._fernets).decrypt(sealed).decode()
        except InvalidToken as error:
            raise ConfigError(
                "the credentials were sealed with another key",
                hint="check SYNCD_KEY_FILE (a process that has its key from systemd must be "
                "started again), or give the token anew with `syncd shop token`",
            ) from error

    def is_newest(self, sealed: bytes) -> bool:
        """Whether the newest key opens it, so that no other one is needed for it."""
        try:
            self._fernets[0].decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def _look_again(self) -> None:
        """Take the file's keys if they have changed; an unreadable file leaves those we have."""
        if self._path is None:
            return
        with suppress(ConfigError, ValueError):
            keys = keyfile.read(self._path)
            if keys != self._seen:
                self._fernets, self._seen = _fernets(keys), keys


def _fernets(keys: bytes) -> list[Fernet]:
    lines = keys.split()
    if not lines or any(len(line) != KEY_LENGTH for line in lines):
        raise ValueError("a key is one line")  # Fernet itself stops reading where a key ends
    return [Fernet(line) for line in lines]
