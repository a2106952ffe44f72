"""Retention: days are made ahead, what is old goes, nothing goes that is not moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import anyio
import asyncpg
import pytest

from syncd.postgres import db, tidying
from tests import leasing
from tests.postgres.claims import add_shop
from tests.postgres.test_outbox_locks import until_blocked

pytestmark = pytest.mark.usefixtures("all_days")


OLD = 20  # days ago; kept are 14


@pytest.fixture
async def shop_id(pool: asyncpg.Pool) -> int:
    return await add_shop(pool)


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    if not connection.is_closed():
        await connection.close()


def day(ago: int) -> str:
    return f"outbox_{datetime.now(UTC) - timedelta(days=ago):%Y%m%d}"


async def make_day(connection: db.Executor, ago: int, *keys: str) -> str:
    """A day of the past with an event a key, as if it had been written then; its name.

    The first partition, which holds all before today, makes room for it.
    """
    name = day(ago)
    bounds = [f"{datetime.now(UTC) - timedelta(days=n):%Y-%m-%d} 00:00:00+00" for n in range(60)]
    first = await connection.fetchval("select name from syncd.partitions where from_at is null")
    if first is not None:
        await connection.execute(
            f"alter table syncd.outbox detach partition syncd.{first};"
            f"alter table syncd.outbox attach partition syncd.{first}"
            f"  for values from ('{bounds[0]}') to ('{bounds[0]}'::timestamptz + interval '1 day')"
        )
    await connection.execute(
        f"create table syncd.{name} partition of syncd.outbox"
        f" for values from ('{bounds[ago]}') to ('{bounds[ago - 1]}')"
    )
    for key in keys:
        await connection.execute(
            "insert into syncd.outbox (account_id, kind, key, created_at)"
            f" values ('a', 'product', $1, '{bounds[ago]}'::timestamptz + interval '1 hour')",
            key,
        )
    return name


async def route_all(pool: asyncpg.Pool) -> None:
    """Move what waits; the mark of `since` is set and reached: nothing older can come any more."""
    await pool.execute("update syncd.router set mark_at = null, mark_xid = null")
    for _ in range(3):
        await pool.execute("update syncd.router set since = '-infinity' where since < mark_at")
        while (await leasing.route_once(pool)).events:
            pass


async def days(pool: asyncpg.Pool) -> set[str]:
    """Every day there is, attached or not."""
    found = await pool.fetch(
        r"select relname::text from pg_class where relname ~ '^outbox_\d{8}$' and relkind = 'r'"
    )
    return {row["relname"] for row in found}


async def test_days_are_made_thirty_ahead(pool: asyncpg.Pool) -> None:
    for ahead in range(11, 31):
        await pool.execute(f"drop table syncd.{day(-ahead)}")
    done = await tidying.tidy_once(pool)
    assert (done.made, done.days_ahead) == (20, 30)
    assert await days(pool) == {day(-ahead) for ahead in range(31)}
    assert (await tidying.tidy_once(pool)).made == 0


async def test_a_day_is_made_while_events_are_written(
    pool: asyncpg.Pool, other: asyncpg.Connection
) -> None:
    await pool.execute(f"drop table syncd.{day(-30)}")
    async with other.transaction():
        await other.execute("select syncd.enqueue('a', 'product', '{1}', '{}')")
        assert (await tidying.tidy_once(pool)).made == 1
        await pool.execute("select syncd.enqueue('a', 'product', '{2}', '{}')")


async def test_a_new_day_has_the_indexes_comments_and_guards_of_the_log(
    pool: asyncpg.Pool,
) -> None:
    counts = await pool.fetch(
        "select c.relname, (select count(*) from pg_index i where i.indrelid = c.oid) as indexes,"
        " (select count(*) from pg_trigger t where t.tgrelid = c.oid) as triggers,"
        " (select count(*) from pg_description d where d.objoid = c.oid) as comments"
        " from pg_class c join pg_inherits n on n.inhrelid = c.oid"
        " where n.inhparent = 'syncd.outbox'::regclass and c.relname <> $1",
        day(0),
    )
    assert {tuple(row)[1:] for row in counts} == {(1, 1, 9)}


async def test_a_day_that_is_over_is_searched_by_key(pool: asyncpg.Pool) -> None:
    over = await make_day(pool, 1, *map(str, range(1000)))
    await tidying.tidy_once(pool)
    await tidying.tidy_once(pool)
    await pool.execute(f"analyze syncd.{over}")
    found = await pool.fetch("explain select at from syncd.trail where key = '471'")
    plan = "\n".join(row[0] for row in found)
    assert f"using {over}_key" in plan or f"Index Scan on {over}_key" in plan, plan
    assert await pool.fetchval("select to_regclass($1) is null", f"syncd.{day(0)}_key")


async def test_a_day_that_somebody_still_writes_to_is_indexed_later(
    pool: asyncpg.Pool, other: asyncpg.Connection
) -> None:
    over = await make_day(pool, 1, "1")
    async with other.transaction():
        await other.execute(f"lock table syncd.{over} in row exclusive mode")
        assert (await tidying.tidy_once(pool)).dropped == ()
    await tidying.tidy_once(pool)
    assert await pool.fetchval("select to_regclass($1) is not null", f"syncd.{over}_key")


async def test_what_is_old_is_dropped(pool: asyncpg.Pool, shop_id: int) -> None:
    old = [await make_day(pool, ago, "1") for ago in (OLD, 15)]
    kept = await make_day(pool, 14, "1")
    await route_all(pool)
    done = await tidying.tidy_once(pool)
    assert done.dropped == tuple(old)
    assert kept in await days(pool)
    assert await pool.fetchval("select events from syncd.change") == 3
    await pool.execute("update syncd.retention set keep_days = 13 where what = 'outbox'")
    assert (await tidying.tidy_once(pool)).dropped == (kept,)


async def test_a_day_with_an_event_that_is_not_moved_is_kept(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    name = await make_day(pool, OLD)
    await route_all(pool)
    await pool.execute(
        "insert into syncd.outbox (account_id, kind, key, created_at)"
        " values ('a', 'product', '1', now() - interval '20 days')"
    )
    assert (await tidying.tidy_once(pool)).dropped == ()
    await route_all(pool)
    assert (await tidying.tidy_once(pool)).dropped == (name,)
    assert await pool.fetchval("select key from syncd.change") == "1"


async def test_a_day_is_kept_while_one_of_its_transactions_is_open(
    pool: asyncpg.Pool, shop_id: int, other: asyncpg.Connection
) -> None:
    """Its events cannot be seen yet; other work goes on meanwhile."""
    name = await make_day(pool, OLD, "1")
    late = other.transaction()
    await late.start()
    await other.execute(
        "insert into syncd.outbox (account_id, kind, key, created_at)"
        " values ('a', 'product', 'late', now() - interval '20 days')"
    )
    await route_all(pool)
    assert (await tidying.tidy_once(pool)).dropped == ()
    await late.commit()
    await route_all(pool)
    assert (await tidying.tidy_once(pool)).dropped == (name,)
    assert await pool.fetchval("select array_agg(key order by key) from syncd.change") == [
        "1",
        "late",
    ]


async def test_nothing_is_dropped_by_the_cursor_of_another_cluster(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await make_day(pool, OLD, "1")
    await route_all(pool)
    await pool.execute("update syncd.router set system_id = system_id + 1")
    assert (await tidying.tidy_once(pool)).dropped == ()


async def test_a_day_that_a_report_reads_is_dropped_the_next_time(
    pool: asyncpg.Pool, shop_id: int, other: asyncpg.Connection
) -> None:
    names = (await make_day(pool, OLD, "1"), await make_day(pool, 19, "1"))
    await route_all(pool)
    report = other.transaction(isolation="repeatable_read")
    await report.start()
    assert await other.fetchval("select count(*) from syncd.outbox") == 2
    assert (await tidying.tidy_once(pool)).dropped == ()
    assert await other.fetchval("select count(*) from syncd.outbox") == 2  # it reads on
    await pool.execute("select syncd.enqueue('a', 'product', '{1}', '{}')")  # and a till writes
    assert (await tidying.tidy_once(pool)).made == 0
    await report.rollback()
    assert set((await tidying.tidy_once(pool)).dropped) == set(names)
    assert not {*names} & await days(pool)


async def test_days_are_made_while_one_is_about_to_go(
    pool: asyncpg.Pool, shop_id: int, other: asyncpg.Connection
) -> None:
    await make_day(pool, OLD, "1")
    await route_all(pool)
    async with other.transaction(isolation="repeatable_read"):
        await other.fetchval("select count(*) from syncd.outbox")
        await tidying.tidy_once(pool)
        assert await pool.fetchval("select count(*) from pg_inherits where inhdetachpending") == 1
        assert await pool.fetchval("select syncd.make_partitions(31)") == 1


async def test_a_drop_that_was_cut_short_is_finished(pool: asyncpg.Pool, shop_id: int) -> None:
    name = await make_day(pool, OLD, "1")
    await route_all(pool)
    await pool.execute(f"alter table syncd.outbox detach partition syncd.{name} concurrently")
    assert (await tidying.tidy_once(pool)).dropped == (name,)


async def test_a_detach_that_was_left_pending_is_finished(
    pool: asyncpg.Pool, shop_id: int, other: asyncpg.Connection, database_url: str
) -> None:
    """The node died while it waited for a reader."""
    name = await make_day(pool, OLD, "1")
    await route_all(pool)
    node = await asyncpg.connect(database_url)
    async with anyio.create_task_group() as group, other.transaction():
        await other.fetchval("select count(*) from syncd.outbox")

        async def detach() -> None:
            with pytest.raises(asyncpg.PostgresError):
                await node.execute(
                    f"alter table syncd.outbox detach partition syncd.{name} concurrently"
                )

        group.start_soon(detach)
        await until_blocked(pool)
        await pool.execute("select pg_terminate_backend($1)", node.get_server_pid())
    assert await pool.fetchval("select count(*) from pg_inherits where inhdetachpending") == 1
    assert (await tidying.tidy_once(pool)).dropped == (name,)


async def test_a_day_that_a_person_took_out_is_dropped_only_when_it_is_old_and_moved(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    names = (await make_day(pool, OLD, "1"), await make_day(pool, 5, "2"))
    for name in names:
        await pool.execute(f"alter table syncd.outbox detach partition syncd.{name}")
    assert (await tidying.tidy_once(pool)).dropped == ()
    await route_all(pool)
    assert (await tidying.tidy_once(pool)).dropped == names[:1]


async def test_nodes_that_tidy_at_once_take_turns(pool: asyncpg.Pool, shop_id: int) -> None:
    names = [await make_day(pool, OLD - ago, "1") for ago in range(4)]
    await route_all(pool)
    dropped: list[str] = []

    async def tidy() -> None:
        dropped.extend((await tidying.tidy_once(pool)).dropped)

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(tidy)
    assert sorted(dropped) == sorted(names)


async def test_a_till_makes_the_day_itself_when_none_is_left(
    pool: asyncpg.Pool, shop_id: int, other: asyncpg.Connection
) -> None:
    for ahead in range(31):
        await pool.execute(f"drop table syncd.{day(-ahead)}")
    written = "select syncd.enqueue('a', 'product', '{1,2}', '{}')"
    assert [await pool.fetchval(written) for _ in range(2)] == [2, 2]
    assert await days(pool) >= {day(0), day(-1), day(-2)}
    async with other.transaction():
        assert await other.fetchval(written) == 2
    await route_all(pool)
    assert await pool.fetchval("select sum(events) from syncd.change") == 6


async def test_tills_that_find_no_day_at_once_wait_for_each_other(
    pool: asyncpg.Pool, other: asyncpg.Connection
) -> None:
    for ahead in range(31):
        await pool.execute(f"drop table syncd.{day(-ahead)}")
    written = "select syncd.enqueue('a', 'product', '{1}', '{}')"
    async with anyio.create_task_group() as group, other.transaction():
        await other.execute(written)
        group.start_soon(pool.execute, written)
        await until_blocked(pool)
    assert await pool.fetchval("select count(*) from syncd.outbox") == 2


async def test_history_and_audit_are_forgotten_by_age(pool: asyncpg.Pool, shop_id: int) -> None:
    for ago in (500, 401, 399, 0):
        await pool.execute(
            "insert into syncd.history (shop_id, kind, key, gid, writes, after, events,"
            " first_event_at, accepted_at, settled_at) values ($1, 'product', $2, 'gid', '{}',"
            " '{}', 1, now(), now(), now() - make_interval(days => $3))",
            shop_id,
            str(ago),
            ago,
        )
        await pool.execute(
            "insert into syncd.audit (action, acted_at)"
            " values ('retry', now() - make_interval(days => $1))",
            ago,
        )
    assert (await tidying.tidy_once(pool)).forgotten == {"history": 2, "audit": 2}
    assert await pool.fetchval("select array_agg(key order by key) from syncd.history") == [
        "0",
        "399",
    ]
    await pool.execute("update syncd.retention set keep_days = 1")
    assert (await tidying.tidy_once(pool)).forgotten == {"history": 1, "audit": 1}
    assert (await tidying.tidy_once(pool)).forgotten == {}


async def test_deliveries_that_are_done_are_forgotten_after_a_week(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await pool.execute(
        "insert into syncd.inbox (shop_id, delivery_id, topic, kind, state, outcome, done_at)"
        " select $1, d::text, 'orders/updated', 'order', 'done', 'received',"
        " syncd.clock() - make_interval(days => d) from unnest('{6,8,30}'::int[]) d",
        shop_id,
    )
    await pool.execute(
        "insert into syncd.inbox (shop_id, delivery_id, topic, kind, received_at)"
        " values ($1, 'waits', 'orders/updated', 'order', syncd.clock() - interval '30 days')",
        shop_id,
    )
    assert (await tidying.tidy_once(pool)).forgotten == {"deliveries of the inbox": 2}


async def test_changes_of_a_removed_shop_are_forgotten(pool: asyncpg.Pool, shop_id: int) -> None:
    await pool.execute(
        "insert into syncd.change (shop_id, kind, key, lane, first_event_at, last_event_at)"
        " select n, 'product', '1', 'product', now(), now() from unnest($1::int[]) as n",
        [shop_id, 999],
    )
    assert (await tidying.tidy_once(pool)).forgotten == {"changes of removed shops": 1}
    assert await pool.fetchval("select shop_id from syncd.change") == shop_id
