"""Change the key that seals credentials: a new one in, everything sealed anew, the old one out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
from cryptography.fernet import Fernet

from syncd import keyfile
from syncd.postgres import credentials
from syncd.postgres.credentials import Row
from syncd.postgres.db import transaction
from syncd.vault import Vault


@dataclass(frozen=True, slots=True)
class Rotation:
    """What was done: how many things were sealed anew, how many keys the file holds now."""

    sealed: int
    key_count: int


async def prepare(pool: asyncpg.Pool, path: Path) -> Rotation:
    """Put a new key in front, unless there is one already that waits; nothing is sealed anew.

    Between this and `rotate` processes can be started again that have the keys from systemd. What
    they and others seal from now on they seal with the new key.
    """
    async with transaction(pool) as connection:
        await credentials.alone(connection)
        return Rotation(0, _added(path).key_count)


async def rotate(pool: asyncpg.Pool, path: Path) -> Rotation:
    """A new key in front, then everything stored sealed with it, in one transaction.

    The old key stays in the file, so whatever dies in between, each value opens with one of its
    keys; what is left over is done by the next call, which makes no third key.
    """
    async with transaction(pool) as connection:
        await credentials.alone(connection)
        vault = _added(path)
        done = 0
        for row in await credentials.sealed(connection):
            anew = _anew(vault, row)
            if anew != row:
                await credentials.reseal(connection, anew)
                done += sum(anew.sealed[name] != was for name, was in row.sealed.items())
        return Rotation(done, vault.key_count)


async def finish(pool: asyncpg.Pool, path: Path) -> Rotation:
    """Take the old keys out of the file, once nothing stored needs them.

    What was sealed with an old one since `rotate` is sealed anew first, and committed: only then
    does the file change. Raises ConfigError as `rotate`.
    """
    if Vault.open(path).key_count == 1:
        return Rotation(0, 1)
    done = await rotate(pool, path)
    async with transaction(pool) as connection:
        await credentials.alone(connection)
        vault = Vault.open(path)
        for row in await credentials.sealed(connection):
            if _anew(vault, row) != row:  # between the two transactions; the next call finds it
                return Rotation(done.sealed, vault.key_count)
        keyfile.write(path, keyfile.read(path).split()[:1])
    return Rotation(done.sealed, 1)


def _added(path: Path) -> Vault:
    """The vault of a file that has a new key beside an old one."""
    vault = Vault.open(path)
    if vault.key_count > 1:
        return vault
    keyfile.write(path, [Fernet.generate_key(), *keyfile.read(path).split()])
    return Vault.open(path)


def _anew(vault: Vault, row: Row) -> Row:
    """The row with everything in it sealed with the newest key; raises ConfigError."""
    sealed = {
        name: one if one is None or vault.is_newest(one) else vault.seal(vault.unseal(one))
        for name, one in row.sealed.items()
    }
    return replace(row, sealed=sealed)
