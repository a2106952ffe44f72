"""What the merchant sees in the shop after something was touched in the Backoffice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import aiohttp
import anyio
import pytest
from aiohttp import web

from syncd.catalogue.entries import ProductEntry
from syncd.errors import ContractError, ShopError
from syncd.flows import outcome, push
from syncd.postgres import links, outbox, shops
from syncd.postgres.leases import RENEWED_S
from syncd.shopify import client as shopify
from tests import leasing
from tests.flows.conftest import (
    DOMAIN,
    JAKKE,
    LUE,
    TOKEN,
    Scene,
    names,
    price,
    settings,
    variant,
)


async def test_a_product_arrives_equal_and_published(scene: Scene) -> None:
    await scene.load(JAKKE, LUE)
    await scene.push()
    assert await scene.differences() == []
    assert scene.product()["publishedOn"] == ["Online Store"]


async def test_a_new_product_carries_the_warehouses_count(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    assert scene.variants()["J-S"]["quantities"] == {"Butikk": 5}


async def test_pushing_again_asks_and_sends_nothing(scene: Scene) -> None:
    await scene.load(JAKKE, LUE)
    await scene.push()
    await scene.pool.execute("select syncd.enqueue('fjord', 'product', '{*}', '{}')")
    assert await scene.push() == []


@pytest.mark.parametrize(
    ("touch", "sent"),
    [
        pytest.param(
            "update retail.price set list_price = 399 where variant_id = 1",
            ["ProductVariantsBulkUpdate"],
            id="a price",
        ),
        pytest.param(
            "update retail.product set is_active = false where product_id = 1",
            ["ProductUpdate"],
            id="a product put inactive",
        ),
        pytest.param(
            "update retail.product set title = 'Varm jakke' where product_id = 1",
            ["ProductUpdate"],
            id="a name",
        ),
        pytest.param("update retail.image set alt = 'bak' where position = 2 and product_id = 1",
            ["ProductPictures", "ProductSetFiles"], id="a picture's words"),
        pytest.param(
            "update retail.barcode set code = '7090000000001' where variant_id = 1",
            ["ProductVariantsBulkUpdate"],
            id="a barcode",
        ),
        pytest.param(
            "update retail.variant set is_tracked = false where variant_id = 1",
            ["ProductVariantsBulkUpdate"],
            id="a variant no longer counted",
        ),
        pytest.param(
            "update retail.store set name = 'Nytt navn'", ["ProductUpdate"], id="the store's name"
        ),
    ],
)  # fmt: skip
async def test_only_what_was_touched_is_sent(scene: Scene, touch: str, sent: list[str]) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute(touch)
    assert await scene.push() == sent
    assert await scene.differences() == []


async def test_an_inactive_product_becomes_what_the_setting_says(scene: Scene) -> None:
    await settings(scene, inactive_as="unlisted")
    await scene.load(replace(JAKKE, is_active=False))
    await scene.push()
    assert scene.product()["status"] == "UNLISTED"


async def test_a_deleted_product_is_archived_and_kept(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.pool.execute("delete from retail.product")
    assert await scene.push() == ["ProductUpdate"]
    assert scene.product()["status"] == "ARCHIVED"
    assert len(scene.product()["variants"]) == 2


async def test_a_product_that_comes_and_goes_before_it_is_sent_leaves_no_trace(
    scene: Scene,
) -> None:
    await scene.load(JAKKE)
    await scene.pool.execute("delete from retail.product")
    await scene.push()
    assert scene.state() == []
    assert await scene.change() is None


async def test_an_added_variant_leaves_the_others_ids_alone(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    before = scene.variants()
    larger = replace(JAKKE, variants=(*JAKKE.variants, variant("L", sku="J-L")))
    await scene.load(larger)
    assert await scene.push() == ["ProductVariantsBulkCreate"]
    after = scene.variants()
    assert {sku: after[sku]["id"] for sku in before} == {
        sku: one["id"] for sku, one in before.items()
    }
    assert await scene.differences() == []


async def test_a_variant_that_left_the_backoffice_leaves_the_shop(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    await scene.load(replace(JAKKE, variants=JAKKE.variants[:1]))
    await scene.push()
    assert list(scene.variants()) == ["J-S"]
    assert await scene.differences() == []


async def test_a_variant_made_in_shopify_survives_a_removal_beside_it(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    gid = scene.product()["id"]
    await scene.call(
        "mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) {"
        " productVariantsBulkCreate(productId: $id, variants: $variants) {"
        " userErrors { message } } }",
        {
            "id": gid,
            "variants": [
                {
                    "optionValues": [{"optionName": "Størrelse", "name": "XXL"}],
                    "inventoryItem": {"sku": "MERCHANT"},
                    "price": "777.00",
                }
            ],
        },
    )
    await scene.load(replace(JAKKE, variants=JAKKE.variants[:1]))
    await scene.push()
    assert sorted(scene.variants()) == ["J-S", "MERCHANT"]
    assert scene.variants()["MERCHANT"]["price"] == "777.00"


async def test_a_renamed_option_keeps_the_variants(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    before = {sku: one["id"] for sku, one in scene.variants().items()}
    await scene.pool.execute("update retail.product_option set name = 'Size'")
    await scene.push()
    assert {sku: one["id"] for sku, one in scene.variants().items()} == before
    assert await scene.differences() == []


async def test_what_the_merchant_owns_stays(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    gid = scene.product()["id"]
    await scene.call(
        "mutation ($product: ProductUpdateInput!) { productUpdate(product: $product) {"
        " userErrors { message } } }",
        {"product": {"id": gid, "tags": ["salg"], "handle": "min-jakke"}},
    )
    await scene.load(
        replace(JAKKE, title="Ny jakke", variants=JAKKE.variants[:1], images=JAKKE.images[:1])
    )
    await scene.push()
    product = scene.product("Ny jakke")
    assert (product["tags"], product["handle"]) == (["salg"], "min-jakke")
    assert product["metafields"]["syncd.backoffice_id"] == "1"


async def test_an_unchanged_picture_keeps_its_file(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.push()
    first, second = (one["id"] for one in scene.product()["pictures"])
    await scene.pool.execute("update retail.image set version = '2' where image_id = 1")
    await scene.push()
    after = [one["id"] for one in scene.product()["pictures"]]
    assert after[0] != first
    assert after[1] == second


# ----------------------------------------------------------------------------- when things go wrong


async def test_a_product_without_price_is_dead_with_its_sku_and_stops_no_other(
    scene: Scene,
) -> None:
    await scene.load(JAKKE, LUE)
    await scene.pool.execute("delete from retail.price where variant_id = 1")
    await scene.push()
    assert names(scene.state()) == ["Lue"]
    change = await scene.change()
    assert change is not None
    assert (change["state"], "J-S" in change["last_error"]) == ("dead", True)


async def test_a_dead_product_is_sent_when_it_is_mended(scene: Scene) -> None:
    await scene.load(JAKKE)
    await scene.pool.execute("delete from retail.price where variant_id = 1")
    await scene.push()
    await scene.pool.execute(
        "insert into retail.price (variant_id, account_id, department_id, list_price)"
        " values (1, 'fjord', 'nett', 499)"
    )
    await scene.push()
    assert await scene.differences() == []
    assert await scene.change() is None


async def test_a_lost_link_is_found_again_without_a_second_product(scene: Scene) -> None:
    """As after a crash between Shopify's answer and our commit, or a restore of the database."""
    await scene.load(JAKKE)
    await scene.push()
    before = scene.product()
    await scene.pool.execute("delete from syncd.link")
    await scene.pool.execute("select syncd.enqueue('fjord', 'product', '{1}', '{}')")
    await scene.push()
    assert len(scene.state()) == 1
    assert scene.product()["id"] == before["id"]
    assert scene.variants() == {one["sku"]: one for one in before["variants"]}
    assert await scene.differences() == []
    link = (await links.known(scene.pool, shop_id=scene.shop.shop_id, keys=["1"]))["1"]
    assert (link.gid, len(link.variants), len(link.files)) == (before["id"], 2, 2)


