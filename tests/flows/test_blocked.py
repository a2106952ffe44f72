"""A variant that is blocked in the Backoffice is not sold, and comes back with what it had."""

from __future__ import annotations

import pytest

from syncd.flows import resync
from syncd.postgres.embedded import Server
from syncd.shopify import stock
from syncd.shopify.stock import Level
from tests.flows import merchant
from tests.flows.conftest import JAKKE, Scene, settings
from tests.flows.merchant import Deed
from tests.flows.test_push import Between, lossy
from tests.flows.test_push_scenarios import cut_off

BLOCK = "update retail.variant set is_blocked = true where variant_id = 1"
UNBLOCK = "update retail.variant set is_blocked = false where variant_id = 1"
COUNT = """mutation ($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } } }"""


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


@pytest.fixture
async def between(scene: Scene) -> Between:
    return Between(scene.running.url)


async def made_anew(scene: Scene) -> None:
    """Variant 1 gets another key in the Backoffice, with the same values; it is not blocked."""
    columns = await scene.pool.fetchval(
        "select string_agg(column_name, ',') from information_schema.columns"
        " where table_schema = 'retail' and table_name = 'variant'"
        " and is_generated = 'NEVER' and column_name <> 'variant_id'"
    )
    await scene.pool.execute(
        "create temp table old as select * from retail.variant where variant_id = 1;"
        " update old set is_blocked = false;"
        " create temp table price as select * from retail.price where variant_id = 1;"
        " delete from retail.variant where variant_id = 1;"
        f" insert into retail.variant ({columns}) select {columns} from old;"
        " update pg_temp.price set variant_id = (select max(variant_id) from retail.variant);"
        " insert into retail.price select * from pg_temp.price;"
        " drop table old; drop table pg_temp.price"
    )


async def count(scene: Scene, sku: str, quantity: int, title: str = "Jakke") -> None:
    """Somebody counts in Shopify."""
    rows = [
        {
            "inventoryItemId": scene.variants(title)[sku]["inventoryItemId"],
            "locationId": scene.shop.location,
            "quantity": quantity,
            "changeFromQuantity": None,
        }
    ]
    given = {"name": "available", "reason": "correction", "quantities": rows}
    await scene.call(COUNT, {"input": given, "key": f"{sku} {quantity}"})


def available(scene: Scene) -> dict[str, int]:
    return {sku: sum(one["quantities"].values()) for sku, one in scene.variants().items()}


