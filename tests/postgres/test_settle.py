"""What becomes of a claimed change: ack, retry or dead, if it is still held."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from syncd.postgres import db, outbox
from syncd.postgres.outbox import Settled
from syncd.rules.retry import Ack, Dead, Retry
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


async def test_ack_takes_the_change_away(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1", "2")
    changes = await claim(pool, shop_id)
    assert await settle(pool, Ack(), *changes) == {change.change_id for change in changes}
    assert await rows(pool) == {}


async def test_news_since_the_claim_make_an_acked_change_due_again(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await route(pool, "1", "1")
    (change,) = await claim(pool, shop_id)
    await route(pool, "1", "1", "1", changed=["images"])
    oldest_news = await pool.fetchval(
        "select min(created_at) from syncd.outbox where changed = '{images}'"
    )
    await route(pool, "1", changed=["vendor"])
    assert await settle(pool, Ack(), change) == {change.change_id}
    row = (await rows(pool))["1"]
    assert (row["state"], row["waits"], row["events"], row["deliveries"]) == ("due", False, 4, 0)
    assert row["first_event_at"] == oldest_news
    (again,) = await claim(pool, shop_id)
    assert not again.is_repeated


async def test_a_resync_since_the_claim_is_news_too(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1")
    (change,) = await claim(pool, shop_id)
    await outbox.enqueue(pool, shop_id=shop_id, kind="product", keys=["1"])
    await settle(pool, Ack(), change)
    row = (await rows(pool))["1"]
    assert (row["state"], row["waits"], row["events"]) == ("due", False, 1)


@pytest.mark.parametrize(
    ("verdict", "failures", "deliveries"),
    [
        pytest.param(Retry(HOUR_S, blame=True), 1, 1, id="the row is to blame"),
        pytest.param(Retry(HOUR_S, blame=False), 0, 0, id="nobody is"),
    ],
)
@pytest.mark.parametrize("has_news", [False, True], ids=["", "with news"])
async def test_retry_waits(
    pool: asyncpg.Pool,
    shop_id: int,
    clock: Clock,
    verdict: Retry,
    failures: int,
    deliveries: int,
    has_news: bool,
) -> None:
    await route(pool, "1")
    (change,) = await claim(pool, shop_id)
    if has_news:
        await route(pool, "1")
    await settle(pool, verdict, change, error="THROTTLED")
    row = (await rows(pool))["1"]
    assert (row["state"], row["waits"], row["last_error"]) == ("due", True, "THROTTLED")
    assert (row["failures"], row["deliveries"]) == (failures, deliveries)
    assert await claim(pool, shop_id) == []
    clock.turned_s += HOUR_S
    (again,) = await claim(pool, shop_id)
    assert (again.attempt, again.is_repeated) == (failures + 1, True)
    assert again.events == (2 if has_news else 1)


@pytest.mark.parametrize("teller", ["router", "resync"])
async def test_news_end_a_wait_but_never_put_off_what_is_due(
    pool: asyncpg.Pool, shop_id: int, teller: str
) -> None:
    """Else a key that is told of all the time would stand at the end of the queue for ever."""
    await route(pool, "1", "2")
    one, two = await claim(pool, shop_id)
    await settle(pool, Retry(0, blame=True, until_news=True), one, error="no room")
    await settle(pool, Retry(HOUR_S, blame=True, until_news=True), two, error="no room")
    due_at = await pool.fetchval("select due_at from syncd.change where key = '1'")
    if teller == "router":
        await route(pool, "1", "2")
    else:
        await outbox.enqueue(pool, shop_id=shop_id, kind="product", keys=["1", "2"])
    assert await pool.fetchval("select due_at from syncd.change where key = '1'") == due_at
    assert [again.key for again in await claim(pool, shop_id)] == ["1", "2"]


async def test_a_dead_change_waits_for_a_person_or_an_event(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    await route(pool, "1")
    await settle(pool, Dead(), *await claim(pool, shop_id), error="title: too long")
    clock.turned_s += 1000 * HOUR_S
    assert await claim(pool, shop_id) == []
    row = (await rows(pool))["1"]
    assert (row["state"], row["failures"], row["last_error"]) == ("dead", 1, "title: too long")
    await route(pool, "1")
    assert len(await claim(pool, shop_id)) == 1


async def test_news_since_the_claim_save_a_change_from_death(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await route(pool, "1")
    (change,) = await claim(pool, shop_id)
    await route(pool, "1")
    await settle(pool, Dead(), change, error="title: too long")
    row = (await rows(pool))["1"]
    assert (row["state"], row["waits"], row["failures"], row["deliveries"]) == ("due", False, 0, 0)


async def test_a_batch_may_end_in_different_ways(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1", "2", "3", "4")
    one, two, three, four = await claim(pool, shop_id)
    ended = [
        Settled(three, Dead(), "refused"),
        Settled(one, Ack()),
        Settled(four, Retry(9, blame=False), "later"),
        Settled(two, Retry(0, blame=True), "mistake"),
    ]
    async with db.transaction(pool) as connection:
        assert len(await outbox.settle(connection, ended)) == 4
    found = {key: (row["state"], row["last_error"]) for key, row in (await rows(pool)).items()}
    assert found == {"2": ("due", "mistake"), "3": ("dead", "refused"), "4": ("due", "later")}


@pytest.mark.parametrize("cause", ["lease ran out", "given back", "settled", "acked, then news"])
async def test_a_claim_that_is_no_longer_held_settles_nothing(
    pool: asyncpg.Pool, shop_id: int, clock: Clock, cause: str
) -> None:
    await route(pool, "1")
    (change,) = await claim(pool, shop_id)
    match cause:
        case "lease ran out":
            clock.turned_s += HOUR_S
            await claim(pool, shop_id)
        case "given back":
            await outbox.give_back(pool, [change])
        case "settled":
            await settle(pool, Retry(HOUR_S, blame=True), change, error="why")
        case "acked, then news":
            await settle(pool, Ack(), change)
            await route(pool, "1")
    before = await rows(pool)
    for verdict in (Ack(), Retry(5, blame=True), Dead()):
        assert await settle(pool, verdict, change, error="stale") == frozenset()
    await outbox.give_back(pool, [change])
    assert await rows(pool) == before


async def test_a_late_answer_counts_while_nobody_else_has_claimed(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    await route(pool, "1")
    changes = await claim(pool, shop_id)
    clock.turned_s += HOUR_S
    assert len(await settle(pool, Ack(), *changes)) == 1


async def test_what_is_not_committed_is_not_settled(pool: asyncpg.Pool, shop_id: int) -> None:
    """As when the process dies between settle and the commit."""
    await route(pool, "1")
    (change,) = await claim(pool, shop_id)
    before = await rows(pool)
    with pytest.raises(KeyError):
        async with db.transaction(pool) as connection:
            await outbox.settle(connection, [Settled(change, Ack())])
            raise KeyError
    assert await rows(pool) == before
    assert len(await settle(pool, Ack(), change)) == 1


ERRORS = {"": "no reason was given", "a\0b": "ab", "x" * 10_000: "x" * 4000}  # given and kept


async def test_any_error_can_be_kept(pool: asyncpg.Pool, shop_id: int) -> None:
    for error, kept in ERRORS.items():
        await route(pool, "1")
        await settle(pool, Dead(), *await claim(pool, shop_id), error=error)
        assert (await rows(pool))["1"]["last_error"] == kept


async def test_another_token_settles_nothing(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1")
    (change,) = await claim(pool, shop_id)
    assert await settle(pool, Ack(), replace(change, token=change.token + 1)) == frozenset()
