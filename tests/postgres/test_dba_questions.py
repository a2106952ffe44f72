"""The ten questions of sql/README.md, asked of a database in which something is wrong."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from syncd import assets
from syncd.postgres import db, outbox
from syncd.postgres.outbox import Settled
from syncd.rules.retry import Ack, Dead
from tests import leasing
from tests.postgres.claims import add_shop, claim, route, settle

BLOCK = re.compile(r"```sql\n-- (\w+)\n(.+?)\n```", re.DOTALL)
QUESTIONS = dict(BLOCK.findall(assets.text("sql/README.md")))
SHOP = "x.myshopify.com"
LATE = "update syncd.change set due_at = now() - interval '20 minutes' where key = '4711'"


@pytest.fixture
async def troubled(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Pool]:
    """Keys: 4711 was accepted once and is late now, 2 is in flight, 3 and 5 are dead, 4 is late."""
    shop_id = await add_shop(pool)
    await pool.execute("update syncd.shop set state = 'linked', sync_products = true")
    await leasing.router_lease(pool)
    await route(pool, "4711")
    await settle(pool, Ack(), *await claim(pool, shop_id))
    await pool.execute(
        "insert into syncd.history (shop_id, kind, key, gid, writes, before, after, events,"
        " first_event_at, accepted_at, settled_at) values ($1, 'product', '4711',"
        " 'gid://shopify/Product/1', '{ProductUpdate}', '{}', '{}', 2, now() - interval '3 s',"
        " now(), now())",
        shop_id,
    )
    await route(pool, "3", "5")
    dying = await claim(pool, shop_id)
    async with db.transaction(pool) as connection:
        error = "it has no price"
        ends = [Settled(one, Dead(), error, cause="no_price") for one in dying]
        await outbox.settle(connection, ends)
    await route(pool, "2")
    await claim(pool, shop_id)
    await route(pool, "4711", "4")
    await pool.execute(LATE)
    async with pool.acquire() as long, long.transaction():
        await long.execute("select syncd.enqueue('a', 'product', '{6}', '{}')")
        yield pool


def test_there_are_ten() -> None:
    assert [*QUESTIONS] == [
        "needs_me",
        "waits",
        "how_long",
        "in_flight",
        "dead_of_what",
        "which_dead",
        "became",
        "how_fast",
        "who_works",
        "who_keeps",
    ]


async def test_each_question_is_answered(troubled: asyncpg.Pool) -> None:
    asked = {name: await troubled.fetch(query) for name, query in QUESTIONS.items()}
    columns = {name: [tuple(row.values()) for row in rows] for name, rows in asked.items()}

    assert {(row["severity"], row["alarm"]) for row in asked["needs_me"]} >= {
        ("warning", "change_dead"),
        ("error", "change_late"),
    }
    assert columns["waits"] == [(SHOP, "linked", True, None, None, 3, 2)]
    (lane,) = asked["how_long"]
    assert (lane["domain"], lane["lane"], lane["waiting"], lane["due"]) == (SHOP, "product", 3, 2)
    assert lane["oldest_s"] > 0
    (flight,) = asked["in_flight"]
    assert (flight["node"], flight["changes"], flight["overdue"]) == ("tests", 1, 0)
    (dead,) = asked["dead_of_what"]
    assert (dead["cause"], dead["changes"], dead["example_key"]) == ("no_price", 2, "3")
    assert {(row["key"], row["error"]) for row in asked["which_dead"]} == {
        ("3", "it has no price"),
        ("5", "it has no price"),
    }
    assert [row["what"] for row in asked["became"]] == ["event", "accepted", "event", "due"]
    (minute,) = asked["how_fast"]
    assert (minute["accepted"], minute["events"]) == (1, 2)
    assert minute["median_s"] == pytest.approx(3, abs=2)
    works = [(row["name"], row["node"], row["is_held"]) for row in asked["who_works"]]
    assert works == [("router", "tests", True), ("shop 1", "tests", True)]
    (keeps,) = [row for row in asked["who_keeps"] if row["router_waits"]]
    assert (keeps["application"], keeps["writes"]) == ("tests", True)
    assert "syncd.enqueue" in keeps["query"]


async def test_they_are_answered_where_there_is_nothing(pool: asyncpg.Pool) -> None:
    for query in QUESTIONS.values():
        assert isinstance(await pool.fetch(query), list)
