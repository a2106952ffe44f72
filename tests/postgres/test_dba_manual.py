"""sql/README.md, the DBAs' page, held to the schema."""

from __future__ import annotations

import re

import asyncpg

from syncd import assets


async def test_every_query_of_the_manual_can_be_asked(pool: asyncpg.Pool) -> None:
    manual = assets.text("sql/README.md")
    queries = re.findall(r"`((?:select|update) [^`]+;)`", manual)
    assert len(queries) >= 20
    async with pool.acquire() as connection:
        for query in queries:
            await connection.prepare(query)


async def test_the_manual_names_every_table_view_and_alarm(pool: asyncpg.Pool) -> None:
    manual = assets.text("sql/README.md")
    names = await pool.fetch(
        "select c.relname from pg_class c where c.relnamespace = 'syncd'::regnamespace"
        " and c.relkind in ('r', 'p', 'v') and not c.relispartition"
        " and c.relname not in ('migration', 'contract', 'interest')"
    )
    surface = assets.text("sql/surface.sql").partition("create view syncd.alarm")[2]
    alarms = re.findall(r"'([a-z]+_[a-z]+)'(?=::text as alarm|,\n| else| end)", surface)
    missing = [name for name in [*(row[0] for row in names), *alarms] if name not in manual]
    assert not missing
    assert {"no_router", "shop_paused", "change_late", "transaction_long"} <= {*alarms}
