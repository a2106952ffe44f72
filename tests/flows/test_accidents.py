"""Whatever somebody does in Shopify, the shop ends as the Backoffice says, nothing in it twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.catalogue.entries import ProductEntry
from syncd.flows import carry_run
from syncd.postgres import runs, stock
from syncd.postgres.embedded import Server
from syncd.postgres.runs import Run
from syncd.rules import planner
from tests import leasing
from tests.flows.accidents import copy, delete, delete_variant, restore
from tests.flows.conftest import JAKKE, LUE, Scene, names, settings, variant
from tests.flows.merchant import UPDATE
from tests.flows.running import carried, counts, found, resync
from tests.flows.shelves import both, count, here, sell, there

TOUCH = "update retail.product set title = title || ' ny' where product_id = any($1)"
INACTIVE = "update retail.product set is_active = $2 where product_id = $1"
NOTES = "select note from syncd.history where key = $1 and note is not null order by history_id"


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here: tests/postgres run the statements on each."""
    return embedded


@pytest.fixture
async def shelf(scene: Scene) -> Scene:
    """A jacket in two sizes and a hat, five of each on both sides, kept in step in both ways."""
    await settings(scene, sync_stock=True, stock_direction="two_way")
    await scene.load(JAKKE, LUE)
    await scene.push()
    await count(scene)
    return scene


def goods(number: int) -> list[ProductEntry]:
    return [
        replace(
            LUE, row=n, handle=f"v{n:02}", title=f"Vare {n:02}", variants=(variant(sku=f"V{n:02}"),)
        )
        for n in range(1, number + 1)
    ]


async def whole(scene: Scene) -> None:
    """The shop is as the Backoffice says, and what is sent or compared now changes nothing."""
    assert await scene.differences() == []
    assert {*counts(await resync(scene))} <= {"same", "only_there"}
    assert await scene.pool.fetch("select * from syncd.change") == []


async def notes(scene: Scene, key: str = "1") -> list[str]:
    return [row["note"] for row in await scene.pool.fetch(NOTES, key)]


async def test_a_deleted_product_is_made_anew_with_the_next_change_of_it(shelf: Scene) -> None:
    old = shelf.product()["id"]
    await delete(shelf, "Jakke")
    await sell(shelf, 2)  # nobody can have bought one in the web shop since
    await shelf.pool.execute(TOUCH, [1])
    await shelf.push()
    await count(shelf)
    assert shelf.product("Jakke ny")["id"] != old
    assert await here(shelf) == 3
    assert {
        sku: sum(one["quantities"].values()) for sku, one in shelf.variants("Jakke ny").items()
    } == {
        "J-S": 3,
        "J-M": 5,
    }
    (note,) = await notes(shelf)
    assert "was deleted in Shopify" in note and "inactive in the Backoffice" in note
    assert old not in str(
        [
            *await shelf.pool.fetch("select * from syncd.link"),
            *await shelf.pool.fetch("select * from syncd.variant_link"),
        ]
    )
    await whole(shelf)


async def test_a_deleted_product_is_made_anew_by_a_compare(shelf: Scene) -> None:
    await delete(shelf, "Jakke")
    run = await resync(shelf)
    assert (run.state, counts(run)) == ("done", {"same": 1, "only_here": 1, "sent": 1, "ok": 1})
    (difference,) = await found(shelf, run)
    assert "was deleted in Shopify" in (difference.reason or "")
    await count(shelf)
    assert await both(shelf) == (5, 5)
    await whole(shelf)


async def test_a_sale_of_a_deleted_product_has_it_made_anew(shelf: Scene) -> None:
    await delete(shelf, "Jakke")
    await sell(shelf, 1)
    await count(shelf)
    await shelf.push()
    await count(shelf)
    assert await both(shelf) == (4, 4)
    await whole(shelf)


async def test_a_deleted_product_that_is_inactive_stays_away_until_it_is_active(
    shelf: Scene,
) -> None:
    await delete(shelf, "Jakke")
    await shelf.pool.execute(INACTIVE, 1, False)
    await shelf.push()
    await sell(shelf, 1)
    await count(shelf)
    assert names(shelf.state()) == ["Lue"]
    assert counts(await resync(shelf)) == {"same": 2}
    assert names(shelf.state()) == ["Lue"]
    assert await shelf.pool.fetch("select * from syncd.change") == []
    before = dict(shelf.client.tally.calls)
    await shelf.pool.execute(TOUCH, [1])
    await shelf.push()
    assert "ProductUpdate" not in {
        n for n, c in shelf.client.tally.calls.items() if c > before.get(n, 0)
    }
    await shelf.pool.execute(INACTIVE, 1, True)
    await shelf.push()
    await count(shelf)
    assert await here(shelf) == 4
    assert sum(shelf.variants("Jakke ny")["J-S"]["quantities"].values()) == 4
    await whole(shelf)


