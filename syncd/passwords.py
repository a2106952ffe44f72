"""Passwords, hashed by argon2id."""

from __future__ import annotations

import secrets
from functools import cache

import anyio.to_thread
from anyio import CapacityLimiter
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from syncd.errors import ConfigError
from syncd.phrases import phrase

SHORTEST = 10  # characters
LONGEST = 200
hasher = PasswordHasher()  # RFC 9106's second choice: 64 MiB, three passes; some 60 ms
AT_ONCE = 2  # so many hashes are worked on at a time: each takes 64 MiB


@cache
def _limiter() -> CapacityLimiter:
    return CapacityLimiter(AT_ONCE)


async def hashed(password: str) -> str:
    """The hash to store; raises ConfigError for a password that is no good."""
    if len(password) < SHORTEST:
        raise ConfigError(
            phrase("the password is too short"),
            hint=phrase("at least {count} characters, such as three words", count=SHORTEST),
        )
    if len(password) > LONGEST:
        raise ConfigError(
            phrase("the password is too long"), hint=phrase("at most {count} characters",
                                                            count=LONGEST)
        )  # fmt: skip
    return await anyio.to_thread.run_sync(hasher.hash, password, limiter=_limiter())


async def is_right(password: str, stored: str | None) -> bool:
    """Whether the password is that of the hash; None takes as long, and is never right."""
    if len(password) > LONGEST:
        return False
    answer = await anyio.to_thread.run_sync(
        _verified, stored or _nobodys(), password, limiter=_limiter()
    )
    return answer and stored is not None


def _verified(stored: str, password: str) -> bool:
    try:
        return hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return hasher.hash(secrets.token_hex(16))
