"""What somebody makes of our tables after a migration is noticed."""

from __future__ import annotations

import asyncpg
import pytest

from syncd.postgres import status
from syncd.postgres.migrate import migrate

CHANGED = {
    "drop index syncd.change_due": "index syncd.change_due",
    "alter table syncd.change drop constraint dead_has_a_sort": "constraint change.dead_has_a_sort",
    "alter table syncd.change reset (fillfactor)": "settings of change",
    "alter table syncd.shop disable trigger shop_changes": "trigger shop.shop_changes",
    "alter table syncd.change alter column due_at drop not null": "column change.due_at",
    "alter table syncd.lease alter column fence set default 7": "column lease.fence",
}
OWN = "create index tom_change on syncd.change (last_event_at)"


async def things(pool: asyncpg.Pool) -> list[str]:
    return [one.thing for one in await status.drift(pool)]


async def test_nothing_is_noticed_after_a_migration(pool: asyncpg.Pool) -> None:
    assert await status.drift(pool) == []


@pytest.mark.parametrize("statement", CHANGED)
async def test_what_was_changed_is_named_and_how_to_go_on(
    pool: asyncpg.Pool, statement: str
) -> None:
    await pool.execute(statement)
    assert await things(pool) == [CHANGED[statement]]
    await migrate(pool)
    (alarm,) = [one for one in await status.alarms(pool) if one.alarm == "schema_changed"]
    _, _, way_out = alarm.what.rpartition(": ")
    await pool.execute(way_out)
    assert await things(pool) == []


async def test_it_is_the_same_whatever_schemas_the_reader_looks_in(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        for path in ("syncd, public", "public", "pg_catalog, syncd"):
            await connection.execute(f"set search_path = {path}")
            assert await connection.fetch("select thing, is_now from syncd.drift") == [], path
        await connection.execute("reset search_path")


async def test_what_a_dba_adds_does_not_matter(pool: asyncpg.Pool) -> None:
    await pool.execute(OWN)
    assert await things(pool) == []


async def test_another_postgres_has_words_of_its_own(pool: asyncpg.Pool) -> None:
    await pool.execute("drop index syncd.change_dead")
    await pool.execute("update syncd.shape set postgres = 12, shape = 'in other words'")
    assert await things(pool) == []
    await migrate(pool)
    await pool.execute("drop index syncd.change_due")
    assert await things(pool) == ["index syncd.change_due"]
