"""Points, last calls, the history in figures: bounded, repeatable, true."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import anyio
import asyncpg

from syncd.postgres import db, figures
from syncd.postgres.figures import Called, Told
from syncd.rules.delays import Counted, floor, histogram, merged
from tests.postgres.test_history import add_shop

FIVE = timedelta(minutes=5)
ROW = """
insert into syncd.history
  (shop_id, kind, key, gid, writes, after, events, first_event_at, accepted_at, settled_at)
select $1, 'product', '1', 'gid://shopify/Product/1', $2, '{}', $3,
  $4::timestamptz - make_interval(secs => s), $4, $4
from unnest($5::float8[]) as s
"""


def called(*numbers: int) -> list[Called]:
    return [Called(1000.0 - n, "ProductUpdate", "product", 10, 80, "ok", f"{n}") for n in numbers]


def told(shop_id: int, calls: Sequence[Called], level: float = 500.0) -> Told:
    return Told(shop_id, level, 2000.0, 100.0, calls)


async def settle(
    pool: db.Executor,
    shop_id: int,
    at: datetime,
    *seconds: float,
    write: str = "ProductUpdate",
    events: int = 1,
) -> None:
    await pool.execute(ROW, shop_id, [write], events, at, list(seconds))


async def count(pool: asyncpg.Pool) -> None:
    while await figures.count_once(pool):
        pass


async def counted(pool: asyncpg.Pool, shop_id: int) -> tuple[Counted, ...]:
    return (await figures.delays(pool)).get(shop_id, ())


# ------------------------------------------------------------------------------ points and calls


async def test_the_last_200_calls_are_kept_however_many_there_were(pool: asyncpg.Pool) -> None:
    shop_id, other = await add_shop(pool), await add_shop(pool, "y")
    await figures.note(pool, "a", [told(shop_id, called(*range(150))), told(other, called(7))])
    await figures.note(pool, "a", [told(shop_id, called(*range(150, 330)))])
    await figures.note(pool, "b", [told(shop_id, called(330))])  # another node has it now
    found = await figures.calls(pool, most=1000)
    assert [int(one.request_id) for one in found[shop_id]] == [*range(330, 130, -1)]
    assert [one.request_id for one in found[other]] == ["7"]
    assert await pool.fetchval("select count(*) from syncd.call") == 201


async def test_the_last_few_calls_come_newest_first(pool: asyncpg.Pool) -> None:
    shop_id = await add_shop(pool)
    await figures.note(pool, "a", [told(shop_id, called(1, 2, 3))])
    found = await figures.calls(pool, most=2)
    assert [one.request_id for one in found[shop_id]] == ["3", "2"]
    assert found[shop_id][0].called_at < await db.clock(pool)


async def test_a_bucket_is_told_with_what_came_back_since(pool: asyncpg.Pool) -> None:
    shop_id = await add_shop(pool)
    await figures.note(pool, "a", [told(shop_id, [])])
    async with pool.acquire() as connection:
        for offset, least, most in (("5 seconds", 1000.0, 1900.0), ("1 hour", 2000.0, 2000.0)):
            await connection.execute("select set_config('syncd.clock_offset', $1, false)", offset)
            gauge = (await figures.gauges(connection))[shop_id]
            assert least <= gauge.level_points <= most
            assert (gauge.maximum_points, gauge.restore_points_s) == (2000.0, 100.0)


async def test_a_bucket_of_which_shopify_has_not_told_is_none(pool: asyncpg.Pool) -> None:
    shop_id = await add_shop(pool)
    await figures.note(pool, "a", [Told(shop_id, 0.0, 0.0, 0.0, called(1))])
    assert await figures.gauges(pool) == {}
    assert len((await figures.calls(pool, most=10))[shop_id]) == 1


async def test_of_a_shop_that_was_removed_this_moment_nothing_is_kept(pool: asyncpg.Pool) -> None:
    await figures.note(pool, "a", [told(4711, called(1))])
    assert await figures.gauges(pool) == {}
    assert await figures.calls(pool, most=10) == {}


# ---------------------------------------------------------------------------------- the history


async def test_what_was_accepted_is_counted_by_fives_of_minutes(pool: asyncpg.Pool) -> None:
    shop_id, other = await add_shop(pool), await add_shop(pool, "y")
    at = floor(await db.clock(pool), FIVE) - timedelta(hours=3)
    delays = [0.0, 0.5, 0.5, 2.0, 7200.0]
    await settle(pool, shop_id, at, *delays)
    await settle(pool, shop_id, at + FIVE, 1.0)
    await settle(pool, other, at, 3.0)
    await count(pool)
    first, second = await counted(pool, shop_id)
    assert first == Counted(at, 5, histogram(delays))
    assert second == Counted(at + FIVE, 1, histogram([1.0]))
    assert await counted(pool, other) == (Counted(at, 1, histogram([3.0])),)


async def test_what_waited_for_no_event_has_no_delay(pool: asyncpg.Pool) -> None:
    shop_id = await add_shop(pool)
    now = await db.clock(pool)
    await settle(pool, shop_id, now, 5.0, 5.0, write="gid://shopify/BulkOperation/1", events=0)
    await settle(pool, shop_id, now, 9.0, write="receive_stock")  # went the other way
    await count(pool)
    (found,) = await counted(pool, shop_id)
    assert (found.writes, found.buckets) == (2, ())


async def test_counting_again_changes_nothing_but_what_is_new(pool: asyncpg.Pool) -> None:
    shop_id = await add_shop(pool)
    now = await db.clock(pool)
    await settle(pool, shop_id, now, 1.0, 2.0)
    await count(pool)
    await count(pool)
    assert [one.writes for one in await counted(pool, shop_id)] == [2]
    await settle(pool, shop_id, now, 4.0)
    async with anyio.create_task_group() as group:  # two nodes at the same moment
        for _ in range(2):
            group.start_soon(count, pool)
    found = await counted(pool, shop_id)
    assert merged(one.buckets for one in found) == histogram([1.0, 2.0, 4.0])


async def test_a_commit_that_comes_late_is_counted_with_its_minutes(pool: asyncpg.Pool) -> None:
    shop_id = await add_shop(pool)
    before = floor(await db.clock(pool), FIVE) - timedelta(seconds=1)
    async with pool.acquire() as late:
        transaction = late.transaction()
        await transaction.start()
        await settle(late, shop_id, before, 1.0)
        await count(pool)
        assert await counted(pool, shop_id) == ()
        await transaction.commit()
    await count(pool)
    assert [one.began_at for one in await counted(pool, shop_id)] == [floor(before, FIVE)]


async def test_a_history_that_is_forgotten_stays_counted(pool: asyncpg.Pool) -> None:
    shop_id = await add_shop(pool)
    now = await db.clock(pool)
    await settle(pool, shop_id, now, 1.0, 2.0)
    await count(pool)
    kept = await counted(pool, shop_id)
    await pool.execute("delete from syncd.history")
    await count(pool)
    assert await counted(pool, shop_id) == kept != ()


async def test_who_was_off_for_days_catches_up_by_the_hour(pool: asyncpg.Pool) -> None:
    shop_id = await add_shop(pool)
    now = await db.clock(pool)
    await pool.execute(
        "insert into syncd.delay_mark (name, until) values ('main', $1)",
        floor(now, FIVE) - timedelta(hours=30),
    )
    for hours in (30.5, 29.5, 3, 0):
        await settle(pool, shop_id, now - timedelta(hours=hours), 1.0)
    steps = 1
    while await figures.count_once(pool):
        steps += 1
    assert steps == 31  # the last one counts the minutes that run
    mark = await pool.fetchval("select until from syncd.delay_mark")
    assert timedelta() <= await db.clock(pool) - mark < 2 * FIVE
    found = await pool.fetch("select began_at from syncd.delay order by began_at")
    assert len(found) == 3  # all since the mark


async def test_figures_are_kept_for_eight_days(pool: asyncpg.Pool) -> None:
    shop_id = await add_shop(pool)
    now = await db.clock(pool)
    for days in (9, 7):
        await pool.execute(
            "insert into syncd.delay values ($1, $2, 1, $2, '{1}')",
            shop_id,
            floor(now - timedelta(days=days), FIVE),
        )
    await count(pool)
    assert await pool.fetchval("select count(*) from syncd.delay") == 1


async def test_the_newest_write_is_told_though_many_counts_came_in_since(
    pool: asyncpg.Pool,
) -> None:
    shop_id, empty = await add_shop(pool), await add_shop(pool, "y")
    now = await db.clock(pool)
    sent_at = now - timedelta(minutes=20)
    await settle(pool, shop_id, sent_at, 1.0)
    assert await figures.newest(pool) == {shop_id: sent_at, empty: None}
    await settle(pool, shop_id, now, *[1.0] * 150, write="receive_stock")
    await count(pool)
    assert await figures.newest(pool) == {shop_id: sent_at, empty: None}
