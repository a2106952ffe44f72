"""A shop's settings by the command line: listed, changed, looked up afterwards, removed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from syncd.postgres import db
from syncd.postgres.embedded import Server
from tests.postgres.claims import add_shop
from tests.test_cli import Shell


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One is enough: what is asked of Postgres is tried on each of them elsewhere."""
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


async def test_settings_are_changed_looked_up_and_go_with_their_shop(
    shell: Shell, pool: asyncpg.Pool
) -> None:
    words = ("image_mode=overwrite", "compare_every=90 min", "app_secret=-")
    assert shell.run("shop", "set", "x", *words, given="hush\n") == 0, shell.output
    assert "✓ image_mode: append → overwrite" in shell.output
    assert "✓ compare_every: 3 h → 90 min" in shell.output
    assert "the whole shop is compared" in shell.output
    assert "no daemon runs" in shell.output
    assert shell.run("shop", "set", "x") == 0
    rows = [line.split()[:2] for line in shell.output.splitlines()]
    assert ["image_mode", "overwrite"] in rows
    assert "only a product without pictures gets ours" in " ".join(shell.output.split())
    assert shell.run("shop", "history", "x") == 0
    assert "append → overwrite" in shell.output
    assert "hush" not in shell.output
    assert shell.run("shop", "remove", "x", given="x.myshopify.com\n") == 0, shell.output
    assert "x.myshopify.com is removed" in shell.output
    assert await pool.fetch("select from syncd.shop") == []
