from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg

from syncd.postgres import history
from syncd.postgres.db import transaction
from syncd.postgres.history import Accepted
from syncd.records import Change, Form
from syncd.rules import mapping

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FORM = Form("Jakke", "Fjell", "ACTIVE", None, ("Title",), (), ())
GID = "gid://shopify/Product/1"


async def add_shop(pool: asyncpg.Pool, name: str = "x") -> int:
    shop_id: int = await pool.fetchval(
        "insert into syncd.shop (domain, account_id, credentials, price_department, currency)"
        " values ($1 || '.myshopify.com', 'a', 'x', 'nett', 'NOK') returning shop_id",
        name,
    )
    return shop_id


async def add(
    pool: asyncpg.Pool, shop_id: int, key: str, *writes: str, before: Form | None = FORM
) -> None:
    change = Change(
        change_id=1,
        key=key,
        generation=1,
        token=1,
        events=3,
        first_event_at=T0,
        deliveries=1,
        failures=0,
    )
    async with transaction(pool) as connection:
        await history.add(
            connection,
            shop_id=shop_id,
            change=change,
            gid=GID,
            writes=writes,
            before=before,
            after=FORM,
            accepted_at=T0 + timedelta(seconds=2),
        )


async def test_what_was_accepted_can_be_read_in_order(pool: asyncpg.Pool) -> None:
    shop_id, other = await add_shop(pool), await add_shop(pool, "y")
    assert await history.newest(pool, shop_id) == 0
    await add(pool, shop_id, "1", "ProductSet", before=None)
    first = await history.newest(pool, shop_id)
    await add(pool, shop_id, "1", "ProductUpdate", "ProductVariantsBulkUpdate")
    await add(pool, shop_id, "2", "ProductSet")
    await add(pool, other, "1", "ProductSet")
    (found,) = await history.since(pool, shop_id, "1", first)
    assert found == Accepted(
        history_id=found.history_id,
        gid=GID,
        writes=("ProductUpdate", "ProductVariantsBulkUpdate"),
        events=3,
        first_event_at=T0,
        accepted_at=T0 + timedelta(seconds=2),
    )
    assert [len(one.writes) for one in await history.since(pool, shop_id, "1", 0)] == [1, 2]
    assert await history.newest(pool, other) > await history.newest(pool, shop_id)


async def test_what_stood_there_before_and_after_is_kept(pool: asyncpg.Pool) -> None:
    shop_id = await add_shop(pool)
    await add(pool, shop_id, "1", "ProductSet", before=None)
    await add(pool, shop_id, "1", "ProductUpdate")
    rows = await pool.fetch("select before, after from syncd.history order by history_id")
    assert [row["before"] for row in rows] == [None, mapping.to_json(FORM)]
    assert [mapping.from_json(row["after"]) for row in rows] == [FORM, FORM]


async def test_what_is_rolled_back_was_not_accepted(pool: asyncpg.Pool) -> None:
    shop_id = await add_shop(pool)
    async with pool.acquire() as connection:
        attempt = connection.transaction()
        await attempt.start()
        await history.sql.add.execute(
            connection, shop_id=shop_id, key="1", gid=GID, writes=[], request_ids=[],
            before=None, after={},
            events=1, first_event_at=T0, accepted_at=T0, note=None,
        )  # fmt: skip
        await attempt.rollback()
    assert await history.newest(pool, shop_id) == 0
