"""The answer to "why?", for a shop and a Backoffice in whatever state."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncd.errors import ConfigError
from syncd.flows import explain, explain_foreign, seek
from syncd.flows.explanation import Explanation
from syncd.phrases import said
from syncd.postgres import runs, shops
from syncd.postgres.embedded import Server
from syncd.rules import naming
from tests import leasing
from tests.flows import shelves
from tests.flows.conftest import DOMAIN, JAKKE, LUE, Scene, settings, variant
from tests.flows.running import carried, resync
from tests.flows.test_resync import forget_events
from tests.flows.test_window import SLIP, goods

PRICE = "update retail.price set list_price = 399 where variant_id = 1"
TITLE = "update retail.product set title = 'Varm jakke' where product_id = 1"
MERCHANT = """mutation ($product: ProductUpdateInput!) {
  productUpdate(product: $product) { userErrors { message } } }"""
MERCHANTS_PRICE = """mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $id, variants: $variants) { userErrors { message } } }"""
MAKE = """mutation ($product: ProductCreateInput!) {
  productCreate(product: $product) { product { id } userErrors { message } } }"""
DELETE = "mutation ($id: ID!) { productDelete(input: {id: $id}) { userErrors { message } } }"


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here: tests/postgres prepares the statements on each."""
    return embedded


@pytest.fixture
async def sent(scene: Scene) -> Scene:
    """Two products, in the shop as in the Backoffice, and a daemon that works at it."""
    await scene.load(JAKKE, LUE)
    await work(scene)
    return scene


async def work(scene: Scene) -> None:
    """A daemon does what is due, of products and of counts, and stays."""
    await scene.push()
    await shelves.count(scene)
    await scene.pool.execute("update syncd.file set state = 'ready', look_at = null")
    await leasing.shop_lease(scene.pool, scene.shop.shop_id)


async def told(scene: Scene, key: str = "1") -> Explanation:
    """The answer; it can be said in Norwegian, too."""
    found = await explain.explain(scene.pool, scene.client, scene.shop, key)
    for sentence in (found.answer.why, *found.answer.hints, *(one.said for one in found.timeline)):
        assert "{" not in said(sentence, "nb")
    return found


async def route(scene: Scene) -> None:
    while (await leasing.route_once(scene.pool)).events:
        pass


def who(found: Explanation) -> dict[str, str]:
    return {row.name: row.who for row in found.rows if row.who}


async def gid(scene: Scene, key: str = "1") -> str:
    found: str = await scene.pool.fetchval("select gid from syncd.link where key = $1", key)
    return found


# ------------------------------------------------------------------------------------------- why


async def test_what_is_equal_is_said_to_be_and_when_it_was_sent(sent: Scene) -> None:
    found = await told(sent)
    assert found.answer.why.startswith("Everything is equal; last sent ")
    assert found.answer.is_well
    assert who(found) == {}
    sides = {(row.wanted, row.known, row.observed) for row in found.rows if row.name == "title"}
    assert sides == {("Jakke", "Jakke", "Jakke")}


async def test_what_was_sent_is_told_with_shopifys_ids_of_the_calls(sent: Scene) -> None:
    await sent.pool.execute(PRICE)
    await sent.push()
    lines = (await told(sent)).timeline
    made, changed = (one for one in lines if one.request_ids)
    assert made.said == "made in the shop, variants: 2"
    assert len(made.request_ids) == 2  # productSet, publishablePublish
    assert changed.said == "price of J-S: 499.00 → 399.00"
    assert said(changed.said, "nb") == "pris for J-S: 499.00 → 399.00"
    (noted,) = await sent.pool.fetch(
        "select request_ids from syncd.history order by history_id desc limit 1"
    )
    assert tuple(noted["request_ids"]) == changed.request_ids
    assert any("price" in one.said and "Backoffice" in one.said for one in lines)


async def test_a_price_that_waits_says_so_and_what_it_waits_for(sent: Scene) -> None:
    await sent.pool.execute(PRICE)
    assert "events wait for the router since" in (await told(sent)).answer.why
    await route(sent)
    found = await told(sent)
    assert found.answer.why.endswith(": price of J-S; its turn comes in lane prices.")
    assert who(found) == {"variant 1: price": "backoffice"}
    await leasing.leave_all(sent.pool)
    found = await told(sent)
    assert found.answer.why.endswith("; no daemon works at the shop.")
    await shops.pause(sent.pool, sent.shop.shop_id, seconds=600, reason="the token is not valid")
    found = await told(sent)
    assert "price of J-S; the shop is paused until " in found.answer.why
    assert found.answer.why.endswith("because: the token is not valid")
    assert found.answer.hints == (f"`syncd resume {DOMAIN}` ends the pause",)
    await settings(sent, enabled=False)
    assert (await told(sent)).answer.why.endswith("; the shop is disabled.")
    await settings(sent, state="unlinked")
    assert (await told(sent)).answer.why.startswith("Never sent: the shop is not linked")


