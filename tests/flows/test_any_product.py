"""Whatever a product was, the smallest calls do what the whole would."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.errors import RowError
from syncd.flows.desk import Desk
from syncd.flows.parcel import Parcel
from syncd.flows.push_product import carry
from syncd.postgres import outbox, shops
from syncd.postgres.embedded import Server
from syncd.postgres.shops import NewShop
from syncd.records import Link, Product, Shop
from syncd.rules import adoption, mapping
from syncd.sandbox import server as sandbox
from syncd.sandbox.options import ShopOptions
from syncd.sandbox.paces import Paces
from syncd.shopify import client as shopify
from syncd.shopify import identity, products
from syncd.shopify.client import Client
from tests import leasing
from tests.flows import goods, merchant, yardstick
from tests.flows.merchant import Deed

EXAMPLES = int(os.environ.get("SYNCD_EXAMPLES", "150"))
DOMAIN, TOKEN = "fjord.myshopify.com", "shpat_test"
READS = {"ProductByIdentifier", "ProductRead", "ProductPictures", "VariantsBySku", "StockLevels"}

Json = dict[str, Any]


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


@dataclass(slots=True)
class Side:
    """A shop with a client, and what we know of the one product in it."""

    client: Client
    url: str
    http: aiohttp.ClientSession
    pool: asyncpg.Pool
    link: Link | None = None

    async def reset(self) -> None:
        async with self.http.post(f"{self.url}/_sandbox/reset") as response:
            assert response.status == 204
        await identity.declare(self.client)
        await self.pool.execute("truncate syncd.held_count, syncd.file")
        self.link = None

    async def call(self, query: str, variables: Json) -> Any:
        url = f"{self.url}/admin/api/2026-10/graphql.json"
        body = {"query": query, "variables": variables}
        async with self.http.post(url, json=body) as response:
            answer = await response.json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def state(self) -> Json:
        async with self.http.get(f"{self.url}/_sandbox/state") as response:
            (product,) = (await response.json())["products"]
        found: Json = product
        return found

    async def carry(self, shop: Shop, product: Product, *, is_doubtful: bool) -> list[str]:
        """Send the product; returns the documents that changed something."""
        before = dict(self.client.tally.calls)
        await outbox.enqueue(self.pool, shop_id=shop.shop_id, kind="product", keys=[product.key])
        (change,) = await outbox.claim(
            self.pool,
            await leasing.shop_lease(self.pool, shop.shop_id),
            lease_s=60,
            most=1,
        )
        counts = {one.key: one.quantity for one in product.variants}
        desk = Desk(self.pool, shop, replace(change, tried={}))
        parcel = Parcel(product.key, mapping.wanted(product, shop), self.link, desk, counts)

        async def nobody() -> list[products.Sold]:
            return []

        try:
            await carry(
                self.client, shop, parcel, product, is_doubtful=is_doubtful, strangers=nobody
            )
        finally:
            self.link = parcel.link
            await self.pool.execute("delete from syncd.change")
        return [
            name
            for name, count in self.client.tally.calls.items()
            if name not in READS
            for _ in range(count - before.get(name, 0))
        ]


@dataclass(slots=True)
class Stage:
    """Two shops that are treated alike until the write under test."""

    shop: Shop
    one: Side
    two: Side


@pytest.fixture
async def stage(pool: asyncpg.Pool) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        one, two = [await stack.enter_async_context(_side(pool)) for _ in range(2)]
        locations = await one.call("{ locations(first: 1) { nodes { id } } }", {})
        new = NewShop(
            domain=DOMAIN,
            account_id="fjord",
            credentials=b"x",
            price_department="nett",
            currency="NOK",
            stock_warehouse="hoved",
            location=locations["locations"]["nodes"][0]["id"],
            sync_stock=True,
            is_empty=True,
        )
        yield Stage(await shops.add(pool, new), one, two)


@asynccontextmanager
async def _side(pool: asyncpg.Pool) -> AsyncIterator[Side]:
    options = ShopOptions(
        domain=DOMAIN, token=TOKEN, plan="enterprise", paces=Paces(processing_s=0)
    )
    headers = {"X-Shopify-Access-Token": TOKEN}
    async with (
        sandbox.running(options) as running,
        shopify.connect(DOMAIN, TOKEN, url=running.url) as client,
        aiohttp.ClientSession(headers=headers) as http,
    ):
        yield Side(client, running.url, http, pool)


SETTINGS = st.fixed_dictionaries(
    {
        "image_mode": st.sampled_from(["overwrite", "append", "if_empty"]),
        "price_only_when_changed": st.booleans(),
        "unknown_variants": st.sampled_from(["keep", "remove"]),
        "blocked_as": st.sampled_from(["stopped", "removed"]),
        "sync_description": st.booleans(),
        "inactive_as": st.sampled_from(["draft", "archived", "unlisted"]),
        "taxes_included": st.booleans(),
    }
)


def seen(state: Json, ours: set[str]) -> Json:
    """What people see of a product; where the merchant's variants stand makes no difference."""
    rows = [_row(one) for one in state["variants"]]
    mine = [row for row, one in zip(rows, state["variants"], strict=True) if one["id"] in ours]
    used = [tuple(row["values"].values()) for row in mine]
    columns = list(zip(*used, strict=True)) or [()] * len(state["options"])
    return {
        **{name: state[name] for name in ("title", "vendor", "status", "handle")},
        "description": state["descriptionHtml"],
        "tags": state["tags"],
        "metafields": state["metafields"],
        "options": [one["name"] for one in state["options"]],
        "values": [sorted(one["values"]) for one in state["options"]],
        "order of our values": [
            [value for value in one["values"] if value in column]
            for one, column in zip(state["options"], columns, strict=True)
        ],
        "pictures": [(one["source"], one["alt"] or "") for one in state["pictures"]],
        "our variants": mine,
        "all variants": sorted(rows, key=str),
    }


