"""What a run sent is taken back, and stays so until the Backoffice wants something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from syncd.flows import last_write
from syncd.postgres import reverts, runs
from syncd.postgres.embedded import Server
from syncd.postgres.runs import Run
from tests.flows.conftest import JAKKE, LUE, Scene, variant
from tests.flows.running import carried, counts, found, resync
from tests.flows.test_resync import forget_events, merchant

ROUGH = "update retail.product set title = 'Feil ' || title"
AMOUNT = "update retail.price set list_price = list_price + 1"


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


async def revert(scene: Scene, of: Run, keys: Sequence[str] | None = None) -> Run:
    run_id = await runs.ask(scene.pool, scene.shop.shop_id, of_run=of.run_id, keys=keys)
    assert run_id is not None
    return await carried(scene, run_id)


async def slipped(scene: Scene, slip: str = ROUGH) -> Run:
    """A run that sent a mistake of the Backoffice's."""
    await scene.load(JAKKE, LUE)
    await scene.push()
    await scene.pool.execute(slip)
    await forget_events(scene)
    run = await resync(scene)
    assert (run.state, run.ok) == ("done", 2)
    return run


async def test_what_a_run_sent_is_taken_back(scene: Scene) -> None:
    run = await slipped(scene)
    assert scene.product("Feil Jakke")
    back = await revert(scene, run)
    assert (back.kind, back.state, counts(back)) == (
        "revert",
        "done",
        {"differs": 2, "sent": 2, "ok": 2},
    )
    assert sorted(one["title"] for one in scene.state()) == ["Jakke", "Lue"]


async def test_one_product_of_a_run_is_taken_back(scene: Scene) -> None:
    run = await slipped(scene)
    await revert(scene, run, ["2"])
    assert sorted(one["title"] for one in scene.state()) == ["Feil Jakke", "Lue"]


async def test_what_was_taken_back_stays_so(scene: Scene) -> None:
    run = await slipped(scene)
    await revert(scene, run)
    assert counts(await resync(scene)) == {"same": 2}
    assert await scene.push() == []
    await merchant(scene, title="Superjakke")
    assert counts(await resync(scene)) == {"same": 1, "differs": 1, "sent": 1, "ok": 1}
    assert scene.product("Jakke")


async def test_the_backoffice_has_its_way_again_when_it_wants_something_else(scene: Scene) -> None:
    run = await slipped(scene)
    await revert(scene, run)
    await scene.pool.execute("update retail.product set title = 'Ny jakke' where product_id = 1")
    await scene.push()
    assert sorted(one["title"] for one in scene.state()) == ["Lue", "Ny jakke"]
    assert await scene.pool.fetchval("select string_agg(key, ' ') from syncd.reverted") == "2"


async def test_what_the_backoffice_changed_since_is_not_taken_back(scene: Scene) -> None:
    run = await slipped(scene)
    await scene.pool.execute("update retail.product set title = 'Ny jakke' where product_id = 1")
    await scene.push()
    back = await revert(scene, run)
    assert counts(back) == {"differs": 1, "conflict": 1, "sent": 1, "ok": 1}
    assert sorted(one["title"] for one in scene.state()) == ["Lue", "Ny jakke"]
    (left,) = (one for one in await found(scene, back) if one.verdict == "conflict")
    assert left.reason == "not taken back: the Backoffice has changed it since"


async def test_prices_are_taken_back(scene: Scene) -> None:
    run = await slipped(scene, AMOUNT)
    assert {one["price"] for one in scene.variants("Lue").values()} == {"200.00"}
    await revert(scene, run)
    assert {one["price"] for one in scene.variants("Lue").values()} == {"199.00"}


async def test_a_product_that_a_run_made_goes_off_sale(scene: Scene) -> None:
    await scene.load(JAKKE)
    await forget_events(scene)
    run = await resync(scene)
    await revert(scene, run)
    assert scene.product()["status"] == "ARCHIVED"
    assert counts(await resync(scene)) == {"same": 1}


async def test_a_revert_that_would_delete_variants_waits_for_a_person(scene: Scene) -> None:
    await scene.load(replace(JAKKE, variants=JAKKE.variants[:1]))
    await scene.push()
    await scene.load(replace(JAKKE, variants=(*JAKKE.variants, variant("L", sku="J-L"))))
    await forget_events(scene)
    run = await resync(scene)
    assert run.state == "done"
    back = await revert(scene, run)
    assert back.state == "held"
    assert len(scene.variants()) == 3
    await runs.approve(scene.pool, back.run_id)
    assert (await carried(scene, back.run_id)).state == "done"
    assert list(scene.variants()) == ["J-S"]


