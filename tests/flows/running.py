"""A resync from being asked for to its end, step by step, with the pushes that it makes due."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from syncd.flows import carry_run
from syncd.postgres import differences, runs
from syncd.postgres.differences import Difference
from syncd.postgres.runs import Run
from syncd.rules import planner
from syncd.rules.planner import Planning
from tests import leasing
from tests.flows.conftest import Scene

MOST = 2000  # steps


async def resync(
    scene: Scene,
    *,
    is_dry: bool = False,
    is_forced: bool = False,
    with_prices: bool = False,
    decide: Planning = planner.plan,
    meanwhile: Callable[[Run], Awaitable[None]] | None = None,
) -> Run:
    """Ask for a run, carry it on until it has ended or is held; `meanwhile` is called each step."""
    run_id = await runs.ask(
        scene.pool,
        scene.shop.shop_id,
        is_dry=is_dry,
        is_forced=is_forced,
        with_prices=with_prices,
    )
    assert run_id is not None
    return await carried(scene, run_id, meanwhile, decide=decide)


async def carried(
    scene: Scene,
    run_id: int,
    meanwhile: Callable[[Run], Awaitable[None]] | None = None,
    *,
    decide: Planning = planner.plan,
) -> Run:
    """The run, after it has gone as far as it goes by itself."""
    for _ in range(MOST):
        lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
        await carry_run.advance_once(scene.pool, scene.client, scene.shop, lease, decide=decide)
        run = await runs.find(scene.pool, run_id)
        assert run is not None
        if meanwhile is not None:
            await meanwhile(run)
        if run.ended_at is not None or (run.state == "held" and run.decided_at is None):
            return run
        if run.state == "sending":
            await scene.push()
    raise AssertionError(f"the run goes on and on: {run}")


async def found(scene: Scene, run: Run) -> list[Difference]:
    return await differences.found(scene.pool, run.run_id)


def counts(run: Run) -> dict[str, int]:
    """What the run found, without what it did not."""
    names = ("same", "differs", "only_here", "only_there", "conflict", "sent", "ok", "parked")
    return {name: count for name in names if (count := getattr(run, name))}
