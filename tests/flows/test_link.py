"""The first link: what is in the shop already is found, shown, and linked when a person says so."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import asyncpg
import pytest

from syncd.errors import ConfigError
from syncd.flows import carry_run
from syncd.postgres import link_answers, linking, reference, runs
from syncd.postgres.embedded import Server
from syncd.postgres.runs import Run
from syncd.rules import link_report
from syncd.rules.link_report import Decided, Finding
from syncd.rules.matching import match
from tests import leasing
from tests.flows import mischief, shelves
from tests.flows.conftest import ACCOUNT, JAKKE, LUE, Scene, playing, settings
from tests.flows.merchant import VARIANTS
from tests.flows.mischief import Made, Row
from tests.flows.running import carried, resync

DELETE = "mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId } }"
READS = {"BulkOperationRunQuery", "BulkOperationRead", "BulkOperationList"}
SET = """mutation ($input: ProductSetInput!) { productSet(synchronous: true, input: $input) {
  product { id } userErrors { message } } }"""


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    return embedded


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    """A Backoffice, and a shop of which nobody has said what is in it."""
    async with playing(pool, tmp_path) as scene:
        await settings(scene, state="unlinked", sync_stock=False)
        yield scene


def test_the_whole_of_both_catalogues_is_sorted_as_the_merchant_changed_it() -> None:
    products = mischief.catalogue()
    shelves = mischief.put(products)
    rows = match(map(mischief.entry, products), (one.entry for one in shelves.made))
    found: dict[tuple[str, str], str] = {}
    for row in rows:
        found |= {("here", row.here): row.bucket} if row.here else {}
        found |= {("there", row.there): row.bucket} if row.there else {}
    wrong = {name: bucket for name, bucket in found.items() if shelves.expected[name] != bucket}
    assert wrong == {}
    assert found.keys() == shelves.expected.keys()
    assert len(products) > 700 and set(Counter(found.values())) >= {"split", "merged", "no_sku"}


async def stock_the_shop(scene: Scene, made: list[Made]) -> None:
    for one in made:
        answer = await scene.call(SET, {"input": one.input})
        assert answer["productSet"]["userErrors"] == []


async def linked(scene: Scene) -> Run:
    """Ask for a link and carry it on as far as it goes by itself."""
    run_id = await linking.ask(scene.pool, scene.shop.shop_id)
    assert run_id is not None
    return await went_on(scene, run_id)


async def went_on(scene: Scene, run_id: int) -> Run:
    """The run, after it has gone as far as it goes by itself; nothing is pushed meanwhile."""
    for _ in range(2000):
        if (run := await step(scene, run_id)) is not None:
            return run
    raise AssertionError("the run goes on and on")


async def step(scene: Scene, run_id: int) -> Run | None:
    """One step; the run, when it has ended or waits for a person."""
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    await carry_run.advance_once(scene.pool, scene.client, scene.shop, lease)
    run = await runs.find(scene.pool, run_id)
    assert run is not None
    waits = run.state == "held" and run.decided_at is None
    return run if run.ended_at is not None or waits else None


async def approved(scene: Scene, run: Run) -> Run:
    await runs.approve(scene.pool, run.run_id)
    ended = await went_on(scene, run.run_id)
    await settings(scene)  # it is linked by now
    return ended


async def compared(scene: Scene) -> Run:
    """The compare that a link asks for, carried to its end."""
    run = await runs.under_way(scene.pool, scene.shop.shop_id)
    assert run is not None and run.asked_by == "link"
    return await carried(scene, run.run_id)


async def report(scene: Scene, run: Run) -> list[Finding]:
    return await link_answers.found(scene.pool, run.run_id, most=100_000)


def skus(scene: Scene) -> Counter[str]:
    """How often each article number stands in the shop, however it is spelled."""
    return Counter(
        variant["sku"].replace(" ", "").lstrip("'0").lower()
        for product in scene.state()
        for variant in product["variants"]
        if variant["sku"]
    )


async def test_a_catalogue_put_in_by_hand_is_linked_without_a_duplicate(scene: Scene) -> None:
    every = mischief.catalogue()
    products = every if "WHOLE" in os.environ else [*every[:16], *every[30:48]]  # make soak
    report_ = await reference.load(scene.pool, mischief.loaded(products), account_id=ACCOUNT)
    assert report_.problems == ()
    shelved = mischief.put(products)
    await stock_the_shop(scene, shelved.made)
    before = dict(scene.client.tally.calls)

    run = await linked(scene)
    assert run.state == "held"
    found = await report(scene, run)
    assert buckets(found) == shelved.expected
    sent = {name for name, n in scene.client.tally.calls.items() if n > before.get(name, 0)}
    assert sent <= READS
    assert await linking.links(scene.pool, scene.shop.shop_id) == {}

    was, times = len(scene.state()), skus(scene)
    await settings(scene, guard_row_errors=1)  # what the link leaves open is no mass of errors
    ended = await approved(scene, run)
    links = sum(one.proposal == "link" for one in found)
    assert (ended.state, ended.ok, ended.sent) == ("done", links, links)
    assert scene.shop.state == "linked"
    first = await compared(scene)
    made = [one for one in found if one.bucket == "only_here"]
    assert (first.state, first.only_here, first.parked) == ("done", len(made), 0)
    assert len(scene.state()) == was + len(made)
    assert {sku for sku, n in skus(scene).items() if n > max(1, times[sku])} == set()

    before = dict(scene.client.tally.calls)
    second = await resync(scene)
    assert (second.state, second.sent, second.differs) == ("done", 0, 0)
    sent = {name for name, n in scene.client.tally.calls.items() if n > before.get(name, 0)}
    assert sent <= READS


def buckets(found: list[Finding]) -> dict[tuple[str, str], str]:
    said: dict[tuple[str, str], str] = {}
    for one in found:
        if one.title_here is not None:
            said["here", one.title_here] = one.bucket
        if one.title_there is not None:
            said["there", one.title_there] = one.bucket
    return said


def there(title: str, *skus: str, options: tuple[str, ...] = ("Størrelse",)) -> Made:
    rows = tuple(
        Row((size,), sku, "", "499.00") for size, sku in zip(("S", "M", "L"), skus, strict=False)
    )
    return Made(title, options, rows)


JAKKE_THERE = there("Vår jakke", "j-s", "J-M")


@pytest.fixture
async def jakke(scene: Scene) -> Scene:
    """One product on both sides, spelled otherwise there."""
    await scene.load(JAKKE)
    await stock_the_shop(scene, [JAKKE_THERE])
    return scene


def ids(scene: Scene) -> dict[str, str]:
    """The identity that each product of the shop carries, by title."""
    return {
        product["title"]: product["metafields"]["syncd.backoffice_id"]
        for product in scene.state()
        if "syncd.backoffice_id" in product["metafields"]
    }


async def test_a_linked_product_carries_our_id_and_gets_what_is_ours(jakke: Scene) -> None:
    run = await linked(jakke)
    (row,) = await report(jakke, run)
    assert (row.bucket, row.proposal, row.folded) == ("folded", "link", ["case"])
    assert row.reason == "2 variants have the same SKU but for capital letters"
    await approved(jakke, run)
    assert ids(jakke) == {"Vår jakke": "1"}
    assert (await compared(jakke)).state == "done"
    assert set(jakke.variants()) == {"J-S", "J-M"}
    left = {one.field for one in await jakke.differences()}
    assert left == {"sales channels"}  # where it is to be seen is the merchant's


async def test_a_lost_answer_while_ids_are_written_ends_well(jakke: Scene) -> None:
    run = await linked(jakke)
    await jakke.tell("faults", {"kind": "drop", "root": "metafieldsSet", "times": 2})
    assert (await approved(jakke, run)).ok == 1
    assert ids(jakke) == {"Vår jakke": "1"}


async def test_a_node_that_dies_after_each_step_is_followed_by_another(jakke: Scene) -> None:
    run = await linked(jakke)
    await runs.approve(jakke.pool, run.run_id)
    is_forgotten = False
    for _ in range(50):
        await leasing.leave_all(jakke.pool)  # the next step is another node's
        if await step(jakke, run.run_id) is not None:
            break
        if ids(jakke) and not is_forgotten:  # it died before it had noted that
            is_forgotten = True
            await jakke.pool.execute("update syncd.link_finding set is_named = false")
    assert is_forgotten
    assert ids(jakke) == {"Vår jakke": "1"}
    assert len(await linking.links(jakke.pool, jakke.shop.shop_id)) == 1


async def test_what_changed_after_the_report_is_not_linked(jakke: Scene) -> None:
    run = await linked(jakke)
    gid = jakke.product("Vår jakke")["id"]
    variant_gid = jakke.product("Vår jakke")["variants"][0]["id"]
    values = [{"optionName": "Størrelse", "name": "XS"}]
    row = {"id": variant_gid, "inventoryItem": {"sku": "ANNET"}, "optionValues": values}
    await jakke.call(VARIANTS, {"id": gid, "variants": [row]})
    ended = await approved(jakke, run)
    assert (ended.ok, ended.failed) == (0, 1)
    (found,) = await report(jakke, ended)
    assert found.outcome == "changed" and "changed after the report" in (found.error or "")
    assert ids(jakke) == {}


async def test_what_vanished_after_the_report_is_told_and_not_made_anew(jakke: Scene) -> None:
    run = await linked(jakke)
    gid = jakke.product("Vår jakke")["id"]
    await jakke.call(DELETE, {"id": gid})
    ended = await approved(jakke, run)
    (found,) = await report(jakke, ended)
    assert (found.outcome, found.error) == ("changed", "it is not in the shop any more")
    assert (await compared(jakke)).conflict == 1
    assert jakke.state() == []


async def test_what_nobody_decides_is_neither_linked_nor_made_until_somebody_does(
    jakke: Scene,
) -> None:
    await stock_the_shop(jakke, [there("Kopi", "J-S", "J-M")])
    run = await linked(jakke)
    assert [row.proposal for row in await report(jakke, run)] == ["ask", "leave", "leave"]
    await approved(jakke, run)
    assert (await compared(jakke)).conflict == 1
    change = await jakke.change()
    assert await jakke.push() == [] or change is None
    assert len(jakke.state()) == 2

    again = await linked(jakke)
    row = (await report(jakke, again))[0]
    chosen = jakke.product("Kopi")["id"]
    said = link_report.decide(row, "link", chosen.rpartition("/")[2])
    assert isinstance(said, Decided)
    await link_answers.decide(jakke.pool, again.run_id, [said])
    assert (await approved(jakke, again)).ok == 1
    assert (await compared(jakke)).state == "done"
    assert sorted(one["title"] for one in jakke.state()) == ["Jakke", "Vår jakke"]
    assert ids(jakke) == {"Jakke": "1"}


async def test_a_second_link_touches_only_what_is_not_linked(jakke: Scene) -> None:
    await approved(jakke, await linked(jakke))
    await compared(jakke)
    before = await linking.links(jakke.pool, jakke.shop.shop_id)
    await jakke.load(LUE)
    await stock_the_shop(
        jakke, [Made("Lue", ("Title",), (Row(("Default Title",), "L-1", "", "5"),))]
    )
    run = await linked(jakke)
    assert (run.same, [row.bucket for row in await report(jakke, run)]) == (1, ["exact"])
    await approved(jakke, run)
    assert (await linking.links(jakke.pool, jakke.shop.shop_id)).items() > before.items()


async def test_an_approval_counts_once_and_nothing_is_decided_after_it(jakke: Scene) -> None:
    run = await linked(jakke)
    await runs.approve(jakke.pool, run.run_id)
    with pytest.raises(ConfigError, match="does not wait for an answer"):
        await runs.approve(jakke.pool, run.run_id)
    with pytest.raises(ConfigError, match="does not wait for decisions"):
        await link_answers.decide(jakke.pool, run.run_id, [Decided(1, "leave")])
    with pytest.raises(ConfigError, match="cannot be cancelled"):
        await link_answers.cancel(jakke.pool, run.run_id)


async def test_two_products_are_not_linked_with_the_same_one(scene: Scene) -> None:
    await scene.load(JAKKE, replace(JAKKE, row=9, handle="jakke-2", title="Jakke 2"))
    await stock_the_shop(scene, [JAKKE_THERE])
    run = await linked(scene)
    rows = [row for row in await report(scene, run) if row.key]
    said = [link_report.decide(row, "link") for row in rows]
    with pytest.raises(ConfigError, match="rows 1, 2 are to be linked with the same"):
        made = [one for one in said if isinstance(one, Decided)]
        await link_answers.decide(scene.pool, run.run_id, made)
    assert {row.decision for row in await report(scene, run)} == {None}


async def test_a_cancelled_link_leaves_no_trace_in_the_shop(jakke: Scene) -> None:
    run = await linked(jakke)
    await link_answers.cancel(jakke.pool, run.run_id)
    assert await runs.under_way(jakke.pool, jakke.shop.shop_id) is None
    assert (jakke.shop.state, ids(jakke)) == ("unlinked", {})


@pytest.mark.parametrize(("side", "count"), [("backoffice", 5), ("shopify", 0)])
async def test_a_person_says_for_a_product_whose_counts_are_right(
    jakke: Scene, side: Literal["backoffice", "shopify"], count: int
) -> None:
    await settings(jakke, sync_stock=True, stock_direction="two_way")
    run = await linked(jakke)
    (row,) = await report(jakke, run)
    assert row.counts_differ == 2
    await link_answers.decide(jakke.pool, run.run_id, [Decided(1, None, None, side)])
    await approved(jakke, run)
    await compared(jakke)
    await shelves.count(jakke)
    assert await shelves.both(jakke) == (count, count)


async def test_a_link_that_failed_in_the_middle_is_made_whole_by_the_next(jakke: Scene) -> None:
    run = await linked(jakke)
    await runs.approve(jakke.pool, run.run_id)
    while not await linking.links(jakke.pool, jakke.shop.shop_id):
        assert await step(jakke, run.run_id) is None
    await runs.fail(jakke.pool, run, "the disk is full")
    assert (jakke.shop.state, ids(jakke)) == ("unlinked", {})
    again = await linked(jakke)
    assert [row.bucket for row in await report(jakke, again)] == ["linked"]
    assert (await approved(jakke, again)).ok == 1
    assert ids(jakke) == {"Vår jakke": "1"}


async def test_an_empty_backoffice_takes_in_what_the_shop_has(scene: Scene) -> None:
    await stock_the_shop(scene, [JAKKE_THERE, there("Genser", "G-S", "G-M"), there("Lue", "L-1")])
    run = await linked(scene)
    found = await report(scene, run)
    assert {(one.bucket, one.proposal) for one in found} == {("only_there", "leave")}
    said = [link_report.decide(one, "import") for one in found if one.title_there != "Lue"]
    made = [one for one in said if isinstance(one, Decided)]
    assert len(made) == 2
    await link_answers.decide(scene.pool, run.run_id, made)
    before = scene.state()

    await approved(scene, run)
    names = await scene.pool.fetch("select title from retail.product order by title")
    assert [row["title"] for row in names] == ["Genser", "Vår jakke"]
    assert ids(scene).keys() == {"Genser", "Vår jakke"}
    first = await compared(scene)
    assert (first.state, first.same, first.differs, first.sent) == ("done", 2, 0, 0)
    await scene.push()  # what the Backoffice's own triggers told meanwhile
    shown = [{**one, "metafields": {}} for one in scene.state()]
    assert shown == [{**one, "metafields": {}} for one in before]


async def test_a_backoffice_that_cannot_take_products_in_says_so_in_the_report(
    scene: Scene,
) -> None:
    await scene.pool.execute("drop function syncd_contract.receive_product(text, text, jsonb)")
    await stock_the_shop(scene, [JAKKE_THERE])
    run = await linked(scene)
    (row,) = await report(scene, run)
    made = link_report.decide(row, "import")
    assert isinstance(made, Decided)
    await link_answers.decide(scene.pool, run.run_id, [made])
    ended = await approved(scene, run)
    (row,) = await report(scene, ended)
    assert (ended.state, row.outcome) == ("done", "refused")
    assert "receive_product" in (row.error or "")
