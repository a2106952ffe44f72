from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from syncd.postgres import nodes, outbox, status
from syncd.postgres.db import transaction
from syncd.postgres.outbox import Settled
from syncd.rules.retry import Dead, Retry
from tests import leasing


@pytest.fixture
async def shop_id(pool: asyncpg.Pool) -> int:
    shop_id: int = await pool.fetchval(
        "insert into syncd.shop (domain, account_id, credentials, price_department, currency)"
        " values ('x.myshopify.com', 'a', 'x', 'nett', 'NOK') returning shop_id"
    )
    return shop_id


async def tell(pool: asyncpg.Pool, *keys: str) -> None:
    await pool.execute("select syncd.enqueue('a', 'product', $1, '{title}')", list(keys))


async def end(pool: asyncpg.Pool, shop_id: int, *verdicts: Retry | Dead) -> None:
    """Claim as many changes as there are verdicts, and settle them so, one after the other."""
    lease = await leasing.shop_lease(pool, shop_id)
    changes = await outbox.claim(pool, lease, lease_s=60, most=len(verdicts))
    for change, verdict in zip(changes, verdicts, strict=True):
        async with transaction(pool) as connection:
            await outbox.settle(connection, [Settled(change, verdict, f"no {change.key}")])


async def test_a_shop_without_changes_has_no_backlog(pool: asyncpg.Pool, shop_id: int) -> None:
    (row,) = await status.backlog(pool)
    assert (row.shop_id, row.domain, row.state) == (shop_id, "x.myshopify.com", "unlinked")
    assert (row.waiting, row.due, row.in_flight, row.retrying, row.dead) == (0, 0, 0, 0, 0)
    assert (row.oldest_event_at, row.paused_until) == (None, None)
    assert await status.last_errors(pool) == {}


async def test_what_waits_is_due_or_in_flight_or_retrying(pool: asyncpg.Pool, shop_id: int) -> None:
    await tell(pool, *"123456789")
    await leasing.route_once(pool)
    await end(pool, shop_id, Dead(), Retry(3600, blame=True), Retry(3600, blame=False))
    await outbox.claim(pool, await leasing.shop_lease(pool, shop_id), lease_s=60, most=4)
    await pool.execute(  # a lease that ran out
        "update syncd.change set claimed_until = now() where key = '4'"
    )
    (row,) = await status.backlog(pool)
    assert (row.due, row.in_flight, row.retrying, row.dead) == (3, 3, 2, 1)
    assert row.waiting == row.due + row.in_flight + row.retrying
    oldest = "select min(created_at) from syncd.outbox where key <> '1'"  # the dead one
    assert row.oldest_event_at == await pool.fetchval(oldest)


async def test_a_pause_is_shown(pool: asyncpg.Pool, shop_id: int) -> None:
    until = datetime(2026, 3, 1, tzinfo=UTC)
    await pool.execute(
        "update syncd.shop set paused_until = $1, paused_reason = '401', enabled = false", until
    )
    (row,) = await status.backlog(pool)
    assert (row.paused_until, row.paused_reason, row.enabled) == (until, "401", False)


async def test_the_newest_error_is_shown_but_a_dead_one_first(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await tell(pool, "1", "2", "3")
    await leasing.route_once(pool)
    await end(pool, shop_id, Retry(3600, blame=True), Retry(1800, blame=True))
    error = (await status.last_errors(pool))[shop_id]
    assert (error.key, error.state, error.error, error.failures) == ("2", "due", "no 2", 1)
    assert error.due_at - error.failed_at == timedelta(seconds=1800)
    await end(pool, shop_id, Dead())
    await pool.execute(
        "update syncd.change set last_error_at = now() - interval '1 day' where key = '3'"
    )
    error = (await status.last_errors(pool))[shop_id]
    assert (error.key, error.state, error.error) == ("3", "dead", "no 3")


async def lag(pool: asyncpg.Pool) -> status.RouterLag:
    found = await status.router_lag(pool)
    assert found is not None
    return found


async def test_the_router_lags_by_the_age_of_the_first_event_that_waits(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    idle = await lag(pool)
    assert (idle.moved, idle.waiting_since, idle.lag_s) == (0, None, 0)
    await tell(pool, "1")
    await tell(pool, "2")
    behind = await lag(pool)
    assert behind.waiting_since == await pool.fetchval("select min(created_at) from syncd.outbox")
    await leasing.route_once(pool)
    even = await lag(pool)
    assert (even.moved, even.waiting_since, even.lag_s) == (2, None, 0)
    assert even.moved_at > idle.moved_at


async def test_an_event_that_was_committed_late_counts_as_waiting(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    async with pool.acquire() as writer:
        late = writer.transaction()
        await late.start()
        await writer.execute("select syncd.enqueue('a', 'product', '{late}', '{}')")
        written_at = await writer.fetchval("select created_at from syncd.outbox")
        await tell(pool, "1")
        await leasing.route_once(pool)
        assert (await lag(pool)).waiting_since is None
        await late.commit()
    await tell(pool, "2")
    assert (await lag(pool)).waiting_since == written_at


async def test_the_lag_is_in_seconds(pool: asyncpg.Pool, shop_id: int) -> None:
    await tell(pool, "1")
    async with pool.acquire() as connection:
        await connection.execute("set syncd.clock_offset = '90 seconds'")
        found = await status.router_lag(connection)
    assert found is not None
    assert 89 < found.lag_s < 210  # however slow this machine is


async def test_a_lost_cursor_has_no_lag(pool: asyncpg.Pool) -> None:
    await pool.execute("delete from syncd.router")
    assert await status.router_lag(pool) is None


async def test_a_daemon_is_seen_by_its_beats(pool: asyncpg.Pool) -> None:
    await nodes.beat(pool, "a")
    (first,) = await nodes.seen(pool)
    assert first.started_at == first.seen_at
    await nodes.beat(pool, "b")
    await nodes.beat(pool, "a")
    again, other = await nodes.seen(pool)
    assert (again.name, other.name) == ("a", "b")
    assert again.started_at == first.started_at < again.seen_at


async def test_a_daemon_that_stopped_cleanly_is_not_seen(pool: asyncpg.Pool) -> None:
    await nodes.beat(pool, "a")
    await nodes.leave(pool, "a")
    assert await nodes.seen(pool) == []


async def test_a_daemon_that_is_silent_is_not_seen_and_later_forgotten(
    pool: asyncpg.Pool,
) -> None:
    await nodes.beat(pool, "gone")
    await pool.execute("update syncd.node set seen_at = seen_at - interval '8 days'")
    assert await nodes.seen(pool) == []
    assert [node.name for node in await nodes.seen(pool, within_s=1_000_000)] == ["gone"]
    await nodes.beat(pool, "a")
    assert await pool.fetchval("select array_agg(name) from syncd.node") == ["a"]
