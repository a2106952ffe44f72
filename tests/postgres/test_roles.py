"""What the roles of DBAs and of the Backoffice may, and what not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import anyio
import asyncpg
import pytest
from anyio.from_thread import BlockingPortal

from syncd.errors import ConfigError
from syncd.postgres import db, roles
from syncd.postgres.embedded import Server
from syncd.postgres.migrate import migrate
from tests.conftest import TEMPLATE, fresh_database
from tests.postgres.claims import add_shop, route

pytestmark = pytest.mark.usefixtures("all_days")

DBA, BACKOFFICE = "syncd_dba", "syncd_backoffice"
WRITES = "insert, update, delete, truncate, references, trigger"
FUNCTIONS = """
select p.proname
from pg_proc p
where p.pronamespace = 'syncd'::regnamespace
  and has_function_privilege($1::text, p.oid, 'execute')
  and not has_function_privilege('syncd_stranger', p.oid, 'execute')
order by 1
"""
READABLE = """
select c.relname
from pg_class c
where c.relnamespace = 'syncd'::regnamespace
  and c.relkind in ('r', 'p', 'v')
  and not c.relispartition
  and has_table_privilege($1::text, c.oid, 'select') = $2
order by 1
"""


@pytest.fixture
async def pool(pool: asyncpg.Pool) -> asyncpg.Pool:
    """A database in a cluster where none of these roles is left by another test."""
    for role in (DBA, BACKOFFICE, "syncd_stranger"):
        if await pool.fetchval("select to_regrole($1) is not null", role):
            await pool.execute(f"drop owned by {role}; drop role {role}")
    await pool.execute("create role syncd_stranger")
    return pool


@pytest.fixture
def second_url(portal: BlockingPortal, postgres: Server) -> Iterator[str]:
    with fresh_database(portal, postgres, TEMPLATE) as url:
        yield url


@asynccontextmanager
async def acting(pool: asyncpg.Pool, role: str) -> AsyncIterator[db.Connection]:
    """A transaction of this role's, rolled back at the end."""
    async with pool.acquire() as connection:
        attempt = connection.transaction()
        await attempt.start()
        await connection.execute(f"set local role {role}")
        yield connection
        await attempt.rollback()


async def refuses(connection: db.Connection, statement: str) -> bool:
    try:
        async with connection.transaction():
            await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    return False


async def test_an_ordinary_migration_makes_no_roles(pool: asyncpg.Pool) -> None:
    await migrate(pool)
    assert await pool.fetchval("select to_regrole($1) is null", DBA)


SECRETIVE = ["invitation", "person", "session", "shop", "signin_try"]


async def test_a_dba_reads_everything_but_tokens(pool: asyncpg.Pool) -> None:
    await migrate(pool, with_roles=True)
    await add_shop(pool)
    unread = await pool.fetch(READABLE, DBA, False)
    assert [row["relname"] for row in unread] == SECRETIVE
    hidden = await pool.fetch(
        "select attname from pg_attribute where attrelid = any($2::regclass[]) and attnum > 0"
        " and not attisdropped and not has_column_privilege($1, attrelid, attnum, 'select')",
        DBA,
        [f"syncd.{name}" for name in SECRETIVE],
    )
    assert {row["attname"] for row in hidden} == {
        *("credentials", "access_token", "app_secret", "app_secret_before"),
        *("password_hash", "token_hash", "who"),
    }
    readable = [row["relname"] for row in await pool.fetch(READABLE, DBA, True)]
    assert {"outbox", "change", "alarm", "horizon", "trail", "audit"} <= {*readable}
    async with acting(pool, DBA) as dba:
        for name in readable:
            await dba.fetch(f"select * from syncd.{name}")
        assert await dba.fetchval("select domain from syncd.shop") == "x.myshopify.com"
        assert await refuses(dba, "select credentials from syncd.shop")
        assert await refuses(dba, "select * from syncd.shop")


async def test_a_dba_writes_by_the_audited_functions_alone(pool: asyncpg.Pool) -> None:
    await migrate(pool, with_roles=True)
    await add_shop(pool)
    await route(pool, "1")
    may_write = await pool.fetch(
        "select c.relname from pg_class c where c.relnamespace = 'syncd'::regnamespace"
        f" and c.relkind in ('r', 'p', 'v') and has_table_privilege($1, c.oid, '{WRITES}')",
        DBA,
    )
    assert may_write == []
    functions = [row["proname"] for row in await pool.fetch(FUNCTIONS, DBA)]
    assert functions == [
        "approve",
        "make_partitions",
        "pause",
        "reject",
        "resume",
        "retry",
        "retry_inbox",
        "skip",
        "skip_inbox",
    ]
    assert not await pool.fetchval("select has_schema_privilege($1, 'syncd', 'create')", DBA)
    async with acting(pool, DBA) as dba:
        await dba.execute("select syncd.retry(), syncd.skip(key => '4711')")
        await dba.execute("select syncd.pause('x.myshopify.com', 'why', 5)")
        assert await dba.fetchval("select syncd.resume('x.myshopify.com')")
        assert await dba.fetchval("select syncd.make_partitions()") == 0
        assert await dba.fetchval("select count(*) from syncd.audit") == 4
        assert await refuses(dba, "delete from syncd.change")
        assert await refuses(dba, "update syncd.shop set enabled = false")
        assert await refuses(dba, "select syncd.note('lie', null, '{}', 0)")