async def test_a_product_deleted_on_both_sides_is_forgotten(scene: Scene) -> None:
    await scene.load(JAKKE, LUE)
    await scene.push()
    await delete(scene, "Jakke", "Lue")
    await scene.pool.execute("delete from retail.product where product_id = 1")
    await scene.push()
    assert await scene.pool.fetch("select key from syncd.link where key = '1'") == []
    await scene.pool.execute("delete from syncd.change")
    await scene.pool.execute("delete from retail.product where product_id = 2")
    await scene.pool.execute("truncate syncd.outbox")
    await resync(scene)
    assert await scene.pool.fetch("select key from syncd.link") == []
    assert scene.state() == []


@pytest.mark.parametrize("way", ["changes", "a compare", "a compare, by bulk"])
async def test_many_deleted_products_wait_for_an_answer(scene: Scene, way: str) -> None:
    await scene.load(*goods(12))
    await scene.push()
    await delete(scene, *(f"Vare {n:02}" for n in range(1, 8)))
    if way == "changes":
        await scene.pool.execute(TOUCH, [*range(1, 8)])
        await scene.push()
        (run,) = await runs.waiting(scene.pool)
    else:
        decide = planner.DECISIONS["bulk" if "bulk" in way else "calls"]
        run = await resync(scene, decide=decide)
    assert run.state == "held"
    assert run.hold == (
        "7 of 12 products were deleted in Shopify; they would be made anew, but for those that are "
        "put inactive in the Backoffice before",
    )
    assert len(scene.state()) == 5
    await scene.pool.execute(INACTIVE, 7, False)
    await scene.push()
    await runs.approve(scene.pool, run.run_id)
    if way == "changes":
        await scene.push()
    run = await carried(scene, run.run_id)
    assert run.state == "done"
    await scene.push()
    assert len(scene.state()) == (11 if way == "changes" else 12)
    assert len({one["title"] for one in scene.state()}) == len(scene.state())


async def test_what_is_not_to_be_made_anew_stays_away(scene: Scene) -> None:
    await scene.load(*goods(6))
    await scene.push()
    await delete(scene, *(f"Vare {n:02}" for n in range(1, 7)))
    await scene.pool.execute(TOUCH, [*range(1, 7)])
    await scene.push()
    (run,) = await runs.waiting(scene.pool)
    await runs.reject(scene.pool, run.run_id)
    await scene.pool.execute(TOUCH, [*range(1, 7)])
    assert "ProductSet" not in await scene.push()
    assert scene.state() == []


async def test_a_deleted_variant_is_made_anew_in_its_product(shelf: Scene) -> None:
    product = shelf.product()["id"]
    await delete_variant(shelf, "J-S")
    await shelf.pool.execute("update retail.price set list_price = 555")
    await shelf.push()
    await shelf.pool.execute("update syncd.change set due_at = syncd.clock()")
    await shelf.push()
    await count(shelf)
    assert shelf.product()["id"] == product
    assert await both(shelf) == (5, 5)
    (note,) = await notes(shelf)
    assert "SKU J-S" in note and "delete it in the Backoffice" in note
    await whole(shelf)


async def test_a_sale_of_a_deleted_variant_has_it_made_anew(shelf: Scene) -> None:
    await delete_variant(shelf, "J-S")
    await sell(shelf, 1)
    await sell(shelf, 2, "J-M")
    await count(shelf)
    assert await both(shelf, "J-M") == (3, 3)  # the others are not held up
    await shelf.push()
    await count(shelf)
    assert await both(shelf) == (4, 4)
    await whole(shelf)


async def test_a_compare_finds_a_deleted_variant(shelf: Scene) -> None:
    await delete_variant(shelf, "J-S")
    run = await resync(shelf)
    assert counts(run) == {"same": 1, "differs": 1, "sent": 1, "ok": 1}
    await count(shelf)
    assert await both(shelf) == (5, 5)
    assert len(await notes(shelf)) == 1
    await whole(shelf)


