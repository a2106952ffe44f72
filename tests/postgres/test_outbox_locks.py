"""Router, settle and claims at the same time: who waits for whom."""

from __future__ import annotations

from collections.abc import Sequence

import anyio
import asyncpg
import pytest

from syncd.postgres import db, outbox
from syncd.postgres.outbox import Settled
from syncd.rules.retry import Ack, Retry, Verdict
from tests.postgres.claims import add_shop, claim, route, rows, settle


@pytest.fixture
async def shop_id(pool: asyncpg.Pool) -> int:
    return await add_shop(pool)


async def test_news_wait_for_a_settle_that_is_under_way(pool: asyncpg.Pool, shop_id: int) -> None:
    """The router finds the row gone or due, never one that is about to vanish with its news."""
    await route(pool, "1")
    (change,) = await claim(pool, shop_id)
    async with anyio.create_task_group() as group, db.transaction(pool) as connection:
        await outbox.settle(connection, [Settled(change, Ack())])
        group.start_soon(route, pool, "1")
        await until_blocked(pool)
    assert [change.key for change in await claim(pool, shop_id)] == ["1"]


async def test_settle_sees_the_news_it_waited_for(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1")
    (change,) = await claim(pool, shop_id)
    async with anyio.create_task_group() as group, db.transaction(pool) as router:
        await router.execute(
            "update syncd.change set generation = generation + 1, events = events + 1"
        )
        group.start_soon(settle, pool, Ack(), change)
        await until_blocked(pool)
    row = (await rows(pool))["1"]
    assert (row["state"], row["waits"]) == ("due", False)


async def until_blocked(pool: asyncpg.Pool) -> None:
    """Return once some session of this database waits for a lock."""
    with anyio.fail_after(20):
        while not await pool.fetchval(
            "select exists (select from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock')"
        ):
            await anyio.lowlevel.checkpoint()


async def test_router_and_workers_never_wait_for_each_other_in_a_ring(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    keys = [str(number) for number in range(40)]

    async def tell(order: Sequence[str]) -> None:
        for _ in range(15):
            await route(pool, *order)
            await outbox.enqueue(pool, shop_id=shop_id, kind="product", keys=order)

    async def work(verdict: Verdict | None) -> None:
        for _ in range(30):
            changes = await claim(pool, shop_id, most=40)
            if verdict is None:
                await outbox.give_back(pool, changes[::-1])
            else:
                await settle(pool, verdict, *changes[::-1], error="why")

    async with anyio.create_task_group() as group:
        group.start_soon(tell, keys)
        group.start_soon(tell, keys[::-1])
        group.start_soon(work, Ack())
        group.start_soon(work, Retry(0, blame=False))
        group.start_soon(work, None)


async def test_a_claim_passes_over_what_is_locked(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1", "2")
    async with db.transaction(pool) as other:
        await other.execute("select from syncd.change where key = '1' for update")
        with anyio.fail_after(20):
            assert [change.key for change in await claim(pool, shop_id)] == ["2"]
    assert [change.key for change in await claim(pool, shop_id)] == ["1"]


@pytest.mark.parametrize("step", ["settle", "give back", "route", "enqueue"])
async def test_changes_are_locked_in_the_order_of_their_keys(
    pool: asyncpg.Pool, shop_id: int, step: str
) -> None:
    """Whoever waits for the first holds none of the others, so no two wait for each other."""
    backwards = "987654321"
    for key in backwards:  # so do they lie in the table
        await route(pool, key)
    changes = await claim(pool, shop_id)
    assert [change.key for change in changes] == [*backwards]
    async with anyio.create_task_group() as group, db.transaction(pool) as first:
        await first.execute("select from syncd.change where key = '1' for update")
        match step:
            case "settle":
                group.start_soon(settle, pool, Ack(), *changes)
            case "give back":
                group.start_soon(outbox.give_back, pool, changes)
            case "route":
                group.start_soon(route, pool, *backwards)
            case "enqueue":
                group.start_soon(enqueue, pool, shop_id, backwards)
        await until_blocked(pool)
        free = await pool.fetch("select key from syncd.change for update skip locked")
        assert {row["key"] for row in free} == {*backwards} - {"1"}


async def enqueue(pool: asyncpg.Pool, shop_id: int, keys: Sequence[str]) -> None:
    await outbox.enqueue(pool, shop_id=shop_id, kind="product", keys=keys)
