"""Bring the schema syncd up to this release, one file of sql/migrations at a time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg

from syncd import assets
from syncd.errors import ConfigError
from syncd.postgres import roles
from syncd.postgres.db import Connection, Statements

sql = Statements("migrate")

REPEATED = (
    "contract",
    "engine",
    "redaction",
    "surface",
    "hearing",
)  # sql/ files that are applied after every migration
LOCK_TIMEOUT = "set local lock_timeout = '10s'"  # a migration must not queue behind a report


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations() -> list[Migration]:
    """The files of sql/migrations in order; raises ConfigError when a number is missing."""
    found: list[Migration] = []
    for path in sorted((assets.folder("sql") / "migrations").glob("*.sql")):
        match = re.fullmatch(r"(\d{4})_(\w+)\.sql", path.name)
        if match is None or int(match[1]) != len(found) + 1:
            raise ConfigError(f"{path.name}: migrations are numbered 0001, 0002, … without gaps")
        found.append(Migration(int(match[1]), match[2], path.read_text(encoding="utf-8")))
    return found


async def migrate(
    pool: asyncpg.Pool,
    progress: Callable[[str], None] | None = None,
    *,
    with_roles: bool = False,
) -> int:
    """Apply what is missing, each file in one transaction, then REPEATED; returns how many.

    Any number of processes may do this at once: they take turns under an advisory lock.
    `with_roles` makes the roles of sql/roles.sql; where they are, their grants are renewed anyway.
    Raises ConfigError when an applied file has changed since, the database is newer than we are,
    or the roles are to be made and we may not.
    """
    async with pool.acquire() as connection:
        await sql.lock.execute(connection)
        try:
            if with_roles:
                await roles.check(connection)
            return await _apply(connection, progress or (lambda line: None), with_roles)
        finally:
            await sql.unlock.execute(connection)


async def missing(pool: asyncpg.Pool) -> list[Migration]:
    """The migrations this database still lacks; applies nothing."""
    if not await sql.exists.value(pool):
        return migrations()
    applied = {row["number"]: row["digest"] for row in await sql.applied.fetch(pool)}
    return pending(migrations(), applied)


async def _apply(connection: Connection, progress: Callable[[str], None], with_roles: bool) -> int:
    await sql.begin.execute(connection)
    applied = {row["number"]: row["digest"] for row in await sql.applied.fetch(connection)}
    todo = pending(migrations(), applied)
    for migration in todo:
        progress(f"migration {migration.number:04} {migration.name}")
        async with connection.transaction():
            await connection.execute(LOCK_TIMEOUT)
            await connection.execute(migration.text)
            await sql.record.execute(
                connection, number=migration.number, name=migration.name, digest=migration.digest
            )
    async with connection.transaction():
        await connection.execute(LOCK_TIMEOUT)
        for name in REPEATED:
            await connection.execute(assets.text(f"sql/{name}.sql"))
        if todo or not await sql.has_shape.value(
            connection
        ):  # else it may be what somebody made of it
            await sql.forget_shape.execute(connection)
            await sql.record_shape.execute(connection)
        if with_roles:
            await roles.make(connection)
        await roles.grant(connection)
    return len(todo)


def pending(ours: list[Migration], applied: dict[int, str]) -> list[Migration]:
    """What is left to do, given the digests already applied by number."""
    newest = max(applied, default=0)
    if newest > len(ours):
        raise ConfigError(
            f"the database is at migration {newest:04}, this syncd knows {len(ours):04}",
            hint="install the newer syncd that migrated it",
        )
    for migration in ours:
        if applied.get(migration.number, migration.digest) != migration.digest:
            raise ConfigError(
                f"{migration.number:04}_{migration.name}.sql changed after it was applied",
                hint="restore the file of the release; changes go into a new migration",
            )
    return [migration for migration in ours if migration.number not in applied]
