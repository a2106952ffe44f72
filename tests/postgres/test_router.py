"""Events reach the changes of the shops they concern: each once, however late it is committed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import anyio
import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.errors import ContractError
from syncd.postgres import db, outbox, router
from syncd.postgres.router import Routed
from tests import leasing
from tests.postgres.writers import Writer, tell

SHOP = """
insert into syncd.shop (domain, account_id, credentials, price_department, currency)
values ($1, $2, 'x', 'nett', 'NOK')
returning shop_id
"""
NOW = datetime.now(UTC)


async def add_shop(pool: asyncpg.Pool, name: str, account_id: str = "a") -> int:
    shop_id: int = await pool.fetchval(SHOP, f"{name}.myshopify.com", account_id)
    return shop_id


async def drain(pool: asyncpg.Pool, most: int = 5000) -> int:
    """Route until nothing waits; returns how many events were moved."""
    total = 0
    while events := (await leasing.route_once(pool, most=most)).events:
        total += events
    return total


async def counts(pool: asyncpg.Pool) -> dict[str, int]:
    """Events by key, over all shops."""
    rows = await pool.fetch("select key, events from syncd.change")
    return {row["key"]: row["events"] for row in rows}


async def change(pool: asyncpg.Pool, key: str) -> asyncpg.Record:
    row = await pool.fetchrow(
        "select state, lane, changed, events, generation, deliveries, failures, due_at,"
        " first_event_at, last_event_at, news_at, last_error from syncd.change where key = $1",
        key,
    )
    assert row is not None
    return row


async def show_products(pool: asyncpg.Pool, *keys: str) -> None:
    """A Backoffice whose account a has these products."""
    values = ", ".join(f"('a', '{key}')" for key in keys)
    await pool.execute(
        "create schema if not exists syncd_contract;"
        "create or replace view syncd_contract.product as"
        f" select account_id, product_key from (values {values}) as p (account_id, product_key)"
    )


@pytest.fixture
async def shop_id(pool: asyncpg.Pool) -> int:
    return await add_shop(pool, "x")


@pytest.fixture
async def writers(database_url: str) -> AsyncIterator[list[asyncpg.Connection]]:
    """Three connections beside the router's."""
    async with AsyncExitStack() as stack:
        connections = []
        for _ in range(3):
            connection = await asyncpg.connect(database_url)
            stack.push_async_callback(connection.close)
            connections.append(connection)
        yield connections


# What a change is made of


async def test_a_thousand_events_are_one_change(pool: asyncpg.Pool, shop_id: int) -> None:
    await tell(pool, *["1"] * 999, changed=["title"])
    await tell(pool, "1", changed=["images", "a label with spaces"])
    assert await leasing.route_once(pool) == Routed(1000, (shop_id,))
    row = await change(pool, "1")
    assert row["events"] == 1000
    assert row["changed"] == ["a label with spaces", "images", "title"]
    told = await pool.fetchrow("select min(created_at), max(created_at) from syncd.outbox")
    assert told is not None
    assert tuple(told) == (row["first_event_at"], row["last_event_at"])


async def test_news_are_added_to_a_change_that_waits(pool: asyncpg.Pool, shop_id: int) -> None:
    await tell(pool, "1", changed=["images"])
    await drain(pool)
    before = await change(pool, "1")
    await tell(pool, "1", "1", changed=["title"])
    await drain(pool)
    after = await change(pool, "1")
    assert (after["events"], after["generation"]) == (3, 2)
    assert after["changed"] == ["images", "title"]
    assert after["first_event_at"] == before["first_event_at"]
    assert after["last_event_at"] > before["last_event_at"]
    assert after["due_at"] == before["due_at"]


