"""`syncd explain` as a person meets it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import anyio
import orjson
import pytest

from syncd.postgres.embedded import Server
from tests.flows.conftest import DOMAIN, JAKKE, LUE, Scene, settings
from tests.test_cli import Shell


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """One server is enough here."""
    return embedded


async def test_why_is_answered_by_a_sentence_by_json_by_a_choice_or_by_what_is_known(
    scene: Scene, database_url: str, tmp_path: Path
) -> None:
    await settings(scene, sync_stock=False)
    await scene.load(JAKKE, LUE, replace(LUE, handle="vott", title="Vott"))
    await scene.push()
    shell = Shell(tmp_path)

    async def explain(*words: str, url: str = scene.running.url) -> int:
        shell.settings = {
            "SYNCD_DATABASE_URL": database_url,
            "SYNCD_SHOPIFY_URL": url,
            "SYNCD_KEY_FILE": str(tmp_path / "key"),
        }
        return await anyio.to_thread.run_sync(shell.run, "explain", *words)

    assert await explain("j-s") == 0, shell.output
    assert "Everything is equal, last sent" in shell.output
    assert "made in the shop, variants: 2, request " in shell.output
    await scene.pool.execute("update retail.product set title = 'Varm' where product_id = 1")
    assert await explain("J-S", "--json") == 1
    told = orjson.loads(shell.output)
    assert (told["shop"], told["key"], told["title"]) == (DOMAIN, "1", "Varm")
    (row,) = (row for row in told["rows"] if row["who"])
    assert (row["field"], row["wanted"], row["observed"]) == ("name", "Varm", "Jakke")
    assert await explain("L-1") == 2
    assert "Vott" in shell.output and "--key" in shell.output
    assert await explain("J-SS", url="http://127.0.0.1:9") == os.EX_CONFIG
    assert "did you mean J-S" in shell.output
    assert await explain("--key", "2", url="http://127.0.0.1:9") == 0, shell.output
    assert "Shopify was not asked" in shell.output
