"""Changes of settings are written down and make due what they concern, whoever makes them."""

from __future__ import annotations

import asyncpg
import pytest

from syncd.errors import ConfigError
from syncd.postgres import db, shop_settings
from syncd.rules.setting_kinds import Value
from syncd.rules.shop_settings import SETTINGS
from tests.postgres.claims import add_shop

LINKED = (
    "insert into syncd.link (shop_id, kind, key, gid, known, digest)"
    " select $1, 'product', n::text, 'gid://shopify/Product/' || n, '{}', repeat('0', 64)"
    " from generate_series(1, 3) as n"
)


@pytest.fixture
async def shop_id(pool: asyncpg.Pool) -> int:
    return await add_shop(pool)


async def log(pool: asyncpg.Pool) -> list[tuple[str, str | None, str | None]]:
    """The newest first, the adding left out."""
    found = await shop_settings.log(pool, "x.myshopify.com", most=100)
    return [(one.setting, one.old, one.new) for one in found[:-1]]


async def due(pool: asyncpg.Pool) -> list[str]:
    rows = await pool.fetch("select key from syncd.change where kind = 'product' order by key")
    await pool.execute("delete from syncd.change")
    return [row["key"] for row in rows]


async def test_what_a_dba_changes_is_written_down(pool: asyncpg.Pool, shop_id: int) -> None:
    await pool.execute("update syncd.shop set image_mode = 'overwrite', guard_deletions = 3")
    await pool.execute("update syncd.shop set compare_every = null, publish_to = '{a,b}'")
    await pool.execute("update syncd.shop set image_mode = 'overwrite', paused_until = now(),"
                       " paused_reason = 'x', currency = 'SEK'")  # fmt: skip
    assert await log(pool) == [
        ("publish_to", "[]", '["a", "b"]'),
        ("compare_every", "03:00:00", None),
        ("image_mode", "append", "overwrite"),
        ("guard_deletions", "0", "3"),
    ]
    (newest, *_) = await shop_settings.log(pool, "x.myshopify.com", most=1)
    assert newest.changed_by == await pool.fetchval("select session_user")


async def test_of_a_secret_only_that_it_changed(pool: asyncpg.Pool, shop_id: int) -> None:
    await pool.execute("update syncd.shop set app_secret = 'sealed-one'")
    await pool.execute("update syncd.shop set app_secret = 'sealed-two', credentials = 'sealed'")
    await pool.execute("update syncd.shop set app_secret = null")
    assert await log(pool) == [
        ("app_secret", None, "removed"),
        ("credentials", None, "changed"),
        ("app_secret", None, "changed"),
        ("app_secret", None, "changed"),
    ]
    await pool.execute("update syncd.shop set app_secret = 'sealed-three'")
    await pool.execute("delete from syncd.shop")
    texts = str([tuple(row) for row in await pool.fetch("select * from syncd.setting_change")])
    sealed = b"sealed".hex()
    assert "sealed" not in texts
    assert sealed not in texts
    assert '"account_id": "a"' in texts


async def test_a_change_that_is_rolled_back_was_none(pool: asyncpg.Pool, shop_id: int) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute("update syncd.shop set guard_deletions = 3, image_mode = 'never'")
    assert await log(pool) == []


LOOKS = (
    "price_department = 'outlet'",
    "sync_description = true",
    "inactive_as = 'archived'",
    "blocked_as = 'removed'",
    "publish_to = '{a}'",
)


async def test_another_look_makes_every_product_due(pool: asyncpg.Pool, shop_id: int) -> None:
    await pool.execute(LINKED, shop_id)
    for assignment in LOOKS:
        await pool.execute(f"update syncd.shop set {assignment}")
        assert await due(pool) == ["1", "2", "3"], assignment
        await pool.execute(f"update syncd.shop set {assignment}")
        await pool.execute("update syncd.shop set guard_deletions = 7, webhooks = false")
        assert await due(pool) == [], assignment


async def test_another_account_is_told_to_the_router(pool: asyncpg.Pool, shop_id: int) -> None:
    await pool.execute("update syncd.shop set account_id = 'b'")
    events = await pool.fetch("select account_id, kind, key from syncd.outbox")
    assert [tuple(row) for row in events] == [("b", "product", "*")]


async def test_what_was_stored_is_read_again(pool: asyncpg.Pool, shop_id: int) -> None:
    others: dict[str, Value] = {
        "enabled": False,
        "compare_every": 5400,
        "publish_to": ("gid://shopify/Publication/1",),
        "first_counts": "shopify",
        "location": "gid://shopify/Location/1",
        "guard_row_errors": 7,
        "webhook_address": "https://x.no/",
    }
    before = await shop_settings.stored(pool, shop_id)
    assert before.keys() == {one.name for one in SETTINGS}
    async with db.transaction(pool) as connection:
        await shop_settings.lock(connection, shop_id, "ola")
        await shop_settings.change(connection, shop_id, others)
    assert await shop_settings.stored(pool, shop_id) == before | others
    assert {one.changed_by for one in await shop_settings.log(pool, "x.myshopify.com", most=7)} == {
        "ola"
    }
    with pytest.raises(ConfigError, match="there is no shop 77"):
        await shop_settings.stored(pool, 77)
