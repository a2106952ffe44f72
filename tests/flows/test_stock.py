"""Counts in both directions, between a real Postgres and the sandbox."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest

from syncd.flows import pull_stock
from syncd.flows import stock as stock_flow
from syncd.postgres import db, inbox, stock
from syncd.postgres.embedded import Server
from tests import leasing
from tests.flows.conftest import JAKKE, Scene, settings, variant
from tests.flows.running import resync
from tests.flows.shelves import both, buy, count, edit, route, sell, there, told

CUT_OFF = """
select pg_terminate_backend(pid)
from pg_stat_activity
where application_name = 'lost'
  and wait_event_type = 'Lock'
"""


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here: tests/postgres asks each for every statement."""
    return embedded


@pytest.fixture
async def shelf(scene: Scene) -> Scene:
    """One product with two variants, five of each on both sides, kept in step in both ways."""
    await settings(scene, sync_stock=True, stock_direction="two_way")
    await scene.load(JAKKE)
    await scene.push()
    await count(scene)
    return scene


async def test_a_sale_at_the_till_reaches_the_shop_without_a_read(shelf: Scene) -> None:
    await sell(shelf, 2)
    assert await count(shelf) == ["InventorySetQuantities"]
    assert await both(shelf) == (3, 3)
    assert await count(shelf) == []


async def test_a_sale_in_the_web_shop_reaches_the_warehouse_and_its_echo_nobody(
    shelf: Scene,
) -> None:
    await buy(shelf, 2)
    await told(shelf, "1")
    assert await count(shelf) == ["StockAt"]
    assert await both(shelf) == (3, 3)
    assert await count(shelf) == []


async def test_sales_on_both_sides_at_once_are_added_up(shelf: Scene) -> None:
    await sell(shelf, 1)
    await buy(shelf, 2)
    await count(shelf)
    assert await both(shelf) == (2, 2)


async def test_news_told_twice_count_once(shelf: Scene) -> None:
    await buy(shelf, 2)
    for _ in range(3):
        await told(shelf, "1")
        await count(shelf)
    assert await both(shelf) == (3, 3)


async def test_a_lost_answer_sets_nothing_twice(shelf: Scene) -> None:
    await sell(shelf, 1)
    await shelf.tell("faults", {"kind": "drop", "root": "inventorySetQuantities", "times": 1})
    await count(shelf)
    await buy(shelf, 1)
    await told(shelf, "1")
    await count(shelf)
    assert await both(shelf) == (3, 3)


async def test_a_database_that_goes_away_is_no_fault_of_the_counts(
    shelf: Scene, database_url: str
) -> None:
    await sell(shelf, 2)
    await route(shelf)
    lease = await leasing.shop_lease(shelf.pool, shelf.shop.shop_id)
    async with shelf.pool.acquire() as other, db.connect(database_url, name="lost", size=2) as pool:
        await other.execute("begin; lock table syncd.agreed_count in access exclusive mode")
        async with anyio.create_task_group() as group:

            async def step() -> None:
                with pytest.raises(db.LOST):
                    await stock_flow.stock_once(pool, shelf.client, shelf.shop, lease)

            group.start_soon(step)
            with anyio.fail_after(20):
                while not await other.fetchval(CUT_OFF):
                    pass
        await other.execute("rollback")
    row = await shelf.pool.fetchrow("select failures, last_error from syncd.change")
    assert row is not None and (row["failures"], row["last_error"]) == (0, None)


async def test_a_new_variant_begins_with_what_it_was_sent_with(shelf: Scene) -> None:
    await shelf.load(replace(JAKKE, variants=(*JAKKE.variants, variant("L", sku="J-L", count=7))))
    await shelf.push()
    await sell(shelf, 3, "J-L")
    await count(shelf)
    assert await both(shelf, "J-L") == (4, 4)


