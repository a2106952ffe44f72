"""Many new products by bulk operations: whatever befalls one, each product is made once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from syncd.catalogue.entries import ImageEntry, ProductEntry
from syncd.flows import pictures
from syncd.postgres import files, runs
from syncd.postgres.embedded import Server
from syncd.postgres.runs import Run
from syncd.rules import planner
from syncd.sandbox.paces import Allowance
from tests import leasing
from tests.flows.conftest import LUE, OPTIONS, Scene, playing, settings, variant
from tests.flows.merchant import UPDATE, VARIANTS
from tests.flows.running import carried, counts, resync
from tests.flows.test_resync import forget_events

MANY = 6
STARTED = "select count(*) from syncd.bulk_operation where gid is not null"
LONG_AGO = (
    "update syncd.bulk_operation set seen_at = seen_at - interval '1 hour' where phase = 'wait'"
)
OTHERS = """mutation { bulkOperationRunQuery(query: "{ products { edges { node { id } } } }",
  groupObjects: false) { bulkOperation { id } userErrors { message } } }"""
CANCEL = "mutation ($id: ID!) { bulkOperationCancel(id: $id) { userErrors { message } } }"
OPERATIONS = (
    "select document, lines, ok, failed, unknown, note from syncd.bulk_operation order by 1"
)


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here: tests/postgres and the resync itself run on each."""
    return embedded


def goods(count: int = MANY) -> Sequence[ProductEntry]:
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

    run = await resync(scene, decide=planner.all_by_bulk, meanwhile=meanwhile)
    scene.running.shop.works.faults.clear()
    return run


async def operations(scene: Scene) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await scene.pool.fetch(OPERATIONS)]