async def test_a_lost_link_to_a_product_that_changed_since_is_brought_up_to_date(
    scene: Scene,
) -> None:
    await scene.load(JAKKE)
    await scene.push()
    ids = {sku: one["id"] for sku, one in scene.variants().items()}
    await scene.pool.execute("delete from syncd.link")
    await scene.load(
        replace(
            JAKKE,
            title="Ny jakke",
            images=JAKKE.images[:1],
            variants=(
                replace(JAKKE.variants[0], prices=price("1.00")),
                JAKKE.variants[1],
                variant("L", sku="J-L"),
            ),
        )
    )
    await scene.push()
    assert await scene.differences() == []
    shown = scene.variants("Ny jakke")
    assert {sku: shown[sku]["id"] for sku in ids} == ids
    assert shown["J-S"]["quantities"] == {"Butikk": 5}


Handler = Callable[[web.Request, dict[str, object]], Awaitable[web.Response | None]]


class Between:
    """A road to the sandbox on which answers get lost, after the call was carried out."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.lose = ""
        self.hold: anyio.Event | None = None
        self.arrived = anyio.Event()

    async def carry(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{self.url}{request.path}", data=body, headers=dict(request.headers)
            ) as answer,
        ):
            content = await answer.read()
        if self.lose and self.lose.encode() in body:
            self.lose = ""
            self.arrived.set()
            if self.hold is not None:
                await self.hold.wait()
            assert request.transport is not None
            request.transport.abort()
        return web.Response(body=content, content_type="application/json")


WIDE = replace(
    JAKKE,
    option_names=("Størrelse", "Farge"),
    variants=tuple(
        variant(size, colour, sku=f"J-{size}-{colour}")
        for size in ("S", "M")
        for colour in ("Rød", "Blå")
    ),
)
SHOWN = replace(
    JAKKE,
    variants=tuple(replace(one, image_address=JAKKE.images[0].address) for one in JAKKE.variants),
)


@pytest.fixture
async def between(scene: Scene) -> Between:
    return Between(scene.running.url)


async def lossy(
    scene: Scene, between: Between, document: str, renewed_s: float = RENEWED_S
) -> None:
    """Push once, losing the answer to the first call of this document."""
    between.lose = f'"operationName":"{document}"'
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", between.carry)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        (address,) = runner.addresses
        url = f"http://127.0.0.1:{address[1]}"
        async with shopify.connect(DOMAIN, TOKEN, url=url) as client:
            while (await leasing.route_once(scene.pool)).events:
                pass
            lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
            await push.push_once(scene.pool, client, scene.shop, lease, renewed_s=renewed_s)
    finally:
        if between.hold is not None:
            between.hold.set()  # nobody waits for the answer any more
        await runner.cleanup()
    assert between.lose == "", "the answer was not lost"
    await scene.pool.execute("update syncd.change set due_at = syncd.clock()")


@pytest.mark.parametrize(
    ("document", "later"),
    [
        pytest.param("ProductSet", None, id="of a create"),
        pytest.param("PublishablePublish", None, id="of a publication"),
        pytest.param(
            "ProductVariantsBulkCreate",
            replace(JAKKE, variants=(*JAKKE.variants, variant("L", sku="J-L"))),
            id="of new variants",
        ),
        pytest.param(
            "ProductSet", replace(JAKKE, variants=JAKKE.variants[1:]), id="of a restructuring"
        ),
        pytest.param(
            "ProductSetFiles", replace(JAKKE, images=JAKKE.images[::-1]), id="of new pictures"
        ),
        pytest.param("ProductUpdate", replace(JAKKE, title="Varm jakke"), id="of a name"),
        pytest.param(
            "ProductVariantsBulkUpdate",
            replace(JAKKE, variants=(variant("S", sku="J-S", amount="1.00"), JAKKE.variants[1])),
            id="of a price",
        ),
        pytest.param(
            "ProductVariantsBulkDelete",
            replace(WIDE, variants=WIDE.variants[:3]),
            id="of a variant that left",
        ),
        pytest.param(
            "ProductVariantDetachMedia",
            replace(SHOWN, variants=JAKKE.variants),
            id="of a picture that a variant lost",
        ),
    ],
)
async def test_a_lost_answer_is_made_good(
    scene: Scene, between: Between, document: str, later: ProductEntry | None
) -> None:
    earlier = {"ProductVariantsBulkDelete": WIDE, "ProductVariantDetachMedia": SHOWN}
    await scene.load(earlier.get(document, JAKKE))
    if later is not None:
        await scene.push()
        await scene.load(later)
    await lossy(scene, between, document)
    await scene.push()
    assert await scene.differences() == []
    (product,) = scene.state()
    assert {tuple(one["quantities"].values()) for one in product["variants"]} == {(5,)}
    assert await scene.change() is None


async def test_a_refused_token_is_no_rows_fault(scene: Scene) -> None:
    await scene.load(JAKKE)
    await leasing.route_once(scene.pool)
    async with shopify.connect(DOMAIN, "shpat_wrong", url=scene.running.url) as client:
        with pytest.raises(ShopError, match="access token is not valid"):
            await push.push_once(
                scene.pool,
                client,
                scene.shop,
                await leasing.shop_lease(scene.pool, scene.shop.shop_id),
            )
    change = await scene.change()
    assert change is not None
    assert (change["state"], change["deliveries"], change["failures"]) == ("due", 0, 0)


async def test_a_broken_view_pauses_and_loses_nothing(scene: Scene) -> None:
    await scene.load(JAKKE)
    await leasing.route_once(scene.pool)
    await scene.pool.execute("alter view syncd_contract.variant rename column sku to article")
    with pytest.raises(ContractError, match=r"syncd_contract\.variant\.sku"):
        await scene.push()
    await scene.pool.execute("alter view syncd_contract.variant rename column article to sku")
    await scene.push()
    assert await scene.differences() == []


async def test_news_during_the_push_are_pushed_afterwards(scene: Scene) -> None:
    await scene.load(JAKKE)
    await leasing.route_once(scene.pool)
    lease = await leasing.shop_lease(scene.pool, scene.shop.shop_id)
    claimed = await outbox.claim(scene.pool, lease, lease_s=60, most=10)
    await scene.pool.execute("update retail.product set title = 'Ny jakke'")
    await leasing.route_once(scene.pool)
    await outbox.give_back(scene.pool, claimed)
    await scene.push()
    assert names(scene.state()) == ["Ny jakke"]


async def test_a_cancelled_step_leaves_its_changes_due_and_doubted(
    scene: Scene, between: Between
) -> None:
    await scene.load(JAKKE)
    between.hold = anyio.Event()
    async with anyio.create_task_group() as group:

        async def cut() -> None:
            await between.arrived.wait()
            group.cancel_scope.cancel()

        group.start_soon(cut)
        await lossy(scene, between, "ProductSet")
    between.hold.set()
    change = await scene.change()
    assert change is not None
    assert change["state"] == "due"
    assert change["last_error"] == outcome.INTERRUPTED
    await scene.push()
    assert await scene.differences() == []
    assert len(scene.state()) == 1


async def test_an_unlinked_shop_is_left_alone(scene: Scene) -> None:
    await settings(scene, state="unlinked")
    assert await shops.ready(scene.pool) == []