async def test_a_sale_while_the_product_is_made_is_not_forgotten(scene: Scene) -> None:
    await settings(scene, sync_stock=True, stock_direction="two_way")
    await scene.load(JAKKE)
    await sell(scene, 1)  # after the event, before the push: the create carries what is there
    await scene.push()
    await sell(scene, 1)
    await buy(scene, 1)
    await count(scene)
    assert await both(scene) == (2, 2)


async def test_a_create_whose_answer_was_lost_is_counted_from_what_it_carried(
    scene: Scene,
) -> None:
    await settings(scene, sync_stock=True, stock_direction="two_way")
    await scene.load(JAKKE)
    await scene.tell("faults", {"kind": "drop", "root": "productSet", "times": 1})
    await scene.push()
    assert there(scene) == 5
    await buy(scene, 2)
    await sell(scene, 1)
    await scene.pool.execute("update syncd.change set due_at = syncd.clock()")
    await scene.push()
    await count(scene)
    assert await both(scene) == (2, 2)


async def test_shopifys_count_overwrites_till_sales_where_it_leads(shelf: Scene) -> None:
    await settings(shelf, stock_direction="from_shopify")
    await buy(shelf, 2)
    await sell(shelf, 1)
    calls = await count(shelf)
    assert "InventorySetQuantities" not in calls
    assert await both(shelf) == (3, 3)


async def test_the_warehouses_count_overwrites_web_sales_where_it_leads(shelf: Scene) -> None:
    await settings(shelf, stock_direction="to_shopify")
    await buy(shelf, 2)
    await sell(shelf, 1)
    await count(shelf)
    assert await both(shelf) == (4, 4)


async def test_what_is_oversold_is_below_nought_on_both_sides(shelf: Scene) -> None:
    await sell(shelf, 4)
    await buy(shelf, 3)
    await count(shelf)
    assert await both(shelf) == (-2, -2)


async def test_a_sale_that_is_stopped_loses_no_movement(shelf: Scene) -> None:
    await buy(shelf, 2)  # told of only when the variant is blocked
    await shelf.pool.execute("update retail.variant set is_blocked = true where sku = 'J-S'")
    await shelf.push()
    await told(shelf, "1")
    await count(shelf)
    await sell(shelf, 1)
    await count(shelf)
    assert await both(shelf) == (4, 0)
    await shelf.pool.execute("update retail.variant set is_blocked = false where sku = 'J-S'")
    await shelf.push()
    await count(shelf)
    assert await both(shelf) == (2, 2)


async def test_what_is_not_counted_begins_anew_with_the_warehouses_count(shelf: Scene) -> None:
    await shelf.pool.execute("update retail.variant set is_tracked = false where sku = 'J-S'")
    await shelf.push()
    await sell(shelf, 1)
    await count(shelf)
    await edit(shelf, 30)
    await shelf.pool.execute("update retail.variant set is_tracked = true where sku = 'J-S'")
    await shelf.push()
    await count(shelf)
    assert await both(shelf) == (4, 4)


async def test_another_warehouse_begins_anew_and_applies_no_movement_of_the_old(
    shelf: Scene,
) -> None:
    await shelf.pool.execute(
        "insert into retail.warehouse (account_id, warehouse_id, name)"
        " values ('fjord', 'fjern', 'Fjernlager')"
    )
    await settings(shelf, stock_warehouse="fjern", first_counts="shopify")
    await buy(shelf, 1)
    await count(shelf)
    assert await both(shelf) == (5, 4)
    assert (
        await shelf.pool.fetchval(
            "select quantity from syncd_contract.stock where warehouse_key = 'fjern'"
            " and variant_key = '1'"
        )
        == 4
    )


async def test_first_counts_that_differ_wait_for_an_answer(shelf: Scene) -> None:
    await shelf.pool.execute("truncate syncd.agreed_count")
    await edit(shelf, 3)
    await told(shelf, "1", "2")
    await count(shelf)
    dead = await shelf.pool.fetch("select key, cause, last_error from syncd.change")
    assert [(row["key"], row["cause"]) for row in dead] == [("1", "first_count")]
    assert "J-S: 5 in the warehouse, 8 in Shopify" in dead[0]["last_error"]
    assert await both(shelf) == (5, 8)
    await settings(shelf, first_counts="shopify")  # each count is looked at again
    await count(shelf)
    assert await both(shelf) == (8, 8)