async def test_a_blocked_variant_stops_selling_and_the_others_do_not(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await merchant.do(scene.call, scene.product()["id"], Deed("policy", 0))
    await scene.pool.execute(BLOCK)
    await scene.push()
    assert available(scene) == {"J-S": 0, "J-M": 5}
    assert scene.variants()["J-S"]["inventoryPolicy"] == "DENY"
    assert scene.variants()["J-S"]["tracked"] is True
    assert await scene.push() == []


async def test_an_uncounted_variant_is_counted_while_it_is_blocked(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.pool.execute("update retail.variant set is_tracked = false")
    await scene.push()
    await scene.pool.execute(BLOCK)
    await scene.push()
    assert [scene.variants()[sku]["tracked"] for sku in ("J-S", "J-M")] == [True, False]
    await scene.pool.execute(UNBLOCK)
    await scene.push()
    assert [scene.variants()[sku]["tracked"] for sku in ("J-S", "J-M")] == [False, False]


async def test_the_warehouses_count_comes_back_when_the_block_ends(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute(BLOCK)
    await scene.push()
    await scene.pool.execute(UNBLOCK + "; update retail.stock set quantity = 3")
    await scene.push()
    assert available(scene)["J-S"] == 3
    assert (
        await scene.pool.fetchval("select count(*) from syncd.held_count where state <> 'given'")
        == 0
    )


async def test_the_shops_count_comes_back_where_the_warehouse_is_not_kept_in_step(
    scene: Scene,
) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await settings(scene, sync_stock=False)
    await count(scene, "J-S", 8)
    await scene.pool.execute(BLOCK)
    await scene.push()
    assert available(scene)["J-S"] == 0
    await count(scene, "J-S", 2)  # two came back from a customer, and are held too
    await resync.enqueue_again(scene.pool, scene.shop, ["1"])
    await scene.push()
    assert available(scene)["J-S"] == 0
    await scene.pool.execute(UNBLOCK)
    await scene.push()
    assert available(scene)["J-S"] == 10


async def test_a_variant_that_is_born_blocked_has_its_count_when_the_block_ends(
    scene: Scene,
) -> None:
    await scene.load(JAKKE)
    await scene.pool.execute(BLOCK)
    await scene.push()
    assert available(scene) == {"J-S": 0, "J-M": 5}
    await scene.pool.execute(UNBLOCK)
    await scene.push()
    assert available(scene) == {"J-S": 5, "J-M": 5}


async def test_a_blocked_variant_is_removed_where_the_shop_says_so(scene: Scene) -> None:
    await settings(scene, blocked_as="removed")
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute(BLOCK)
    await scene.push()
    assert list(scene.variants()) == ["J-M"]
    await scene.pool.execute(UNBLOCK)
    await scene.push()
    assert available(scene) == {"J-S": 5, "J-M": 5}


async def test_a_product_of_which_all_is_blocked_goes_off_sale(scene: Scene) -> None:
    await settings(scene, blocked_as="removed")
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute("update retail.variant set is_blocked = true")
    await scene.push()
    assert scene.product()["status"] == "DRAFT"
    assert available(scene) == {"J-S": 0, "J-M": 0}


@pytest.mark.parametrize("document", ["InventorySetQuantities", "ProductVariantsBulkUpdate"])
async def test_a_lost_answer_costs_no_count(scene: Scene, between: Between, document: str) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await settings(scene, sync_stock=False)
    await merchant.do(scene.call, scene.product()["id"], Deed("policy", 0))
    await count(scene, "J-S", 8)
    await scene.pool.execute(BLOCK + "; update retail.price set list_price = 1")
    await lossy(scene, between, document)
    await scene.push()
    assert available(scene)["J-S"] == 0
    await scene.pool.execute(UNBLOCK)
    await lossy(scene, between, "InventorySetQuantities")
    await scene.push()
    assert available(scene)["J-S"] == 8


async def test_a_block_that_is_taken_back_before_its_answer_came_costs_no_count(
    scene: Scene, between: Between
) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await settings(scene, sync_stock=False)
    await scene.pool.execute(BLOCK)
    await lossy(scene, between, "InventorySetQuantities")
    assert available(scene)["J-S"] == 0
    await scene.pool.execute(UNBLOCK)
    await scene.push()
    assert available(scene)["J-S"] == 5


async def test_a_count_that_moved_since_it_was_read_is_left_alone(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    location = scene.shop.location or ""
    small, medium = (scene.variants()[sku]["inventoryItemId"] for sku in ("J-S", "J-M"))
    read = {Level(small, location, 4): 0, Level(medium, location, 5): 0}
    assert await stock.set_counts(scene.client, read, key="one") == [Level(small, location, 4)]
    assert available(scene) == {"J-S": 5, "J-M": 0}


async def test_a_count_that_shopify_will_not_set_names_the_sku(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await settings(scene, location="gid://shopify/Location/1")
    await scene.pool.execute(BLOCK)
    await scene.push()
    await scene.pool.execute(UNBLOCK)
    await scene.push()
    change = await scene.change()
    assert change is not None and "SKU J-S" in change["last_error"]


async def test_what_comes_back_while_a_step_is_cut_off_is_held_beside_the_rest(
    scene: Scene, between: Between
) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await settings(scene, sync_stock=False)
    await scene.pool.execute(BLOCK)
    await cut_off(scene, between, "InventorySetQuantities")
    await count(scene, "J-S", 1)
    await scene.push()
    assert available(scene)["J-S"] == 0
    await scene.pool.execute(UNBLOCK)
    await scene.push()
    assert available(scene)["J-S"] == 6


async def test_what_was_sold_since_the_block_ended_is_not_given_back_again(
    scene: Scene, between: Between
) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await settings(scene, sync_stock=False)
    await scene.pool.execute(BLOCK)
    await scene.push()
    await scene.pool.execute(UNBLOCK)
    await cut_off(scene, between, "InventorySetQuantities")
    assert available(scene)["J-S"] == 5
    await count(scene, "J-S", 0)
    await scene.pool.execute("update retail.product set title = 'Varm jakke'")
    await scene.push()
    assert {one["sku"]: one["quantities"] for one in scene.product("Varm jakke")["variants"]}[
        "J-S"
    ] == {"Butikk": 0}


async def test_a_resume_whose_push_went_no_further_gives_nothing_back_twice(
    scene: Scene, between: Between
) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute(BLOCK)
    await scene.push()
    await scene.pool.execute(UNBLOCK + "; update retail.product set title = 'Ny jakke'")
    await cut_off(scene, between, "ProductUpdate")
    assert scene.variants("Ny jakke")["J-S"]["quantities"] == {"Butikk": 5}
    await count(scene, "J-S", 0, title="Ny jakke")
    await scene.pool.execute("update retail.product set title = 'Nyere jakke'")
    await scene.push()
    assert scene.variants("Nyere jakke")["J-S"]["quantities"] == {"Butikk": 0}


async def test_the_same_count_that_comes_back_is_taken_again(
    scene: Scene, between: Between
) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute(BLOCK)
    await cut_off(scene, between, "InventorySetQuantities")
    await count(scene, "J-S", 5)
    await scene.push()
    assert available(scene)["J-S"] == 0
    assert await scene.change() is None


async def test_a_blocked_variant_that_is_made_anew_has_what_was_held(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await settings(scene, sync_stock=False)
    await count(scene, "J-S", 8)
    await scene.pool.execute(BLOCK)
    await scene.push()
    await made_anew(scene)
    await scene.push()
    assert available(scene)["J-S"] == 8
