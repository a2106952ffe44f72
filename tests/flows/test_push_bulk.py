"""Many new products by bulk operations: whatever befalls one, each product is made once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from syncd.catalogue.entries import ProductEntry
from syncd.postgres.runs import Run
from syncd.sandbox.paces import Allowance
from tests import leasing
from tests.flows.conftest import LUE, OPTIONS, Scene, playing, variant
from tests.flows.running import counts, resync
from tests.flows.test_resync import forget_events

MANY = 6
OPERATIONS = (
    "select document, lines, ok, failed, unknown, note from syncd.bulk_operation order by 1"
)


def goods(count: int = MANY, **fields: object) -> Sequence[ProductEntry]:
    return [
        replace(LUE, row=n, handle=f"v{n}", title=f"Vare {n}", variants=(variant(sku=f"V{n}"),))
        for n in range(1, count + 1)
    ]


async def filled(scene: Scene, *faults: dict[str, object]) -> Run:
    """The first resync of a shop; the faults befall its bulk mutations, one after the other."""
    await scene.load(*goods())
    await forget_events(scene)
    left = list(faults)

    async def meanwhile(run: Run) -> None:
        if run.state == "sending" and left and not scene.running.shop.works.faults:
            scene.running.shop.works.faults |= left.pop(0)

    run = await resync(scene, bulk_from=2, meanwhile=meanwhile)
    scene.running.shop.works.faults.clear()
    return run


async def operations(scene: Scene) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await scene.pool.fetch(OPERATIONS)]


def calls(scene: Scene) -> dict[str, int]:
    return {
        name: n for name, n in scene.client.calls.items() if name.startswith(("Product", "Pub"))
    }


async def test_many_new_products_are_made_by_one_operation(scene: Scene) -> None:
    run = await filled(scene)
    assert (run.state, counts(run)) == ("done", {"only_here": MANY, "sent": MANY, "ok": MANY})
    assert await operations(scene) == [
        ("ProductCreateLine", MANY, MANY, 0, 0, None),
        ("PublishablePublishLine", MANY, MANY, 0, 0, None),
    ]
    assert await scene.differences() == []
    assert calls(scene) == {}
    assert counts(await resync(scene)) == {"same": MANY}


async def test_a_few_new_products_are_made_one_by_one(scene: Scene) -> None:
    await scene.load(LUE)
    await forget_events(scene)
    await resync(scene)
    assert await operations(scene) == []
    assert calls(scene)["ProductSet"] == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"shuffle": True},
        {"lose_start": True},
        {"fail": 2},
        {"fail": 2, "error": "TIMEOUT"},
        {"missing": 2},
        {"truncate": True},
        {"expire": True},
    ],
    ids=lambda fault: " ".join(fault),
)
@pytest.mark.parametrize("place", [0, 1], ids=["creating", "publishing"])
async def test_whatever_befalls_an_operation_each_product_is_made_once(
    scene: Scene, fault: dict[str, object], place: int
) -> None:
    others: list[dict[str, object]] = [{"shuffle": True}] * place
    run = await filled(scene, *others, fault)
    assert (run.state, run.sent, run.ok) == ("done", MANY, MANY)
    assert await scene.differences() == []
    assert len(scene.state()) == MANY
    assert counts(await resync(scene)) == {"same": MANY}


@pytest.mark.parametrize(
    "root", ["stagedUploadsCreate", "bulkOperationRunMutation", "bulkOperation"]
)
async def test_what_shopify_will_not_do_in_bulk_is_done_one_by_one(scene: Scene, root: str) -> None:
    """No operation outlives its run: the next run would send the same products beside it."""
    await scene.load(*goods())
    await forget_events(scene)
    told: list[int] = []

    async def meanwhile(run: Run) -> None:
        if run.state == "sending" and not told:
            told.append(1)
            await scene.tell("faults", {"kind": "http", "status": 400, "root": root})

    run = await resync(scene, bulk_from=2, meanwhile=meanwhile)
    assert (run.state, run.sent, run.ok) == ("done", MANY, MANY)
    ended = await scene.pool.fetch("select phase, note from syncd.bulk_operation")
    assert [row["phase"] for row in ended] == ["done"]
    assert "HTTP 400" in ended[0]["note"]
    assert await scene.differences() == []
    assert len(scene.state()) == MANY


async def test_a_start_whose_answer_is_lost_is_not_repeated(scene: Scene) -> None:
    await filled(scene, {"lose_start": True})
    assert scene.client.calls["BulkOperationRunMutation"] == 2
    assert [row[:3] for row in await operations(scene)] == [
        ("ProductCreateLine", MANY, MANY),
        ("PublishablePublishLine", MANY, MANY),
    ]


async def test_news_that_come_meanwhile_win(scene: Scene) -> None:
    await scene.load(*goods())
    await forget_events(scene)
    told: list[int] = []

    async def meanwhile(run: Run) -> None:
        gid = await scene.pool.fetchval("select gid from syncd.bulk_operation")
        if gid is not None and not told:
            told.append(1)
            await scene.load(replace(goods()[0], title="Nyere vare"))

    run = await resync(scene, bulk_from=2, meanwhile=meanwhile)
    assert run.state == "done"
    await scene.push()
    assert scene.product("Nyere vare")
    assert await scene.differences() == []
    assert len(scene.state()) == MANY


async def test_what_was_sent_meanwhile_is_left_out_of_the_file(scene: Scene) -> None:
    await scene.load(*goods())
    await forget_events(scene)

    async def meanwhile(run: Run) -> None:
        if run.state == "sending" and not scene.state():
            await scene.load(replace(goods()[0], title="Nyere vare"))
            await leasing.route_once(scene.pool)

    run = await resync(scene, bulk_from=2, meanwhile=meanwhile)
    assert (run.state, run.ok) == ("done", MANY)
    assert (await operations(scene))[0][1] == MANY - 1
    assert await scene.differences() == []


@pytest.fixture
async def small(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    """A shop that takes few new variants a day."""
    limited = replace(OPTIONS, plan="standard", allowance=Allowance(3, 1))
    async with playing(pool, tmp_path, limited) as scene:
        yield scene


async def test_lines_beyond_the_daily_limit_wait_as_ordinary_changes(small: Scene) -> None:
    await small.load(*goods())
    await forget_events(small)
    ended: list[Run] = []

    async def meanwhile(run: Run) -> None:
        if await small.pool.fetchval("select count(*) from syncd.bulk_operation where ok > 0"):
            ended.append(run)

    with pytest.raises(AssertionError, match="goes on and on"):
        await resync(small, bulk_from=2, meanwhile=meanwhile)
    assert ended
    assert 3 <= len(small.state()) < MANY
    waiting = await small.pool.fetch("select state, last_error from syncd.change")
    assert len(waiting) == MANY - len(small.state())
    assert all("no more new variants" in row["last_error"] for row in waiting)
