"""A Backoffice with a shop beside it: real Postgres, the sandbox over HTTP, nothing in between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from syncd.catalogue.entries import (
    Catalogue,
    ImageEntry,
    PriceEntry,
    ProductEntry,
    VariantEntry,
)
from syncd.demo import proof
from syncd.demo.proof import Difference
from syncd.flows import onboard, push
from syncd.flows.onboard import Wishes
from syncd.postgres import backoffice, reference, shops
from syncd.records import Shop
from syncd.rules import mapping
from syncd.sandbox import server as sandbox
from syncd.sandbox.options import ShopOptions
from syncd.sandbox.paces import Paces
from syncd.sandbox.server import Running
from syncd.sandbox.state import state
from syncd.shopify import client as shopify
from syncd.shopify import identity
from syncd.shopify.client import Client
from syncd.vault import Vault
from tests import leasing
from tests.conftest import FURNISHED

DOMAIN = "fjord.myshopify.com"
TOKEN = "shpat_test"
ACCOUNT = "fjord"


def price(amount: str) -> tuple[PriceEntry, ...]:
    return (PriceEntry("nett", Decimal(amount)),)


def variant(*values: str, sku: str, amount: str = "499.00", count: int = 5) -> VariantEntry:
    return VariantEntry(
        2, values, price(amount), sku=sku, barcodes=(f"70{sku}",), counts=(("hoved", count),)
    )


JAKKE = ProductEntry(
    row=2,
    handle="jakke",
    title="Jakke",
    store="Fjell",
    variants=(variant("S", sku="J-S"), variant("M", sku="J-M")),
    option_names=("Størrelse",),
    images=(ImageEntry("https://x.no/1.jpg", "foran"), ImageEntry("https://x.no/2.jpg")),
    description_html="<p>Varm</p>",
)
LUE = ProductEntry(4, "lue", "Lue", "Fjell", (variant(sku="L-1", amount="199.00"),))


@dataclass(slots=True)
class Scene:
    """Both worlds, and the few things a test does with them."""

    pool: asyncpg.Pool
    client: Client
    running: Running
    shop: Shop
    vault: Vault

    async def load(self, *products: ProductEntry) -> None:
        """Make the Backoffice's products as given; those not named stay."""
        report = await reference.load(self.pool, Catalogue("Fjord", products), account_id=ACCOUNT)
        assert report.problems == ()

    async def push(self) -> list[str]:
        """Route and push until nothing is due; returns the documents that were sent meanwhile."""
        before = dict(self.client.tally.calls)
        while (await leasing.route_once(self.pool)).events:
            pass
        lease = await leasing.shop_lease(self.pool, self.shop.shop_id)
        while await push.push_once(self.pool, self.client, self.shop, lease):
            pass
        await leasing.leave_all(self.pool)
        return sorted(
            name
            for name, count in self.client.tally.calls.items()
            for _ in range(count - before.get(name, 0))
        )

    def state(self) -> list[dict[str, Any]]:
        """The shop's products as the sandbox holds them, by title."""
        found: list[dict[str, Any]] = state(self.running.shop)["products"]
        return found

    def product(self, title: str = "Jakke") -> dict[str, Any]:
        (found,) = (one for one in self.state() if one["title"] == title)
        return found

    def variants(self, title: str = "Jakke") -> dict[str, dict[str, Any]]:
        """The variants of a product by SKU."""
        return {one["sku"]: one for one in self.product(title)["variants"]}

    async def differences(self) -> list[Difference]:
        """What the shop holds otherwise than the Backoffice says; empty: equal."""
        keys = await backoffice.product_keys(self.pool, ACCOUNT)
        products = await backoffice.products(
            self.pool,
            account_id=ACCOUNT,
            department_key=self.shop.price_department,
            warehouse_key=self.shop.stock_warehouse,
            keys=keys,
        )
        wanted = {key: mapping.wanted(one, self.shop) for key, one in products.items()}
        return proof.differences(wanted, state(self.running.shop), self.shop)

    async def change(self, key: str = "1") -> asyncpg.Record | None:
        """The row of what is due of this product, if any."""
        return await self.pool.fetchrow(
            "select * from syncd.change where kind = 'product' and key = $1", key
        )

    async def reset(self) -> None:
        """Make the shop new. Asked over HTTP: it lives in a thread of its own, which may be at
        work on it just now."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.running.url}/_sandbox/reset") as response,
        ):
            assert response.status == 204

    async def tell(self, path: str, body: dict[str, Any] | list[dict[str, Any]]) -> None:
        """Ask something of the sandbox itself."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.running.url}/_sandbox/{path}", json=body) as response,
        ):
            assert response.status in (200, 201, 204), await response.text()

    async def call(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        """What a merchant does in the shop, past syncd."""
        url = f"{self.running.url}/admin/api/2026-10/graphql.json"
        async with (
            aiohttp.ClientSession(headers={"X-Shopify-Access-Token": TOKEN}) as session,
            session.post(url, json={"query": query, "variables": variables or {}}) as response,
        ):
            answer = await response.json()
        assert "errors" not in answer, answer
        return answer["data"]


OPTIONS = ShopOptions(domain=DOMAIN, token=TOKEN, plan="enterprise", paces=Paces(processing_s=0))


@asynccontextmanager
async def playing(
    pool: asyncpg.Pool, folder: Path, options: ShopOptions = OPTIONS
) -> AsyncIterator[Scene]:
    vault = Vault.open(folder / "key", create=True)
    await reference.install(pool)
    await reference.load(pool, Catalogue("Fjord", ()), account_id=ACCOUNT)
    wishes = Wishes(
        domain=options.domain, account=ACCOUNT, department="nett", warehouse="hoved", is_empty=True
    )
    async with (
        sandbox.running(options) as running,
        shopify.connect(options.domain, options.token, url=running.url) as client,
    ):
        shop = await onboard.add(pool, client, wishes, sealed=vault.seal(options.token))
        await identity.declare(client)
        yield Scene(pool, client, running, shop, vault)


@pytest.fixture
def template() -> str:
    """With the reference Backoffice in it, which is installed once and copied."""
    return FURNISHED


@pytest.fixture
async def scene(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    """A Backoffice without products, and an empty shop that is linked to it."""
    async with playing(pool, tmp_path) as scene:
        yield scene


async def settings(scene: Scene, **values: object) -> None:
    """Change settings of the shop, as a person would."""
    for name, value in values.items():
        await scene.pool.execute(
            f"update syncd.shop set {name} = $1 where shop_id = $2", value, scene.shop.shop_id
        )
    found = await shops.find(scene.pool, DOMAIN)
    assert found is not None
    scene.shop = found


def names(products: Sequence[dict[str, Any]]) -> list[str]:
    return [product["title"] for product in products]
