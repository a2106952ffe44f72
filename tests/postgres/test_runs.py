"""Runs: one a shop at a time, in their time, by the node that holds the shop."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from syncd.errors import ConfigError, LeaseLostError
from syncd.postgres import differences, leases, runs, tidying
from syncd.postgres.differences import Finding
from syncd.postgres.leases import Lease
from syncd.postgres.runs import Run
from tests import leasing
from tests.postgres.claims import HOUR_S, Clock, add_shop, turned_pool

LINKED = "update syncd.shop set state = 'linked', created_at = syncd.clock() where shop_id = $1"


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


async def asked(pool: asyncpg.Pool, shop_id: int) -> tuple[Run, Lease]:
    """A new run, and the lease of its shop."""
    run_id = await runs.ask(pool, shop_id)
    assert run_id is not None
    return await known(pool, run_id), await leasing.shop_lease(pool, shop_id)


async def known(pool: asyncpg.Pool, run_id: int) -> Run:
    run = await runs.find(pool, run_id)
    assert run is not None
    return run


async def held(pool: asyncpg.Pool, shop_id: int) -> Run:
    run, lease = await asked(pool, shop_id)
    await runs.begin_read(pool, run, lease)
    await runs.begin_compare(pool, run, lease, total=1)
    await runs.hold(pool, run, lease, ["too much"])
    return await known(pool, run.run_id)


async def test_a_shop_has_one_run_at_a_time(pool: asyncpg.Pool, shop_id: int) -> None:
    run, _ = await asked(pool, shop_id)
    assert await runs.ask(pool, shop_id) is None
    await runs.fail(pool, run, "because")
    assert await runs.ask(pool, shop_id) is not None


async def test_a_compare_is_asked_for_in_its_time(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    await pool.execute(LINKED, shop_id)
    assert await runs.ask_in_time(pool) == []
    clock.turned_s = 3 * HOUR_S
    assert await runs.ask_in_time(pool) == [shop_id]
    assert await runs.ask_in_time(pool) == []
    run = await runs.under_way(pool, shop_id)
    assert run is not None
    assert run.asked_by == "compare_every"
    await runs.fail(pool, run, "because")
    assert await runs.ask_in_time(pool) == []
    clock.turned_s = 6 * HOUR_S
    assert await runs.ask_in_time(pool) == [shop_id]


@pytest.mark.parametrize(
    "change",
    ["compare_every = null", "enabled = false", "sync_products = false", "state = 'unlinked'",
     "paused_until = 'infinity', paused_reason = 'x'"],
)  # fmt: skip
async def test_a_shop_that_is_not_to_be_compared_is_not(
    pool: asyncpg.Pool, shop_id: int, clock: Clock, change: str
) -> None:
    await pool.execute(LINKED, shop_id)
    await pool.execute(f"update syncd.shop set {change}")
    clock.turned_s = 4 * HOUR_S
    assert await runs.ask_in_time(pool) == []


async def test_who_has_lost_the_shop_does_nothing_more_to_its_run(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    run, lease = await asked(pool, shop_id)
    await leasing.leave_all(pool)
    await leases.take(pool, "another", shop_id=shop_id)
    with pytest.raises(LeaseLostError):
        await runs.begin_read(pool, run, lease)
    with pytest.raises(LeaseLostError):
        await differences.note(pool, run, lease, [], products=1, same=1)
    assert (await known(pool, run.run_id)).state == "asked"


async def test_a_compare_that_begins_anew_forgets_what_it_noted(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    run, lease = await asked(pool, shop_id)
    await runs.begin_read(pool, run, lease)
    for _ in range(2):
        await runs.begin_compare(pool, run, lease, total=2)
        noted = [Finding("only_here", "1", None, "Jakke")]
        await differences.note(pool, run, lease, noted, products=1, same=1)
    run = await known(pool, run.run_id)
    assert (run.products, run.same, run.only_here, run.done) == (1, 1, 1, 2)
    assert [one.key for one in await differences.found(pool, run.run_id)] == ["1"]


async def test_an_answer_is_given_once_to_a_held_run(pool: asyncpg.Pool, shop_id: int) -> None:
    run = await held(pool, shop_id)
    await runs.approve(pool, run.run_id)
    with pytest.raises(ConfigError, match="approved already"):
        await runs.reject(pool, run.run_id)
    audit = await pool.fetchrow("select action, given from syncd.audit")
    assert audit is not None
    assert (audit["action"], audit["given"]) == ("approve", {"run": run.run_id})


async def test_a_run_that_is_not_held_takes_no_answer(pool: asyncpg.Pool, shop_id: int) -> None:
    run, _ = await asked(pool, shop_id)
    with pytest.raises(ConfigError, match="does not wait for an answer: it is asked"):
        await runs.approve(pool, run.run_id)
    with pytest.raises(ConfigError, match="there is no run 4711"):
        await runs.reject(pool, 4711)


async def test_a_held_run_is_an_alarm(pool: asyncpg.Pool, shop_id: int) -> None:
    run = await held(pool, shop_id)
    what = await pool.fetchval("select what from syncd.alarm where alarm = 'run_held'")
    assert f"run {run.run_id} waits for an answer: too much" in what
    await runs.reject(pool, run.run_id)
    assert await pool.fetchval("select count(*) from syncd.alarm where alarm = 'run_held'") == 0


async def test_a_run_that_failed_is_an_alarm_until_one_goes_well(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    run, _ = await asked(pool, shop_id)
    await runs.fail(pool, run, "the disk is full")
    failed = "select what from syncd.alarm where alarm = 'run_failed'"
    assert "failed: the disk is full" in await pool.fetchval(failed)
    run, lease = await asked(pool, shop_id)
    assert await pool.fetchval(failed)
    await runs.begin_read(pool, run, lease)
    await runs.begin_compare(pool, run, lease, total=0)
    await runs.end(pool, run)
    assert await pool.fetchval(failed) is None


async def test_what_a_run_found_is_forgotten_in_time(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    run, lease = await asked(pool, shop_id)
    await runs.begin_read(pool, run, lease)
    await runs.begin_compare(pool, run, lease, total=1)
    noted = [Finding("only_here", "1", None, "Jakke")]
    await differences.note(pool, run, lease, noted, products=0, same=0)
    clock.turned_s = 61 * 24 * HOUR_S
    assert "differences of runs" not in (await tidying.tidy_once(pool)).forgotten  # under way
    await runs.fail(pool, run, "because")
    assert (await tidying.tidy_once(pool)).forgotten["differences of runs"] == 1
    assert (await known(pool, run.run_id)).only_here == 1
