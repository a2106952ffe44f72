"""Stored credentials: one sign-in serves every process, whatever dies or changes meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import anyio
import asyncpg
import pytest

from syncd.errors import ConfigError, ShopError
from syncd.flows import checkup, signin
from syncd.postgres import credentials, shops, status, webhooks
from syncd.postgres.embedded import Server
from syncd.rules.credentials import Grant, Token
from syncd.sandbox import server as sandbox
from syncd.shopify import client as shopify
from syncd.shopify.auth import Access, Held
from syncd.vault import Vault
from tests.flows.conftest import DOMAIN, JAKKE, LUE, OPTIONS, TOKEN, Scene, settings
from tests.postgres.test_shops import NEW
from tests.test_supervisor import PATIENCE_S, served, until

GRANT = Grant("sandbox-app", "sandbox-secret")
DAY_S = 86_400


@pytest.fixture
def postgres(embedded: Server) -> Server:
    """What is looked at here does not hang on the server."""
    return embedded


@pytest.fixture
async def bare(pool: asyncpg.Pool, tmp_path: Path) -> AsyncIterator[Scene]:
    """A shop without a Backoffice: nothing is asked of that here."""
    vault = Vault.open(tmp_path / "key", create=True)
    shop = await shops.add(pool, replace(NEW, domain=DOMAIN, credentials=vault.seal(TOKEN)))
    async with (
        sandbox.running(OPTIONS) as running,
        shopify.connect(DOMAIN, TOKEN, url=running.url) as client,
    ):
        yield Scene(pool, client, running, shop, vault)


@pytest.fixture
async def signed(bare: Scene) -> Scene:
    """A shop that is signed in to with client ID and secret, and has a token."""
    await give(bare, GRANT)
    return bare


async def give(scene: Scene, given: Grant | Token) -> None:
    one = await signin.tried(DOMAIN, given, url=scene.running.url)
    await signin.keep(scene.pool, scene.vault, scene.shop.shop_id, one)


async def access(scene: Scene) -> Access:
    """The way in of another process."""
    return await signin.accessing(scene.pool, scene.vault, scene.shop, url=scene.running.url)


async def call(scene: Scene, way: Access) -> None:
    async with shopify.connect(DOMAIN, way, url=scene.running.url) as client:
        await client.execute("BudgetProbe")


async def secrets(scene: Scene) -> list[str]:
    (sender,) = await webhooks.receiving(scene.pool)
    return [scene.vault.unseal(one) for one in sender.secrets]


def given(scene: Scene) -> int:
    """How many tokens the shop has given that have not ended."""
    return len(scene.running.shop.held["Token"])


async def test_a_restart_goes_on_with_the_stored_token(signed: Scene) -> None:
    for _ in range(3):
        await call(signed, await access(signed))
    assert given(signed) == 1
    kept = await credentials.held(signed.pool, signed.shop.shop_id)
    assert DAY_S - 60 < (kept.lasts_s or 0) <= DAY_S - 1
    assert kept.access_token is not None and b"shpat" not in kept.access_token


async def test_the_client_secret_signs_webhooks_too(signed: Scene) -> None:
    assert await secrets(signed) == [GRANT.client_secret]
    await give(signed, GRANT)
    assert await secrets(signed) == [GRANT.client_secret]
    await webhooks.set_secret(signed.pool, signed.shop.shop_id, signed.vault.seal("shpss_old"))
    await access(signed)  # one that knows better
    assert await secrets(signed) == [GRANT.client_secret, "shpss_old"]


async def test_two_processes_that_renew_at_once_both_go_on(signed: Scene) -> None:
    await signed.tell("clock", {"advance_s": DAY_S})
    ways = [await access(signed) for _ in range(4)]
    async with anyio.create_task_group() as group:
        for way in ways:
            group.start_soon(call, signed, way)
    kept = await credentials.held(signed.pool, signed.shop.shop_id)
    assert kept.access_token is not None
    assert signed.vault.unseal(kept.access_token) in {way.token for way in ways}
    for way in ways:
        await call(signed, way)


async def test_the_token_of_another_process_is_taken_instead_of_a_new_one(signed: Scene) -> None:
    late, early = await access(signed), await access(signed)
    await signed.tell("clock", {"advance_s": DAY_S})
    await call(signed, early)
    await call(signed, late)
    assert (given(signed), late.token) == (1, early.token)


async def test_a_secret_that_was_changed_meanwhile_is_taken_up_at_the_renewal(
    bare: Scene,
) -> None:
    wrong = signin.Tried(Grant("sandbox-app", "shpss_before"), Held("shpat_1", DAY_S))
    await signin.keep(bare.pool, bare.vault, bare.shop.shop_id, wrong)
    way = await access(bare)
    with pytest.raises(ShopError, match="client secret is not right"):
        await call(bare, way)
    await give(bare, GRANT)
    await call(bare, way)
    assert await secrets(bare) == [GRANT.client_secret, "shpss_before"]


async def test_who_lost_the_key_gives_the_credentials_anew(signed: Scene, tmp_path: Path) -> None:
    await webhooks.set_secret(signed.pool, signed.shop.shop_id, signed.vault.seal("shpss_old"))
    signed.vault = Vault.open(tmp_path / "another" / "key", create=True)
    with pytest.raises(ConfigError, match="another key"):
        await access(signed)
    await give(signed, GRANT)
    await call(signed, await access(signed))
    assert await secrets(signed) == [GRANT.client_secret]


async def test_a_token_in_place_of_a_grant_is_taken_up_too(signed: Scene) -> None:
    way = await access(signed)
    await give(signed, Token(TOKEN))
    await signed.tell("clock", {"advance_s": DAY_S})
    await call(signed, way)
    assert way.token == TOKEN
    kept = await credentials.held(signed.pool, signed.shop.shop_id)
    assert (kept.access_token, kept.lasts_s) == (None, None)


async def test_a_renewal_for_a_removed_shop_is_the_shops_trouble(signed: Scene) -> None:
    way = await access(signed)
    await signed.tell("clock", {"advance_s": DAY_S})
    await signed.pool.execute("delete from syncd.shop")
    with pytest.raises(ShopError, match="there is no shop"):
        await call(signed, way)


async def test_a_stored_token_that_cannot_be_opened_is_as_good_as_none(signed: Scene) -> None:
    await signed.pool.execute("update syncd.shop set access_token = 'junk'")
    await call(signed, await access(signed))
    assert given(signed) == 2


async def findings(scene: Scene, state: str) -> list[str]:
    found = checkup.of_shop(scene.pool, scene.vault, scene.shop, shopify_url=scene.running.url)
    return [one.what.removeprefix(f"{DOMAIN}: ") async for one in found if one.state == state]


async def test_the_check_tells_token_scopes_webhooks_and_version(scene: Scene) -> None:
    well = await findings(scene, "well")
    assert "the access token does not end" in well
    assert any(one.startswith("API version 2026-10, served for ") for one in well)
    assert await findings(scene, "wrong") == await findings(scene, "odd") == []
    await give(scene, GRANT)
    assert any("the token lasts 24 h more" in one for one in await findings(scene, "well"))
    await webhooks.set_address(scene.pool, scene.shop.shop_id, "https://sync.example.no/hooks")
    (told,) = (one for one in await findings(scene, "odd") if "subscribed" in one)
    assert "ORDERS_UPDATED" in told
    await scene.tell("apps/sandbox-app", {"scopes": ["write_products", "read_locations"]})
    await settings(scene, sync_customers=True, sync_stock=False)
    wrong, odd = await findings(scene, "wrong"), await findings(scene, "odd")
    lack = "the app lacks the scope read_customers, to bring customers to the Backoffice"
    assert lack in wrong
    assert "the app has no scope write_inventory, to keep counts in step (switched off)" in odd
    assert not any("read_products" in one for one in wrong)


async def test_the_check_of_a_shop_that_refuses_says_why(signed: Scene) -> None:
    await signed.tell("apps/sandbox-app", {"installed": False})
    (why,) = await findings(signed, "wrong")
    assert "the app is not installed in the shop" in why


async def test_a_daemon_outlives_its_token_and_says_when_the_app_is_gone(scene: Scene) -> None:
    await give(scene, GRANT)
    async with served(scene):
        await scene.load(JAKKE)
        await until(scene, lambda: len(scene.state()) == 1)
        await scene.tell("clock", {"advance_s": DAY_S})
        await scene.load(JAKKE, LUE)
        await until(scene, lambda: len(scene.state()) == 2)
        (row,) = await status.backlog(scene.pool)
        assert (row.paused_reason, given(scene)) == (None, 1)
        await scene.tell("apps/sandbox-app", {"installed": False})
        await scene.pool.execute("update retail.product set title = 'Ny' where product_id = 1")
        with anyio.fail_after(PATIENCE_S):
            while await shops.ready(scene.pool):
                pass
    (row,) = await status.backlog(scene.pool)
    assert "the app is not installed in the shop" in (row.paused_reason or "")


def test_nothing_here_shows_a_secret(tmp_path: Path) -> None:
    held = Held("shpat_1")
    assert "shpat" not in repr(signin.Tried(Token("shpat_1"), held)) + repr(replace(held))
    assert "shpss" not in repr(signin.Tried(Grant("id", "shpss_1"), held))