LANES: dict[
    str, tuple[list[list[str]], list[str], str]
] = {  # what events tell of, event by event; the labels of the change; its lane
    "a price": ([["price"]], ["price"], "price"),
    "anything else": ([["title"]], ["title"], "product"),
    "its urgent part": ([["title", "price"]], ["price", "title"], "price"),
    "in two events": ([["title"], ["price"]], ["price", "title"], "price"),
    "the other way round": ([["price"], ["title"]], ["price", "title"], "price"),
    "a new product": ([["created"], ["price"]], ["created", "price"], "product"),
    "told the other way round": ([["price"], ["created"]], ["created", "price"], "product"),
    "a new one in one event": ([["created", "price"]], ["created", "price"], "product"),
    "unknown": ([[]], [], "product"),
    "unknown, and a price": ([["price"], []], [], "price"),
    "a price, and unknown": ([[], ["price"]], [], "price"),
}


@pytest.mark.parametrize("is_together", [True, False], ids=["one step", "a step each"])
async def test_the_lane_is_that_of_the_most_urgent_part(
    pool: asyncpg.Pool, shop_id: int, is_together: bool
) -> None:
    for key, (told, _, _) in LANES.items():
        for labels in told:
            await tell(pool, key, changed=labels)
            if not is_together:
                await drain(pool)
    await drain(pool)
    for key, (_, changed, lane) in LANES.items():
        row = await change(pool, key)
        assert (key, row["changed"], row["lane"]) == (key, changed, lane)


async def test_an_event_moves_a_resync_forward(pool: asyncpg.Pool, shop_id: int) -> None:
    await outbox.enqueue(pool, shop_id=shop_id, kind="product", keys=["1"])
    assert (await change(pool, "1"))["lane"] == "resync"
    await tell(pool, "1")
    await drain(pool)
    assert (await change(pool, "1"))["lane"] == "product"


async def test_an_event_re_arms_a_dead_change_once(pool: asyncpg.Pool, shop_id: int) -> None:
    await tell(pool, "1")
    await drain(pool)
    await pool.execute(
        "update syncd.change set state = 'dead', failures = 8, deliveries = 9,"
        " due_at = now() + interval '1 day', last_error = 'no', last_error_at = now(),"
        " cause = 'refused'"
    )
    await tell(pool, "1")
    await drain(pool)
    row = await change(pool, "1")
    assert (row["state"], row["failures"], row["deliveries"]) == ("due", 0, 0)
    assert row["due_at"] < NOW + timedelta(hours=1)
    assert row["last_error"] == "no"
    assert await drain(pool) == 0


async def test_an_event_reaches_each_shop_of_its_account(pool: asyncpg.Pool, shop_id: int) -> None:
    second = await add_shop(pool, "y")
    await add_shop(pool, "foreign", "b")
    silent = await add_shop(pool, "silent")
    await pool.execute("update syncd.shop set sync_products = false where shop_id = $1", silent)
    await pool.execute("update syncd.shop set enabled = false where shop_id = $1", second)
    await tell(pool, "1")
    assert await leasing.route_once(pool) == Routed(1, (shop_id, second))


