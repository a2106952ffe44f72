"""What the guards hold, by the command line: told by status, looked at, answered."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from syncd.flows import judgement
from syncd.flows.judgement import Kept
from syncd.postgres import db, harms, outbox
from syncd.postgres.embedded import Server
from syncd.postgres.harms import Note
from syncd.postgres.outbox import Settled
from syncd.rules.comparison import FieldDifference
from tests import leasing
from tests.postgres.claims import add_shop, claim, route
from tests.test_cli import Shell

WHY = "the price of 9 of 12 products would fall by more than 50 %"
PRICE = FieldDifference("variant 1: price", "10.00", "100.00", "100.00", "backoffice")


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A shop of which run 1 holds the change of product 4711."""
    async with db.connect(database_url, name="tests", size=2) as pool:
        shop_id = await add_shop(pool)
        await pool.execute("update syncd.shop set state = 'linked'")
        await leasing.shop_lease(pool, shop_id, node="kari:1")
        await route(pool, "4711")
        (change,) = await claim(pool, shop_id)
        kept, digest = Kept(["price_fall"], WHY), "a" * 64
        note = Note("4711", "gid://shopify/Product/1", "Jakke", [PRICE], ["price_fall"], digest)
        async with db.transaction(pool) as connection:
            run_id = await harms.open_hold(connection, shop_id, [WHY], None)
            assert run_id == 1
            await outbox.settle(connection, [Settled(change, *judgement.end(kept, run_id))])
            await harms.note(connection, shop_id, run_id, [note])
        yield pool


@pytest.fixture
def shell(tmp_path: Path, database_url: str) -> Shell:
    shell = Shell(tmp_path)
    shell.settings = {"SYNCD_DATABASE_URL": database_url}
    return shell


def test_status_tells_what_is_held_with_both_answers(shell: Shell, pool: asyncpg.Pool) -> None:
    assert shell.run("status") == 0, shell.output
    assert f"run 1 is held: {WHY}" in shell.output
    assert "send it: syncd approve 1 · keep it back: syncd reject 1" in shell.output
    assert "it waits for an answer, or for a change in the Backoffice" in shell.output


def test_a_hold_is_looked_at_product_by_product(shell: Shell, pool: asyncpg.Pool) -> None:
    assert shell.run("runs") == 0, shell.output
    assert ["1", "x", "held", "(guard)"] in [line.split()[:4] for line in shell.output.splitlines()]
    assert shell.run("runs", "1") == 0, shell.output
    assert "1 products whose changes were held back by the guards" in shell.output
    assert "products in the shop" not in shell.output
    rows = [line.split() for line in shell.output.splitlines()]
    assert "4711 Jakke variant 1: price 100.00 10.00 backoffice".split() in rows


async def test_an_answer_is_said_in_words(shell: Shell, pool: asyncpg.Pool) -> None:
    assert shell.run("reject", "1") == 0, shell.output
    assert "it stays held until the Backoffice wants something else" in shell.output
    assert shell.run("reject", "1") == os.EX_CONFIG
    assert "it is rejected" in shell.output
    assert shell.run("approve", "1") == 0, shell.output
    assert "the daemon sends it now" in shell.output
    assert await pool.fetchval("select due_at <= syncd.clock() from syncd.change")
    deeds = await pool.fetch("select action, given from syncd.audit order by audit_id")
    assert [(row["action"], row["given"]) for row in deeds] == [
        ("reject", {"run": 1}),
        ("approve", {"run": 1}),
    ]
