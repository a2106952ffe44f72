"""The views that DBAs read: each says what its comment says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from syncd.postgres import byhand, db, leases, outbox, status
from syncd.postgres.outbox import Settled
from syncd.records import Change
from syncd.rules.retry import Ack, Dead, Retry
from tests import leasing
from tests.postgres.claims import claim, route, settle

pytestmark = pytest.mark.usefixtures("all_days")


HISTORY = """
insert into syncd.history
  (shop_id, kind, key, gid, writes, after, events, first_event_at, accepted_at, settled_at)
select $1, 'product', $2, 'gid://shopify/Product/1', '{ProductSet}', '{}', $3,
  syncd.clock() - make_interval(secs => $4), syncd.clock(), syncd.clock()
"""


async def add_shop(pool: asyncpg.Pool, name: str = "x") -> int:
    shop_id: int = await pool.fetchval(
        "insert into syncd.shop (domain, account_id, credentials, price_department, currency,"
        " state) values ($1 || '.myshopify.com', 'a', 'x', 'nett', 'NOK', 'linked')"
        " returning shop_id",
        name,
    )
    return shop_id


@pytest.fixture
async def shop_id(pool: asyncpg.Pool) -> int:
    return await add_shop(pool)


async def die(pool: asyncpg.Pool, cause: str, *changes: Change, error: str = "no price") -> None:
    async with db.transaction(pool) as connection:
        settled = [Settled(one, Dead(), f"{one.key}: {error}", cause) for one in changes]
        await outbox.settle(connection, settled)


async def test_lanes_tell_what_waits_the_most_urgent_first(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await route(pool, "1", "2", "2", changed=["title"])
    await route(pool, "3", changed=["price"])
    (first,) = await claim(pool, shop_id, most=1)
    await settle(pool, Retry(3600, blame=False), first, error="busy")
    await claim(pool, shop_id, most=1)
    await outbox.enqueue(pool, shop_id=shop_id, kind="product", keys=["4"])
    await pool.execute(
        "update syncd.change set first_event_at = first_event_at - interval '1 hour'"
        " where key = '2'"
    )
    price, product, resync = await status.lanes(pool)
    assert (price.lane, price.waiting, price.retrying, price.due) == ("price", 1, 1, 0)
    assert (product.lane, product.waiting, product.in_flight, product.due) == ("product", 2, 1, 1)
    assert (product.events, resync.lane, resync.due) == (3, "resync", 1)
    assert product.domain == "x.myshopify.com"
    assert 3600 <= product.oldest_s < 7200
    assert price.oldest_s < 3600


async def test_a_lane_knows_since_when_something_could_be_claimed(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await route(pool, "1")
    (change,) = await claim(pool, shop_id)
    await settle(pool, Retry(3600, blame=True), change, error="busy")
    (lane,) = await status.lanes(pool)
    assert lane.due_since is None
    await route(pool, "2")
    (lane,) = await status.lanes(pool)
    assert lane.due_since == await pool.fetchval("select due_at from syncd.change where key = '2'")


async def test_what_a_node_has_claimed_is_its_own(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1", "2", "3")
    await leasing.shop_lease(pool, shop_id, node="kari")
    await claim(pool, shop_id)
    await pool.execute("update syncd.change set claimed_until = now() where key = '2'")
    (row,) = await status.in_flight(pool)
    assert (row.node, row.domain, row.changes, row.overdue) == ("kari", "x.myshopify.com", 3, 1)
    assert row.first_ends_at == await pool.fetchval("select min(claimed_until) from syncd.change")


async def test_dead_changes_are_told_in_words_and_by_cause(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await route(pool, "1", "2", "3", "4")
    one, two, three, _ = await claim(pool, shop_id)
    await die(pool, "no_price", two, one)
    await die(pool, "TOO_LONG", three, error="title is too long")
    rows = await status.dead(pool, shop_id=None, cause=None, keys=None)
    assert [(row.key, row.cause, row.error) for row in rows] == [
        ("3", "TOO_LONG", "3: title is too long"),
        ("1", "no_price", "1: no price"),
        ("2", "no_price", "2: no price"),
    ]
    many, few = await status.dead_by_cause(pool)
    assert (many.cause, many.changes, many.example_key, many.example) == (
        "no_price",
        2,
        "1",
        "1: no price",
    )
    assert (few.cause, few.changes) == ("TOO_LONG", 1)
    assert many.first_at <= many.last_at


async def test_the_dead_are_found_by_index(pool: asyncpg.Pool, shop_id: int) -> None:
    """However much waits: looking for the dead never reads through it."""
    await route(pool, *map(str, range(3000)))
    await pool.execute("vacuum analyze syncd.change")
    for question in ("select key from syncd.dead", "select cause from syncd.dead_by_cause"):
        plan = "\n".join(row[0] for row in await pool.fetch(f"explain {question}"))
        assert "change_dead" in plan, plan
        assert "Seq Scan on change" not in plan, plan


async def test_throughput_counts_what_was_accepted_by_the_minute(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    other = await add_shop(pool, "y")
    for seconds, events in ((1.0, 1), (2.0, 5), (9.0, 1)):
        await pool.execute(HISTORY, shop_id, "1", events, seconds)
    await pool.execute(HISTORY, other, "1", 1, 1.0)
    await pool.execute("update syncd.history set settled_at = date_trunc('minute', now())")
    await pool.execute(HISTORY, shop_id, "1", 1, 1.0)
    await pool.execute(
        "update syncd.history set settled_at = now() - interval '25 h' where history_id = 5"
    )
    first, second = await status.throughput(pool, minutes=5)
    assert (first.shop_id, first.accepted, first.events) == (shop_id, 3, 7)
    assert (first.median_s, first.longest_s) == (2.0, 9.0)
    assert (second.shop_id, second.accepted) == (other, 1)


async def trail(pool: asyncpg.Pool, key: str) -> list[str]:
    rows = await pool.fetch("select what from syncd.trail where key = $1 order by at", key)
    return [row["what"] for row in rows]


async def test_the_trail_of_a_key_tells_what_became_of_its_events(
    pool: asyncpg.Pool, shop_id: int
) -> None:
    await route(pool, "2")
    await route(pool, "1")
    assert await trail(pool, "1") == ["event", "due"]
    one = next(one for one in await claim(pool, shop_id) if one.key == "1")
    assert await trail(pool, "1") == ["event", "claimed"]
    await settle(pool, Retry(0, blame=True), one, error="busy")
    assert await trail(pool, "1") == ["event", "failed", "due"]
    (one,) = await claim(pool, shop_id)
    await die(pool, "no_price", one)
    assert await trail(pool, "1") == ["event", "dead"]
    assert await byhand.retry(pool, key="1") == 1
    assert await trail(pool, "1") == ["event", "failed", "retry", "due"]
    (one,) = await claim(pool, shop_id)
    assert await trail(pool, "1") == ["event", "failed", "retry", "claimed"]
    await settle(pool, Ack(), one)
    await pool.execute(HISTORY, shop_id, "1", 1, 1.0)
    assert await trail(pool, "1") == ["event", "retry", "accepted"]


async def test_the_trail_says_who_when_where_in_words(pool: asyncpg.Pool, shop_id: int) -> None:
    await route(pool, "1", changed=["title", "price"])
    await route(pool, "1", changed=[])
    (change,) = await claim(pool, shop_id)
    await die(pool, "no_price", change)
    rows = await pool.fetch("select * from syncd.trail where key = '1' order by at")
    first, second, last = (dict(row) for row in rows)
    me = await pool.fetchval("select session_user")
    assert (first["detail"], second["detail"]) == (
        f"{me} touched title, price",
        f"{me} touched something",
    )
    assert (last["detail"], last["shop_id"]) == ("no_price: 1: no price", shop_id)
    assert {row["account_id"] for row in rows} == {"a"}
    assert last["at"] == await pool.fetchval("select last_error_at from syncd.change")


async def test_the_trail_finds_a_key_by_index(pool: asyncpg.Pool, shop_id: int) -> None:
    await pool.execute(
        "insert into syncd.history"
        " (shop_id, kind, key, gid, writes, after, events, first_event_at, accepted_at)"
        " select $1, 'product', n::text, 'gid://shopify/Product/1', '{}', '{}', 1, now(), now()"
        " from generate_series(1, 5000) as n",
        shop_id,
    )
    keys = [str(number) for number in range(5000)]
    await pool.execute("select syncd.enqueue('a', 'product', $1, '{}')", keys)
    while (await leasing.route_once(pool, most=5000)).events:
        pass
    for table in ("history", "change", "outbox", "shop"):
        await pool.execute(f"analyze syncd.{table}")
    found = await pool.fetch("explain select at from syncd.trail where key = '4711' order by at")
    plan = "\n".join(row[0] for row in found)
    for table in ("history h", "change c"):
        assert f"Seq Scan on {table}" not in plan, plan
    (line,) = [row[0] for row in found if "Index Cond" in row[0] and "s.shop_id" in row[0]]
    assert "key = '4711'" in line, plan  # of history; Postgres 18 skips the kind


async def test_leases_tell_who_works_at_what(pool: asyncpg.Pool, shop_id: int) -> None:
    assert await status.leases(pool) == []
    await leasing.router_lease(pool)
    lease = await leases.take(pool, "kari", shop_id=shop_id)
    assert lease is not None
    router, shop = await status.leases(pool)
    assert (router.name, router.domain, router.is_held) == ("router", None, True)
    assert (shop.name, shop.domain, shop.node) == (f"shop {shop_id}", "x.myshopify.com", "kari")
    assert (shop.fence, shop.is_held) == (1, True)
    await leases.leave(pool, [lease])
    assert [one.is_held for one in await status.leases(pool)] == [True, False]


async def test_partitions_tell_the_days_and_their_sizes(pool: asyncpg.Pool) -> None:
    async def partitions() -> list[dict[str, Any]]:
        return [dict(row) for row in await pool.fetch("select * from syncd.partitions")]

    await pool.execute("select syncd.enqueue('a', 'product', $1, '{}')", [*map(str, range(500))])
    await pool.execute("analyze syncd.outbox")
    days = await partitions()
    assert len(days) == 31
    assert days[0]["from_at"] is None  # whatever was there before
    assert {day["until_at"] - day["from_at"] for day in days[1:]} == {timedelta(days=1)}
    assert [day["from_at"] for day in days[1:]] == [day["until_at"] for day in days[:-1]]
    assert (days[0]["events"], days[1]["events"]) == (500, 0)
    assert days[0]["bytes"] > days[1]["bytes"] > 0
    assert all(day["name"] == f"outbox_{day['from_at']:%Y%m%d}" for day in days[1:])
