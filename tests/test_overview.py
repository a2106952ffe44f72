"""The overview, gathered beside a daemon at work, and of shops that are in trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import anyio
import asyncpg
import pytest

from syncd.flows.overview import overview
from syncd.flows.shop_overview import ShopOverview
from syncd.phrases import said
from syncd.postgres import leases, runs, shops
from tests import leasing
from tests.flows.conftest import JAKKE, LUE, Scene, playing, settings
from tests.test_supervisor import PATIENCE_S, served


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    async with playing(pool, tmp_path) as scene:
        yield scene


async def look(scene: Scene) -> ShopOverview:
    (found,) = await overview(scene.pool)
    return found


async def until(scene: Scene, holds: Callable[[ShopOverview], bool]) -> ShopOverview:
    """The first overview of which it is true; each look is a question to the database."""
    with anyio.fail_after(PATIENCE_S):
        while not holds(found := await look(scene)):
            pass
    return found


async def test_what_a_daemon_sends_shows_in_the_overview(scene: Scene) -> None:
    async with served(scene):
        await scene.load(JAKKE, LUE)
        found = await until(
            scene,
            lambda one: (
                one.sent_today >= 2
                and not one.waiting
                and one.gauge is not None
                and any(call.document == "ProductSet" for call in one.calls)
            ),
        )
    assert said(found.sentence, "nb").startswith("Alt er oppdatert. Siste endring nådde Shopify")
    assert (found.is_well, found.dead, found.needs, found.runs) == (True, 0, (), ())
    assert found.gauge is not None
    assert 0 < found.gauge.level_points <= found.gauge.maximum_points
    assert found.gauge.restore_points_s > 0
    sent = next(call for call in found.calls if call.document == "ProductSet")
    assert (sent.lane, sent.outcome) == ("product", "ok")
    assert sent.points > 0
    assert sent.request_id
    assert found.calls[0].called_at >= found.calls[-1].called_at
    assert found.median_s is not None and found.p99_s is not None
    assert 0 < found.median_s <= found.p99_s < PATIENCE_S
    assert len(found.delays) == 96
    assert sum(one.count for one in found.delays) == found.sent_today


IN_LINE = """
select exists (select from pg_locks where relation = 'syncd.gauge'::regclass and not granted)
"""


async def test_a_database_that_takes_no_figures_holds_up_nothing(scene: Scene) -> None:
    """They are dropped after a while, and the daemon goes on."""
    async with scene.pool.acquire() as other, other.transaction():
        await other.execute("set local idle_in_transaction_session_timeout = 0")
        await other.execute("lock table syncd.gauge, syncd.call in exclusive mode")
        async with served(scene) as house:
            await scene.load(JAKKE)
            with anyio.fail_after(PATIENCE_S):
                while not await scene.pool.fetchval(IN_LINE) or len(scene.state()) < 1:
                    pass
                while await scene.pool.fetchval(IN_LINE):
                    pass
                await scene.load(LUE)
                while len(scene.state()) < 2:
                    await scene.pool.fetchval(IN_LINE)
            assert not house.stop.is_set()


async def test_without_a_daemon_it_says_so(scene: Scene) -> None:
    await scene.load(JAKKE)
    found = await look(scene)
    assert found.sentence == "syncd is not running: changes wait, nothing is lost."
    assert not found.is_well
    assert (found.gauge, found.calls, found.median_s) == (None, (), None)


async def working(scene: Scene) -> None:
    """As if a daemon held the router."""
    await leasing.leave_all(scene.pool)
    assert await leases.take(scene.pool, "a")


async def test_what_needs_a_person_is_counted_by_its_cause(scene: Scene) -> None:
    await scene.load(JAKKE, LUE)
    await scene.push()
    await scene.pool.execute("delete from retail.price")
    await scene.pool.execute("select syncd.enqueue('fjord', 'product', '{1,2}', '{price}')")
    await scene.push()
    await working(scene)
    found = await look(scene)
    assert found.dead == 2
    assert found.sentence == "2 changes need a person; everything else goes on."
    (need,) = found.needs
    assert (need.alarm, need.count) == ("change_dead", 2)
    assert said(need.sentence, "nb") != need.sentence


async def test_a_paused_shop_says_why_and_a_disabled_one_that_it_is(scene: Scene) -> None:
    await working(scene)
    await shops.pause(scene.pool, scene.shop.shop_id, seconds=600, reason="stock-taking")
    assert (await look(scene)).sentence == "Paused for another 10 min: stock-taking."
    await settings(scene, enabled=False)
    found = await look(scene)
    assert found.sentence == "The shop is switched off: nothing is sent, changes wait."


async def test_a_run_is_shown_while_it_sends_and_while_it_is_held(scene: Scene) -> None:
    await working(scene)
    run_id = await runs.ask(scene.pool, scene.shop.shop_id)
    (run,) = (await look(scene)).runs
    assert (run.run_id, run.state, run.share, run.left_s) == (run_id, "asked", None, None)
    await scene.pool.execute(
        "update syncd.run set state = 'sending', total = 40, done = 10, points = 7,"
        " started_at = now(), sending_at = now() - interval '10 seconds'"
    )
    found = await look(scene)
    (run,) = found.runs
    assert found.sentence == "The whole shop is compared: 10 of 40 products sent."
    assert (run.done, run.total, run.share, run.points) == (10, 40, 0.25, 7)
    assert run.products_s == pytest.approx(1.0, rel=0.2)
    assert run.left_s == pytest.approx(30.0, rel=0.2)
    await scene.pool.execute("update syncd.run set state = 'held', hold = '{much}'")
    found = await look(scene)
    assert found.sentence == f"Run {run_id} is held and waits for an answer."
    assert found.runs[0].is_asking


COUNTS = """
insert into syncd.change
  (shop_id, kind, key, lane, first_event_at, last_event_at, state, cause, last_error, last_error_at)
select $1, 'stock', v.variant_key, 'stock', now(), now(),
  case when c.cause is null then 'due' else 'dead' end,
  c.cause, c.cause, case when c.cause is not null then now() end
from syncd.variant_link v
join (values (1, null), (2, 'first_count'), (3, 'stock_to_zero')) as c (place, cause)
  on c.place = v.variant_key::integer
where v.shop_id = $1
on conflict (shop_id, kind, key) do nothing
"""


async def test_counts_that_are_apart_are_told_by_what_keeps_them_so(scene: Scene) -> None:
    await scene.load(JAKKE, LUE)
    await scene.push()
    await working(scene)
    await settings(scene, sync_stock=True)
    await scene.pool.execute("delete from syncd.change")
    assert (await look(scene)).stock is not None
    await scene.pool.execute(COUNTS, scene.shop.shop_id)
    stock = (await look(scene)).stock
    assert stock is not None
    assert (stock.variants, stock.waiting, stock.unanswered, stock.held) == (3, 1, 1, 1)
    assert stock.by_cause == {"first_count": 1, "stock_to_zero": 1}
    assert [one.why for one in stock.examples] == ["first_count", "stock_to_zero", "waits"]
    assert {one.sku for one in stock.examples} == {"J-S", "J-M", "L-1"}
    assert {one.title for one in stock.examples} == {"Jakke", "Lue"}
    await settings(scene, sync_stock=False)
    assert (await look(scene)).stock is None