def _row(one: Json) -> Json:
    return {
        "values": one["optionValues"],
        "sku": one["sku"] or "",
        "barcode": one["barcode"] or "",
        **{name: one[name] for name in ("price", "compareAtPrice", "inventoryPolicy", "picture")},
        "tracked": one["tracked"],
    }


def touches_ours(deed: Deed, shop: Shop, product: Product) -> bool:
    """Whether it is put right by a read alone: what changed here does not tell of it."""
    match deed.name:
        case "price":
            return not shop.price_only_when_changed
        case "variant":
            return shop.unknown_variants == "remove"
        case "picture" | "picture_first":
            return shop.image_mode == "overwrite"
        case "policy":
            return any(variant.is_blocked for variant in product.variants)
        case "description":
            return shop.sync_description
        case name:
            return name in merchant.OURS


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(
    pair=goods.pairs(),
    given_settings=SETTINGS,
    deeds=st.lists(merchant.DEEDS, max_size=4),
    is_doubtful=st.booleans(),
)
async def test_the_smallest_calls_do_what_the_whole_would(
    stage: Stage,
    pair: tuple[Product, Product],
    given_settings: Json,
    deeds: list[Deed],
    is_doubtful: bool,
) -> None:
    shop, (before, after) = replace(stage.shop, **given_settings), pair
    if not is_doubtful:
        deeds = [deed for deed in deeds if not touches_ours(deed, shop, before)]
    for side in (stage.one, stage.two):
        await side.reset()
        await side.carry(shop, before, is_doubtful=False)
        assert side.link is not None
        for deed in deeds:
            await merchant.do(side.call, side.link.gid, deed)
    assert stage.two.link is not None and stage.one.link is not None
    start = await stage.one.state()

    try:
        await stage.one.carry(shop, after, is_doubtful=is_doubtful)
    except RowError:
        return  # the merchant's variants leave no room for ours: said, and nothing is destroyed
    one = await stage.one.state()
    wanted = mapping.wanted(after, shop)
    observed = await products.read(stage.two.client, stage.two.link.gid)
    assert observed is not None
    sight = adoption.reconsidered(wanted, stage.two.link, observed, shop, {})
    given_input = yardstick.whole(wanted, stage.two.link, sight, observed, shop)
    answer = await stage.two.call(yardstick.SET, {"id": observed.gid, "input": given_input})
    assert answer["productSet"]["userErrors"] == []
    two = await stage.two.state()

    ours = {ids.variant for ids in stage.one.link.variants.values()}
    values = {str(row["optionValues"]) for row in one["variants"] if row["id"] in ours}
    also = {row["id"] for row in two["variants"] if str(row["optionValues"]) in values}
    smallest, whole = seen(one, ours), seen(two, also)
    assert {name: smallest[name] for name in whole if smallest[name] != whole[name]} == {
        name: whole[name] for name in whole if smallest[name] != whole[name]
    }
    _check_stock(start, one, before, after)
    if shop.unknown_variants == "keep":
        theirs = {row["id"] for row in start["variants"] if row["sku"] == "EGEN"}
        assert theirs <= {row["id"] for row in one["variants"]}
    assert await stage.one.carry(shop, after, is_doubtful=True) == []
    assert await stage.one.state() == one


def _check_stock(start: Json, end: Json, before: Product, after: Product) -> None:
    """No count is touched but where a block begins or ends; a blocked variant has none left."""
    assert start["id"] == end["id"]
    was = {row["id"]: row["quantities"] for row in start["variants"]}
    if any(one.is_blocked for one in (*before.variants, *after.variants)):
        return  # tests/flows/test_blocked.py
    for row in end["variants"]:
        assert row["quantities"] == was.get(row["id"], row["quantities"])