async def test_what_the_guards_hold_names_the_run_that_waits_for_an_answer(scene: Scene) -> None:
    await scene.load(*goods(12))
    await scene.push()
    await scene.pool.execute(SLIP)
    await scene.push()
    (run,) = await runs.waiting(scene.pool)
    found = await told(scene)
    assert f"run {run.run_id} holds it ({run.hold[0]})" in found.answer.why
    assert f"`syncd approve {run.run_id}`" in found.answer.hints[0]
    await runs.reject(scene.pool, run.run_id)
    await scene.push()
    found = await told(scene)
    assert f"run {run.run_id} was rejected" in found.answer.why


async def test_what_was_given_up_names_the_sku_and_the_next_step(sent: Scene) -> None:
    await sent.pool.execute("delete from retail.price where variant_id = 1")
    await sent.push()
    found = await told(sent)
    assert found.answer.why.startswith("Given up at ") and "J-S" in found.answer.why
    assert found.answer.hints[-1].endswith("`syncd dead retry 1`")
    assert found.failure is not None and found.failure.again_at is None
    assert "given up: " in found.timeline[-1].said


async def test_what_cannot_be_sent_is_shown_beside_what_the_shop_has(sent: Scene) -> None:
    title = "x" * 300
    await sent.pool.execute("update retail.product set title = $1 where product_id = 1", title)
    await sent.pool.execute("delete from retail.price where variant_id = 1")
    await work(sent)
    found = await told(sent)
    rows = {row.name: row for row in found.rows}
    assert (rows["title"].wanted, rows["title"].observed) == (title, "Jakke")
    assert rows["title"].who == "backoffice"
    assert rows["variant 1: price"].wanted == "" != rows["variant 1: price"].observed
    assert all(row.observed for row in found.rows if row.known)


async def test_what_shopify_refused_is_told_with_the_request_that_its_support_finds(
    sent: Scene,
) -> None:
    await sent.tell("faults", {"kind": "internal", "root": "productSet", "times": 1})
    await sent.load(replace(LUE, handle="vott", title="Vott", variants=(variant(sku="V-1"),)))
    await sent.push()
    found = await told(sent, "3")
    assert found.answer.why.startswith("Failed at ") and ", tried again at " in found.answer.why
    assert found.failure is not None and found.failure.again_at is not None
    assert found.failure.request_id
    assert found.timeline[-1].request_ids == (found.failure.request_id,)


async def test_a_price_of_the_merchants_stays_and_a_name_of_theirs_goes_back(sent: Scene) -> None:
    row = {"id": sent.variants()["J-S"]["id"], "price": "449.00"}
    await sent.call(MERCHANTS_PRICE, {"id": await gid(sent), "variants": [row]})
    found = await told(sent)
    assert "price of J-S (449.00 instead of 499.00)" in found.answer.why
    assert found.answer.is_well and who(found) == {"variant 1: price": "kept"}
    await sent.call(MERCHANT, {"product": {"id": await gid(sent), "title": "Superjakke"}})
    found = await told(sent)
    assert found.answer.why.startswith("Changed in Shopify: name; it goes back with the next comp")
    assert found.answer.hints == ("`syncd send 1` does it at once",)
    assert who(found) == {"title": "shopify", "variant 1: price": "kept"}
    await sent.pool.execute(TITLE)
    await forget_events(sent)
    assert who(await told(sent))["title"] == "both"


async def test_what_a_person_took_back_says_when(sent: Scene) -> None:
    await sent.pool.execute(TITLE)
    await forget_events(sent)
    run = await resync(sent)
    run_id = await runs.ask(sent.pool, sent.shop.shop_id, of_run=run.run_id)
    assert run_id is not None
    await carried(sent, run_id)
    await work(sent)
    found = await told(sent)
    assert found.answer.why.startswith("A person took it back to an earlier form at ")
    assert who(found) == {"title": "reverted"}
    assert any(f"run {run.run_id} found otherwise: name" in one.said for one in found.timeline)


async def test_a_blocked_variant_is_named(sent: Scene) -> None:
    await sent.pool.execute("update retail.variant set is_blocked = true where variant_id = 1")
    await work(sent)
    found = await told(sent)
    assert found.answer.why.endswith("so that none is for sale: J-S.")
    assert found.answer.is_well


async def test_what_the_backoffice_or_the_merchant_deleted_is_told_so(sent: Scene) -> None:
    await sent.call(DELETE, {"id": await gid(sent)})
    found = await told(sent)
    assert found.answer.why.startswith("Somebody has deleted it in Shopify")
    await sent.pool.execute("delete from retail.product where product_id = 2")
    await work(sent)
    found = await told(sent, "2")
    assert found.answer.why.startswith("The Backoffice has deleted it; it is archived in the shop")
    assert found.answer.is_well


