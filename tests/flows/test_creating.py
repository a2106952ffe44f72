"""A product is made once, and only where the shop does not sell it already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from syncd.postgres import shops
from syncd.postgres.embedded import Server
from syncd.sandbox.paces import Allowance
from tests.flows.conftest import DOMAIN, JAKKE, LUE, OPTIONS, Scene, names, playing, variant
from tests.flows.test_blocked import made_anew

MAKE = """mutation ($input: ProductSetInput!) { productSet(input: $input) {
  product { id } userErrors { message } } }"""
MARK = """mutation ($id: ID!, $key: String!) { metafieldsSet(metafields: [{ownerId: $id,
  namespace: "syncd", key: "backoffice_id", type: "id", value: $key}]) {
  userErrors { message } } }"""


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


async def made_by_the_merchant(scene: Scene, sku: str) -> str:
    """A product of the merchant's with this SKU; its GID."""
    given = {
        "title": "Jakke fra før",
        "productOptions": [{"name": "Størrelse", "values": [{"name": "S"}, {"name": "M"}]}],
        "variants": [
            {"optionValues": [{"optionName": "Størrelse", "name": "S"}], "sku": sku},
            {"optionValues": [{"optionName": "Størrelse", "name": "M"}], "sku": "J-M"},
        ],
    }
    answer = await scene.call(MAKE, {"input": given})
    gid: str = answer["productSet"]["product"]["id"]
    return gid


@pytest.mark.parametrize("sku", ["J-S", " j-s", 'J"-\\S'])
async def test_a_sku_that_the_shop_sells_already_is_no_second_product(
    scene: Scene, sku: str
) -> None:
    await made_by_the_merchant(scene, sku)
    first = replace(JAKKE.variants[0], sku=sku.strip())
    await scene.load(replace(JAKKE, variants=(first, *JAKKE.variants[1:])), LUE)
    await scene.push()
    change = await scene.change()
    assert change is not None and change["state"] == "dead"
    assert "SKU J-M" in change["last_error"] or sku.strip() in change["last_error"]
    assert "Jakke fra før" in change["last_error"] and "syncd send 1" in change["last_error"]
    assert names(scene.state()) == ["Jakke fra før", "Lue"]


async def test_the_conflict_is_decided_by_our_identity(scene: Scene) -> None:
    gid = await made_by_the_merchant(scene, "J-S")
    await scene.load(JAKKE)
    await scene.push()
    ids = {one["sku"]: one["id"] for one in scene.product("Jakke fra før")["variants"]}
    await scene.call(MARK, {"id": gid, "key": "1"})
    await scene.pool.execute("update retail.product set title = 'Varm jakke'")
    await scene.push()
    assert await scene.differences() == []
    assert {sku: one["id"] for sku, one in scene.variants("Varm jakke").items()} == ids


async def test_a_product_that_is_taken_over_keeps_its_variants_by_their_skus(
    scene: Scene,
) -> None:
    given = {
        "title": "Jakke fra før",
        "productOptions": [{"name": "Size", "values": [{"name": "Small"}, {"name": "Medium"}]}],
        "variants": [
            {"optionValues": [{"optionName": "Size", "name": name}], "sku": sku}
            for name, sku in (("Medium", "j-m"), ("Small", "J-S"))
        ],
    }
    gid = (await scene.call(MAKE, {"input": given}))["productSet"]["product"]["id"]
    ids = {one["sku"].upper(): one["id"] for one in scene.product("Jakke fra før")["variants"]}
    await scene.call(MARK, {"id": gid, "key": "1"})
    await scene.load(JAKKE)
    await scene.push()
    assert await scene.differences() == []
    assert {sku: one["id"] for sku, one in scene.variants().items()} == ids


async def test_two_products_of_the_backoffice_may_share_a_sku(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.load(replace(LUE, variants=(variant(sku="J-S"),)))
    await scene.push()
    assert await scene.differences() == []


async def test_our_product_is_no_stranger_though_its_identity_was_wiped_out(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    wipe = "mutation ($id: ID!) { productSet(identifier: {id: $id}, input: {metafields: []}) {"
    await scene.call(wipe + " userErrors { message } } }", {"id": scene.product()["id"]})
    assert scene.product()["metafields"] == {}
    await scene.load(replace(LUE, variants=(variant(sku="J-S"),)))
    await scene.push()
    assert names(scene.state()) == ["Jakke", "Lue"]


async def test_the_skus_of_a_step_are_asked_for_in_one_question(scene: Scene) -> None:
    many = [replace(LUE, row=at, handle=f"l{at}", title=f"Lue {at}") for at in range(2, 22)]
    await scene.load(*many)
    assert (await scene.push()).count("VariantsBySku") == 1


async def test_the_days_limit_of_new_variants_holds_up_creates_and_nothing_else(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    allowance = Allowance(free_variants=0, variants_a_day=2)
    options = replace(OPTIONS, plan="standard", allowance=allowance)
    async with playing(pool, tmp_path, options) as small:
        await small.load(JAKKE)
        await small.push()
        wide = (*JAKKE.variants, variant("L", sku="J-L"), variant("XL", sku="J-X"))
        await small.load(replace(JAKKE, title="Varm jakke", variants=wide), LUE)
        await small.push()
        assert names(small.state()) == ["Varm jakke"], "the name is sent, the new ones wait"
        assert len(small.product("Varm jakke")["variants"]) == 2
        waiting = await small.pool.fetch(
            "select state, failures, due_at > syncd.clock() + interval '50 minutes' as waits"
            " from syncd.change where shop_id = $1 and kind = 'product'",
            small.shop.shop_id,
        )
        assert {tuple(row.values()) for row in waiting} == {("due", 0, True)}

        found = await shops.find(small.pool, DOMAIN)
        assert found is not None and found.creates_paused_until is not None
        small.shop = found
        await small.pool.execute("update retail.price set list_price = 1")
        await small.pool.execute("update syncd.change set due_at = syncd.clock()")
        documents = await small.push()
        assert "ProductVariantsBulkUpdate" in documents
        assert "ProductSet" not in documents and "ProductVariantsBulkCreate" not in documents

        for _ in range(2):  # two new variants a day
            await small.tell("clock", {"advance_s": 86_400})
            await small.pool.execute(
                "update syncd.shop set creates_paused_until = null;"
                " update syncd.change set due_at = syncd.clock()"
            )
            small.shop = replace(found, creates_paused_until=None)
            await small.push()
        assert names(small.state()) == ["Lue", "Varm jakke"]


async def paused(scene: Scene) -> None:
    """Shopify takes no new variants for an hour."""
    await scene.pool.execute(
        "update syncd.shop set creates_paused_until = syncd.clock() + interval '1 hour'"
    )
    found = await shops.find(scene.pool, DOMAIN)
    assert found is not None
    scene.shop = found


async def test_while_variants_wait_one_that_is_made_anew_keeps_its_id(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    gid = scene.variants()["J-S"]["id"]
    await made_anew(scene)
    await paused(scene)
    await scene.push()
    assert scene.variants()["J-S"]["id"] == gid


async def test_a_product_that_waits_for_the_limit_is_still_sent_its_news(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await paused(scene)
    await scene.load(replace(JAKKE, variants=(*JAKKE.variants, variant("L", sku="J-L"))))
    await scene.push()
    await scene.pool.execute("update retail.price set list_price = 1 where variant_id = 1")
    await scene.push()
    assert scene.variants()["J-S"]["price"] == "1.00"
    assert list(scene.variants()) == ["J-S", "J-M"]
