"""sql/remove.sql: syncd leaves a Backoffice's database as it found it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from difflib import unified_diff

import asyncpg
import pytest

from syncd import assets
from syncd.postgres import db
from syncd.postgres.embedded import Server
from syncd.postgres.migrate import migrate
from tests.postgres import dumps

REMOVE = assets.text("sql/remove.sql")
FILES = [path.read_text("utf-8") for path in sorted(assets.folder("sql/reference").glob("*.sql"))]
BACKOFFICE, CONTRACT = FILES[:4], FILES[4:]
OWN = """
create table retail.note (note_id int primary key, words text);
create function retail.note_told() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger note_told after insert on retail.note
  for each statement execute function retail.note_told();
create role clerk;
"""
GOODS = """
insert into retail.account (account_id, name) values ('a', 'A');
insert into retail.store (account_id, name) values ('a', 'Fjell');
insert into retail.product (account_id, store_id, title)
select account_id, store_id, 'Jakke' from retail.store;
"""
LEFT = """
select
  (select array_agg(nspname order by 1) from pg_namespace where nspname !~ '^pg_'),
  (select array_agg(rolname order by 1) from pg_roles where rolname ~ '^(syncd|clerk)'),
  (select array_agg(setconfig order by 1) from pg_db_role_setting s
    join pg_database d on d.oid = s.setdatabase where d.datname = current_database())
"""


@pytest.fixture
async def pool(empty_database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A Backoffice that has never seen syncd, in a cluster where no test left its roles."""
    async with db.connect(empty_database_url, name="tests", size=2) as pool:
        await forget_roles(pool)
        for text in [*BACKOFFICE, OWN]:
            await pool.execute(text)
        yield pool
        await forget_roles(pool)


async def forget_roles(pool: asyncpg.Pool) -> None:
    for role in ("syncd_dba", "syncd_backoffice", "syncd_stranger", "clerk"):
        if await pool.fetchval("select to_regrole($1) is not null", role):
            await pool.execute(f"drop owned by {role}; drop role {role}")


async def install(pool: asyncpg.Pool) -> None:
    await migrate(pool, with_roles=True)
    for text in CONTRACT:
        await pool.execute(text)
    name = await pool.fetchval("select current_database()")
    await pool.execute(f"alter database {name} set syncd.late_after = '5 min'")
    await pool.execute(f"alter role clerk in database {name} set syncd.clock_offset = '0 min'")
    await pool.execute(GOODS)
    assert await pool.fetchval("select count(*) from syncd.outbox") > 0


async def remove(pool: asyncpg.Pool) -> list[str]:
    """Run it as psql would; returns what it noticed."""
    notices: list[str] = []
    async with pool.acquire() as connection:

        def noticed(_connection: object, message: asyncpg.PostgresLogMessage) -> None:
            notices.append(str(message.message))

        connection.add_log_listener(noticed)
        try:
            async with connection.transaction():
                await connection.execute(REMOVE)
        finally:
            connection.remove_log_listener(noticed)
    return notices


async def test_a_backoffice_without_syncd_is_what_it_was_before(
    pool: asyncpg.Pool, postgres: Server, empty_database_url: str
) -> None:
    before, left = await dumps.schema(postgres, empty_database_url), await pool.fetchrow(LEFT)
    await install(pool)
    assert await dumps.schema(postgres, empty_database_url) != before
    notices = await remove(pool)
    helpers = [words[0] for words in map(str.split, notices) if words[0].startswith("retail.")]
    assert "retail.keys(bigint[])" in helpers
    for helper in helpers:  # the Backoffice's own, which it is told of
        await pool.execute(f"drop function {helper}")
    after = await dumps.schema(postgres, empty_database_url)
    diff = "\n".join(unified_diff(before, after, n=0, lineterm=""))
    assert diff == ""
    assert await pool.fetchrow(LEFT) == left
    await pool.execute("update retail.product set title = 'Lue'")


async def test_nothing_is_removed_while_a_node_lives(pool: asyncpg.Pool) -> None:
    await install(pool)
    await pool.execute("insert into syncd.node (name) values ('kari:1')")
    with pytest.raises(asyncpg.RaiseError, match="syncd runs: kari:1"):
        await remove(pool)
    await pool.execute("update syncd.node set seen_at = now() - interval '2 minutes'")
    await remove(pool)
    with pytest.raises(asyncpg.RaiseError, match="there is no syncd in the database"):
        await remove(pool)
