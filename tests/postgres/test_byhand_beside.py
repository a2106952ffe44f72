"""What DBAs call while nodes run: pumps are woken, nobody waits in a ring, nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import asyncpg
import pytest

from syncd.postgres import byhand, db
from syncd.rules.retry import Ack, Dead, Verdict
from tests import leasing
from tests.postgres.claims import claim, route, rows, settle
from tests.postgres.test_byhand import X, Y, add_shop, die, left
from tests.postgres.test_outbox_locks import until_blocked


@pytest.fixture
async def shop_ids(pool: asyncpg.Pool) -> tuple[int, int]:
    """Two shops; in each three products are dead, two of the same cause."""
    shop_ids = (await add_shop(pool, X), await add_shop(pool, Y))
    await route(pool, "1", "2", "3")
    for shop_id in shop_ids:
        await die(pool, shop_id, {"1": "no_price", "2": "no_price", "3": "TOO_LONG"})
    return shop_ids


@asynccontextmanager
async def hearing(url: str) -> AsyncIterator[Callable[[], list[str]]]:
    """A session that listens; the given function returns what it has heard since."""
    heard: list[str] = []
    connection = await asyncpg.connect(url)
    await connection.add_listener("syncd", lambda *said: heard.append(str(said[3])))

    def since() -> list[str]:
        taken = heard[:]
        heard.clear()
        return sorted(taken)

    yield since
    await connection.close()


async def until_heard(heard: Callable[[], list[str]], *expected: object) -> None:
    found: list[str] = []
    with anyio.fail_after(20):
        while sorted(found) != sorted(map(str, expected)):
            found += heard()
            await anyio.lowlevel.checkpoint()


async def test_pumps_are_woken(
    pool: asyncpg.Pool, shop_ids: tuple[int, int], database_url: str
) -> None:
    async with hearing(database_url) as heard:
        await byhand.retry(pool, shop=Y, cause="TOO_LONG")
        await until_heard(heard, shop_ids[1])
        await byhand.retry(pool, key="1")
        await until_heard(heard, *shop_ids)
        assert await byhand.retry(pool, key="4711") == 0
        assert await byhand.skip(pool, key="2", shop=X) == 1
        await byhand.pause(pool, X, reason="why")
        await until_heard(heard, shop_ids[0])  # and nothing of those before
        await byhand.resume(pool, X)
        await until_heard(heard, shop_ids[0])


@pytest.mark.parametrize("deed", [byhand.retry, byhand.skip])
async def test_the_dead_are_locked_in_the_order_of_the_router(
    pool: asyncpg.Pool, deed: Callable[[asyncpg.Pool], Any]
) -> None:
    """Whoever waits for the first holds none of the others, so no two wait for each other."""
    shop_id = await add_shop(pool, X)
    for key in "987654321":  # so do they lie in the table
        await route(pool, key)
    await settle(pool, Dead(), *await claim(pool, shop_id), error="no")
    async with anyio.create_task_group() as group, db.transaction(pool) as first:
        await first.execute("select from syncd.change where key = '1' for update")
        group.start_soon(deed, pool)
        await until_blocked(pool)
        free = await pool.fetch("select key from syncd.change for update skip locked")
        assert {row["key"] for row in free} == {*"23456789"}


async def test_a_retry_sees_the_news_that_it_waited_for(pool: asyncpg.Pool) -> None:
    """News re-armed the change meanwhile: it is due already, nothing is counted twice."""
    shop_id = await add_shop(pool, X)
    await route(pool, "1")
    await settle(pool, Dead(), *await claim(pool, shop_id), error="no")
    async with anyio.create_task_group() as group, db.transaction(pool) as router:
        await router.execute("update syncd.change set state = 'due', cause = null, events = 2")
        group.start_soon(byhand.skip, pool)
        await until_blocked(pool)
    assert (await rows(pool))["1"]["events"] == 2


async def test_nothing_is_lost_beside_running_nodes(pool: asyncpg.Pool) -> None:
    """Router, claims, settles and every deed at once: no deadlock, and all arrives in the end."""
    shop_ids = [await add_shop(pool, X), await add_shop(pool, Y)]
    keys = [str(number) for number in range(30)]
    for shop_id in shop_ids:
        await leasing.shop_lease(pool, shop_id)
    acked: list[int] = []

    async def tell() -> None:
        for turn in range(12):
            await route(pool, *keys[:: 1 if turn % 2 else -1])

    async def work(shop_id: int, verdict: Verdict) -> None:
        for _ in range(20):
            changes = await claim(pool, shop_id, most=30)
            held = await settle(pool, verdict, *changes[::-1], error="why")
            if isinstance(verdict, Ack):
                acked.extend(one.events for one in changes if one.change_id in held)

    async def act(deed: Callable[..., Any]) -> None:
        for turn in range(20):
            await deed(pool, shop=(None, X, Y)[turn % 3])

    async def pause() -> None:
        for _ in range(20):
            await byhand.pause(pool, X, reason="why")
            await byhand.resume(pool, X)

    async with anyio.create_task_group() as group:
        group.start_soon(tell)
        for shop_id in shop_ids:
            group.start_soon(work, shop_id, Dead())
            group.start_soon(work, shop_id, Ack())
        for _ in range(2):
            group.start_soon(act, byhand.retry)
        group.start_soon(pause)
    await byhand.retry(pool)
    waiting = sum((await pool.fetchval("select sum(events) from syncd.change"), *acked))
    assert waiting == 12 * len(keys) * len(shop_ids)  # each event was answered, or waits
    assert await left(pool) == set()
