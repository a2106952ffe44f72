"""A setting is changed, and what that brings about reaches shop or Backoffice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import asyncpg
import pytest

from syncd.flows import remove_shop, subscribe
from syncd.postgres import runs, shop_settings, timetable, webhooks
from syncd.postgres.embedded import Server
from syncd.shopify import client as shopify
from syncd.shopify.client import Client
from tests.flows.changing import change
from tests.flows.conftest import DOMAIN, JAKKE, LUE, Scene, names, playing, settings
from tests.flows.shelves import both, buy, count, sell
from tests.flows.test_stock import new_location, shelf
from tests.flows.test_subscribe import ADDRESS, there
from tests.flows.test_window import goods, held
from tests.postgres.claims import HOUR_S, Clock, turned_pool
from tests.test_supervisor import PATIENCE_S, served, until, waiting

__all__ = ["shelf"]  # a fixture

TITLE = "update retail.product set title = 'Varm ' || title"
OUTLET = (
    "insert into retail.department (account_id, department_id, name)"
    " values ('fjord', 'outlet', 'Outlet');"
    " insert into retail.price (variant_id, account_id, department_id, list_price)"
    " select variant_id, 'fjord', 'outlet', 9 from retail.variant"
)
QUIETLY = (
    "alter table retail.price disable trigger user;"
    " update retail.price set offer_price = 99,"
    " offer_from = clock_timestamp() + interval '1 hour',"
    " offer_until = clock_timestamp() + interval '2 hours'"
)


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One is enough: what is asked of Postgres is tried on each of them elsewhere."""
    return embedded


@pytest.fixture
async def dozen(scene: Scene) -> Scene:
    await scene.load(*goods(12))
    await scene.push()
    return scene


async def test_a_shop_that_was_off_loses_nothing_and_is_sent_nothing(scene: Scene) -> None:
    async with served(scene) as house:
        await scene.load(JAKKE)
        await until(scene, lambda: names(scene.state()) == ["Jakke"])
        await change(scene, "enabled=off")
        await until(scene, lambda: [*house.held] == ["router"])
        await scene.load(LUE)
        await scene.pool.execute(TITLE)
        with anyio.fail_after(PATIENCE_S):
            while await waiting(scene) < 3:  # two products, the new one's count
                pass
        assert names(scene.state()) == ["Jakke"]
        await change(scene, "enabled=on")
        await until(scene, lambda: names(scene.state()) == ["Varm Jakke", "Varm Lue"])
        with anyio.fail_after(PATIENCE_S):
            while await waiting(scene):
                pass
    assert await scene.differences() == []


async def test_another_price_list_is_sent_unless_it_is_mass_damage(dozen: Scene) -> None:
    await dozen.pool.execute(OUTLET)
    done = await change(dozen, "price_department=outlet")
    assert done.effects == ["products"]
    await dozen.push()
    assert len(await held(dozen)) == 12
    (run,) = await runs.waiting(dozen.pool)
    await runs.approve(dozen.pool, run.run_id)
    await dozen.push()
    assert await dozen.differences() == []
    assert {one["price"] for one in dozen.variants("Vare 01").values()} == {"9.00"}


async def test_the_guards_judge_by_the_numbers_of_now(dozen: Scene) -> None:
    await dozen.pool.execute(OUTLET)
    await change(dozen, "guard_price_falls_percent=100 %", "price_department=outlet")
    await dozen.push()
    assert await held(dozen) == []
    assert await dozen.differences() == []


