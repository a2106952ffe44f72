"""What needs a person: each alarm fires and ends; the horizon names who holds it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from syncd.flows.obey import UNINSTALLED
from syncd.postgres import alerts, byhand, cursors, db, leases, outbox, shops, status
from syncd.postgres import obey as obeyed
from syncd.postgres.outbox import Settled
from syncd.rules.retry import Dead, Retry
from tests import leasing
from tests.postgres.claims import Clock, claim, route, settle, turned_pool

pytestmark = pytest.mark.usefixtures("all_days")


DAY_S = 86400.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def pool(database_url: str, clock: Clock) -> AsyncIterator[asyncpg.Pool]:
    async with turned_pool(database_url, clock) as pool:
        yield pool


@pytest.fixture
async def shop_id(pool: asyncpg.Pool) -> int:
    """A linked shop, while a node holds the router: all is well."""
    await leasing.router_lease(pool)
    shop_id: int = await pool.fetchval(
        "insert into syncd.shop (domain, account_id, credentials, price_department, currency,"
        " state) values ('x.myshopify.com', 'a', 'x', 'nett', 'NOK', 'linked') returning shop_id"
    )
    return shop_id


async def alarms(pool: asyncpg.Pool) -> list[str]:
    return [one.alarm for one in await status.alarms(pool)]


async def words(pool: asyncpg.Pool) -> str:
    (one,) = await status.alarms(pool)
    return one.what


async def test_all_is_well(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1")
    assert await alarms(pool) == []


async def test_a_router_that_nobody_has(pool: asyncpg.Pool) -> None:
    assert await alarms(pool) == ["no_router"]
    lease = await leases.take(pool, "kari", lease_s=30)
    assert lease is not None
    assert await alarms(pool) == []
    await leases.leave(pool, [lease])
    assert "syncd run" in await words(pool)


async def test_events_that_wait_for_the_router(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    await pool.execute("select syncd.enqueue('a', 'product', '{1}', '{}')")
    clock.turned_s = 30
    assert await alarms(pool) == []
    clock.turned_s = 90
    assert await alarms(pool) == ["router_behind"]
    await leasing.route_once(pool)
    assert await alarms(pool) == []


async def drop_days(pool: asyncpg.Pool, more_than: int) -> None:
    """Leave that many days of the event log after today."""
    for row in await pool.fetch(
        "select name from syncd.partitions"
        " where until_at > clock_timestamp() + make_interval(days => $1 + 1)",
        more_than,
    ):
        await pool.execute(f"drop table syncd.{row['name']}")


@pytest.mark.parametrize("left", [6, 1, -2], ids=["six days", "a day", "none at all"])
async def test_an_event_log_that_comes_to_its_end(
    pool: asyncpg.Pool, shop_id: int, left: int
) -> None:
    await drop_days(pool, 8)
    assert await alarms(pool) == []
    await drop_days(pool, left)
    assert await alarms(pool) == ["partitions_end"]
    assert "syncd.make_partitions()" in await words(pool)
    await pool.execute("select syncd.make_partitions()")
    assert await alarms(pool) == []


async def test_changes_that_nobody_takes(pool: asyncpg.Pool, shop_id: int, clock: Clock) -> None:
    await route(pool, "1", "2")
    clock.turned_s = 800
    assert await alarms(pool) == []
    clock.turned_s = 1000
    assert await alarms(pool) == ["change_late"]
    assert "x.myshopify.com: 2 changes" in await words(pool)
    await claim(pool, shop_id)
    assert await alarms(pool) == []


async def test_an_old_change_that_waits_out_its_back_off_is_not_late(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    await route(pool, "1")
    (change,) = await claim(pool, shop_id)
    await settle(pool, Retry(DAY_S, blame=True), change, error="busy")
    clock.turned_s = 2000
    await route(pool, "2")
    assert await alarms(pool) == []


async def test_a_resync_may_take_hours(pool: asyncpg.Pool, shop_id: int, clock: Clock) -> None:
    await outbox.enqueue(pool, shop_id=shop_id, kind="product", keys=["1"])
    clock.turned_s = 3 * 3600
    assert await alarms(pool) == []
    clock.turned_s = 7 * 3600
    assert await alarms(pool) == ["change_late"]


@pytest.mark.parametrize(
    "assignment", ["enabled = false", "state = 'unlinked'"], ids=["disabled", "unlinked"]
)
async def test_a_shop_that_is_not_to_be_sent_to_has_no_late_changes(
    pool: asyncpg.Pool, shop_id: int, clock: Clock, assignment: str
) -> None:
    await pool.execute(f"update syncd.shop set {assignment}")
    await route(pool, "1")
    clock.turned_s = 1000
    assert await alarms(pool) == []


async def test_changes_that_wait_for_a_paused_shop(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    """A revoked token pauses a shop again and again: somebody must hear of it."""
    await route(pool, "1")
    clock.turned_s = 1000
    await shops.pause(pool, shop_id, seconds=60, reason="401: the token was revoked")
    assert await alarms(pool) == ["shop_paused"]
    assert "401: the token was revoked" in await words(pool)
    await byhand.resume(pool, "x.myshopify.com")
    assert await alarms(pool) == ["change_late"]


async def test_dead_changes(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1", "2")
    changes = await claim(pool, shop_id)
    await settle(pool, Dead(), *changes, error="no price")
    assert await alarms(pool) == ["change_dead"]
    assert "2 changes are dead (other)" in await words(pool)
    await byhand.skip(pool)
    assert await alarms(pool) == []


async def test_a_transaction_that_is_open_for_hours(
    pool: asyncpg.Pool, shop_id: int, clock: Clock, database_url: str
) -> None:
    report = await asyncpg.connect(database_url, server_settings={"application_name": "report"})
    async with report.transaction(isolation="repeatable_read"):
        await report.fetchval("select count(*) from syncd.shop")
        assert await alarms(pool) == []
        clock.turned_s = 2 * 3600
        await leasing.route_once(pool)
        (one,) = [one for one in await status.alarms(pool) if one.alarm == "transaction_long"]
        assert f"session {report.get_server_pid()} " in one.what
        assert "report" in one.what
    assert "transaction_long" not in await alarms(pool)
    await report.close()


async def values(pool: asyncpg.Pool) -> dict[str, object]:
    """What the sentence of the only alarm is made of."""
    row = await pool.fetchrow("select key, severity, given from syncd.alarm")
    assert row is not None
    return {"key": row["key"], "severity": row["severity"], **row["given"]}


async def test_each_cause_of_death_is_an_alarm_of_its_own(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1", "2")
    one, other = await claim(pool, shop_id)
    await settle(pool, Dead(), one, error="J-1: no price")
    async with db.transaction(pool) as connection:
        await outbox.settle(connection, [Settled(other, Dead(), "too long", "TOO_LONG")])
    assert await alarms(pool) == ["change_dead"] * 2
    await byhand.skip(pool, cause="TOO_LONG")
    found = await values(pool)
    assert found.items() >= {"key": "other", "count": 1, "why": "J-1: no price"}.items()


KINDS = "update syncd.shop set sync_orders = true, sync_customers = true"


async def test_a_pull_that_keeps_failing(pool: asyncpg.Pool, shop_id: int, clock: Clock) -> None:
    await pool.execute(KINDS)
    for _ in range(3):
        await cursors.failed(pool, shop_id=shop_id, kind="order", error="no scope read_orders")
        assert await alarms(pool) == []
        clock.turned_s += 400
    found = await values(pool)
    assert found.items() >= {"key": "order", "why": "no scope read_orders"}.items()
    assert await alarms(pool) == ["pull_failing"]
    assert "syncd pull" in await words(pool)
    lease = await leasing.shop_lease(pool, shop_id)
    await cursors.moved(pool, lease, "order", await db.clock(pool))
    assert await alarms(pool) == []
    await cursors.failed(pool, shop_id=shop_id, kind="order", error="again")
    assert await alarms(pool) == [], "it counts anew"
    clock.turned_s += 1000
    await pool.execute("update syncd.shop set sync_orders = false")
    assert await alarms(pool) == [], "nobody wants it"


async def test_a_pull_that_nobody_does(pool: asyncpg.Pool, shop_id: int, clock: Clock) -> None:
    """As when a shop is paused again and again while no change waits."""
    await pool.execute(KINDS)
    lease = await leasing.shop_lease(pool, shop_id)
    await cursors.moved(pool, lease, "customer", await db.clock(pool))
    clock.turned_s = 3500
    assert await alarms(pool) == []
    clock.turned_s = 3700
    assert await alarms(pool) == ["pull_late"]
    await cursors.ask(pool, shop_id=shop_id, kind="customer", since=None)
    assert "may have been missed since" in await words(pool)
    await shops.pause(pool, shop_id, seconds=60, reason="401: the token was revoked")
    assert "401: the token was revoked" in await words(pool)
    await pool.execute("update syncd.shop set enabled = false")
    assert await alarms(pool) == []


async def test_a_token_that_ends_and_was_not_renewed(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    await pool.execute("update syncd.shop set token_ends_at = syncd.clock() + interval '24 hours'")
    assert await alarms(pool) == []
    clock.turned_s = DAY_S - 500
    await byhand.pause(pool, "x.myshopify.com", reason="stock-taking", minutes=None)
    assert await alarms(pool) == [], "nobody calls a paused shop"
    await byhand.resume(pool, "x.myshopify.com")
    assert await alarms(pool) == ["token_expires"]
    assert (await values(pool))["key"] == "soon"
    clock.turned_s = DAY_S + 60
    assert (await values(pool))["key"] == "over"
    assert "syncd shop token" in await words(pool)


async def test_an_app_that_was_removed(pool: asyncpg.Pool, shop_id: int) -> None:
    await byhand.pause(pool, "x.myshopify.com", reason="stock-taking", minutes=None)
    assert await alarms(pool) == []
    async with db.transaction(pool) as connection:
        await obeyed.uninstalled(connection, shop_id, UNINSTALLED)
    assert await alarms(pool) == ["app_removed"]
    await byhand.resume(pool, "x.myshopify.com")
    assert await alarms(pool) == []


async def test_what_the_backoffice_keeps_refusing(pool: asyncpg.Pool, shop_id: int) -> None:
    await pool.execute(
        "insert into syncd.received (shop_id, kind, gid, failures, due_at, last_error)"
        " values ($1, 'order', 'gid://shopify/Order/1', 2, syncd.clock(), 'no such customer')",
        shop_id,
    )
    assert await alarms(pool) == []
    await pool.execute("update syncd.received set failures = 3")
    assert await alarms(pool) == ["backoffice_refuses"]
    assert "gid://shopify/Order/1" in await words(pool)
    assert "customer" not in await words(pool), "its words may name a person"


async def test_deliveries_that_nobody_works_off(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    await pool.execute(
        "insert into syncd.inbox (shop_id, delivery_id, topic, kind)"
        " values ($1, 'a', 'orders/updated', 'order')",
        shop_id,
    )
    clock.turned_s = 800
    assert await alarms(pool) == []
    clock.turned_s = 1000
    assert await alarms(pool) == ["inbox_late"]


async def test_a_target_that_takes_no_alert(pool: asyncpg.Pool, shop_id: int) -> None:
    await pool.execute(
        "insert into syncd.alert_target (target, failures, last_error, last_error_at)"
        " values ('email', 2, 'no such host', syncd.clock())"
    )
    assert await alarms(pool) == []
    await pool.execute("update syncd.alert_target set failures = 3")
    assert await alarms(pool) == ["alert_unsent"]
    assert "no such host" in await words(pool)


async def test_the_limit_of_late_changes_can_be_another(
    pool: asyncpg.Pool, shop_id: int, clock: Clock
) -> None:
    await route(pool, "1")
    clock.turned_s = 400
    async with db.transaction(pool) as connection:
        assert await alerts.standing(connection, late_after=None) == []
        (late,) = await alerts.standing(connection, late_after=timedelta(minutes=5))
    assert late.identity == ("change_late", shop_id, "")
    assert late.given["count"] == 1
    assert await alarms(pool) == []


async def horizon(pool: asyncpg.Pool) -> list[asyncpg.Record]:
    return await pool.fetch("select * from syncd.horizon where application = 'other'")


async def test_the_horizon_names_who_holds_it_with_his_query(
    pool: asyncpg.Pool, shop_id: int, database_url: str
) -> None:
    other = await asyncpg.connect(database_url, server_settings={"application_name": "other"})
    assert await horizon(pool) == []
    async with other.transaction(isolation="repeatable_read"):
        await other.fetchval("select 4711")
        (row,) = await horizon(pool)
        assert (row["pid"], row["query"]) == (other.get_server_pid(), "select 4711")
        assert (row["state"], row["writes"], row["router_waits"]) == (
            "idle in transaction",
            False,
            False,
        )
        assert 0 <= row["open_s"] < 600
    assert await horizon(pool) == []
    await other.close()


async def test_the_horizon_tells_for_whose_events_the_router_waits(
    pool: asyncpg.Pool, shop_id: int, database_url: str
) -> None:
    """Whether the router has passed by already, or has not moved since: they come when it ends."""
    other = await asyncpg.connect(database_url, server_settings={"application_name": "other"})
    late = other.transaction()
    await late.start()
    await other.execute("create temporary table note (line text)")
    (row,) = await horizon(pool)
    assert (row["writes"], row["router_waits"]) == (True, False)
    await other.execute("select syncd.enqueue('a', 'product', '{late}', '{}')")
    (row,) = await horizon(pool)
    assert row["router_waits"]
    await route(pool, "1")
    (row,) = await horizon(pool)
    assert row["router_waits"]
    assert await pool.fetchval("select array_agg(key) from syncd.change") == ["1"]
    await late.commit()
    assert await horizon(pool) == []
    await leasing.route_once(pool)
    assert await pool.fetchval("select count(*) from syncd.change") == 2
    await other.close()


async def test_a_writer_of_another_database_is_named_too(
    pool: asyncpg.Pool, empty_database_url: str
) -> None:
    """The numbers of transactions are the cluster's: retention waits for such a one as well."""
    other = await asyncpg.connect(empty_database_url, server_settings={"application_name": "other"})
    async with other.transaction():
        await other.execute("create table note (line text)")
        (row,) = await horizon(pool)
        assert row["database"] == await other.fetchval("select current_database()")
    await other.close()


async def test_a_prepared_transaction_is_named_with_what_ends_it(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    async with pool.acquire() as other:
        await other.execute("begin")
        await other.execute("select syncd.enqueue('a', 'product', '{1}', '{}')")
        await other.execute("prepare transaction 'till 7'")
    (row,) = await pool.fetch("select * from syncd.horizon where state = 'prepared'")
    assert (row["pid"], row["writes"], row["router_waits"]) == (None, True, True)
    assert row["query"] == "rollback prepared 'till 7'"
    await pool.execute("rollback prepared 'till 7'")
    assert not await pool.fetch("select from syncd.horizon where state = 'prepared'")