async def test_a_revert_can_be_taken_back(scene: Scene) -> None:
    run = await slipped(scene)
    back = await revert(scene, run)
    again = await revert(scene, back)
    assert again.state == "done"
    assert sorted(one["title"] for one in scene.state()) == ["Feil Jakke", "Feil Lue"]


async def test_a_revert_that_was_approved_is_held_no_second_time(scene: Scene) -> None:
    goods = [
        replace(LUE, row=n, handle=f"v{n}", title=f"Vare {n}", variants=(variant(sku=f"V{n}"),))
        for n in range(1, 7)
    ]
    await scene.load(*goods)
    await scene.push()
    await scene.pool.execute("update retail.price set list_price = list_price * 3")
    await forget_events(scene)
    back = await revert(scene, await resync(scene))
    assert (back.state, back.hold) == (
        "held",
        ("the price of 6 of 6 products would fall by more than 50 %",),
    )
    await runs.approve(scene.pool, back.run_id)
    back = await carried(scene, back.run_id)
    assert (back.state, back.ok) == ("done", 6)
    assert {one["price"] for one in scene.variants("Vare 1").values()} == {"499.00"}


# ------------------------------------------------------------------------------- the last write


TITLE = "update retail.product set title = '{}' where product_id = 1"


async def sent(scene: Scene, *titles: str) -> None:
    """Two products in the shop; one got these names, one after the other, by ordinary pushes."""
    await scene.load(JAKKE, LUE)
    await scene.push()
    for title in titles:
        await scene.pool.execute(TITLE.format(title))
        await scene.push()


async def take_back(scene: Scene, *keys: str) -> Run:
    run_id = await reverts.ask(scene.pool, scene.shop.shop_id, keys)
    assert run_id is not None
    return await carried(scene, run_id)


async def test_the_last_write_is_taken_back_and_stays_so(scene: Scene) -> None:
    await sent(scene, "Feil")
    back = await take_back(scene, "1")
    assert (back.kind, back.state, counts(back)) == (
        "revert",
        "done",
        {"differs": 1, "sent": 1, "ok": 1},
    )
    assert scene.product("Jakke")
    assert counts(await resync(scene)) == {"same": 2}
    await scene.pool.execute(TITLE.format("Ny jakke"))
    await scene.push()
    assert scene.product("Ny jakke")


async def test_a_write_taken_back_twice_is_there_again(scene: Scene) -> None:
    await sent(scene, "Feil")
    await take_back(scene, "1")
    assert (await take_back(scene, "1")).state == "done"
    assert scene.product("Feil")


async def test_what_waits_of_the_backoffice_is_not_undone_by_taking_back(scene: Scene) -> None:
    await sent(scene, "Feil")
    await scene.pool.execute(TITLE.format("Ny jakke"))
    back = await take_back(scene, "1")
    assert (back.state, counts(back)) == ("done", {"conflict": 1})
    (left,) = await found(scene, back)
    assert left.reason == "not taken back: the Backoffice has changed it since"
    await scene.push()
    assert scene.product("Ny jakke")


async def test_a_write_that_nobody_saw_is_not_taken_back(scene: Scene) -> None:
    await sent(scene, "Feil")
    offered = await last_write.offer(scene.pool, scene.shop, "1")
    run_id = await reverts.ask(scene.pool, scene.shop.shop_id, ["1"])
    assert offered is not None and run_id is not None
    assert [one.observed for one in offered.finding.compared.fields] == ["Feil"]  # type: ignore[union-attr]
    await scene.pool.execute(TITLE.format("Ny jakke"))
    await scene.push()
    back = await carried(scene, run_id)
    assert counts(back) == {"conflict": 1}
    assert (await last_write.offer(scene.pool, scene.shop, "1")).digest != offered.digest  # type: ignore[union-attr]
    assert scene.product("Ny jakke")


async def test_a_product_of_which_nothing_is_noted_has_no_last_write(scene: Scene) -> None:
    await scene.load(JAKKE)
    assert await last_write.offer(scene.pool, scene.shop, "1") is None
    assert counts(await take_back(scene, "1", "404")) == {"conflict": 2}
