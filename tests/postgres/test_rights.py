"""Who may do what to each relation, each function of syncd's: one table, each right tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import asyncpg
import pytest

from syncd.postgres import db
from syncd.postgres.embedded import Server
from syncd.postgres.migrate import migrate
from tests.postgres.test_roles import BACKOFFICE, DBA, acting

STRANGER = "syncd_stranger"
ROLES = (DBA, BACKOFFICE, STRANGER)

# Relation, then which of its columns the DBA's role may not read; `-`: it reads all of them.
# The Backoffice's role and strangers read `contract` alone; nobody of them writes.
RELATIONS: Final = """
agreed_count -           alarm -                alert -              alert_mute -
alert_target -           alert_told -           audit -              backlog -
bulk_line -              bulk_operation -       call -               change -
contract -               cursor -               dead -               dead_by_cause -
delay -                  delay_mark -           drift -              file -
gap -                    gauge -                harm -               held_count -
history -                horizon -              in_flight -          inbox -
inbox_by_kind -          inbox_dead -           interest -           invitation token_hash
lanes -                  last_error -           lease -              leases -
left_out -               link -                 link_finding -       migration -
node -                   outbox -               partitions -         person password_hash
privacy_receipt -        received -             retention -          reverted -
router -                 router_lag -           run -                run_difference -
runs -                   session token_hash     setting_change -     shape -
shape_now -              signin_try who         stock_write -        throughput -
timetable -              trail -                variant_link -       webhook -
webhook_round -          shop access_token,app_secret,app_secret_before,credentials
"""
# Function, then who may call it; functions that are not here are syncd's own.
FUNCTIONS: Final = {
    "approve": {DBA},
    "enqueue": {BACKOFFICE},
    "make_partitions": {DBA},
    "pause": {DBA},
    "reject": {DBA},
    "resume": {DBA},
    "retry": {DBA},
    "retry_inbox": {DBA},
    "skip": {DBA},
    "skip_inbox": {DBA},
    # Arithmetic without a table, run with the rights of who calls it; views need it.
    "array_cat_agg": {*ROLES},
    "clock": {*ROLES},
    "labels": {*ROLES},
    "lane": {*ROLES},
    "late_after": {*ROLES},
    "shapes": {*ROLES},
}
WRITES = ("insert into syncd.{} default values", "delete from syncd.{}", "truncate syncd.{}")


def hidden() -> dict[str, set[str]]:
    """The columns kept from the DBA's role, by relation."""
    words = RELATIONS.split()
    pairs = zip(words[::2], words[1::2], strict=True)
    return {name: set() if kept == "-" else {*kept.split(",")} for name, kept in pairs}


@pytest.fixture
async def pool(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Pool]:
    """With all roles, and `enqueue` left to the Backoffice's, as sql/README.md advises."""
    for role in ROLES:
        if await pool.fetchval("select to_regrole($1) is not null", role):
            await pool.execute(f"drop owned by {role}; drop role {role}")
    await pool.execute(f"create role {STRANGER}")
    await migrate(pool, with_roles=True)
    await pool.execute(
        "revoke execute on function syncd.enqueue(text, text, text[], text[]) from public"
    )
    yield pool


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """tests/postgres/test_roles.py is held on both servers."""
    return embedded


async def relations(pool: asyncpg.Pool, kinds: str) -> list[str]:
    found = await pool.fetch(
        "select relname from pg_class where relnamespace = 'syncd'::regnamespace"
        " and relkind::text = any($1::text[]) order by 1",
        list(kinds),
    )
    return [row["relname"] for row in found]


async def may(connection: db.Connection, statement: str) -> bool:
    """Whether the role gets past the check of its rights; what it does is undone."""
    attempt = connection.transaction()
    await attempt.start()
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    except asyncpg.PostgresError:
        return True  # refused for another reason: it was let in
    else:
        return True
    finally:
        await attempt.rollback()


