"""A run sends some products directly, the others by bulk operations, as the shop's pace says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from syncd.flows import carry_run, planning
from syncd.postgres import bulk, runs
from syncd.postgres.embedded import Server
from syncd.postgres.runs import Run
from syncd.rules import planner
from syncd.rules.planner import Calls, Plan, Sort
from tests import leasing
from tests.flows.conftest import OPTIONS, Scene, playing
from tests.flows.running import carried, counts, resync
from tests.flows.test_push_bulk import CANCEL, OPERATIONS, TITLES, goods
from tests.flows.test_resync import forget_events

MANY = 120
LOOKS = "select lines, silent_s, stirred_s, worked_s from syncd.bulk_operation order by 1"


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here."""
    return embedded


@pytest.fixture
async def full(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    """A shop with many products on the slowest plan, which were made by bulk operations."""
    async with playing(pool, tmp_path, replace(OPTIONS, plan="standard")) as scene:
        await scene.load(*goods(MANY))
        await forget_events(scene)
        run = await resync(scene, decide=planner.all_by_bulk)
        assert (run.state, run.ok, run.by_bulk, run.by_change) == ("done", MANY, MANY, 0)
        yield scene


async def test_where_both_ways_pay_off_a_run_takes_both(full: Scene) -> None:
    await full.pool.execute(TITLES)
    await forget_events(full)
    run = await resync(full)
    assert run.by_change is not None and run.by_bulk is not None
    assert (run.state, run.differs, run.ok) == ("done", MANY, MANY)
    assert run.by_change + run.by_bulk == MANY
    assert min(run.by_change, run.by_bulk) > MANY / 8
    assert full.client.tally.calls["ProductUpdate"] == run.by_change
    updates = [one for one in await full.pool.fetch(OPERATIONS) if one["document"][-6:] == "Update"]
    assert [(one["lines"], one["ok"]) for one in updates] == [(run.by_bulk, run.by_bulk)]
    assert await full.differences() == []
    assert counts(await resync(full)) == {"same": MANY}


async def test_urgent_news_of_a_product_in_an_operation_do_not_wait_for_it(full: Scene) -> None:
    await full.pool.execute(TITLES)
    await forget_events(full)
    told: list[Run] = []

    async def meanwhile(run: Run) -> None:
        begun = "select gid from syncd.bulk_operation where ended_at is null and gid is not null"
        gid = await full.pool.fetchval(begun)
        if run.state == "sending" and gid is None and not told:
            full.running.shop.works.faults["hang"] = 0
        if gid is None or told:
            return
        told.append(run)
        first, *_, last = goods(MANY)
        await full.load(replace(first, title="Haster 1"), replace(last, title="Haster 2"))
        await leasing.route_once(full.pool)
        await full.push()
        assert full.product("Haster 1") and full.product("Haster 2")
        await full.call(CANCEL, {"id": gid})

    run = await resync(full, meanwhile=meanwhile)
    assert told and (run.state, run.ok) == ("done", MANY)
    assert await full.differences() == []


async def test_how_long_shopify_took_is_kept(full: Scene) -> None:
    looks = await full.pool.fetch(LOOKS)
    assert [one["lines"] for one in looks] == [MANY, MANY]
    for one in looks:
        assert one["worked_s"] is not None
        assert (one["silent_s"] or 0) < one["stirred_s"] < 10
    shop_id = full.shop.shop_id
    for is_other in (False, True):
        (ended,) = await bulk.worked(
            full.pool, shop_id, bulk.CREATE, is_other=is_other, most=planning.OPERATIONS
        )
        assert ended.looks[-1].lines == MANY


async def test_a_dry_run_tells_what_it_would_take(full: Scene) -> None:
    await full.pool.execute(TITLES)
    run = await resync(full, is_dry=True)
    assert run.by_change is not None and run.by_bulk is not None and run.expected_s is not None
    assert run.by_change + run.by_bulk == MANY
    assert 0 < run.expected_s < 60
    assert run.sent == 0


async def test_a_plan_knows_what_products_cost_and_what_waits(full: Scene) -> None:
    """Of products with one variant: a read of 20 points, of which some come back, and a write."""
    asked: list[tuple[list[Sort], Calls]] = []

    def decide(sorts: Sequence[Sort], calls: Calls) -> Plan:
        asked.append((list(sorts), calls))
        return planner.all_by_bulk(sorts, calls)

    await full.pool.execute(TITLES)
    await forget_events(full)
    await resync(full, decide=decide)
    ((changed, waiting), calls), *_ = asked
    assert (changed.due, changed.points, waiting.due) == (MANY, 26, 0)
    assert changed.pace is not None and changed.pace.latency_s < 30  # it was learned
    assert calls.restore_points_s == 100
    assert 0 < calls.level_points <= 2000


async def test_what_still_waits_goes_by_bulk_once_that_is_known_to_be_faster(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    """At first it is a guess, and a wrong one: here all is done within a second or two."""
    many = 600
    async with playing(pool, tmp_path, replace(OPTIONS, plan="standard")) as scene:
        await scene.load(*goods(many))
        await forget_events(scene)
        await scene.tell("faults", {"kind": "spend", "points": 2000})
        run_id = await runs.ask(pool, scene.shop.shop_id)
        assert run_id is not None
        planned: list[int | None] = []
        while len({*planned} - {None}) < 2:  # nothing is pushed until it is planned anew
            lease = await leasing.shop_lease(pool, scene.shop.shop_id)
            await carry_run.advance_once(pool, scene.client, scene.shop, lease)
            current = await runs.find(pool, run_id)
            assert current is not None and current.ended_at is None
            planned.append(current.by_change)
        run = await carried(scene, run_id)
        assert (run.state, run.ok, run.parked, run.failed) == ("done", many, 0, 0)
        assert run.by_change is not None and run.by_bulk is not None
        assert run.by_change <= many / 4
        assert run.by_change + run.by_bulk == many
        made = [
            one for one in await pool.fetch(OPERATIONS) if one["document"][-10:] == "CreateLine"
        ]
        assert len(made) > 1
        assert sum(one["ok"] for one in made) == run.by_bulk
        assert len(scene.state()) == many
        assert await scene.differences() == []
