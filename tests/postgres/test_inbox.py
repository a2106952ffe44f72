"""The way of a delivery: written once, claimed by one, ended by its holder alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest

from syncd.deliveries import Delivery, Item
from syncd.postgres import db, inbox, leases
from syncd.postgres.inbox import Ended
from syncd.rules.retry import MAX_DELIVERIES, Ack, Dead, Retry
from tests.leasing import shop_lease
from tests.postgres.claims import HOUR_S, LEASE_S, Clock, add_shop, turned_pool


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


def told(shop_id: int, *names: str) -> list[Delivery]:
    return [
        Delivery(
            shop_id,
            name,
            "orders/updated",
            "order",
            gid=f"gid://shopify/Order/{number}",
            body={"updated_at": name},
        )
        for number, name in enumerate(names, start=1)
    ]


async def claim(pool: asyncpg.Pool, shop_id: int, most: int = 10) -> list[Item]:
    lease = await shop_lease(pool, shop_id)
    return await inbox.claim(pool, lease, most=most, lease_s=LEASE_S)


async def settle(pool: asyncpg.Pool, *ended: Ended) -> frozenset[int]:
    async with db.transaction(pool) as connection:
        return await inbox.settle(connection, ended)


async def rows(pool: asyncpg.Pool) -> dict[str, asyncpg.Record]:
    found = await pool.fetch(
        "select delivery_id, state, body, outcome, last_error, failures, deliveries,"
        " due_at > syncd.clock() as waits from syncd.inbox"
    )
    return {row["delivery_id"]: row for row in found}


def names(items: Sequence[Item]) -> list[str]:
    return [one.delivery_id for one in items]


async def test_a_delivery_is_written_once_however_often_it_is_sent(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    assert await inbox.add(pool, [*told(shop_id, "a", "b"), *told(shop_id, "a")]) == 2
    assert await inbox.add(pool, told(shop_id, "b", "c")) == 1
    assert names(await claim(pool, shop_id)) == ["a", "b", "c"]


async def test_what_was_done_is_not_done_again_when_it_is_sent_again(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await inbox.add(pool, told(shop_id, "a"))
    (item,) = await claim(pool, shop_id)
    await settle(pool, Ended(item, Ack()))
    assert await inbox.add(pool, told(shop_id, "a")) == 0
    assert await claim(pool, shop_id) == []


async def test_a_shop_that_was_removed_gets_nothing_and_keeps_nobody_elses_back(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    assert await inbox.add(pool, [*told(shop_id + 1, "a"), *told(shop_id, "b")]) == 1


async def test_a_claimed_delivery_carries_all_it_came_with(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    (given,) = told(shop_id, "a")
    await inbox.add(pool, [given])
    (item,) = await claim(pool, shop_id)
    assert (item.topic, item.kind, item.gid, item.body) == (
        given.topic,
        given.kind,
        given.gid,
        given.body,
    )
    assert item.attempt == item.deliveries == 1


async def test_what_is_claimed_is_nobody_elses_until_its_time_is_over(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    await inbox.add(pool, told(shop_id, "a", "b", "c"))
    assert names(await claim(pool, shop_id, most=2)) == ["a", "b"]
    assert names(await claim(pool, shop_id)) == ["c"]
    assert await claim(pool, shop_id) == []
    clock.turned_s += HOUR_S
    assert names(await claim(pool, shop_id)) == ["a", "b", "c"]


async def test_a_node_that_lost_the_shop_claims_nothing(pool: asyncpg.Pool, shop_id: int) -> None:
    await inbox.add(pool, told(shop_id, "a"))
    lost = await shop_lease(pool, shop_id)
    await leases.leave(pool, [lost])
    await leases.take(pool, "another", shop_id=shop_id)
    assert await inbox.claim(pool, lost, most=10, lease_s=LEASE_S) == []


async def test_kinds_can_be_claimed_apart(pool: asyncpg.Pool, shop_id: int) -> None:
    await inbox.add(
        pool, [*told(shop_id, "a"), Delivery(shop_id, "s", "inventory_levels/update", "stock")]
    )
    lease = await shop_lease(pool, shop_id)
    urgent = await inbox.claim(pool, lease, most=10, lease_s=LEASE_S, kinds=["stock"])
    assert names(urgent) == ["s"]


async def test_only_the_holder_of_a_claim_ends_it(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    await inbox.add(pool, told(shop_id, "a"))
    (old,) = await claim(pool, shop_id)
    clock.turned_s += HOUR_S
    (new,) = await claim(pool, shop_id)
    assert await settle(pool, Ended(old, Ack())) == frozenset()
    assert await settle(pool, Ended(new, Ack())) == {new.inbox_id}
    assert await settle(pool, Ended(new, Ack())) == frozenset()


async def test_what_is_done_keeps_its_outcome_and_no_personal_data(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await inbox.add(pool, told(shop_id, "a"))
    (item,) = await claim(pool, shop_id)
    await settle(pool, Ended(item, Retry(0.0, blame=True), error="ola@example.no is no address"))
    (item,) = await claim(pool, shop_id)
    await settle(pool, Ended(item, Ack(), outcome="older"))
    row = (await rows(pool))["a"]
    assert (row["state"], row["outcome"], row["body"], row["last_error"]) == (
        "done",
        "older",
        None,
        None,
    )


async def test_a_failed_attempt_waits_and_counts_when_it_is_to_blame(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    await inbox.add(pool, told(shop_id, "a", "b"))
    first, second = await claim(pool, shop_id)
    await settle(
        pool,
        Ended(first, Retry(60.0, blame=True), error="first"),
        Ended(second, Retry(60.0, blame=False), error=""),
    )
    found = await rows(pool)
    assert [found[name]["failures"] for name in "ab"] == [1, 0]
    assert [found[name]["last_error"] for name in "ab"] == ["first", inbox.UNTOLD]
    assert await claim(pool, shop_id) == []
    clock.turned_s += HOUR_S
    assert [one.attempt for one in await claim(pool, shop_id)] == [2, 1]


async def test_what_is_given_back_is_due_at_once_and_nothing_is_counted(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await inbox.add(pool, told(shop_id, "a"))
    (item,) = await claim(pool, shop_id)
    await settle(pool, Ended(item, None))
    (item,) = await claim(pool, shop_id)
    assert (item.deliveries, item.failures) == (1, 0)


async def test_the_dead_wait_for_a_person(pool: asyncpg.Pool, shop_id: int, clock: Clock) -> None:
    await inbox.add(pool, told(shop_id, "a"))
    (item,) = await claim(pool, shop_id)
    await settle(pool, Ended(item, Dead(), error="order 1001: no such place"))
    clock.turned_s += 24 * HOUR_S
    assert await claim(pool, shop_id) == []
    assert (await rows(pool))["a"]["last_error"] == "order 1001: no such place"


async def test_what_takes_the_process_down_each_time_is_dead_in_the_end(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    await inbox.add(pool, told(shop_id, "a"))
    for _ in range(MAX_DELIVERIES):
        assert names(await claim(pool, shop_id)) == ["a"]
        clock.turned_s += HOUR_S
    assert await claim(pool, shop_id) == []
    assert (await rows(pool))["a"]["state"] == "dead"


async def test_a_gap_stays_as_old_as_it_was_until_a_pull_has_read_over_it(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    await inbox.gap(pool, shop_id, "order")
    since = (await inbox.gaps(pool, shop_id))["order"]
    clock.turned_s += HOUR_S
    await inbox.gap(pool, shop_id, "order")
    assert await inbox.gaps(pool, shop_id) == {"order": since}
    await inbox.close_gap(pool, shop_id, "order", since)
    assert await inbox.gaps(pool, shop_id) == {}


async def test_the_next_delivery_is_found_by_index(pool: asyncpg.Pool, shop_id: int) -> None:
    await pool.execute(
        "insert into syncd.inbox (shop_id, delivery_id, topic, kind, state, outcome, done_at)"
        " select $1, n::text, 'orders/updated', 'order', 'done', 'received', syncd.clock()"
        " from generate_series(1, 5000) n",
        shop_id,
    )
    await pool.execute("analyze syncd.inbox")
    plan = await pool.fetch(
        "explain select inbox_id from syncd.inbox where shop_id = 1 and done_at is null"
        " order by inbox_id limit 10"
    )
    assert "inbox_open" in "\n".join(row[0] for row in plan)


@pytest.mark.parametrize(
    "assignment",
    [
        pytest.param("state = 'done'", id="done without an outcome"),
        pytest.param("state = 'claimed'", id="claimed by nobody"),
        pytest.param("state = 'dead'", id="dead without a cause"),
        pytest.param(
            "state = 'done', outcome = 'received', done_at = now()", id="done, yet it keeps a body"
        ),
        pytest.param("gid = '4711'", id="an id that is none"),
    ],
)
async def test_impossible_deliveries_are_refused(
    pool: asyncpg.Pool, shop_id: int, assignment: str
) -> None:
    await inbox.add(pool, told(shop_id, "a"))
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute(f"update syncd.inbox set {assignment}")