async def test_the_backoffice_only_writes_events(pool: asyncpg.Pool) -> None:
    await migrate(pool, with_roles=True)
    readable = await pool.fetch(READABLE, BACKOFFICE, True)
    assert readable == await pool.fetch(READABLE, "syncd_stranger", True)
    assert await pool.fetch(FUNCTIONS, BACKOFFICE) == []  # public may enqueue as well
    await pool.execute(
        "revoke execute on function syncd.enqueue(text, text, text[], text[]) from public"
    )
    await migrate(pool)
    functions = [row["proname"] for row in await pool.fetch(FUNCTIONS, BACKOFFICE)]
    assert functions == ["enqueue"]
    async with acting(pool, "syncd_stranger") as stranger:
        assert await refuses(stranger, "select syncd.enqueue('a', 'product', '{1}', '{}')")
    async with acting(pool, BACKOFFICE) as till:
        written = "select syncd.enqueue('a', 'product', '{1}', '{}')"
        assert await till.fetchval(written) == 1
        assert await refuses(till, "select key from syncd.outbox")
        assert await refuses(till, "select syncd.retry()")


@pytest.mark.parametrize("role", ["syncd_stranger", BACKOFFICE, DBA])
async def test_nobody_hangs_a_trigger_of_ours_on_a_table_of_theirs(
    pool: asyncpg.Pool, role: str
) -> None:
    """It would run with our rights: `forget_changes` deletes what is due of any shop."""
    await migrate(pool, with_roles=True)
    shop_id = await add_shop(pool)
    await route(pool, "1")
    functions = await pool.fetch(
        "select oid::regprocedure::text as name from pg_proc"
        " where pronamespace = 'syncd'::regnamespace and prorettype = 'trigger'::regtype"
    )
    assert "syncd.forget_changes()" in [one["name"] for one in functions]
    async with acting(pool, role) as somebody:
        await somebody.execute("create temp table bait (shop_id integer, domain text)")
        for one in functions:
            hook = "create trigger hook before delete on bait for each row execute function"
            assert await refuses(somebody, f"{hook} {one['name']}"), one["name"]
    await pool.execute("delete from syncd.shop where shop_id = $1", shop_id)  # ours still fire
    assert await pool.fetchval("select count(*) from syncd.change") == 0


async def test_every_migration_renews_the_grants(pool: asyncpg.Pool) -> None:
    """Views are made anew each time, and what was granted beyond goes."""
    await migrate(pool, with_roles=True)
    before = await pool.fetch(READABLE, DBA, True)
    await pool.execute(f"grant select, update on syncd.shop, syncd.change to {DBA}")
    await pool.execute(f"grant execute on function syncd.number_of(text) to {DBA}")
    await migrate(pool)
    assert await pool.fetch(READABLE, DBA, True) == before
    functions = [row["proname"] for row in await pool.fetch(FUNCTIONS, DBA)]
    assert "number_of" not in functions
    async with acting(pool, DBA) as dba:
        assert await refuses(dba, "update syncd.change set due_at = now()")


async def test_databases_of_a_cluster_may_make_the_roles_at_once(
    pool: asyncpg.Pool, second_url: str
) -> None:
    async def make(one: asyncpg.Pool) -> None:
        await migrate(one, with_roles=True)

    async with db.connect(second_url, name="tests", size=2) as second:
        async with anyio.create_task_group() as group:
            group.start_soon(make, pool)
            group.start_soon(make, second)
        for one in (pool, second):
            assert len(await one.fetch(READABLE, DBA, False)) == len(SECRETIVE)
        await second.execute(f"drop owned by {DBA}; drop owned by {BACKOFFICE}")


async def test_who_may_make_no_roles_is_told_who_can(pool: asyncpg.Pool) -> None:
    async with acting(pool, "syncd_stranger") as stranger:
        with pytest.raises(ConfigError, match="syncd_stranger may not make roles") as caught:
            await roles.check(stranger)
        assert "create role syncd_dba nologin" in caught.value.hint
    await migrate(pool, with_roles=True)
    async with acting(pool, "syncd_stranger") as stranger:
        await roles.check(stranger)  # they are there: nothing is to be made


async def test_other_sessions_show_without_their_query(
    pool: asyncpg.Pool, database_url: str
) -> None:
    await migrate(pool, with_roles=True)
    other = await asyncpg.connect(database_url)
    async with other.transaction():
        await other.execute("select syncd.enqueue('a', 'product', '{1}', '{}')")
        seen = "select began_at, query, router_waits from syncd.horizon where pid = $1"
        async with acting(pool, DBA) as dba:
            row = await dba.fetchrow(seen, other.get_server_pid())
            assert row is not None
            assert (row["began_at"], row["router_waits"]) == (None, True)
            assert "insufficient privilege" in row["query"]
        await pool.execute(f"grant pg_read_all_stats to {DBA}")
        async with acting(pool, DBA) as dba:
            row = await dba.fetchrow(seen, other.get_server_pid())
            assert row is not None and "syncd.enqueue" in row["query"]
    await other.close()