async def test_a_backoffice_that_refuses_a_count_holds_up_no_other(shelf: Scene) -> None:
    await shelf.pool.execute(
        "alter table retail.movement add constraint no_small_jackets"
        " check (variant_id <> 1 or reason <> 'shop')"
    )
    await buy(shelf, 1)
    await buy(shelf, 1, "J-M")
    await told(shelf, "1", "2")
    await count(shelf)
    (dead,) = await shelf.pool.fetch("select key, cause, last_error from syncd.change")
    assert (dead["key"], dead["cause"]) == ("1", "refused_by_backoffice")
    assert "no_small_jackets" in dead["last_error"]
    assert await both(shelf, "J-M") == (4, 4)


async def test_the_history_tells_each_count_that_moved(shelf: Scene) -> None:
    await sell(shelf, 1)
    await buy(shelf, 2)
    await told(shelf, "1")
    await count(shelf)
    rows = await shelf.pool.fetch(
        "select writes, before, after from syncd.history where kind = 'stock' order by history_id"
    )
    assert [
        (row["writes"], row["before"]["quantity"], row["after"]["quantity"]) for row in rows
    ] == [
        (["receive_stock"], 4, 2),
        (["InventorySetQuantities"], 3, 2),
    ]


async def test_a_call_whose_key_shopify_has_forgotten_is_judged_by_what_it_shows(
    shelf: Scene,
) -> None:
    await shelf.pool.execute(
        "insert into syncd.stock_write (shop_id, write_id, location, rows, written_at)"
        " select 1, gen_random_uuid(), $1, jsonb_build_array(jsonb_build_object('key', '1',"
        " 'item', inventory_item, 'before', 9, 'after', 5)), now() - interval '2 days'"
        " from syncd.variant_link where variant_key = '1'",
        shelf.shop.location,
    )
    await shelf.pool.execute("update syncd.agreed_count set quantity = 9 where variant_key = '1'")
    await told(shelf, "1")
    await count(shelf)
    assert await both(shelf) == (5, 5)
    assert await shelf.pool.fetchval("select count(*) from syncd.stock_write") == 0


async def test_no_more_is_sent_to_a_shop_that_keeps_no_counts(shelf: Scene) -> None:
    await settings(shelf, sync_stock=False)
    await sell(shelf, 1)
    assert await count(shelf) == []
    await settings(shelf, sync_stock=True)
    await count(shelf)
    assert await both(shelf) == (4, 4)


async def test_a_compare_finds_counts_that_nobody_told_of(shelf: Scene) -> None:
    await buy(shelf, 2)  # its webhook is lost
    await shelf.pool.execute("alter table retail.stock disable trigger tell_update")
    await sell(shelf, 1, "J-M")  # so is this event
    dry = await resync(shelf, is_dry=True)
    assert dry.counts == 2
    assert await count(shelf) == []
    run = await resync(shelf)
    assert (run.counts, run.same) == (2, 1)
    await count(shelf)
    assert await both(shelf) == (3, 3)
    assert await both(shelf, "J-M") == (4, 4)
    assert (await resync(shelf)).counts == 0


