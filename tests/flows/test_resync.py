"""A full resync: what differs is found, told, put right; nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from syncd.flows import carry_run
from syncd.flows.compare import compare
from syncd.flows.reading import LOST, READS
from syncd.postgres import runs
from syncd.postgres.embedded import Server
from syncd.postgres.runs import Run
from tests import leasing
from tests.flows.conftest import JAKKE, LUE, Scene, price, settings, variant
from tests.flows.merchant import UPDATE, VARIANTS
from tests.flows.running import carried, counts, found, resync

LONG_AGO = "update syncd.run set operation_at = operation_at - $1::interval"
READING = {"BulkOperationRunQuery", "BulkOperationRead"}
SOKK = replace(LUE, row=5, handle="sokk", title="Sokk", variants=(variant(sku="S-1"),))


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here: tests/postgres asks each for every statement."""
    return embedded


async def merchant(scene: Scene, name: str = "Jakke", **fields: object) -> None:
    gid = scene.product(name)["id"]
    await scene.call(UPDATE, {"product": {"id": gid, **fields}})


async def merchants_price(scene: Scene, amount: str) -> None:
    product = scene.product()
    rows = [{"id": one["id"], "price": amount} for one in product["variants"]]
    await scene.call(VARIANTS, {"id": product["id"], "variants": rows})


async def state(scene: Scene, key: str) -> str | None:
    """Of the change of a product, None when nothing is due."""
    row = await scene.change(key)
    return None if row is None else str(row["state"])


async def forget_events(scene: Scene) -> None:
    """What was changed in the Backoffice is told by no event: the outbox was switched off, say."""
    await leasing.route_once(scene.pool)
    await scene.pool.execute("delete from syncd.change")


async def test_the_first_resync_fills_the_shop_and_the_second_writes_nothing(scene: Scene) -> None:
    await scene.load(JAKKE, LUE)
    await forget_events(scene)
    first = await resync(scene)
    assert (first.state, counts(first)) == ("done", {"only_here": 2, "sent": 2, "ok": 2})
    assert await scene.differences() == []
    before = dict(scene.client.tally.calls)
    second = await resync(scene)
    assert counts(second) == {"same": 2}
    assert {
        name for name, n in scene.client.tally.calls.items() if n > before.get(name, 0)
    } <= READING


async def test_who_changed_what_is_told(scene: Scene) -> None:
    await scene.load(JAKKE, LUE, SOKK)
    await scene.push()
    await merchant(scene, "Jakke", title="Superjakke")
    await scene.load(replace(LUE, title="Hue"))
    await forget_events(scene)
    run = await resync(scene, is_dry=True)
    assert counts(run) == {"same": 1, "differs": 2}
    told = {one.key: (one.who, one.fields) for one in await found(scene, run)}
    assert told == {
        "1": (
            "shopify",
            [
                {
                    "field": "title",
                    "wanted": "Jakke",
                    "known": "Jakke",
                    "observed": "Superjakke",
                    "who": "shopify",
                }
            ],
        ),
        "2": (
            "backoffice",
            [
                {
                    "field": "title",
                    "wanted": "Hue",
                    "known": "Lue",
                    "observed": "Lue",
                    "who": "backoffice",
                }
            ],
        ),
    }


