"""Webhooks by the command line: the secret, the address, the switch, what Shopify was asked for."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from syncd.postgres import db, webhooks
from syncd.postgres.webhooks import Subscription
from syncd.vault import Vault
from tests.postgres.claims import add_shop
from tests.test_cli import Shell

ADDRESS = "https://sync.example.no/webhooks"
DAY = "update syncd.shop set app_secret_changed_at = app_secret_changed_at - interval '1 day'"


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    async with db.connect(database_url, name="tests", size=2) as pool:
        await add_shop(pool)
        yield pool


@pytest.fixture
def shell(tmp_path: Path, database_url: str) -> Shell:
    shell = Shell(tmp_path)
    shell.settings = {"SYNCD_DATABASE_URL": database_url}
    return shell


async def secrets(pool: asyncpg.Pool, shell: Shell) -> list[str]:
    """Those that may sign now, opened."""
    vault = Vault.open(shell.folder / ".syncd" / "key")
    (sender,) = await webhooks.receiving(pool)
    return [vault.unseal(one) for one in sender.secrets]


async def test_the_secret_of_before_is_accepted_for_a_day(shell: Shell, pool: asyncpg.Pool) -> None:
    assert shell.run("shop", "webhooks", "x", "--secret", given="shpss_one\n") == 0, shell.output
    assert await secrets(pool, shell) == ["shpss_one"]
    assert shell.run("shop", "webhooks", "x", "--secret", given="shpss_two\n") == 0
    assert await secrets(pool, shell) == ["shpss_two", "shpss_one"]
    assert shell.run("shop", "webhooks", "x", "--secret", given="shpss_two\n") == 0
    assert await secrets(pool, shell) == ["shpss_two", "shpss_one"]
    await pool.execute(DAY)
    assert await secrets(pool, shell) == ["shpss_two"]
    assert "shpss" not in shell.output


async def test_it_says_what_is_lacking_then_where_webhooks_go(
    shell: Shell, pool: asyncpg.Pool
) -> None:
    assert shell.run("shop", "webhooks", "x") == 0
    assert "it lacks the client secret" in shell.output
    assert shell.run("shop", "webhooks", "x", "--secret", given="shpss_one") == 0
    assert "it lacks the address" in shell.output
    assert shell.run("shop", "webhooks", "x", "--address", ADDRESS) == 0
    assert f"sends to {ADDRESS}" in shell.output
    assert shell.run("shop", "webhooks", "x", "--off") == 0
    assert "switched off" in shell.output


async def test_each_subscription_is_shown_as_it_was_last_seen(
    shell: Shell, pool: asyncpg.Pool
) -> None:
    there = Subscription("ORDERS_UPDATED", "gid://shopify/WebhookSubscription/1", ADDRESS)
    missing = Subscription("CUSTOMERS_MERGE", None, None, refusal="the token lacks read_x")
    await webhooks.keep(pool, 1, ADDRESS, [there, missing])
    assert shell.run("shop", "webhooks", "x") == 0
    lines = [line.split()[:3] for line in shell.output.splitlines()]
    assert ["✓", "ORDERS_UPDATED", "seen"] in lines
    assert "the token lacks read_x" in shell.output


@pytest.mark.parametrize("address", ["http://sync.example.no/", "sync.example.no", "ftp://x.no"])
def test_only_a_public_https_address_is_taken(
    shell: Shell, pool: asyncpg.Pool, address: str
) -> None:
    assert shell.run("shop", "webhooks", "x", "--address", address) == os.EX_CONFIG
    assert "https://" in shell.output


def test_no_secret_is_no_secret(shell: Shell, pool: asyncpg.Pool) -> None:
    assert shell.run("shop", "webhooks", "x", "--secret", given="\n") == os.EX_CONFIG
