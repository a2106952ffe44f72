"""What DBAs may call beside running nodes: each does what it says, is audited, loses nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from syncd.errors import ConfigError
from syncd.postgres import byhand, db, outbox, shops, status
from syncd.postgres.outbox import Settled
from syncd.rules.retry import Dead
from tests.postgres.claims import claim, route

X, Y = "x.myshopify.com", "y.myshopify.com"


async def add_shop(pool: asyncpg.Pool, domain: str) -> int:
    shop_id: int = await pool.fetchval(
        "insert into syncd.shop (domain, account_id, credentials, price_department, currency)"
        " values ($1, 'a', 'x', 'nett', 'NOK') returning shop_id",
        domain,
    )
    return shop_id


async def die(pool: asyncpg.Pool, shop_id: int, causes: dict[str, str]) -> None:
    """What is due in this shop dies, each of its cause."""
    changes = await claim(pool, shop_id)
    async with db.transaction(pool) as connection:
        settled = [Settled(one, Dead(), "no", causes[one.key]) for one in changes]
        await outbox.settle(connection, settled)


@pytest.fixture
async def shop_ids(pool: asyncpg.Pool) -> tuple[int, int]:
    """Two shops; in each three products are dead, two of the same cause."""
    shop_ids = (await add_shop(pool, X), await add_shop(pool, Y))
    await route(pool, "1", "2", "3")
    for shop_id in shop_ids:
        await die(pool, shop_id, {"1": "no_price", "2": "no_price", "3": "TOO_LONG"})
    return shop_ids


async def left(pool: asyncpg.Pool) -> set[tuple[str, str]]:
    """Shop and key of the dead."""
    found = await pool.fetch("select domain, key from syncd.dead")
    return {(row["domain"][0], row["key"]) for row in found}


ALL = {(shop, key) for shop in "xy" for key in "123"}
CHOICES = [
    pytest.param({}, ALL, id="all"),
    pytest.param({"key": "2"}, {("x", "2"), ("y", "2")}, id="a key"),
    pytest.param({"cause": "TOO_LONG"}, {("x", "3"), ("y", "3")}, id="a cause"),
    pytest.param({"shop": X}, {("x", "1"), ("x", "2"), ("x", "3")}, id="a shop"),
    pytest.param({"shop": Y, "cause": "no_price"}, {("y", "1"), ("y", "2")}, id="both"),
    pytest.param({"kind": "product"}, ALL, id="a kind"),
    pytest.param({"kind": "stock"}, set(), id="another kind"),
    pytest.param({"key": "4711"}, set(), id="a key that is not dead"),
]


@pytest.mark.parametrize(("given", "meant"), CHOICES)
async def test_a_retry_makes_due_what_is_meant_with_a_clean_slate(
    pool: asyncpg.Pool, shop_ids: tuple[int, int], given: dict[str, str], meant: set[Any]
) -> None:
    assert await byhand.retry(pool, **given) == len(meant)
    assert await left(pool) == ALL - meant
    due = await pool.fetch(
        "select domain, key, failures, deliveries, due_at <= now() as is_due, cause"
        " from syncd.change join syncd.shop using (shop_id) where change.state = 'due'"
    )
    assert {(row["domain"][0], row["key"]) for row in due} == meant
    slate = {(row["failures"], row["deliveries"], row["is_due"], row["cause"]) for row in due}
    assert slate <= {(0, 0, True, None)}
    for shop_id in shop_ids:
        keys = {one.key for one in await claim(pool, shop_id)}
        assert keys == {key for shop, key in meant if shop == "xy"[shop_ids.index(shop_id)]}


@pytest.mark.parametrize(("given", "meant"), CHOICES)
async def test_a_skip_gives_up_what_is_meant_until_its_next_event(
    pool: asyncpg.Pool, shop_ids: tuple[int, int], given: dict[str, str], meant: set[Any]
) -> None:
    assert await byhand.skip(pool, **given) == len(meant)
    assert await left(pool) == ALL - meant
    assert await pool.fetchval("select count(*) from syncd.change") == 6 - len(meant)
    await route(pool, "1", "2", "3")
    assert await left(pool) == set()
    assert await pool.fetchval("select count(*) from syncd.change where state = 'due'") == 6


async def test_what_is_not_dead_is_touched_by_neither(
    pool: asyncpg.Pool, shop_ids: tuple[int, int]
) -> None:
    await byhand.retry(pool, shop=X)
    await claim(pool, shop_ids[0], most=1)
    before = await pool.fetch("select * from syncd.change where shop_id = $1", shop_ids[0])
    assert await byhand.skip(pool, shop=X) == 0
    assert await byhand.retry(pool, shop=X) == 0
    assert await pool.fetch("select * from syncd.change where shop_id = $1", shop_ids[0]) == before


async def test_each_deed_is_audited(pool: asyncpg.Pool, shop_ids: tuple[int, int]) -> None:
    me = await pool.fetchval("select session_user")
    await byhand.retry(pool, key="1", kind="product")
    await byhand.skip(pool, cause="no_price", shop=X)
    await byhand.retry(pool)
    await byhand.pause(pool, X, reason="stock-taking", minutes=5)
    await byhand.resume(pool, X)
    await byhand.resume(pool, X)
    found = await pool.fetch("select * from syncd.audit order by audit_id")
    assert [(row["action"], row["shop_id"], row["given"], row["rows"]) for row in found] == [
        ("retry", None, {"key": "1", "kind": "product"}, 2),
        ("skip", shop_ids[0], {"cause": "no_price"}, 1),
        ("retry", None, {}, 3),
        ("pause", shop_ids[0], {"reason": "stock-taking", "minutes": 5}, 0),
        ("resume", shop_ids[0], {}, 1),
        ("resume", shop_ids[0], {}, 0),
    ]
    assert {(row["actor"], row["application"]) for row in found} == {(me, "tests")}


async def test_a_deed_that_is_rolled_back_leaves_no_trace(
    pool: asyncpg.Pool, shop_ids: tuple[int, int]
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.transaction(pool) as connection:
            await byhand.skip(connection)
            raise ZeroDivisionError
    assert await left(pool) == ALL
    assert await pool.fetchval("select count(*) from syncd.audit") == 0


UNKNOWN = "there is no shop z.myshopify.com"


@pytest.mark.parametrize(
    ("statement", "said", "hint"),
    [
        ("syncd.retry(shop => 'z.myshopify.com')", UNKNOWN, "select domain from syncd.shop"),
        ("syncd.skip(shop => 'z.myshopify.com')", UNKNOWN, "select domain from syncd.shop"),
        ("syncd.pause('z.myshopify.com')", UNKNOWN, "select domain from syncd.shop"),
        ("syncd.resume('z.myshopify.com')", UNKNOWN, "select domain from syncd.shop"),
        ("syncd.pause(null)", "name the shop", "syncd.pause('x.myshopify.com'"),
        ("syncd.resume(null)", "name the shop", "from syncd.backlog"),
        ("syncd.pause('x.myshopify.com', 'why', 0)", "0 minutes", "1 or more"),
    ],
)
async def test_a_wrong_wish_is_answered_with_what_to_do(
    pool: asyncpg.Pool, statement: str, said: str, hint: str
) -> None:
    await add_shop(pool, X)
    with pytest.raises(asyncpg.RaiseError, match=said) as caught:
        await pool.execute(f"select {statement}")
    assert hint in (caught.value.hint or "")
    assert await pool.fetchval("select count(*) from syncd.audit") == 0


async def test_a_command_hears_the_databases_words(pool: asyncpg.Pool) -> None:
    with pytest.raises(ConfigError, match=UNKNOWN) as caught:
        await byhand.retry(pool, shop="z.myshopify.com")
    assert "select domain from syncd.shop" in caught.value.hint


async def test_a_paused_shop_is_left_alone_until_it_is_resumed(pool: asyncpg.Pool) -> None:
    shop_id = await add_shop(pool, X)
    await pool.execute("update syncd.shop set state = 'linked'")
    await byhand.pause(pool, X, reason="  ")
    assert await pool.fetchval("select paused_until = 'infinity' from syncd.shop")
    (row,) = await status.backlog(pool)
    assert row.paused_until is not None
    assert row.paused_until > datetime.now(UTC) + timedelta(days=36500)
    assert row.paused_reason == "by hand"
    await shops.pause(pool, shop_id, seconds=60, reason="429")  # trouble shortens no such pause
    assert await shops.ready(pool) == []
    assert await byhand.resume(pool, X)
    assert [one.shop_id for one in await shops.ready(pool)] == [shop_id]
    assert not await byhand.resume(pool, X)


async def test_a_pause_of_some_minutes_ends_by_itself(pool: asyncpg.Pool) -> None:
    await add_shop(pool, X)
    async with pool.acquire() as connection, connection.transaction():
        await byhand.pause(connection, X, reason="lunch", minutes=30)
        lasts = await connection.fetchval(
            "select paused_until - syncd.clock() from syncd.shop where paused_reason = 'lunch'"
        )
    assert lasts == timedelta(minutes=30)
