"""Who may use the console: people, their sessions, one-time links, tries to sign in."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import asyncpg

from syncd.postgres.db import Connection, Executor, Statements, transaction

sql = Statements("people")
Role = Literal["viewer", "operator", "admin"]
LASTS_S = 7 * 86400.0  # a session, at most
IDLE_S = 12 * 3600.0  # a session in which nobody is seen
INVITED_S = 24 * 3600.0
WINDOW_S = 900.0  # tries to sign in are counted for so long


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may use the console."""

    person_id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as a list shows them."""

    person_id: int
    name: str
    role: Role
    created_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tries:
    """How often somebody tried to sign in; in `rests_s` they are forgotten."""

    tries: int
    rests_s: float


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done by hand."""

    acted_at: datetime
    actor: str
    application: str
    action: str
    domain: str | None
    given: Mapping[str, object] = field(repr=False)
    rows: int


def digest(token: str) -> bytes:
    """What is stored of a token, which is random enough to need no salt."""
    return hashlib.sha256(token.encode()).digest()


async def find(db: Executor, name: str) -> tuple[Person, str] | None:
    """The person with the hash of their password."""
    row = await sql.find.row(db, name=name)
    if row is None:
        return None
    return Person(row["person_id"], row["name"], row["role"]), row["password_hash"]


async def all(db: Executor) -> list[Listed]:
    """Everybody, by name."""
    return [Listed(**row) for row in await sql.list.fetch(db)]


async def is_any(db: Executor) -> bool:
    """Whether there is an administrator."""
    found: bool = await sql.is_any.value(db)
    return found


async def add(db: Executor, name: str, *, password_hash: str, role: Role) -> int | None:
    """The new person's number; None when the name is taken."""
    number: int | None = await sql.add.value(db, name=name, password_hash=password_hash, role=role)
    return number


async def is_last_admin(connection: Connection, name: str) -> bool:
    """Whether nobody else could let people in; holds others who ask until the transaction ends."""
    await sql.keep_admins.execute(connection)
    others: int = await sql.admins_but.value(connection, name=name)
    return others == 0


async def remove(db: Executor, name: str) -> bool:
    """Take the person out, sign them out; returns whether there was one."""
    return await sql.remove.value(db, name=name) is not None


async def set_role(db: Executor, name: str, role: Role) -> bool:
    """Returns whether there is such a person."""
    return await sql.set_role.value(db, name=name, role=role) is not None


async def set_password(
    db: Executor, name: str, password_hash: str, *, but: str | None = None
) -> bool:
    """Change it, sign the person out everywhere but in the session `but`."""
    if await sql.set_password.value(db, name=name, password_hash=password_hash) is None:
        return False
    await sql.end_sessions.execute(db, name=name, but=None if but is None else digest(but))
    return True


async def begin(db: Executor, token: str, person_id: int) -> None:
    """A session whose cookie holds the token."""
    await sql.begin.execute(db, token_hash=digest(token), person_id=person_id, lasts_s=LASTS_S)


async def seen(db: Executor, token: str) -> Person | None:
    """Whose session it is; None when it is over."""
    row = await sql.seen.row(db, token_hash=digest(token), idle_s=IDLE_S)
    if row is None:
        return None
    if row["is_long_ago"]:
        await sql.touch.execute(db, token_hash=digest(token))
    return Person(row["person_id"], row["name"], row["role"])


async def end(db: Executor, token: str) -> None:
    """Sign out."""
    await sql.end.execute(db, token_hash=digest(token))


async def invite(db: Executor, token: str, role: Role, *, lasts_s: float = INVITED_S) -> None:
    """A one-time link that holds the token."""
    await sql.invite.execute(db, token_hash=digest(token), role=role, lasts_s=lasts_s)


async def invited(db: Executor, token: str) -> Role | None:
    """What who has the link will be; None when it is used, or over."""
    role: Role | None = await sql.invited.value(db, token_hash=digest(token))
    return role


async def use(db: Executor, token: str) -> Role | None:
    """Use the link up; None when somebody else did, or it is over."""
    role: Role | None = await sql.use.value(db, token_hash=digest(token))
    return role


async def strike(db: Executor, whose: Sequence[str]) -> dict[str, Tries]:
    """Count one try more for each; returns what each has made."""
    return await _tries(db, sql.strike, whose)


async def tries(db: Executor, whose: Sequence[str]) -> dict[str, Tries]:
    """What each has made within WINDOW_S; those without are left out."""
    return await _tries(db, sql.tries, whose)


async def _tries(db: Executor, statement, whose: Sequence[str]) -> dict[str, Tries]:  # type: ignore[no-untyped-def]
    by_hash = {digest(one): one for one in whose}
    rows = await statement.fetch(db, who=list(by_hash), window_s=WINDOW_S)
    return {by_hash[bytes(row["who"])]: Tries(row["tries"], row["rests_s"]) for row in rows}


async def forgive(db: Executor, whose: Sequence[str]) -> None:
    """They succeeded."""
    await sql.forgive.execute(db, who=[digest(one) for one in whose])


async def sweep(db: Executor) -> None:
    """Delete what is over."""
    await sql.sweep.execute(db, idle_s=IDLE_S, window_s=WINDOW_S)


@asynccontextmanager
async def acting(pool: asyncpg.Pool, name: str) -> AsyncIterator[Connection]:
    """A transaction whose deeds are noted as this person's."""
    async with transaction(pool) as connection:
        await sql.act_as.execute(connection, author=f"console:{name}")
        yield connection


async def note(
    db: Executor,
    action: str,
    *,
    shop_id: int | None = None,
    given: Mapping[str, object] | None = None,
    rows: int = 0,
) -> None:
    """Write down what was done by hand."""
    await sql.note.execute(db, action=action, shop_id=shop_id, given=dict(given or {}), rows=rows)


async def deeds(db: Executor, *, most: int) -> list[Deed]:
    """What was done by hand, the latest first."""
    return [Deed(**row) for row in await sql.deeds.fetch(db, most=most)]