async def test_the_table_names_each_relation(pool: asyncpg.Pool) -> None:
    whole = [name for name in await relations(pool, "rpv") if not name.startswith("outbox_")]
    assert sorted(hidden()) == whole


async def test_the_dbas_role_reads_each_column_but_the_sealed_ones(pool: asyncpg.Pool) -> None:
    async with acting(pool, DBA) as dba:
        for name, kept in hidden().items():
            columns = await pool.fetch(
                "select attname from pg_attribute where attrelid = $1::text::regclass"
                " and attnum > 0 and not attisdropped",
                f"syncd.{name}",
            )
            for (column,) in columns:
                readable = await may(dba, f'select "{column}" from syncd.{name} limit 0')
                assert readable == (column not in kept), f"{name}.{column}"
            assert kept <= {column for (column,) in columns}, name


@pytest.mark.parametrize("role", [BACKOFFICE, STRANGER])
async def test_others_read_the_contract_and_nothing_else(pool: asyncpg.Pool, role: str) -> None:
    async with acting(pool, role) as somebody:
        found = [
            name
            for name in await relations(pool, "rpvS")
            if await may(somebody, f"select from syncd.{name} limit 0")
        ]
    assert found == ["contract"]


@pytest.mark.parametrize("role", ROLES)
async def test_no_role_writes_a_table(pool: asyncpg.Pool, role: str) -> None:
    async with acting(pool, role) as somebody:
        for name in await relations(pool, "rp"):
            column = await pool.fetchval(
                "select attname from pg_attribute where attrelid = $1::text::regclass"
                " and attnum > 0 and not attisdropped limit 1",
                f"syncd.{name}",
            )
            update = f'update syncd.{{}} set "{column}" = default'
            lock = "lock table syncd.{} in share mode"
            for statement in (*WRITES, update, lock):
                assert not await may(somebody, statement.format(name)), statement.format(name)
        for name in await relations(pool, "S"):
            assert not await may(somebody, f"select nextval('syncd.{name}')"), name
        assert not await may(somebody, "create table syncd.mine ()")
        assert not await may(somebody, "drop schema syncd cascade")


@pytest.mark.parametrize("role", ROLES)
async def test_each_function_is_called_by_whom_it_is_for(pool: asyncpg.Pool, role: str) -> None:
    found = await pool.fetch(
        "select distinct proname from pg_proc where pronamespace = 'syncd'::regnamespace"
        " and has_function_privilege($1, oid, 'execute') order by 1",
        role,
    )
    assert [row["proname"] for row in found] == sorted(
        name for name, callers in FUNCTIONS.items() if role in callers
    )


async def test_what_all_may_call_runs_with_their_own_rights(pool: asyncpg.Pool) -> None:
    for_all = [name for name, callers in FUNCTIONS.items() if callers == {*ROLES}]
    with_ours = await pool.fetch(
        "select proname from pg_proc where pronamespace = 'syncd'::regnamespace"
        " and prosecdef and proname = any($1)",
        for_all,
    )
    assert with_ours == []


async def test_what_runs_with_our_rights_has_a_fixed_search_path(pool: asyncpg.Pool) -> None:
    """Else whoever calls it could put functions and tables of theirs in the way."""
    loose = await pool.fetch(
        "select proname from pg_proc where pronamespace in"
        " ('syncd'::regnamespace, to_regnamespace('syncd_contract')) and prosecdef and not exists"
        " (select from unnest(proconfig) as c where c like 'search\\_path=%pg\\_temp')"
    )
    assert loose == []


async def test_the_backoffices_role_can_tell_and_nothing_else(pool: asyncpg.Pool) -> None:
    async with acting(pool, BACKOFFICE) as till:
        tell = "select syncd.enqueue('a', 'product', '{1}', '{}')"
        assert await till.fetchval(tell) == 1
        assert not await may(till, "select syncd.retry()")
        assert not await may(till, "select syncd.make_partitions()")
