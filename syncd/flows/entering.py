"""Let people into the console: names, passwords, one-time links."""

from __future__ import annotations

import re
import secrets

import asyncpg

from syncd import passwords
from syncd.errors import ConfigError
from syncd.phrases import phrase
from syncd.postgres import people
from syncd.postgres.people import Person, Role
from syncd.rules import tries
from syncd.rules.text import shortened

NAME = re.compile(r"[a-z0-9æøåäöüé][a-z0-9æøåäöüé._@+-]{0,63}")


class TooOftenError(ConfigError):
    """Somebody tried too often; in `wait_s` they may again."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(
            phrase("too many tries"),
            hint=phrase("wait {minutes} minutes, then try again", minutes=int(wait_s // 60) + 1),
        )
        self.wait_s = wait_s


def named(text: str) -> str:
    """The name as it is stored; raises ConfigError for one that cannot be."""
    name = text.strip().lower()
    if not NAME.fullmatch(name):
        raise ConfigError(
            phrase("{name} cannot be a user name", name=repr(shortened(text.strip(), 64))),
            hint=phrase("letters, digits and . _ @ + - only, such as kari"),
        )
    return name


async def enter(pool: asyncpg.Pool, name: str, password: str, address: str) -> str:
    """Sign in; returns the token of the new session.

    Each try is counted before the password is looked at, so that many at once are counted, too.
    Raises TooOftenError, ConfigError when name or password is wrong: which one is not told.
    """
    name = name.strip().lower()[:64]
    counted = tries.whose(name, address)
    before = await people.tries(pool, list(counted.values()))
    made = {
        kind: (before[one].tries, before[one].rests_s)
        for kind, one in counted.items()
        if one in before
    }
    if wait_s := tries.wait_s(made):
        raise TooOftenError(wait_s)
    after = await people.strike(pool, list(counted.values()))
    if wait_s := tries.wait_s(
        {kind: (after[one].tries - 1, after[one].rests_s) for kind, one in counted.items()}
    ):
        raise TooOftenError(wait_s)
    found = await people.find(pool, name)
    if not await passwords.is_right(password, found[1] if found else None) or found is None:
        raise ConfigError(
            phrase("name or password is wrong"), hint=phrase("try again, or ask an administrator")
        )
    await people.forgive(pool, [counted["pair"], counted["name"]])
    return await begin(pool, found[0])


async def begin(pool: asyncpg.Pool, person: Person) -> str:
    """A new session, of a token that nobody had before; what is over is swept."""
    token = secrets.token_urlsafe(32)
    await people.sweep(pool)
    await people.begin(pool, token, person.person_id)
    return token


async def add(pool: asyncpg.Pool, name: str, password: str, role: Role) -> Person:
    """A new person; raises ConfigError when the name is taken, or something is no good."""
    name = named(name)
    password_hash = await passwords.hashed(password)
    number = await people.add(pool, name, password_hash=password_hash, role=role)
    if number is None:
        raise ConfigError(
            phrase("there is a user {name} already", name=name), hint=phrase("choose another name")
        )
    return Person(number, name, role)


async def invite(pool: asyncpg.Pool, role: Role) -> str:
    """The token of a one-time link."""
    token = secrets.token_urlsafe(24)
    await people.invite(pool, token, role)
    return token


async def follow(pool: asyncpg.Pool, token: str, name: str, password: str) -> str:
    """Use a one-time link: add the person, sign them in; returns the session's token.

    The link stays good until this has succeeded. Raises ConfigError.
    """
    role = await people.invited(pool, token)
    if role is None:
        raise over()
    name, password_hash = named(name), await passwords.hashed(password)
    async with pool.acquire() as connection, connection.transaction():
        if await people.use(connection, token) is None:
            raise over()
        number = await people.add(connection, name, password_hash=password_hash, role=role)
        if number is None:
            raise ConfigError(
                phrase("there is a user {name} already", name=name),
                hint=phrase("choose another name"),
            )
    return await begin(pool, Person(number, name, role))


def over() -> ConfigError:
    return ConfigError(
        phrase("this link has been used, or it is too old"),
        hint=phrase("`syncd user link` makes a new one"),
    )