async def test_a_dry_run_writes_nothing(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await merchant(scene, title="Superjakke")
    before = dict(scene.client.tally.calls)
    run = await resync(scene, is_dry=True)
    assert (run.state, counts(run)) == ("done", {"differs": 1})
    assert scene.product("Superjakke")
    assert await scene.push() == []
    assert {
        name for name, n in scene.client.tally.calls.items() if n > before.get(name, 0)
    } <= READING


async def test_a_name_changed_in_the_shop_is_put_right_and_no_price(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await merchants_price(scene, "5.00")
    await merchant(scene, title="Superjakke")
    run = await resync(scene)
    assert counts(run) == {"differs": 1, "sent": 1, "ok": 1}
    assert scene.product()["title"] == "Jakke"
    assert {one["price"] for one in scene.variants().values()} == {"5.00"}


async def test_the_shops_prices_give_way_when_a_person_says_so(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await merchants_price(scene, "999.00")
    assert counts(await resync(scene)) == {"same": 1}
    run = await resync(scene, with_prices=True)
    assert counts(run) == {"differs": 1, "sent": 1, "ok": 1}
    assert {one["price"] for one in scene.variants().values()} == {"499.00"}


async def test_a_product_of_the_shop_alone_stays(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.call('mutation { productCreate(product: {title: "Kopp"}) { product { id } } }')
    run = await resync(scene)
    assert counts(run) == {"same": 1, "only_there": 1}
    assert scene.product("Kopp")["status"] == "ACTIVE"


async def test_a_product_whose_sku_the_shop_sells_already_needs_a_person(scene: Scene) -> None:
    await scene.load(LUE)
    await forget_events(scene)
    await scene.call(
        """mutation { productSet(input: {title: "Hue", productOptions: [{name: "Title", values:
        [{name: "Default Title"}]}], variants: [{optionValues: [{optionName: "Title", name:
        "Default Title"}], sku: "l-1"}]}) { userErrors { message } } }"""
    )
    run = await resync(scene)
    assert counts(run) == {"only_there": 1, "conflict": 1}
    (conflict,) = (one for one in await found(scene, run) if one.verdict == "conflict")
    assert conflict.reason is not None
    assert conflict.reason.startswith("the shop has SKU L-1 already, in “Hue”")
    assert [one["title"] for one in scene.state()] == ["Hue"]


async def test_a_product_whose_link_is_lost_is_linked_again(scene: Scene) -> None:
    await scene.load(JAKKE, LUE)
    await scene.push()
    await scene.pool.execute("delete from syncd.link where key = '1'")
    run = await resync(scene)
    assert counts(run) == {"same": 1, "differs": 1, "sent": 1, "ok": 1}
    assert len(scene.state()) == 2
    assert counts(await resync(scene)) == {"same": 2}


async def test_a_product_deleted_in_the_backoffice_is_archived(scene: Scene) -> None:
    await scene.load(JAKKE, LUE)
    await scene.push()
    await scene.pool.execute("delete from retail.product where product_id = 2")
    await forget_events(scene)
    run = await resync(scene)
    assert counts(run) == {"same": 1, "differs": 1, "sent": 1, "ok": 1}
    assert scene.product("Lue")["status"] == "ARCHIVED"
    assert counts(await resync(scene)) == {"same": 2}


async def test_what_shopify_refused_is_not_sent_again_until_it_changes(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    long = replace(LUE, title="x" * 255)
    await scene.load(long)
    await scene.pool.execute(
        "update retail.product set title = repeat('x', 300) where product_id = 2"
    )
    await scene.push()
    assert await state(scene, "2") == "dead"
    run = await resync(scene)
    assert counts(run) == {"same": 1, "conflict": 1}
    assert await state(scene, "2") == "dead"


async def test_a_change_that_was_pushed_while_the_shop_was_read_is_no_news(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()

    async def meanwhile(run: Run) -> None:
        if run.state == "reading" and run.reads == 1 and scene.product()["vendor"] == "Fjell":
            await scene.load(replace(JAKKE, store="Vidda"))
            await scene.push()

    run = await resync(scene, meanwhile=meanwhile)
    assert counts(run) == {"same": 1}
    assert scene.product()["vendor"] == "Vidda"


async def test_a_product_that_was_made_while_the_shop_was_read_is_no_conflict(scene: Scene) -> None:
    run_id = await runs.ask(scene.pool, scene.shop.shop_id)
    assert run_id is not None
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    run = await runs.find(scene.pool, run_id)
    assert run is not None
    await runs.begin_read(scene.pool, run, lease)
    await scene.load(JAKKE)
    await scene.push()
    run = await runs.find(scene.pool, run_id)
    assert run is not None
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    await compare(scene.pool, scene.shop, run, lease, iter(()))
    run = await runs.find(scene.pool, run_id)
    assert run is not None
    assert counts(run) == {"same": 1}


async def test_mass_damage_waits_for_a_person_who_may_end_it(scene: Scene) -> None:
    goods = [
        replace(LUE, row=n, handle=f"v{n}", variants=(variant(sku=f"V{n}"),)) for n in range(6)
    ]
    await scene.load(*goods)
    await scene.push()
    await scene.pool.execute("update retail.product set is_active = false")
    await forget_events(scene)
    run = await resync(scene)
    assert (run.state, counts(run)) == ("held", {"differs": 6})
    assert run.hold == ("6 of the 6 products on sale would go off sale (more than 10 %)",)
    await runs.reject(scene.pool, run.run_id)
    ended = await runs.find(scene.pool, run.run_id)
    assert ended is not None
    assert ended.state == "rejected"
    assert {one["status"] for one in scene.state()} == {"ACTIVE"}
    assert await scene.push() == []


async def test_mass_damage_that_is_approved_is_done(scene: Scene) -> None:
    goods = [
        replace(LUE, row=n, handle=f"v{n}", variants=(variant(sku=f"V{n}"),)) for n in range(6)
    ]
    await scene.load(*goods)
    await scene.push()
    await scene.pool.execute("update retail.price set list_price = 10")
    await forget_events(scene)
    run = await resync(scene)
    assert run.state == "held"
    assert "6 of 6 products would fall by more than 50 %" in run.hold[0]
    await runs.approve(scene.pool, run.run_id)
    run = await carried(scene, run.run_id)
    assert (run.state, run.ok) == ("done", 6)
    assert await scene.differences() == []


async def test_the_last_variant_is_not_deleted_unasked(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.load(replace(JAKKE, variants=JAKKE.variants[:1]))
    await forget_events(scene)
    run = await resync(scene)
    assert run.hold == ("1 variant would be deleted in Shopify, with their stock",)
    await settings(scene, guard_deletions=1)
    await runs.reject(scene.pool, run.run_id)
    assert counts(await resync(scene))["ok"] == 1
    assert list(scene.variants()) == ["J-S"]


@pytest.mark.parametrize(
    "fault",
    [
        {"shuffle": True},
        {"lose_start": True},
        {"fail": 1},
        {"missing": 2},
        {"truncate": True},
        {"expire": True},
    ],
    ids=lambda fault: next(iter(fault)),
)
async def test_a_reading_that_goes_wrong_is_done_again(
    scene: Scene, fault: dict[str, object]
) -> None:
    await scene.load(JAKKE, LUE)
    await scene.push()
    scene.running.shop.works.faults |= fault
    run = await resync(scene)
    assert (run.state, counts(run)) == ("done", {"same": 2})
    assert run.reads == (1 if "shuffle" in fault or "lose_start" in fault else 2)


async def test_a_reading_that_never_began_counts_for_nothing(scene: Scene) -> None:
    """We died each time after it was noted that the query is asked for, and before it was."""
    await scene.load(JAKKE)
    await scene.push()
    run_id = await runs.ask(scene.pool, scene.shop.shop_id)
    assert run_id is not None
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    for _ in range(READS + 1):
        run = await runs.find(scene.pool, run_id)
        assert run is not None
        await runs.begin_read(scene.pool, run, lease)
        assert await carry_run.advance_once(scene.pool, scene.client, scene.shop, lease)
        await scene.pool.execute(LONG_AGO, LOST)
        await carry_run.advance_once(scene.pool, scene.client, scene.shop, lease)
    run = await carried(scene, run_id)
    assert (run.state, run.reads, counts(run)) == ("done", 1, {"same": 1})
    assert scene.client.tally.calls["BulkOperationRunQuery"] == 1


async def test_a_lost_answer_to_the_second_reading_is_looked_for(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    scene.running.shop.works.faults |= {"expire": True}

    async def meanwhile(run: Run) -> None:
        if run.operation is not None and not scene.running.shop.mischief.rules:
            await scene.tell("faults", {"kind": "drop", "root": "bulkOperationRunQuery"})

    run = await resync(scene, meanwhile=meanwhile)
    assert (run.state, run.reads, counts(run)) == ("done", 2, {"same": 1})
    assert scene.client.tally.calls["BulkOperationRunQuery"] == 2


async def test_prices_are_those_of_the_shops_department(scene: Scene) -> None:
    await scene.load(replace(LUE, variants=(replace(LUE.variants[0], prices=price("250.00")),)))
    await scene.push()
    assert counts(await resync(scene)) == {"same": 1}
    assert Decimal(scene.variants("Lue")["L-1"]["price"]) == 250