async def test_counts_are_told_on_both_sides_with_what_waits_of_them(scene: Scene) -> None:
    await settings(scene, sync_stock=True, stock_direction="two_way")
    await scene.load(JAKKE)
    await scene.push()
    await shelves.count(scene)
    await shelves.sell(scene, 2)
    await route(scene)
    await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    found = await told(scene)
    (one,) = (count for count in found.counts if count.sku == "J-S")
    assert (one.warehouse, one.agreed, one.location) == (3, 5, 5)
    assert "count of J-S; its turn comes in lane stock" in found.answer.why
    await shelves.count(scene)
    found = await told(scene)
    assert found.answer.why.startswith("Everything is equal")
    assert found.timeline[-1].said == "count of J-S in Shopify: 5 → 3"
    assert found.timeline[-1].request_ids


async def test_a_broken_view_or_a_shop_out_of_reach_is_told_with_what_is_known(
    sent: Scene,
) -> None:
    found = await explain.explain(
        sent.pool, None, sent.shop, "1", unheard="the shop is out of reach"
    )
    assert found.answer.why.endswith("Shopify was not asked: the shop is out of reach")
    assert found.missing == ("Shopify could not be asked: the shop is out of reach",)
    await sent.pool.execute("alter view syncd_contract.product rename column title to titel")
    found = await told(sent)
    assert found.answer.why.startswith("The Backoffice cannot be read, so nothing is sent: ")
    assert "title" in found.answer.why
    assert [row.known for row in found.rows if row.name == "title"] == ["Jakke"]
    sought = await seek.seek(sent.pool, sent.client, sent.shop, naming.recognised("j-s"))
    assert [one.key for one in sought.products] == ["1"]


# ------------------------------------------------------------------------------------------ names


async def test_a_product_is_found_by_whatever_people_call_it(sent: Scene) -> None:
    number = (await gid(sent)).rpartition("/")[2]
    made = sent.variants()["J-M"]
    handle = sent.product()["handle"]
    names = {
        "J-M": {"2"},
        " j - m ": {"2"},
        "70J-M": {"2"},
        "1": set(),
        "jakke": set(),
        f"gid://shopify/Product/{number}": set(),
        made["id"]: {"2"},
        made["inventoryItemId"]: {"2"},
        number: set(),
        f"https://admin.shopify.com/store/fjord/products/{number}": set(),
        f"https://{DOMAIN}/products/{handle}": set(),
    }
    for name, variants in names.items():
        found = await seek.seek(sent.pool, sent.client, sent.shop, naming.recognised(name))
        assert [one.key for one in found.products] == ["1"], name
        assert found.variants == variants, name


async def test_two_products_with_one_sku_are_listed_to_choose_from(scene: Scene) -> None:
    twin = replace(LUE, variants=(variant(sku="J-S", amount="99.00"),))
    await scene.load(JAKKE, twin)
    found = await seek.seek(scene.pool, scene.client, scene.shop, naming.recognised("J-S"))
    assert [(one.key, one.title) for one in found.products] == [("1", "Jakke"), ("2", "Lue")]


async def test_what_nobody_knows_is_answered_by_what_comes_near(sent: Scene) -> None:
    with pytest.raises(ConfigError) as caught:
        await seek.seek(sent.pool, sent.client, sent.shop, naming.recognised("J-SS"))
    assert "nobody knows 'J-SS'" in caught.value.message
    assert "the shop itself" in caught.value.message
    assert "J-S" in caught.value.hint
    assert "ingen kjenner" in said(caught.value.message, "nb")


async def test_what_only_the_shop_has_is_shown_as_it_is_there(sent: Scene) -> None:
    made = await sent.call(MAKE, {"product": {"title": "Merchant's own", "handle": "own"}})
    for name in (made["productCreate"]["product"]["id"], "own"):
        found = await seek.seek(sent.pool, sent.client, sent.shop, naming.recognised(name))
        assert found.foreign == made["productCreate"]["product"]["id"]
    foreign = await explain_foreign.explain(sent.pool, sent.client, sent.shop, found.foreign)
    assert foreign.answer.why.startswith("The shop has it, but no product of the Backoffice")
    assert foreign.title == "Merchant's own"


async def test_what_is_deleted_here_is_still_found_by_its_sku(sent: Scene) -> None:
    await sent.pool.execute("delete from retail.product where product_id = 1")
    await sent.push()
    found = await seek.seek(sent.pool, sent.client, sent.shop, naming.recognised("J-S"))
    assert [one.key for one in found.products] == ["1"]