async def test_what_products_look_like_follows_each_setting(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.pool.execute("update retail.product set is_active = false where product_id = 1")
    await change(scene, "sync_description=off")
    await scene.push()
    (product,) = scene.state()
    assert (product["status"], product["descriptionHtml"]) == ("DRAFT", "")
    await change(scene, "inactive_as=archived", "sync_description=ja")
    await scene.push()
    (product,) = scene.state()
    assert (product["status"], product["descriptionHtml"]) == ("ARCHIVED", "<p>Varm</p>")


async def test_a_new_channel_is_for_what_was_never_published(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await change(scene, "publish_to=")
    await scene.load(LUE)
    await scene.push()
    assert scene.product("Lue")["publishedOn"] == []
    await change(scene, "publish_to=Online Store")
    assert await scene.push() == ["PublishablePublish"]
    assert scene.product("Lue")["publishedOn"] == scene.product("Jakke")["publishedOn"] != []


async def test_the_direction_of_stock_can_be_turned(shelf: Scene) -> None:
    await sell(shelf, 1)
    await change(shelf, "stock_direction=from_shopify")
    await count(shelf)
    assert await both(shelf) == (5, 5)
    await change(shelf, "stock_direction=to_shopify")
    await buy(shelf, 2)
    await count(shelf)
    assert await both(shelf) == (5, 5)


async def test_with_another_location_nothing_is_agreed_on(shelf: Scene) -> None:
    await new_location(shelf)
    await sell(shelf, 1)
    done = await change(shelf, "location=fjern", "first_counts=backoffice")
    assert done.effects == ["counts"]
    await count(shelf)
    places = shelf.variants()["J-S"]["quantities"]
    assert sorted(places.values()) == [4, 5]  # what the old one held stays there
    rows = await shelf.pool.fetch("select distinct location from syncd.agreed_count")
    assert [row["location"] for row in rows] == [shelf.shop.location]


async def test_the_compare_comes_as_often_as_it_is_said(scene: Scene) -> None:
    await scene.pool.execute("update syncd.shop set created_at = now() - interval '11 min'")
    assert await runs.ask_in_time(scene.pool) == []
    await change(scene, "compare_every=never")
    assert await runs.ask_in_time(scene.pool) == []
    await change(scene, "compare_every=10 min")
    assert await runs.ask_in_time(scene.pool) == [scene.shop.shop_id]


async def test_what_must_be_seen_is_compared_at_once_but_after_a_run_under_way(
    scene: Scene,
) -> None:
    first = await runs.ask(scene.pool, scene.shop.shop_id)
    done = await change(scene, "image_mode=overwrite", "compare_every=never")
    assert done.effects == ["next", "compare"]
    assert await runs.ask_in_time(scene.pool) == []
    await scene.pool.execute(
        "update syncd.run set state = 'done', ended_at = now(), started_at = now()"
        " where run_id = $1", first,
    )  # fmt: skip
    assert await runs.ask_in_time(scene.pool) == [scene.shop.shop_id]
    assert await runs.ask_in_time(scene.pool) == []
    assert await scene.pool.fetchval(
        "select asked_by from syncd.run order by run_id desc limit 1"
    ) == "settings"  # fmt: skip


async def test_an_offer_begins_and_ends_by_the_clock_alone(
    database_url: str, tmp_path: Path
) -> None:
    clock = Clock()

    async def look(scene: Scene, hours: float) -> list[tuple[str, str | None]]:
        clock.turned_s = hours * HOUR_S
        await timetable.announce_once(scene.pool)
        await scene.push()
        return sorted({(v["price"], v["compareAtPrice"]) for v in scene.variants().values()})

    async with turned_pool(database_url, clock) as pool, playing(pool, tmp_path) as scene:
        await scene.load(JAKKE)
        assert await look(scene, 0) == [("499.00", None)]
        await scene.pool.execute(QUIETLY)
        assert await look(scene, 0.5) == [("499.00", None)]
        assert await look(scene, 1.1) == [("99.00", "499.00")]
        assert await look(scene, 2.1) == [("499.00", None)]


async def test_webhooks_come_and_go_with_their_settings(scene: Scene) -> None:
    done = await change(scene, f"webhook_address={ADDRESS}", secret="shpss_test")
    assert done.changed["app_secret"] == (False, True)
    await subscribe.verify_once(scene.pool, scene.client, scene.shop)
    assert "ORDERS_UPDATED" in await there(scene)
    assert (await change(scene, secret="shpss_test")).changed == {}
    await change(scene, "webhooks=off")
    await subscribe.verify_once(scene.pool, scene.client, scene.shop)
    assert await there(scene) == {}
    await change(scene, "webhooks=på")
    await subscribe.verify_once(scene.pool, scene.client, scene.shop)
    assert len(await there(scene)) > 3
    await change(scene, "app_secret=")
    assert await webhooks.receiving(scene.pool) == []


async def test_a_removed_shop_leaves_its_products_and_its_log(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await change(scene, f"webhook_address={ADDRESS}", secret="shpss_test")
    await subscribe.verify_once(scene.pool, scene.client, scene.shop)
    subscriptions = len(await there(scene))

    @asynccontextmanager
    async def visit() -> AsyncIterator[Client]:
        yield scene.client

    gone = await remove_shop.remove(scene.pool, scene.shop, visit=visit, author="kari")
    assert (gone.rows.links, gone.subscriptions, gone.trouble) == (1, subscriptions, None)
    assert await there(scene) == {}
    assert names(scene.state()) == ["Jakke"]
    assert await rows_of_shops(scene.pool) == {"audit": 0, "setting_change": 1}
    newest = (await shop_settings.log(scene.pool, DOMAIN, most=1))[0]
    assert (newest.setting, newest.new, newest.changed_by) == ("shop", "removed", "kari")
    assert '"price_department": "nett"' in (newest.old or "")


async def rows_of_shops(pool: asyncpg.Pool) -> dict[str, int]:
    """Tables that still know a shop, with whether they hold rows of one."""
    names = await pool.fetch(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relnamespace = 'syncd'::regnamespace and c.relkind = 'r'"
        " and a.attname = 'shop_id' and c.relname not in ('lease', 'privacy_receipt')"
    )
    counts = {
        row["relname"]: await pool.fetchval(f"select count(*) from syncd.{row['relname']}")
        for row in names
    }
    return {name: min(n, 1) for name, n in counts.items() if n or name == "audit"}


async def test_a_shop_that_lets_nobody_in_can_be_removed_all_the_same(scene: Scene) -> None:
    await change(scene, f"webhook_address={ADDRESS}", secret="shpss_test")
    await subscribe.verify_once(scene.pool, scene.client, scene.shop)

    @asynccontextmanager
    async def visit() -> AsyncIterator[Client]:
        async with shopify.connect(DOMAIN, "shpat_no", url=scene.running.url) as client:
            yield client

    gone = await remove_shop.remove(scene.pool, scene.shop, visit=visit, author="")
    assert gone.trouble is not None
    assert await scene.pool.fetch("select from syncd.shop") == []


async def test_settings_that_fail_together_change_nothing(scene: Scene) -> None:
    await settings(scene, sync_stock=False)
    before = scene.shop
    with pytest.raises(Exception, match="without a warehouse and a location"):
        await change(scene, "image_mode=overwrite", "sync_stock=on", "stock_warehouse=")
    await change(scene, "image_mode=overwrite", "stock_warehouse=hoved", "sync_stock=on")
    assert replace(before, image_mode="overwrite", sync_stock=True) == scene.shop