async def test_a_copy_is_nobodys_and_is_named(shelf: Scene) -> None:
    gid = await copy(shelf, "Jakke", "Jakke (kopi)")
    (before,) = (one for one in shelf.state() if one["id"] == gid)
    assert before["metafields"] == {}  # Shopify copies no value that must be unique
    run = await resync(shelf)
    assert counts(run) == {"same": 2, "only_there": 1}
    (difference,) = await found(shelf, run)
    assert difference.reason is not None
    assert "J-M" in difference.reason and "product 1 (Jakke)" in difference.reason
    await shelf.pool.execute("update retail.price set list_price = 555")
    await sell(shelf, 2)
    await shelf.push()
    await count(shelf)
    (after,) = (one for one in shelf.state() if one["id"] == gid)
    assert after == before
    assert await here(shelf) == 3
    await shelf.pool.execute("delete from syncd.link")  # found by the identity, not by the SKUs
    await whole_but(shelf, gid)
    (after,) = (one for one in shelf.state() if one["id"] == gid)
    assert after == before


async def whole_but(scene: Scene, gid: str) -> None:
    run = await resync(scene)
    assert counts(run) == {"differs": 2, "only_there": 1, "sent": 2, "ok": 2}
    assert len(scene.state()) == 3 and scene.product()["id"] != gid


async def test_a_copy_whose_original_is_deleted_is_not_made_a_second_time(shelf: Scene) -> None:
    await copy(shelf, "Jakke", "Jakke (kopi)")
    await delete(shelf, "Jakke")
    await shelf.pool.execute(TOUCH, [1])
    await shelf.push()
    assert names(shelf.state()) == ["Jakke (kopi)", "Lue"]
    change = await shelf.change()
    assert change is not None and change["cause"] == "sku_in_shop"
    run = await resync(shelf)
    assert counts(run) == {"same": 1, "only_there": 1, "conflict": 1}
    assert names(shelf.state()) == ["Jakke (kopi)", "Lue"]


SIZES = (("S", "J-S"), ("M", "J-M"))


@pytest.mark.parametrize("way", ["a change", "a compare", "a sale"])
async def test_a_product_that_a_backup_brought_back_is_linked_again(shelf: Scene, way: str) -> None:
    await delete(shelf, "Jakke")
    gid = await restore(shelf, "Gammel jakke", "1", option="Størrelse", variants=SIZES)
    if way == "a compare":
        run = await resync(shelf)
        assert (run.state, counts(run)) == ("done", {"same": 1, "differs": 1, "sent": 1, "ok": 1})
        (difference,) = await found(shelf, run)
        assert "came back" in (difference.reason or "")
    elif way == "a change":
        await shelf.pool.execute("update retail.price set list_price = 555")
        await shelf.push()
    else:
        await sell(shelf, 1)
        await count(shelf)
        await shelf.push()
    assert shelf.product()["id"] == gid
    assert await scene_is_right(shelf)
    agreed = "select quantity from syncd.agreed_count where variant_key = '1'"
    assert await shelf.pool.fetchval(agreed) is None  # what was agreed on is not believed
    await settings(shelf, first_counts="backoffice")
    await count(shelf)
    assert await here(shelf) == there(shelf)


async def scene_is_right(scene: Scene) -> bool:
    return await scene.differences() == [] and len(scene.state()) == 2


async def test_old_values_of_a_backup_are_put_right(shelf: Scene) -> None:
    await shelf.pool.execute("update retail.product set title = 'Ny jakke' where product_id = 1")
    await shelf.push()
    await shelf.call(UPDATE, {"product": {"id": shelf.product("Ny jakke")["id"], "title": "Jakke"}})
    run = await resync(shelf)
    assert counts(run) == {"same": 1, "differs": 1, "sent": 1, "ok": 1}
    await whole(shelf)