async def test_a_shop_that_is_switched_on_again_has_missed_nothing(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await show_products(pool, "1", "2")
    await pool.execute("update syncd.shop set sync_products = false")
    await tell(pool, "1")
    assert await leasing.route_once(pool) == Routed(1, ())
    await pool.execute("update syncd.shop set sync_products = true")
    assert await leasing.route_once(pool) == Routed(1, (shop_id,))
    assert set(await counts(pool)) == {"1", "2"}


async def test_a_clock_that_was_set_back_makes_no_event_pass_unseen(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    """The step is told to look at the last hour; one of its two events bears an older time."""
    now = await pool.fetchval("select clock_timestamp()")
    await pool.execute("update syncd.router set at = syncd.clock() + interval '3 hours'")
    await tell(pool, "1")
    await pool.execute(
        "insert into syncd.outbox (account_id, kind, key, created_at)"
        " values ('a', 'product', '2', clock_timestamp() - interval '3 hours')"
    )
    assert (await leasing.route_once(pool, since=now)).events == 2
    assert set(await counts(pool)) == {"1", "2"}


async def test_any_number_of_shops_can_be_told_of_at_once(pool: asyncpg.Pool) -> None:
    await router.sql.tell.execute(pool, shops=[str(number) for number in range(10_000)])


async def test_events_that_concern_no_shop_are_passed_over(pool: asyncpg.Pool) -> None:
    await tell(pool, "1")
    await tell(pool, "7", kind="stock")
    assert await leasing.route_once(pool) == Routed(2, ())
    assert await leasing.route_once(pool) == Routed(0, ())
    assert await counts(pool) == {}


# One event for all


async def link(pool: asyncpg.Pool, shop_id: int, key: str) -> None:
    await pool.execute(
        "insert into syncd.link (shop_id, kind, key, gid, known, digest)"
        " values ($1, 'product', $2, 'gid://shopify/Product/' || $2, '{}', repeat('0', 64))",
        shop_id,
        key,
    )


async def test_a_star_stands_for_each_product_and_for_what_this_shop_has_linked(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await show_products(pool, "1", "2")
    second = await add_shop(pool, "y")
    await link(pool, second, "gone")
    await tell(pool, "2", changed=["price"])
    await tell(pool, "*", changed=["title"])
    await tell(pool, "*", changed=["vendor"])
    assert await leasing.route_once(pool) == Routed(3, (shop_id, second))
    rows = await pool.fetch(
        "select shop_id, key, events, array_to_string(changed, ' ') from syncd.change"
        " order by shop_id, key"
    )
    assert [tuple(row) for row in rows] == [
        (shop_id, "1", 2, "title vendor"),
        (shop_id, "2", 3, "price title vendor"),
        (second, "1", 2, "title vendor"),
        (second, "2", 3, "price title vendor"),
        (second, "gone", 2, "title vendor"),
    ]


async def test_without_a_backoffice_only_a_star_cannot_be_routed(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await tell(pool, "1")
    assert await drain(pool) == 1
    await tell(pool, "*")
    with pytest.raises(ContractError, match="syncd_contract"):
        await leasing.route_once(pool)
    await show_products(pool, "1", "2")
    assert await drain(pool) == 1
    assert await counts(pool) == {"1": 2, "2": 1}


# Commits, late and long


async def test_an_event_that_is_committed_late_is_not_missed(
    pool: asyncpg.Pool, shop_id: int, writers: list[asyncpg.Connection]
) -> None:
    early, late, _ = writers
    transaction = late.transaction()
    await transaction.start()
    await tell(late, "late")
    await tell(early, "early")
    assert await drain(pool) == 1
    assert await counts(pool) == {"early": 1}
    await transaction.commit()
    assert await drain(pool) == 1
    assert await counts(pool) == {"early": 1, "late": 1}


async def test_a_commit_between_two_statements_of_the_router_is_left_for_the_next_step(
    pool: asyncpg.Pool, shop_id: int, writers: list[asyncpg.Connection]
) -> None:
    late = writers[0].transaction()
    await late.start()
    await tell(writers[0], "late")
    await tell(writers[1], "early")
    async with db.transaction(pool) as moving:
        cursor = await router.sql.lock_router.row(moving, fence=1)
        assert cursor is not None
        ever = {"since": router.EVER[0], "until": router.EVER[1]}
        given = {"snap": cursor["snap"], **ever}
        following = await router.sql.next_snapshot.value(moving, most=5000, **given)
        await late.commit()
        moved = await router.sql.move.row(moving, next=following, **given)
        assert moved is not None
        assert moved["events"] == 1
        await router.sql.advance.execute(moving, next=following, moved=1)
    assert await drain(pool) == 1
    assert await counts(pool) == {"early": 1, "late": 1}


async def test_what_was_rolled_back_to_a_savepoint_is_never_seen(
    pool: asyncpg.Pool, shop_id: int, writers: list[asyncpg.Connection]
) -> None:
    async with writers[0].transaction():
        await tell(writers[0], "kept")
        savepoint = writers[0].transaction()
        await savepoint.start()
        await tell(writers[0], "dropped")
        assert await drain(pool) == 0
        await savepoint.rollback()
        async with writers[0].transaction():
            await tell(writers[0], "kept too")
    assert await drain(pool) == 2
    assert await counts(pool) == {"kept": 1, "kept too": 1}


async def test_a_long_transaction_delays_its_own_events_alone(
    pool: asyncpg.Pool, shop_id: int, writers: list[asyncpg.Connection]
) -> None:
    async with writers[0].transaction():
        await tell(writers[0], "long")
        for number in range(20):
            await tell(writers[1], str(number))
            assert await drain(pool, most=1) == 1
    assert await drain(pool) == 1


async def test_a_batch_is_cut_between_transactions(pool: asyncpg.Pool, shop_id: int) -> None:
    for number in range(4):
        await tell(pool, *["1"] * 3, str(number))
    moved = []
    while events := (await leasing.route_once(pool, most=6)).events:
        moved.append(events)
    assert moved == [4, 4, 4, 4]


async def test_a_transaction_larger_than_the_batch_is_taken_whole(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await tell(pool, *map(str, range(50)))
    await tell(pool, "after")
    assert (await leasing.route_once(pool, most=5)).events == 50
    assert (await leasing.route_once(pool, most=5)).events == 1


async def test_routers_that_run_at_once_count_nothing_twice(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    moved = Counter[int]()

    async def route(number: int) -> None:
        moved[number] += await drain(pool, most=7)

    for number in range(40):
        await tell(pool, str(number % 5), str(number % 3))
    async with anyio.create_task_group() as group:
        for number in range(3):
            group.start_soon(route, number)
    assert moved.total() == 80
    assert sum((await counts(pool)).values()) == 80


async def test_an_idle_router_writes_nothing(
    pool: asyncpg.Pool, database_url: str, shop_id: int
) -> None:
    await tell(pool, "1")
    await drain(pool)
    read_only = {"default_transaction_read_only": "on"}
    async with asyncpg.create_pool(
        database_url, min_size=1, max_size=1, server_settings=read_only
    ) as reader:
        assert (await leasing.route_once(reader)).events == 0
        await tell(pool, "1")
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await leasing.route_once(reader)


async def test_an_idle_router_reads_a_few_pages_whatever_the_planner_knows(
    pool: asyncpg.Pool,
) -> None:
    await tell(pool, *map(str, range(20_000)))
    await drain(pool)
    recent = [datetime.now(UTC) - timedelta(hours=2), datetime.now(UTC) + timedelta(days=1)]
    looked = "explain (analyze, buffers, format json) " + router.sql.standing.text
    given = [*recent, 0.0]
    async with pool.acquire() as connection:  # the first look of a session also reads catalogues
        for _ in range(2):
            plan = json.loads(await connection.fetchval(looked, *given))[0]["Plan"]
        assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= 30
        await connection.execute("analyze syncd.outbox")
        for _ in range(2):
            plan = json.loads(await connection.fetchval(looked, *given))[0]["Plan"]
        assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= 30


async def test_no_statement_of_a_step_is_compiled(pool: asyncpg.Pool, shop_id: int) -> None:
    """What lock_router forbids the planner counts as dear beyond measure, and dear is compiled."""
    await leasing.router_lease(pool)
    await tell(pool, "1")
    async with db.transaction(pool) as moving:
        cursor = await router.sql.lock_router.row(moving, fence=1)
        assert cursor is not None
        given = [cursor["snap"], 5000, *router.EVER]
        following = await moving.fetchval(router.sql.next_snapshot.text, *given)
        plans = await moving.fetch("explain analyze " + router.sql.next_snapshot.text, *given)
        given[1] = following
        plans += await moving.fetch("explain analyze " + router.sql.move.text, *given)
    assert "JIT" not in "\n".join(line[0] for line in plans)


# Another cluster


@pytest.mark.parametrize(
    "restore",
    [
        pytest.param("update syncd.router set system_id = 1, snap = '9:9:'", id="foreign cursor"),
        pytest.param("delete from syncd.router", id="lost cursor"),
    ],
)
async def test_after_a_restore_every_product_is_due(
    pool: asyncpg.Pool, shop_id: int, restore: str
) -> None:
    await show_products(pool, "1", "2")
    silent = await add_shop(pool, "silent")
    await pool.execute("update syncd.shop set sync_products = false where shop_id = $1", silent)
    await link(pool, shop_id, "gone")
    await link(pool, shop_id, "1")
    await tell(pool, "old")
    await pool.execute(  # written where transaction ids had come further
        "insert into syncd.outbox (account_id, kind, key, xid)"
        " values ('a', 'product', 'far', '999999999999')"
    )
    await pool.execute(restore)
    assert await leasing.route_once(pool) == Routed(3, (shop_id,), is_rebased=True)
    assert set(await counts(pool)) == {"1", "2", "gone"}
    ever = {"since": router.EVER[0], "until": router.EVER[1]}
    standing = await router.sql.standing.row(pool, patience_s=0.0, **ever)
    assert standing is not None
    assert (standing["is_here"], standing["has_news"]) == (True, False)
    await tell(pool, "3")
    routed = await leasing.route_once(pool)
    assert (routed.events, routed.shops) == (1, (shop_id,))


async def test_an_event_in_flight_during_a_rebase_is_routed_afterwards(
    pool: asyncpg.Pool, shop_id: int, writers: list[asyncpg.Connection]
) -> None:
    await show_products(pool, "1")
    async with writers[0].transaction():
        await tell(writers[0], "2")
        await pool.execute("update syncd.router set system_id = 1")
        assert (await leasing.route_once(pool)).is_rebased
    assert await drain(pool) == 1


# Any order of events


STEPS = st.one_of(
    st.tuples(st.just("begin"), st.integers(0, 2)),
    st.tuples(st.sampled_from(["tell 1", "tell 2", "tell 3"]), st.integers(0, 2)),
    st.tuples(st.sampled_from(["commit", "rollback"]), st.integers(0, 2)),
    st.tuples(st.just("route"), st.integers(1, 4)),
    st.tuples(st.just("drain"), st.just(3)),
)


async def split_transactions(
    pool: asyncpg.Pool, committed: dict[str, list[str]]
) -> dict[str, set[str]]:
    """The transactions of which some, but not all keys were moved, and those never committed."""
    moved: dict[str, set[str]] = {}
    for row in await pool.fetch("select key, unnest(changed) as label from syncd.change"):
        moved.setdefault(row["label"], set()).add(row["key"])
    return {label: keys for label, keys in moved.items() if keys != set(committed.get(label, ()))}


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=5, max_size=25))
async def test_whatever_is_committed_is_moved_once_and_whole(
    pool: asyncpg.Pool,
    shop_id: int,
    writers: list[asyncpg.Connection],
    steps: list[tuple[str, int]],
) -> None:
    """Held against a plain model: keys told by each committed transaction."""
    await pool.execute("truncate syncd.outbox, syncd.change")
    at_work = [Writer(connection) for connection in writers]
    committed: dict[str, list[str]] = {}
    moved = 0

    async def end(writer: Writer, *, is_kept: bool) -> None:
        if keys := await writer.end(is_kept=is_kept):
            committed[writer.label] = keys

    async def hold_against_the_model(*, is_drained: bool) -> None:
        assert await split_transactions(pool, committed) == {}
        assert sum((await counts(pool)).values()) == moved
        if is_drained:
            told = [key for keys in committed.values() for key in keys]
            assert await counts(pool) == Counter(told)

    try:
        for number, (what, which) in enumerate(steps):
            writer = at_work[which % 3]
            match what.split():
                case ["begin"] if len(writer.levels) < 3:
                    await writer.begin(number)
                case ["tell", key]:
                    if not writer.levels:
                        await writer.begin(number)
                    await writer.tell(key)
                case ["commit" | "rollback" as verb] if writer.levels:
                    await end(writer, is_kept=verb == "commit")
                case ["route"]:
                    moved += (await leasing.route_once(pool, most=which)).events
                    await hold_against_the_model(is_drained=False)
                case ["drain"]:
                    moved += await drain(pool, most=which)
                    await hold_against_the_model(is_drained=True)
        for writer in at_work:
            while writer.levels:
                await end(writer, is_kept=True)
        moved += await drain(pool)
        await hold_against_the_model(is_drained=True)
    finally:
        for writer in at_work:
            while writer.levels:
                await writer.end(is_kept=False)
