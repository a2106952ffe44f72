"""What a shop owner does in the console, from the first click to what Shopify holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import asyncpg
from playwright.async_api import expect

from syncd.catalogue.entries import Catalogue, ProductEntry
from syncd.flows import entering
from syncd.postgres import reference
from syncd.sandbox import server as sandbox
from syncd.sandbox.state import state
from syncd.vault import Vault
from tests.browser.conftest import PASSWORD, See, browsing, shown, sign_in
from tests.flows.conftest import ACCOUNT, JAKKE, LUE, OPTIONS, variant

PATIENCE_S = 60.0
PASTED = "shpat_0123456789abcdef0123456789abcdef"
SLIP = "update retail.price set list_price = list_price / 10"


def goods(count: int) -> Sequence[ProductEntry]:
    return [
        replace(LUE, row=n, handle=f"v{n}", title=f"Vare {n:03}", variants=(variant(sku=f"V{n}"),))
        for n in range(1, count + 1)
    ]


async def until(pool: asyncpg.Pool, truth: str) -> None:
    """Wait for what the daemon brings about."""
    with anyio.fail_after(PATIENCE_S):
        while not await pool.fetchval(f"select {truth}"):
            pass


def sent(count: int) -> str:
    """All products are in the shop, and nothing waits."""
    return (
        f"(select count(*) from syncd.link) = {count} and not exists (select from syncd.change)"
        " and (select waiting_since is null from syncd.router_lag)"
    )


def titles(products: Sequence[dict[str, Any]]) -> set[str]:
    return {product["title"] for product in products}


async def test_a_shop_is_set_up_from_nothing_and_the_first_product_arrives(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    vault = Vault.open(tmp_path / "key", create=True)
    await reference.install(pool)
    await reference.load(pool, Catalogue("Fjord", (JAKKE,)), account_id=ACCOUNT)
    await entering.add(pool, "kari", PASSWORD, "admin")
    options = replace(OPTIONS, token=PASTED)
    async with (
        sandbox.running(options) as running,
        shown(pool, vault, running.url) as base,
        browsing(base) as page,
    ):
        await sign_in(page)
        onwards = page.locator("main button.main, main a.button.main")
        await onwards.click()
        await page.locator("#domain").fill("fjord")
        await onwards.click()
        await page.locator("#token").fill(PASTED)
        await onwards.click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Hva som ble funnet")
        await onwards.click()
        await page.locator("#stock_warehouse").select_option("hoved")
        await page.locator("#location").select_option(index=1)
        await onwards.click()
        await page.get_by_role("button", name="Den er tom: send alle produktene").click()
        await expect(page.get_by_text("Alt som kunne sendes, er i Shopify.")).to_be_visible()
        await until(pool, sent(1))
        assert titles(state(running.shop)["products"]) == {"Jakke"}
        assert PASTED not in await page.content()


async def test_a_held_run_is_approved_after_a_look_at_it(pool: asyncpg.Pool, see: See) -> None:
    async with see() as sight:
        await sight.scene.load(*goods(6))
        await until(pool, sent(7))
        await pool.execute(SLIP)
        await until(pool, "exists (select from syncd.run where state = 'held')")
        await sight.open("/attention")
        await sight.page.get_by_role("link", name="Se på den og svar").click()
        sight.page.on("dialog", lambda dialog: dialog.accept())
        assert sight.scene.variants("Vare 001")["V1"]["price"] == "499.00"
        await sight.page.get_by_role("button", name="Godkjenn").click()
        await until(pool, sent(7))
        assert sight.scene.variants("Vare 001")["V1"]["price"] == "49.90"


async def test_a_dead_change_is_tried_again(pool: asyncpg.Pool, see: See) -> None:
    async with see() as sight:
        await until(pool, sent(1))
        await pool.execute("update retail.product set title = repeat('Lang ', 60)")
        await until(pool, "exists (select from syncd.dead)")
        async with pool.acquire() as connection, connection.transaction():
            # An event would send it by itself.
            await connection.execute("alter table retail.product disable trigger user")
            await connection.execute("update retail.product set title = 'Kort jakke'")
            await connection.execute("alter table retail.product enable trigger user")
        await sight.open("/attention")
        await sight.page.get_by_role("button", name="Prøv alle på nytt").click()
        await until(pool, f"not exists (select from syncd.dead) and {sent(1)}")
        assert titles(sight.scene.state()) == {"Kort jakke"}


async def test_the_progress_of_a_run_moves_by_itself(pool: asyncpg.Pool, see: See) -> None:
    async with see() as sight:
        await sight.scene.load(*goods(60))
        await until(pool, sent(61))
        await sight.open("/")
        await sight.page.get_by_role("button", name="Synkroniser nå").click()
        await expect(sight.page.get_by_role("heading", level=1)).to_contain_text("1")
        chip = sight.page.locator("[data-part=state] .chip")
        await expect(chip).to_have_text("ferdig")  # nobody has loaded the page anew
