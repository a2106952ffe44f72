from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

import asyncpg
import pytest

from syncd.errors import ConfigError
from syncd.postgres import credentials, db, shops
from syncd.postgres.shops import NewShop
from syncd.records import Shop

NEW = NewShop(
    domain="https://Fjord.MyShopify.com/admin",
    account_id="a",
    credentials=b"sealed",
    price_department="nett",
    currency="NOK",
)
WHOLE = replace(
    NEW,
    domain="whole",
    stock_warehouse="hoved",
    location="gid://shopify/Location/1",
    publish_to=("gid://shopify/Publication/1", "gid://shopify/Publication/2"),
    sync_stock=True,
    sync_description=True,
    inactive_as="archived",
    taxes_included=False,
    image_mode="if_empty",
    price_only_when_changed=False,
    unknown_variants="remove",
    blocked_as="removed",
    is_empty=True,
)


async def test_a_shop_is_added_with_what_is_usual(pool: asyncpg.Pool) -> None:
    added = await shops.add(pool, NEW)
    assert added == Shop(
        shop_id=added.shop_id,
        domain="fjord.myshopify.com",
        account_id="a",
        state="unlinked",
        enabled=True,
        sync_products=True,
        sync_stock=False,
        sync_description=False,
        price_department="nett",
        stock_warehouse=None,
        location=None,
        publish_to=(),
        inactive_as="draft",
        currency="NOK",
        taxes_included=True,
        image_mode="append",
        price_only_when_changed=True,
        unknown_variants="keep",
        blocked_as="stopped",
        creates_paused_until=None,
    )
    assert (await credentials.held(pool, added.shop_id)).credentials == b"sealed"


async def test_every_setting_is_kept(pool: asyncpg.Pool) -> None:
    added = await shops.add(pool, WHOLE)
    assert added.state == "linked"
    names = {one.name for one in fields(WHOLE)} - {"domain", "credentials", "is_empty"}
    for name in names:
        assert getattr(added, name) == getattr(WHOLE, name), name
    assert await shops.find(pool, "WHOLE.myshopify.com") == added
    assert await shops.all(pool) == [added]


async def test_a_shop_is_found_in_any_spelling_of_its_address(pool: asyncpg.Pool) -> None:
    added = await shops.add(pool, NEW)
    assert await shops.find(pool, "fjord") == added
    assert await shops.find(pool, "other") is None
    with pytest.raises(ConfigError, match="is not a Shopify shop"):
        await shops.find(pool, "fjord.no")


async def test_a_shop_cannot_be_added_twice(pool: asyncpg.Pool) -> None:
    await shops.add(pool, NEW)
    with pytest.raises(ConfigError, match=r"shop fjord\.myshopify\.com has been added already"):
        await shops.add(pool, replace(NEW, domain="fjord", account_id="b"))


MISFITS = {  # the rule that is broken, and by what
    "stock has both ends": replace(NEW, sync_stock=True),
    "location is a gid": replace(NEW, location="1"),
    "currency is three capitals": replace(NEW, currency="kr"),
}


async def test_settings_that_do_not_fit_are_refused(pool: asyncpg.Pool) -> None:
    for rule, new in MISFITS.items():
        with pytest.raises(ConfigError, match=rule):
            await shops.add(pool, new)
    assert await shops.all(pool) == []


async def test_a_new_shop_shows_no_credentials() -> None:
    assert "sealed" not in repr(NEW)


async def test_the_credentials_of_no_shop_are_a_mistake(pool: asyncpg.Pool) -> None:
    with pytest.raises(ConfigError, match="no shop 7"):
        await credentials.held(pool, 7)


async def test_a_shop_that_may_not_be_sent_to_is_not_ready(pool: asyncpg.Pool) -> None:
    added = await shops.add(pool, WHOLE)
    for off, on in (
        ("enabled = false", "enabled = true"),
        ("state = 'unlinked'", "state = 'linked'"),
    ):
        assert await shops.ready(pool) == [added]
        await pool.execute(f"update syncd.shop set {off}")
        assert await shops.ready(pool) == []
        await pool.execute(f"update syncd.shop set {on}")


async def test_a_shop_declared_empty_is_ready(pool: asyncpg.Pool) -> None:
    added = await shops.add(pool, NEW)
    assert await shops.ready(pool) == []
    await shops.declare_empty(pool, added.shop_id)
    assert await shops.ready(pool) == [replace(added, state="linked")]


async def reason(pool: asyncpg.Pool) -> str | None:
    found: str | None = await pool.fetchval("select paused_reason from syncd.shop")
    return found


async def test_a_pause_ends_by_itself_or_by_resume(pool: asyncpg.Pool) -> None:
    added = await shops.add(pool, WHOLE)
    await shops.pause(pool, added.shop_id, seconds=0, reason="401")
    assert await shops.ready(pool) == [added]
    await shops.pause(pool, added.shop_id, seconds=3600, reason="401")
    assert (await shops.ready(pool), await reason(pool)) == ([], "401")
    await shops.resume(pool, added.shop_id)
    assert (await shops.ready(pool), await reason(pool)) == ([added], None)


async def test_the_longer_pause_stays(pool: asyncpg.Pool) -> None:
    added = await shops.add(pool, WHOLE)
    for seconds, told in ((60, "short"), (3600, "long"), (60, "short again")):
        await shops.pause(pool, added.shop_id, seconds=seconds, reason=told)
    assert await reason(pool) == "long"


IMPOSSIBLE = [
    "domain = 'fjord.no'",
    "state = 'lost'",
    "inactive_as = 'deleted'",
    "image_mode = 'never'",
    "unknown_variants = 'gone'",
    "blocked_as = 'gone'",
    "runs_by = 'mail'",
    "paused_until = now()",
    "paused_reason = 'x'",
    "sync_stock = true",
    "currency = 'nok'",
]


async def test_impossible_shops_are_refused(pool: asyncpg.Pool) -> None:
    await shops.add(pool, NEW)
    for assignment in IMPOSSIBLE:
        with pytest.raises(asyncpg.CheckViolationError):
            await pool.execute(f"update syncd.shop set {assignment}")


async def test_a_pause_of_creates_holds_up_nothing_else(pool: asyncpg.Pool) -> None:
    added = await shops.add(pool, WHOLE)
    assert added.creates_paused_until is None
    before = await db.clock(pool)
    await shops.pause_creates(pool, added.shop_id, seconds=3600)
    (ready,) = await shops.ready(pool)
    assert ready.creates_paused_until is not None
    assert ready.creates_paused_until >= before + timedelta(hours=1)


async def test_the_longer_pause_of_creates_stays(pool: asyncpg.Pool) -> None:
    added = await shops.add(pool, WHOLE)
    await shops.pause_creates(pool, added.shop_id, seconds=3600)
    longer = (await shops.all(pool))[0].creates_paused_until
    await shops.pause_creates(pool, added.shop_id, seconds=60)
    assert (await shops.all(pool))[0].creates_paused_until == longer


async def test_what_a_shop_says_of_itself_is_stored_once(pool: asyncpg.Pool) -> None:
    added = await shops.add(pool, WHOLE)
    other = await shops.add(pool, NEW)
    shop_id = added.shop_id
    assert not await shops.set_own(pool, shop_id, currency="NOK", taxes_included=False)
    assert await shops.set_own(pool, shop_id, currency="NOK", taxes_included=True)
    assert await shops.set_own(pool, shop_id, currency="SEK", taxes_included=True)
    assert not await shops.set_own(pool, shop_id, currency="SEK", taxes_included=True)
    assert await shops.all(pool) == [replace(added, currency="SEK", taxes_included=True), other]
