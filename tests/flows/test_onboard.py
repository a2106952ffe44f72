"""What a shop is: stored when it is added, asked again when its pump starts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from syncd.catalogue.entries import Catalogue
from syncd.errors import ContractError
from syncd.flows import checkup, onboard
from syncd.flows.onboard import Wishes
from syncd.postgres import reference, shops
from syncd.postgres.embedded import Server
from syncd.records import Shop
from syncd.sandbox import server as sandbox
from syncd.sandbox.options import ShopOptions
from syncd.shopify import client as shopify
from syncd.shopify.client import Client
from tests.flows.conftest import ACCOUNT, DOMAIN, JAKKE, LUE, TOKEN, Scene, settings


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


@asynccontextmanager
async def visited(options: ShopOptions) -> AsyncIterator[Client]:
    """A client of a shop with these options, which is there inside the block."""
    async with (
        sandbox.running(options) as running,
        shopify.connect(DOMAIN, TOKEN, url=running.url) as client,
    ):
        yield client


async def stored(scene: Scene) -> Shop:
    (shop,) = await shops.all(scene.pool)
    return shop


async def due(scene: Scene) -> list[str]:
    """The keys that are due, with their lanes."""
    rows = await scene.pool.fetch(
        "select key, lane from syncd.change where kind = 'product' order by key"
    )
    return [f"{row['key']} {row['lane']}" for row in rows]


async def test_a_shop_is_stored_as_it_was_wished_for(pool: asyncpg.Pool) -> None:
    await reference.install(pool)
    await reference.load(pool, Catalogue("Fjord", ()), account_id=ACCOUNT)
    wishes = Wishes(
        domain=DOMAIN,
        account=ACCOUNT,
        department="nett",
        sync_stock=False,
        image_mode="overwrite",
        price_only_when_changed=False,
        unknown_variants="remove",
        blocked_as="removed",
    )
    options = ShopOptions(domain=DOMAIN, token=TOKEN, taxes_included=False)
    async with visited(options) as client:
        added = await onboard.add(pool, client, wishes, sealed=b"")
    for name in ("image_mode", "price_only_when_changed", "unknown_variants", "blocked_as"):
        assert getattr(added, name) == getattr(wishes, name), name
    assert (added.taxes_included, added.stock_warehouse, added.location) == (False, None, None)


async def test_a_shop_that_is_as_before_makes_nothing_due(scene: Scene) -> None:
    await scene.load(JAKKE, LUE)
    await scene.push()
    assert not await onboard.refresh(scene.pool, scene.client, scene.shop)
    assert await stored(scene) == scene.shop
    assert await due(scene) == []


@pytest.mark.parametrize(
    "known",
    [
        pytest.param({"currency": "SEK"}, id="currency"),
        pytest.param({"taxes_included": False}, id="taxes"),
    ],
)
async def test_a_shop_that_changed_makes_every_product_due(
    scene: Scene, known: dict[str, object]
) -> None:
    await scene.load(JAKKE, LUE)
    await scene.push()
    before = scene.shop
    await settings(scene, **known)
    assert await onboard.refresh(scene.pool, scene.client, scene.shop)
    assert await stored(scene) == before
    assert await due(scene) == ["1 resync", "2 resync"]
    assert not await onboard.refresh(scene.pool, scene.client, scene.shop)


async def test_a_change_that_could_not_make_products_due_is_found_again(scene: Scene) -> None:
    await settings(scene, currency="SEK")
    await scene.pool.execute("alter schema syncd_contract rename to away")
    with pytest.raises(ContractError):
        await onboard.refresh(scene.pool, scene.client, scene.shop)
    assert await stored(scene) == scene.shop
    await scene.pool.execute("alter schema away rename to syncd_contract")
    assert await onboard.refresh(scene.pool, scene.client, scene.shop)


async def odd(scene: Scene) -> list[str]:
    findings = checkup.of_shops(scene.pool, scene.vault, shopify_url=scene.running.url)
    return [one.what async for one in findings if one.state == "odd" and one.hint]


async def test_the_check_says_what_the_merchant_changed(scene: Scene) -> None:
    assert await odd(scene) == []
    await settings(scene, currency="SEK", taxes_included=False)
    assert await odd(scene) == [
        f"{DOMAIN} sells in NOK, no longer in SEK",
        f"{DOMAIN} holds prices with VAT, no longer without",
    ]
