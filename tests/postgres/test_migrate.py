from __future__ import annotations

import re

import anyio
import asyncpg
import pytest

from syncd.errors import ConfigError
from syncd.postgres import db, reference, shops
from syncd.postgres.migrate import Migration, migrate, migrations, missing, pending, sql

ONE, TWO = Migration(1, "one", "select 1"), Migration(2, "two", "select 2")


def test_what_is_applied_is_not_pending() -> None:
    assert pending([ONE, TWO], {}) == [ONE, TWO]
    assert pending([ONE, TWO], {1: ONE.digest}) == [TWO]
    assert pending([ONE, TWO], {1: ONE.digest, 2: TWO.digest}) == []


def test_a_file_that_changed_afterwards_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"0001_one\.sql changed after it was applied"):
        pending([ONE, TWO], {1: TWO.digest})


def test_a_database_of_a_newer_release_is_refused() -> None:
    with pytest.raises(ConfigError, match="at migration 0002, this syncd knows 0001"):
        pending([ONE], {1: ONE.digest, 2: TWO.digest})


def test_each_migration_says_its_locks() -> None:
    for migration in migrations():
        assert "-- Locks:" in migration.text, migration.name


async def test_migrating_once_is_enough(empty_database_url: str) -> None:
    lines: list[str] = []
    async with db.connect(empty_database_url, name="tests", size=2) as pool:
        assert [one.number for one in await missing(pool)] == [one.number for one in migrations()]
        assert await migrate(pool, lines.append) == len(migrations())
        assert await missing(pool) == []
        assert await migrate(pool, lines.append) == 0
    assert lines == [f"migration {one.number:04} {one.name}" for one in migrations()]


async def test_processes_that_migrate_at_once_take_turns(empty_database_url: str) -> None:
    applied: list[int] = []

    async def run() -> None:
        async with db.connect(empty_database_url, name="tests", size=1) as pool:
            applied.append(await migrate(pool))

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(run)
    assert sorted(applied) == [0, 0, len(migrations())]


async def test_a_changed_migration_stops_before_anything_is_done(pool: asyncpg.Pool) -> None:
    await pool.execute("update syncd.migration set digest = 'other' where number = 1")
    with pytest.raises(ConfigError, match="changed after it was applied"):
        await migrate(pool)


async def test_a_shop_of_the_first_release_gets_the_usual_settings(empty_database_url: str) -> None:
    first = migrations()[0]
    async with db.connect(empty_database_url, name="tests", size=2) as pool:
        await sql.begin.execute(pool)
        await pool.execute(first.text)
        await sql.record.execute(pool, number=first.number, name=first.name, digest=first.digest)
        await pool.execute(
            "insert into syncd.shop (domain, account_id, credentials, price_department, currency)"
            " values ('x.myshopify.com', 'a', '', 'nett', 'NOK')"
        )
        assert await migrate(pool) == len(migrations()) - 1
        (shop,) = await shops.all(pool)
    assert (shop.image_mode, shop.unknown_variants, shop.blocked_as) == (
        "append",
        "keep",
        "stopped",
    )
    assert (shop.taxes_included, shop.price_only_when_changed) == (True, True)


IMPOSSIBLE_FILES = {
    "no GID": "gid = '1'",
    "no such state": "state = 'lost'",
    "failed without an error": "state = 'failed', look_at = null",
    "an error without a failure": "error = '404'",
    "pending, never looked at": "look_at = null",
    "ready, yet looked at": "state = 'ready'",
}


@pytest.mark.parametrize("assignment", IMPOSSIBLE_FILES.values(), ids=IMPOSSIBLE_FILES.keys())
async def test_impossible_files_are_refused(pool: asyncpg.Pool, assignment: str) -> None:
    await pool.execute(
        "with shop as ("
        "  insert into syncd.shop (domain, account_id, credentials, price_department, currency)"
        "  values ('x.myshopify.com', 'a', '', 'nett', 'NOK') returning shop_id"
        ")"
        "insert into syncd.file (shop_id, gid, ref, key, look_at)"
        " select shop_id, 'gid://shopify/MediaImage/1', 'https://x.no/1.jpg', '1', now() from shop"
    )
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute(f"update syncd.file set {assignment}")


UNTOLD = """
select c.oid::regclass::text as name
from pg_class c
where c.relnamespace = 'syncd'::regnamespace
  and c.relkind in ('r', 'p', 'v')
  and obj_description(c.oid, 'pg_class') is null
union all
select c.oid::regclass || '.' || a.attname
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'syncd'::regnamespace
  and c.relkind in ('r', 'p', 'v')
  and col_description(c.oid, a.attnum) is null
union all
select p.oid::regprocedure::text
from pg_proc p
where p.pronamespace = 'syncd'::regnamespace
  and obj_description(p.oid, 'pg_proc') is null
"""


async def test_everything_in_the_schema_says_what_it_is(pool: asyncpg.Pool) -> None:
    assert [row["name"] for row in await pool.fetch(UNTOLD)] == []


async def test_whoever_may_enqueue_can_do_nothing_else(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        attempt = connection.transaction()
        await attempt.start()
        await connection.execute("create role syncd_test_till; set local role syncd_test_till")
        assert await connection.fetchval("select syncd.enqueue('a', 'product', '{1}', '{}')") == 1
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("select key from syncd.outbox")
        await attempt.rollback()


async def test_the_schema_stands_without_the_reference_backoffice(pool: asyncpg.Pool) -> None:
    await reference.install(pool)
    await pool.execute("drop schema syncd_contract cascade; drop schema retail cascade")
    assert await migrate(pool) == 0


@pytest.mark.parametrize(
    ("turned", "moved_s"),
    [("", 0), ("2 hours", 7200), ("-1 minute", -60)],
    ids=["not turned", "forward", "back"],
)
async def test_the_clock_is_now_unless_a_test_turns_it(
    pool: asyncpg.Pool, turned: str, moved_s: int
) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select set_config('syncd.clock_offset', $1, true)", turned)
        difference = await connection.fetchval("select syncd.clock() - now()")
    assert difference.total_seconds() == moved_s


COMPUTED = {"urgency"}  # from another column: with it nothing is lost


def test_migrations_only_go_forward() -> None:
    for migration in migrations()[1:]:
        assert not re.search(r"\bdrop table\b", migration.text), migration.name
        dropped = set(re.findall(r"\bdrop column (\w+)", migration.text))
        assert dropped <= COMPUTED, migration.name
