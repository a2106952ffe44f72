"""The event log gets its days: a database of the release before keeps all it holds."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from syncd.postgres import db
from syncd.postgres.migrate import migrate, migrations, sql
from syncd.rules.retry import Ack, Dead
from tests import leasing
from tests.postgres.claims import claim, settle

CHANGE = """
insert into syncd.change (shop_id, kind, key, changed, lane, state, events, first_event_at,
  last_event_at, due_at, deliveries, failures, claimed_by, claim_token, last_error, last_error_at)
select shop_id, 'product', key, '{title}', 'product', c.state, 3, now(), now(), due_at, 2, 1,
  claimed_by, claim_token, last_error, case when last_error is not null then now() end
from syncd.shop
cross join (values
  ('due', 'due', now(), null, null, null),
  ('retrying', 'due', now() + interval '1 hour', null, null, 'busy'),
  ('claimed', 'claimed', now() + interval '1 hour', 'kari:1', 4711, null),
  ('abandoned', 'claimed', now() - interval '1 hour', 'kari:1', 4712, null),
  ('dead', 'dead', now(), null, null, 'no price')
) as c (key, state, due_at, claimed_by, claim_token, last_error)
"""
KEPT = """
select key, state, changed, events, deliveries, failures, claimed_by, claim_token, last_error,
  first_event_at, generation
from syncd.change
order by key collate "C"
"""
EVENTS = "select event_id, xid, account_id, kind, key, changed, actor, created_at from syncd.outbox"


@pytest.fixture
async def pool(empty_database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A database at 0002: a shop with a change in each state, events that are moved or wait."""
    async with db.connect(empty_database_url, name="tests", size=6) as pool:
        await sql.begin.execute(pool)
        for one in migrations()[:2]:
            await pool.execute(one.text)
            await sql.record.execute(pool, number=one.number, name=one.name, digest=one.digest)
        await pool.execute(
            "insert into syncd.shop (domain, account_id, credentials, price_department, currency,"
            " state) values ('x.myshopify.com', 'a', 'x', 'nett', 'NOK', 'linked')"
        )
        await pool.execute(CHANGE)
        await pool.execute("select syncd.enqueue('a', 'product', '{moved,dead}', '{title}')")
        await pool.execute("update syncd.router set snap = pg_current_snapshot(), moved = 2")
        await pool.execute("select syncd.enqueue('a', 'product', '{waits,due}', '{title}')")
        yield pool


async def test_events_and_changes_are_kept_as_they_were(pool: asyncpg.Pool) -> None:
    events = await pool.fetch(f"{EVENTS} order by event_id")
    changes = await pool.fetch(KEPT)
    await migrate(pool)
    assert await pool.fetch(f"{EVENTS} order by event_id") == events
    assert await pool.fetch(KEPT) == changes
    assert {row["key"]: row["cause"] for row in await pool.fetch("select * from syncd.dead")} == {
        "dead": "other"
    }


async def test_events_that_waited_are_routed_once_the_moved_ones_not_again(
    pool: asyncpg.Pool,
) -> None:
    await migrate(pool)
    await pool.execute("select syncd.enqueue('a', 'product', '{new}', '{}')")
    assert (await leasing.route_once(pool)).events == 3
    assert (await leasing.route_once(pool)).events == 0
    counts = await pool.fetch("select key, events from syncd.change")
    assert {row["key"]: row["events"] for row in counts} == {
        "due": 4,
        "waits": 1,
        "new": 1,
        "retrying": 3,
        "claimed": 3,
        "abandoned": 3,
        "dead": 3,
    }
    assert await pool.fetchval("select moved from syncd.router") == 5


async def test_what_was_claimed_is_claimed_again_when_its_time_is_over(pool: asyncpg.Pool) -> None:
    await migrate(pool)
    shop_id = await pool.fetchval("select shop_id from syncd.shop")
    changes = await claim(pool, shop_id)
    assert {one.key for one in changes} == {"due", "abandoned"}
    assert {one.deliveries for one in changes} == {3}
    assert len(await settle(pool, Ack(), *changes)) == 2
    await pool.execute(
        "update syncd.change set due_at = now(), claimed_until = now() where key = 'claimed'"
    )
    (late,) = await claim(pool, shop_id)
    assert await settle(pool, Dead(), late, error="no") == {late.change_id}
    assert await pool.fetchval("select syncd.retry()") == 2


async def test_new_events_are_numbered_on(pool: asyncpg.Pool) -> None:
    last = await pool.fetchval("select max(event_id) from syncd.outbox")
    await migrate(pool)
    await pool.execute("select syncd.enqueue('a', 'product', '{new}', '{}')")
    assert await pool.fetchval("select event_id from syncd.outbox where key = 'new'") == last + 1


async def test_the_old_log_is_the_first_day_and_goes_as_one(pool: asyncpg.Pool) -> None:
    await migrate(pool)
    first, second = await pool.fetch("select * from syncd.partitions limit 2")
    assert first["from_at"] is None
    assert first["until_at"] == second["from_at"]
    assert await pool.fetchval(f"select count(*) from syncd.{first['name']}") == 4
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await pool.execute("update syncd.outbox set key = 'x'")
