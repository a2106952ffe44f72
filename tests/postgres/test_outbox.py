"""Changes are claimed, given back and made due again."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import asyncpg
import pytest

from syncd.postgres import outbox
from syncd.rules.retry import MAX_DELIVERIES, Dead
from tests.postgres.claims import HOUR_S, Clock, add_shop, claim, route, rows, settle, turned_pool


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def pool(database_url: str, clock: Clock) -> AsyncIterator[asyncpg.Pool]:
    async with turned_pool(database_url, clock) as pool:
        yield pool


@pytest.fixture
async def shop_id(pool: asyncpg.Pool) -> int:
    return await add_shop(pool)


# Claim


async def test_the_most_urgent_come_first_then_those_due_longest(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await outbox.enqueue(pool, shop_id=shop_id, kind="product", keys=["resync"])
    await route(pool, "first")
    await route(pool, "second")
    await route(pool, "price", changed=["price"])
    changes = await claim(pool, shop_id, most=3)
    assert [(change.key, change.lane) for change in changes] == [
        ("price", "price"),
        ("first", "product"),
        ("second", "product"),
    ]
    assert [change.key for change in await claim(pool, shop_id)] == ["resync"]


async def test_a_claim_tells_what_became_of_the_change(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1", "1", changed=["title", "images"])
    (change,) = await claim(pool, shop_id)
    assert (change.events, change.changed) == (2, ("images", "title"))
    assert (change.attempt, change.deliveries, change.is_repeated) == (1, 1, False)
    assert (await rows(pool))["1"]["claimed_by"] == "tests"


async def test_what_is_claimed_is_nobody_elses_until_the_lease_runs_out(
    pool: asyncpg.Pool, clock: Clock, shop_id: int
) -> None:
    await route(pool, "1")
    (first,) = await claim(pool, shop_id)
    assert await claim(pool, shop_id) == []
    clock.turned_s += HOUR_S
    (second,) = await claim(pool, shop_id)
    assert second.token != first.token
    assert (second.deliveries, second.attempt, second.is_repeated) == (2, 1, True)


async def test_workers_that_claim_at_once_get_different_changes(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await route(pool, *map(str, range(60)))
    claimed: list[str] = []

    async def work() -> None:
        while changes := await claim(pool, shop_id, most=7):
            claimed.extend(change.key for change in changes)

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(work)
    assert sorted(claimed) == sorted(map(str, range(60)))


async def test_a_change_that_takes_the_process_down_again_and_again_is_dead(
    pool: asyncpg.Pool, clock: Clock, shop_id: int
) -> None:
    await route(pool, "poison")
    for _ in range(MAX_DELIVERIES):
        assert len(await claim(pool, shop_id)) == 1
        clock.turned_s += HOUR_S
    await route(pool, "sound")
    assert [change.key for change in await claim(pool, shop_id, most=1)] == ["sound"]
    row = (await rows(pool))["poison"]
    assert (row["state"], row["deliveries"]) == ("dead", MAX_DELIVERIES)
    assert row["last_error"].startswith("took the process down 20 times")
    await route(pool, "poison")
    assert [change.deliveries for change in await claim(pool, shop_id)] == [1]


# Give back and enqueue


async def test_what_is_given_back_is_due_at_once_and_nothing_is_counted(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await route(pool, "1", "2")
    await outbox.give_back(pool, await claim(pool, shop_id))
    await outbox.give_back(pool, [])
    changes = await claim(pool, shop_id)
    assert [(change.deliveries, change.is_repeated) for change in changes] == [(1, False)] * 2


async def test_enqueue_makes_keys_due_behind_all_events(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "2")
    assert (await outbox.enqueue(pool, shop_id=shop_id, kind="product", keys=["1", "2", "1"])) == 2
    changes = await claim(pool, shop_id)
    assert [(change.key, change.lane, change.changed) for change in changes] == [
        ("2", "product", ()),
        ("1", "resync", ()),
    ]


async def test_enqueue_tries_a_dead_change_again(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1")
    await settle(pool, Dead(), *await claim(pool, shop_id), error="refused")
    await outbox.enqueue(pool, shop_id=shop_id, kind="product", keys=["1"])
    assert [change.attempt for change in await claim(pool, shop_id)] == [1]


# Impossible rows


IMPOSSIBLE = [
    "state = 'claimed'",
    "state = 'claimed', claimed_by = 'w'",
    "claimed_by = 'w', claim_token = 1",
    "state = 'dead'",
    "state = 'dead', last_error = '', last_error_at = now()",
    "last_error = 'x'",
    "last_error_at = now()",
    "news_at = now()",
    "state = 'done'",
    "kind = 'customer'",
    "key = '*'",
    "key = ''",
    "generation = 0",
    "events = 0",
    "deliveries = -1",
    "failures = -1",
    "key = '2'",
    "state = 'dead', last_error = 'x', last_error_at = now()",
    "cause = 'refused'",
    "claimed_until = now()",
    "fence = 1",
]


async def test_impossible_changes_are_refused(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1", "2")
    for assignment in IMPOSSIBLE:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await pool.execute(f"update syncd.change set {assignment} where key = '1'")


async def test_events_are_never_updated(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1")
    with pytest.raises(asyncpg.RaiseError, match="append-only"):
        await pool.execute("update syncd.outbox set key = '2'")


async def test_a_lane_that_is_none_is_refused(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1")
    with pytest.raises(asyncpg.InvalidTextRepresentationError, match="slow"):
        await pool.execute("update syncd.change set lane = 'slow'")
