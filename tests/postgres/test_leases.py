"""Who may work: one node at a time, under a number that only grows."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.errors import LeaseLostError
from syncd.postgres import leases, outbox, router
from syncd.shopify.client import CALL_S
from tests.postgres.claims import HOUR_S, Clock, add_shop, turned_pool
from tests.postgres.test_outbox_locks import until_blocked

LEASE_S = 600.0


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


async def test_a_lease_has_one_holder(pool: asyncpg.Pool, shop_id: int) -> None:
    taken = []

    async def take(node: str) -> None:
        taken.append(await leases.take(pool, node, shop_id=shop_id, lease_s=LEASE_S))

    async with anyio.create_task_group() as group:
        for number in range(5):
            group.start_soon(take, f"n{number}")
    assert sum(lease is not None for lease in taken) == 1
    waits = await leases.waits(pool, ["router", name := leases.of_shop(shop_id)])
    assert waits["router"] == 0
    assert 0 < waits[name] <= LEASE_S


async def test_of_two_that_take_at_the_same_moment_the_later_one_finds_it_taken(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    found = []

    async def take() -> None:
        found.append(await leases.take(pool, "later", shop_id=shop_id))

    async with (
        anyio.create_task_group() as group,
        pool.acquire() as connection,
        connection.transaction(),
    ):
        assert await leases.take(connection, "first", shop_id=shop_id)
        group.start_soon(take)
        await until_blocked(pool)
    assert found == [None]


def test_a_node_may_call_until_its_lease_is_renewed_and_another_begins_within_30_s() -> None:
    """Some two seconds are left for a slow renewal, four for the other node to begin."""
    assert leases.LEASE_S - leases.RENEWED_S >= CALL_S + 2
    assert leases.LEASE_S <= 30 - 4


async def test_each_taking_has_a_higher_number_even_by_the_same_node(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    first = await leases.take(pool, "a", shop_id=shop_id, lease_s=LEASE_S)
    assert first is not None
    assert await leases.take(pool, "a", shop_id=shop_id, lease_s=LEASE_S) is None
    clock.turned_s += HOUR_S
    second = await leases.take(pool, "a", shop_id=shop_id, lease_s=LEASE_S)
    assert second is not None
    assert second.fence == first.fence + 1


async def test_a_lease_that_is_left_is_free_at_once_and_cannot_be_renewed(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    lease = await leases.take(pool, "a", shop_id=shop_id, lease_s=LEASE_S)
    assert lease is not None
    await leases.leave(pool, [lease])
    assert await leases.renew(pool, [lease], lease_s=LEASE_S) == [lease]
    assert await leases.take(pool, "b", shop_id=shop_id, lease_s=LEASE_S) is not None


async def test_a_lease_that_ran_out_is_renewed_unless_somebody_took_it(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    slow = await leases.take(pool, "slow", shop_id=shop_id, lease_s=LEASE_S)
    lost = await leases.take(pool, "slow", lease_s=LEASE_S)
    assert slow is not None
    assert lost is not None
    clock.turned_s += HOUR_S
    assert await leases.take(pool, "quick", lease_s=LEASE_S) is not None
    before_s = slow.until_s
    assert await leases.renew(pool, [slow, lost], lease_s=LEASE_S) == [lost]
    assert slow.until_s > before_s
    await leases.leave(pool, [lost])
    assert (await leases.waits(pool, ["router"]))["router"] > 0


async def test_a_number_that_is_given_twice_is_one_nodes(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    """A primary died with the last taking, which its standby never saw: it goes back in time."""
    assert await leases.take(pool, "first", shop_id=shop_id, lease_s=LEASE_S)
    clock.turned_s += HOUR_S
    kept = await pool.fetchrow("select node, fence, lease_until from syncd.lease")
    assert kept is not None
    lost = await leases.take(pool, "lost", shop_id=shop_id, lease_s=LEASE_S)
    await pool.execute("update syncd.lease set (node, fence, lease_until) = ($1, $2, $3)", *kept)
    new = await leases.take(pool, "new", shop_id=shop_id, lease_s=LEASE_S)
    assert lost is not None
    assert new is not None
    assert lost.fence == new.fence
    await leases.leave(pool, [lost])
    assert await leases.renew(pool, [lost], lease_s=LEASE_S) == [lost]
    assert await leases.renew(pool, [new], lease_s=LEASE_S) == []
    await outbox.enqueue(pool, shop_id=shop_id, kind="product", keys=["1"])
    assert await outbox.claim(pool, lost, lease_s=LEASE_S, most=1) == []
    assert len(await outbox.claim(pool, new, lease_s=LEASE_S, most=1)) == 1


async def test_what_was_begun_under_an_older_number_is_refused(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    """Claims, the look before each write, the router's step."""
    shop = await leases.take(pool, "old", shop_id=shop_id, lease_s=LEASE_S)
    main = await leases.take(pool, "old", lease_s=LEASE_S)
    assert shop is not None
    assert main is not None
    await pool.execute("select syncd.enqueue('a', 'product', '{1,2}', '{title}')")
    await router.route_once(pool, main)
    (change,) = await outbox.claim(pool, shop, lease_s=3 * HOUR_S, most=1)
    assert await outbox.is_held(pool, change)
    clock.turned_s += HOUR_S
    assert not await outbox.is_held(pool, change)  # over, though nobody took it yet
    assert await leases.take(pool, "new", shop_id=shop_id, lease_s=LEASE_S) is not None
    assert await leases.take(pool, "new", lease_s=LEASE_S) is not None
    assert await outbox.claim(pool, shop, lease_s=60, most=1) == []
    assert not await outbox.is_held(pool, change)
    assert not await outbox.note(pool, change, {}, ["https://x.no/1.jpg"])
    await pool.execute("select syncd.enqueue('a', 'product', '{3}', '{title}')")
    with pytest.raises(LeaseLostError):
        await router.route_once(pool, main)


