"""A command looks on as long as something of its run moves."""

from __future__ import annotations

from syncd.cli import following
from syncd.flows import carry_run
from syncd.postgres import bulk, runs
from syncd.rules import planner
from tests import leasing
from tests.flows.conftest import Scene, scene
from tests.flows.test_push_bulk import goods
from tests.flows.test_resync import forget_events

__all__ = ["scene"]  # a fixture


async def test_a_run_is_followed_while_shopify_works_off_its_files(scene: Scene) -> None:
    await scene.load(*goods())
    await forget_events(scene)
    run_id = await runs.ask(scene.pool, scene.shop.shop_id)
    assert run_id is not None
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    seen: set[tuple[bool, bool]] = set()
    while (run := await runs.find(scene.pool, run_id)) and run.ended_at is None:
        if run.state == "sending":
            is_bulk = bool(await bulk.under_way(scene.pool, scene.shop.shop_id, most=1))
            seen.add((is_bulk, await following.is_sending(scene.pool, scene.shop, run)))
        await carry_run.advance_once(
            scene.pool, scene.client, scene.shop, lease, decide=planner.all_by_bulk
        )
    assert seen >= {(True, True)}
    assert (True, False) not in seen