@pytest.mark.parametrize("way", ["changes", "a compare"])
async def test_a_database_of_yesterday_finds_todays_products(shelf: Scene, way: str) -> None:
    ids = {one["title"]: one["id"] for one in shelf.state()}
    for table in ("link", "agreed_count", "file", "history"):
        await shelf.pool.execute(f"truncate syncd.{table} cascade")
    if way == "changes":
        await shelf.pool.execute(TOUCH, [1, 2])
        await shelf.push()
        assert {one["id"] for one in shelf.state()} == {*ids.values()}
    else:
        run = await resync(shelf)
        assert counts(run) == {"differs": 2, "sent": 2, "ok": 2}
        assert {one["title"]: one["id"] for one in shelf.state()} == ids
    await count(shelf)
    assert await stock.sellable(shelf.pool, shelf.shop.shop_id) == 3
    await whole(shelf)


async def test_a_database_of_yesterday_knows_the_products_id_of_then(shelf: Scene) -> None:
    """It was deleted and made anew since the backup."""
    saved = await shelf.pool.fetchrow("select gid, files from syncd.link where key = '1'")
    assert saved is not None
    variants = await shelf.pool.fetch("select * from syncd.variant_link where product_key = '1'")
    await delete(shelf, "Jakke")
    await resync(shelf)
    gid = shelf.product()["id"]
    await shelf.pool.execute("update syncd.link set gid = $1 where key = '1'", saved["gid"])
    for row in variants:
        await shelf.pool.execute(
            "update syncd.variant_link set gid = $2, inventory_item = $3 where variant_key = $1",
            row["variant_key"], row["gid"], row["inventory_item"],
        )  # fmt: skip
    run = await resync(shelf)
    assert counts(run) == {"same": 1, "differs": 1, "sent": 1, "ok": 1}
    assert shelf.product()["id"] == gid
    await count(shelf)
    await whole(shelf)


@pytest.mark.parametrize("way", ["a change", "a compare"])
async def test_a_key_that_was_given_twice_takes_no_other_product_over(
    shelf: Scene, way: str
) -> None:
    """The Backoffice was restored: what it numbers 1 now is not what it was yesterday."""
    await shelf.pool.execute("truncate syncd.link cascade")
    await shelf.pool.execute("update retail.variant set sku = 'X' || sku where product_id = 1")
    await shelf.pool.execute("update retail.product set title = 'Sokk' where product_id = 1")
    before = shelf.product("Jakke")
    if way == "a change":
        await shelf.push()
        change = await shelf.change()
        assert change is not None and change["cause"] == "another_product"
    else:
        await shelf.pool.execute("truncate syncd.outbox; delete from syncd.change")
        run = await resync(shelf)
        (difference,) = (one for one in await found(shelf, run) if one.verdict == "conflict")
        assert "“Jakke”" in (difference.reason or "")
    assert shelf.product("Jakke") == before


async def test_a_product_that_a_backup_brought_back_under_its_id_is_counted_anew(
    shelf: Scene,
) -> None:
    await shelf.pool.execute("update syncd.link set gone_at = now() where key = '1'")
    await shelf.pool.execute("update syncd.agreed_count set quantity = 9 where variant_key = '1'")
    await settings(shelf, first_counts="backoffice")
    run = await resync(shelf)
    assert counts(run) == {"same": 1, "differs": 1, "sent": 1, "ok": 1}
    await count(shelf)
    assert await both(shelf) == (5, 5)
    await whole(shelf)


async def test_what_is_deleted_while_a_run_sends_it_is_asked_about(scene: Scene) -> None:
    await scene.load(*goods(6))
    await scene.push()
    await scene.pool.execute("update retail.price set list_price = list_price + 1")
    while (await leasing.route_once(scene.pool)).events:
        pass
    await scene.pool.execute("delete from syncd.change")
    is_done = False

    async def empty(run: Run) -> None:
        nonlocal is_done
        if run.state == "sending" and not is_done:
            is_done = True
            await delete(scene, *(f"Vare {n:02}" for n in range(1, 7)))
            await scene.push()

    lease_id = await runs.ask(
        scene.pool, scene.shop.shop_id, is_dry=False, is_forced=False, with_prices=False
    )
    assert lease_id is not None
    for _ in range(60):
        lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
        await carry_run.advance_once(
            scene.pool, scene.client, scene.shop, lease, decide=planner.DECISIONS["bulk"]
        )
        run = await runs.find(scene.pool, lease_id)
        assert run is not None
        await empty(run)
        if is_done:
            await scene.push()
        if any(one.kind == "guard" for one in await runs.waiting(scene.pool)):
            break
    (hold,) = await runs.waiting(scene.pool)
    assert "6 of 6 products were deleted in Shopify" in hold.hold[0]
    assert scene.state() == []