async def test_a_removed_shop_takes_its_lease_and_its_changes_along(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await leases.take(pool, "a", shop_id=shop_id, lease_s=LEASE_S)
    await outbox.enqueue(pool, shop_id=shop_id, kind="product", keys=["1"])
    await pool.execute("delete from syncd.shop where shop_id = $1", shop_id)
    left = "select (select count(*) from syncd.lease) + (select count(*) from syncd.change)"
    assert await pool.fetchval(left) == 0


STEPS = st.lists(
    st.tuples(st.sampled_from(["take", "renew", "leave", "hour"]), st.integers(0, 2)), max_size=20
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
async def test_whatever_nodes_do_one_holds_and_numbers_grow(
    pool: asyncpg.Pool, clock: Clock, steps: list[tuple[str, int]]
) -> None:
    """Held against a plain model: who took it last, and whether it still is theirs."""
    await pool.execute("truncate syncd.lease")
    held: dict[int, leases.Lease] = {}
    holder, until_s, fence = None, 0.0, 0
    for what, node in steps:
        is_free = holder is None or until_s <= clock.turned_s
        match what:
            case "take":
                lease = await leases.take(pool, f"n{node}", lease_s=LEASE_S)
                assert (lease is not None) == is_free
                if lease is not None:
                    assert lease.fence > fence
                    held[node], holder, fence = lease, node, lease.fence
                    until_s = clock.turned_s + LEASE_S
            case "renew" if node in held:
                lost = await leases.renew(pool, [held[node]], lease_s=LEASE_S)
                assert (lost == []) == (holder == node and held[node].fence == fence)
                if not lost:
                    until_s = clock.turned_s + LEASE_S
            case "leave" if node in held:
                await leases.leave(pool, [held.pop(node)])
                holder = None if holder == node else holder
            case "hour":
                clock.turned_s += HOUR_S