async def test_counts_that_go_to_nothing_together_wait_for_a_person(scene: Scene) -> None:
    await settings(scene, sync_stock=True, stock_direction="two_way")
    sizes = [variant(f"{size:02}", sku=f"S-{size:02}") for size in range(90)]
    await scene.load(replace(JAKKE, variants=tuple(sizes), images=()))
    await scene.push()
    await count(scene)
    for size in range(12):  # more than a tenth, and yet no mass
        await sell(scene, 5, f"S-{size:02}")
    await count(scene)
    assert {there(scene, f"S-{size:02}") for size in range(12)} == {0}
    await scene.pool.execute(  # an import of empty counts
        "insert into retail.movement (variant_id, account_id, warehouse_id, quantity, reason)"
        " select variant_id, 'fjord', 'hoved', -5, 'count' from retail.variant where sku > 'S-80'"
    )
    await count(scene)
    dead = await scene.pool.fetch("select cause, last_error from syncd.change")
    assert {row["cause"] for row in dead} == {"stock_to_zero"}
    assert "would go to nothing (more than 10 %)" in dead[0]["last_error"]
    assert there(scene, "S-89") == 5
    await sell(scene, -1, "S-89")  # mended in the Backoffice: it is sent
    await count(scene)
    assert there(scene, "S-89") == 1
    await stock.let_zeros_go(scene.pool, scene.shop.shop_id, hours=1)
    await count(scene)
    assert there(scene, "S-88") == 0
    assert await scene.pool.fetch("select from syncd.change") == []


async def pull(scene: Scene) -> int | None:
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    return await pull_stock.pull_once(scene.pool, scene.client, scene.shop, lease)


async def test_a_pull_finds_what_no_webhook_told_of(shelf: Scene) -> None:
    assert await pull(shelf) == 2  # the first time every count is looked at
    assert await count(shelf) == ["StockAt"]
    assert await pull(shelf) is None
    await buy(shelf, 2)
    await shelf.pool.execute("update syncd.cursor set pulled_at = pulled_at - interval '11 min'")
    assert await pull(shelf) == 1
    await count(shelf)
    assert await both(shelf) == (3, 3)
    await inbox.gap(shelf.pool, shelf.shop.shop_id, "stock")
    assert await pull(shelf) == 0  # our own echo is as it was agreed on
    assert await pull(shelf) is None


async def new_location(scene: Scene) -> str:
    made = await scene.call(
        'mutation { locationAdd(input: {name: "Fjern", address: {countryCode: NO}})'
        " { location { id } userErrors { message } } }"
    )
    found: str = made["locationAdd"]["location"]["id"]
    return found


async def test_a_location_that_never_stocked_a_variant_begins_to(shelf: Scene) -> None:
    other = await new_location(shelf)
    await settings(shelf, location=other, first_counts="backoffice")
    await count(shelf)
    level = await shelf.call(
        "query ($id: ID!, $at: ID!) { inventoryItem(id: $id) { inventoryLevel(locationId: $at)"
        ' { quantities(names: ["available"]) { quantity } } } }',
        {
            "id": await shelf.pool.fetchval(
                "select inventory_item from syncd.variant_link where variant_key = '1'"
            ),
            "at": other,
        },
    )
    assert level["inventoryItem"]["inventoryLevel"]["quantities"] == [{"quantity": 5}]
    assert await shelf.pool.fetch("select from syncd.change") == []
    assert await count(shelf) == []


async def test_a_location_that_stocks_a_variant_no_more_is_told(shelf: Scene) -> None:
    other = await new_location(shelf)
    row = await shelf.pool.fetchrow("select * from syncd.variant_link where variant_key = '1'")
    assert row is not None
    await shelf.call(
        "mutation ($id: ID!, $to: [InventoryBulkToggleActivationInput!]!) {"
        " inventoryBulkToggleActivation(inventoryItemId: $id, inventoryItemUpdates: $to)"
        " { userErrors { message } } }",
        {
            "id": row["inventory_item"],
            "to": [
                {"locationId": other, "activate": True},
                {"locationId": shelf.shop.location, "activate": False},
            ],
        },
    )
    assert (await resync(shelf)).counts == 1
    await count(shelf)
    dead = await shelf.pool.fetchrow("select cause, last_error from syncd.change")
    assert dead is not None
    assert dead["cause"] == "not_stocked"
    assert "SKU J-S: the location does not stock it any more" in dead["last_error"]
