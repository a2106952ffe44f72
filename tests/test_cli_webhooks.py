"""Webhooks by the command line: the secret, the address, the switch, what Shopify was asked for."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from syncd.postgres import db, webhooks
from syncd.postgres.embedded import Server
from syncd.postgres.webhooks import Subscription
from syncd.vault import Vault
from tests.postgres.claims import add_shop
from tests.test_cli import Shell

ADDRESS = "https://sync.example.no/webhooks"
DAY = "update syncd.shop set app_secret_changed_at = app_secret_changed_at - interval '1 day'"


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


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


async def die(pool: asyncpg.Pool) -> None:
    """An order and a request by law are dead, another order waits."""
    await pool.execute(
        "insert into syncd.inbox"
        " (shop_id, delivery_id, topic, kind, gid, state, last_error, last_error_at)"
        " values (1, 'a', 'orders/updated', 'order', 'gid://shopify/Order/11', 'dead',"
        "  'order #1001 [sic]', now()),"
        " (1, 'b', 'customers/redact', 'privacy', null, 'dead', 'no function', now()),"
        " (1, 'c', 'orders/create', 'order', 'gid://shopify/Order/12', 'due', null, null)"
    )


async def states(pool: asyncpg.Pool) -> dict[str, str]:
    rows = await pool.fetch("select delivery_id, coalesce(outcome, state) as word from syncd.inbox")
    return {row["delivery_id"]: row["word"] for row in rows}


async def test_the_inbox_tells_what_waits_then_why(shell: Shell, pool: asyncpg.Pool) -> None:
    assert shell.run("inbox", "list") == 0
    assert "nothing waits" in shell.output
    await die(pool)
    assert shell.run("inbox", "list") == 0
    rows = [line.split()[:5] for line in shell.output.splitlines()]
    assert ["x.myshopify.com", "order", "1", "0", "1"] in rows
    assert shell.run("inbox", "list", "x", "--kind", "order") == 0
    assert "order #1001 [sic]" in shell.output
    assert "no function" not in shell.output


@pytest.mark.parametrize("word", ["11", "gid://shopify/Order/11", "a", "1"])
async def test_one_thing_is_looked_up_by_any_of_its_numbers(
    shell: Shell, pool: asyncpg.Pool, word: str
) -> None:
    await die(pool)
    assert shell.run("inbox", "show", word) == 0, shell.output
    assert "orders/updated" in shell.output
    assert "orders/create" not in shell.output
    assert shell.run("inbox", "show", "4711") == 1


async def test_the_dead_are_tried_again_by_choice(shell: Shell, pool: asyncpg.Pool) -> None:
    await die(pool)
    assert shell.run("inbox", "retry") == 2
    assert shell.run("inbox", "retry", "--kind", "order") == 0, shell.output
    assert "deliveries due again: 1" in shell.output
    assert await states(pool) == {"a": "due", "b": "dead", "c": "due"}
    assert shell.run("inbox", "retry", "--kind", "order") == 1


async def test_a_request_by_law_is_given_up_by_its_own_number_alone(
    shell: Shell, pool: asyncpg.Pool
) -> None:
    await die(pool)
    assert shell.run("inbox", "skip", "--all", "--yes") == 0
    assert await states(pool) == {"a": "skipped", "b": "dead", "c": "due"}
    assert shell.run("inbox", "skip", "2", "--yes") == 0
    assert (await states(pool))["b"] == "skipped"
    deeds = await pool.fetch("select action, rows from syncd.audit order by audit_id")
    assert [tuple(row) for row in deeds] == [("skip_inbox", 1), ("skip_inbox", 1)]


async def test_receipts_are_listed_for_the_shop_owner(shell: Shell, pool: asyncpg.Pool) -> None:
    assert shell.run("inbox", "receipts") == 0
    assert "nothing was asked yet" in shell.output
    await pool.execute(
        "insert into syncd.privacy_receipt"
        " (shop_id, domain, topic, delivery_id, request_id, held)"
        " values (1, 'x.myshopify.com', 'customers/data_request', 'd', '9999', '{\"inbox\": 2}')"
    )
    assert shell.run("inbox", "receipts", "--shop", "x") == 0
    assert "9999" in shell.output
    assert "inbox 2" in shell.output


async def test_what_cannot_be_worked_off_is_an_alarm(pool: asyncpg.Pool) -> None:
    await die(pool)
    await pool.execute("update syncd.inbox set received_at = now() - interval '2 hours'")
    await pool.execute(
        "insert into syncd.inbox (shop_id, delivery_id, topic, kind, received_at)"
        " values (1, 'late', 'shop/redact', 'privacy', now() - interval '2 hours')"
    )
    await webhooks.keep(pool, 1, ADDRESS, [Subscription("ORDERS_UPDATED", None, None)])
    await pool.execute("update syncd.webhook set missing_since = now() - interval '3 hours'")
    alarms = {row["alarm"] for row in await pool.fetch("select alarm from syncd.alarm")}
    assert {"inbox_dead", "privacy_late", "webhook_missing"} <= alarms