def calls(scene: Scene) -> dict[str, int]:
    return {
        name: n
        for name, n in scene.client.tally.calls.items()
        if name.startswith(("Product", "Pub"))
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
    noted = await scene.pool.fetch("select distinct request_ids from syncd.history")
    made = await scene.pool.fetchval(
        "select gid from syncd.bulk_operation where document = 'ProductCreateLine'"
    )
    assert [row["request_ids"] for row in noted] == [[made]]
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

    run = await resync(scene, decide=planner.all_by_bulk, meanwhile=meanwhile)
    assert (run.state, run.sent, run.ok) == ("done", MANY, MANY)
    ended = await scene.pool.fetch("select phase, note from syncd.bulk_operation")
    assert [row["phase"] for row in ended] == ["done"]
    assert "HTTP 400" in ended[0]["note"]
    assert await scene.differences() == []
    assert len(scene.state()) == MANY


async def test_a_start_whose_answer_is_lost_is_not_repeated(scene: Scene) -> None:
    await filled(scene, {"lose_start": True})
    assert scene.client.tally.calls["BulkOperationRunMutation"] == 2
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

    run = await resync(scene, decide=planner.all_by_bulk, meanwhile=meanwhile)
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

    run = await resync(scene, decide=planner.all_by_bulk, meanwhile=meanwhile)
    assert (run.state, run.ok) == ("done", MANY)
    assert (await operations(scene))[0][1] == MANY - 1
    assert await scene.differences() == []


async def updated(scene: Scene, change: str, *faults: dict[str, object]) -> Run:
    """The shop holds all; then the Backoffice changes, and no event tells of it."""
    await scene.load(*goods())
    await scene.push()
    await settings(scene, guard_price_falls_percent=100)
    await scene.pool.execute(change)
    await forget_events(scene)
    left = list(faults)

    async def meanwhile(run: Run) -> None:
        if run.state == "sending" and left and not scene.running.shop.works.faults:
            scene.running.shop.works.faults |= left.pop(0)

    run = await resync(scene, decide=planner.all_by_bulk, meanwhile=meanwhile)
    scene.running.shop.works.faults.clear()
    return run


TITLES = "update retail.product set title = title || ' ny'"
PRICES = "update retail.price set list_price = list_price + 1"


@pytest.mark.parametrize(
    ("change", "document"),
    [(TITLES, "ProductUpdate"), (PRICES, "ProductVariantsBulkUpdate")],
    ids=["names", "prices"],
)
@pytest.mark.parametrize(
    "fault",
    [{}, {"lose_start": True}, {"fail": 2}, {"missing": 2}, {"truncate": True}, {"expire": True}],
    ids=lambda fault: " ".join(fault) or "well",
)
async def test_many_products_are_put_right_by_one_operation(
    scene: Scene, change: str, document: str, fault: dict[str, object]
) -> None:
    run = await updated(scene, change, *([fault] if fault else []))
    assert (run.state, run.differs, run.ok) == ("done", MANY, MANY)
    assert await scene.differences() == []
    ((sent, lines, ok, failed, unknown, _),) = await operations(scene)
    assert (sent, lines, failed) == (document, MANY, 0)
    if not fault:
        assert document not in scene.client.tally.calls
        assert (ok, unknown) == (MANY, 0)
    assert counts(await resync(scene)) == {"same": MANY}


async def test_a_merchants_price_stays_where_many_names_are_put_right(scene: Scene) -> None:
    await scene.load(*goods())
    await scene.push()
    product = scene.product("Vare 3")
    rows = [{"id": one["id"], "price": "5.00"} for one in product["variants"]]
    await scene.call(VARIANTS, {"id": product["id"], "variants": rows})
    await scene.pool.execute(TITLES)
    await forget_events(scene)
    await resync(scene, decide=planner.all_by_bulk)
    assert {one["price"] for one in scene.variants("Vare 3 ny").values()} == {"5.00"}
    assert counts(await resync(scene)) == {"same": MANY}


async def test_what_a_merchant_changed_is_put_right_though_no_file_could_be_uploaded(
    scene: Scene,
) -> None:
    await scene.load(*goods())
    await scene.push()
    for product in scene.state():
        await scene.call(UPDATE, {"product": {"id": product["id"], "title": "Merchant's"}})
    await scene.tell("faults", {"kind": "http", "status": 400, "root": "stagedUploadsCreate"})
    run = await resync(scene, decide=planner.all_by_bulk)
    assert (run.state, run.differs, run.ok) == ("done", MANY, MANY)
    assert [(one[0], one[1]) for one in await operations(scene)] == [("ProductUpdate", 0)]
    assert await scene.differences() == []


async def test_what_needs_more_than_one_call_goes_by_itself(scene: Scene) -> None:
    run = await updated(scene, f"{TITLES}; {PRICES}")
    assert (run.state, run.ok) == ("done", MANY)
    assert await operations(scene) == []
    assert await scene.differences() == []


async def test_what_was_written_in_bulk_can_be_taken_back(scene: Scene) -> None:
    run = await updated(scene, PRICES)
    run_id = await runs.ask(scene.pool, scene.shop.shop_id, of_run=run.run_id)
    assert run_id is not None
    back = await carried(scene, run_id)
    assert (back.state, back.ok) == ("done", MANY)
    assert {one["price"] for one in scene.variants("Vare 1").values()} == {"499.00"}
    assert counts(await resync(scene)) == {"same": MANY}


PICTURED = tuple(ImageEntry(f"https://x.no/{name}.jpg", name) for name in ("en", "to"))


async def test_pictures_of_products_made_in_bulk_are_known_after_the_next_compare(
    scene: Scene,
) -> None:
    await scene.load(*(replace(one, images=PICTURED) for one in goods()))
    await forget_events(scene)
    await resync(scene, decide=planner.all_by_bulk)
    assert counts(await resync(scene)) == {"same": MANY}
    files = await scene.pool.fetch("select key, files from syncd.link order by key")
    assert [len(row["files"]) for row in files] == [2] * MANY
    known = await scene.pool.fetch("select ref, alt, state from syncd.file")
    assert {(row["ref"], row["alt"]) for row in known} == {
        ("https://x.no/en.jpg", "en"),
        ("https://x.no/to.jpg", "to"),
    }
    assert await pictures.look_once(scene.pool, scene.client, scene.shop) == 0  # they were seen
    await scene.load(replace(goods()[0], images=PICTURED[::-1]))
    await scene.push()
    assert await scene.differences() == []
    assert counts(await resync(scene)) == {"same": MANY}


async def test_a_dead_picture_of_a_product_made_in_bulk_is_told(scene: Scene) -> None:
    dead = ImageEntry("https://dead.invalid/1.jpg", "")
    await scene.load(*(replace(one, images=(dead,)) for one in goods()))
    await forget_events(scene)
    await resync(scene, decide=planner.all_by_bulk)
    assert counts(await resync(scene)) == {"same": MANY}
    await pictures.look_once(scene.pool, scene.client, scene.shop)
    failed = await files.failed(scene.pool, shop_id=scene.shop.shop_id)
    assert {(one.key, one.ref) for one in failed} == {(str(n), dead.address) for n in range(1, 7)}


async def test_a_file_that_shopify_loses_again_and_again_goes_one_by_one(scene: Scene) -> None:
    await scene.load(*goods())
    await forget_events(scene)

    async def meanwhile(run: Run) -> None:
        if await scene.pool.fetchval("select path from syncd.bulk_operation where phase = 'start'"):
            scene.running.shop.works.blobs.clear()

    run = await resync(scene, decide=planner.all_by_bulk, meanwhile=meanwhile)
    assert (run.state, run.ok) == ("done", MANY)
    assert await scene.differences() == []
    ((_, lines, ok, _, unknown, note),) = await operations(scene)
    assert (lines, ok, unknown) == (MANY, 0, MANY)
    assert "Shopify could not use the uploaded file" in str(note)


async def test_an_operation_that_stands_still_is_ended(scene: Scene) -> None:
    await scene.load(*goods())
    await forget_events(scene)

    async def meanwhile(run: Run) -> None:
        works = scene.running.shop.works
        if run.state == "sending" and not await scene.pool.fetchval(STARTED):
            works.faults["hang"] = 2
        await scene.pool.execute(LONG_AGO)

    run = await resync(scene, decide=planner.all_by_bulk, meanwhile=meanwhile)
    assert (run.state, run.ok) == ("done", MANY)
    assert await scene.differences() == []
    assert "CANCELED" in str((await operations(scene))[0][-1])
    assert len(scene.state()) == MANY


async def test_with_five_operations_under_way_a_run_waits_for_its_turn(scene: Scene) -> None:
    await scene.load(*goods(2))
    await forget_events(scene)
    gids = []
    for _ in range(5):
        scene.running.shop.works.faults["hang"] = 0
        begun = await scene.call(OTHERS)
        gids.append(begun["bulkOperationRunQuery"]["bulkOperation"]["id"])
    looks: list[str] = []

    async def meanwhile(run: Run) -> None:
        looks.append(run.state)
        if len(looks) == 3:
            for gid in gids:
                await scene.call(CANCEL, {"id": gid})

    run = await resync(scene, meanwhile=meanwhile)
    assert looks[:3] == ["asked"] * 3
    assert (run.state, run.reads, run.ok) == ("done", 1, 2)


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
        await resync(small, decide=planner.all_by_bulk, meanwhile=meanwhile)
    assert ended
    assert 3 <= len(small.state()) < MANY
    waiting = await small.pool.fetch(
        "select state, last_error from syncd.change where kind = 'product'"
    )
    assert len(waiting) == MANY - len(small.state())
    assert all("no more new variants" in row["last_error"] for row in waiting)
