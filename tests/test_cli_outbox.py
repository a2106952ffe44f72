"""The outbox by the command line: what waits, what is dead, pauses."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from syncd.postgres import byhand, db, outbox
from syncd.postgres.embedded import Server
from syncd.postgres.outbox import Settled
from syncd.rules.retry import Dead
from tests import leasing, programs
from tests.postgres.claims import add_shop, claim, route
from tests.test_cli import Shell

HISTORY = """
insert into syncd.history
  (shop_id, kind, key, gid, writes, after, events, first_event_at, accepted_at, settled_at)
select shop_id, 'product', '9', 'gid://shopify/Product/1', '{ProductSet}', '{}', 2,
  now() - interval '3 s', now(), now()
from syncd.shop
"""


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """Both servers are held by tests/postgres, by pushes, stock, resyncs."""
    return embedded


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """A shop in which 1 and 2 are dead of one cause, 3 of another, 4 is claimed and 5 waits."""
    async with db.connect(database_url, name="tests", size=2) as pool:
        shop_id = await add_shop(pool)
        await pool.execute("update syncd.shop set state = 'linked'")
        await leasing.shop_lease(pool, shop_id, node="kari:1")
        await route(pool, "1", "2", "3")
        async with db.transaction(pool) as connection:
            settled = [
                Settled(one, Dead(), f"{one.key} is wrong [sic]", cause)
                for one, cause in zip(
                    await claim(pool, shop_id), ["no_price", "no_price", "TOO_LONG"], strict=True
                )
            ]
            await outbox.settle(connection, settled)
        await route(pool, "4", changed=["price"])
        await claim(pool, shop_id)
        await route(pool, "5")
        await pool.execute(HISTORY)
        yield pool


@pytest.fixture
def shell(tmp_path: Path, database_url: str) -> Shell:
    shell = Shell(tmp_path)
    shell.settings = {"SYNCD_DATABASE_URL": database_url}
    return shell


async def states(pool: asyncpg.Pool) -> dict[str, str]:
    rows = await pool.fetch("select key, state from syncd.change order by key")
    return {row["key"]: row["state"] for row in rows}


async def test_the_outbox_is_shown_alarms_first(shell: Shell, pool: asyncpg.Pool) -> None:
    assert shell.run("outbox") == 0, shell.output
    text = shell.output
    assert text.index("change_dead") < text.index("What waits") < text.index("In flight")
    rows = [line.split()[:7] for line in text.splitlines()]
    assert ["x", "linked", "price", "1", "0", "1", "0"] in rows
    assert ["product", "1", "1", "0", "0"] in [row[:5] for row in rows]
    assert ["kari:1", "x", "1", "0"] in rows
    assert "1: 1 is wrong [sic]" in text
    assert "no daemon runs" in text
    assert "5 events moved" in text
    assert "3.0 s" in text
    assert "\x1b" not in text  # a pipe gets no colours


async def test_a_shop_is_looked_at_alone_in_any_spelling(shell: Shell, pool: asyncpg.Pool) -> None:
    await pool.execute(
        "insert into syncd.shop (domain, account_id, credentials, price_department, currency)"
        " values ('fjell.myshopify.com', 'b', 'x', 'nett', 'NOK')"
    )
    assert shell.run("outbox", "--shop", "https://admin.shopify.com/store/fjell") == 0
    assert "fjell" in shell.output
    assert "kari:1 " not in shell.output
    assert shell.run("outbox", "--shop", "gone") == os.EX_CONFIG
    assert "syncd shop list" in shell.output


def test_it_is_drawn_again_and_again_until_ctrl_c(shell: Shell, pool: asyncpg.Pool) -> None:
    watching = subprocess.Popen(
        programs.command("outbox", "--watch"),
        cwd=shell.folder,
        env={**programs.bare_environment(), **shell.settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert watching.stdout is not None
    seen = 0
    for line in watching.stdout:
        seen += "What waits" in line
        if seen == 2:
            break
    watching.send_signal(signal.SIGINT)
    rest, _ = watching.communicate(timeout=60)
    assert (watching.returncode, "Traceback" in rest) == (0, False), rest


async def test_the_dead_are_listed_by_cause_or_each_with_its_words(
    shell: Shell, pool: asyncpg.Pool
) -> None:
    assert shell.run("dead", "list") == 0
    assert "no_price" in shell.output
    assert "2 is wrong" not in shell.output
    assert shell.run("dead", "list", "--cause", "no_price", "--shop", "X") == 0
    assert "2 is wrong [sic]" in shell.output
    assert "TOO_LONG" not in shell.output
    assert shell.run("dead", "list", "--key", "3") == 0
    assert "3 is wrong [sic]" in shell.output
    assert shell.run("dead", "list", "--key", "4") == 0
    assert "nothing that is dead fits" in shell.output


async def test_the_dead_are_tried_again_by_key_by_cause_or_all(
    shell: Shell, pool: asyncpg.Pool
) -> None:
    assert shell.run("dead", "retry", "3", "4711") == 0
    assert "changes due again: 1" in shell.output
    assert "syncd run" in shell.output
    assert shell.run("dead", "retry", "--cause", "no_price", "--shop", "x") == 0
    assert "changes due again: 2" in shell.output
    assert shell.run("dead", "retry", "--all") == 1
    assert "nothing that is dead fits" in shell.output
    assert set((await states(pool)).values()) == {"due", "claimed"}
    audited = await pool.fetch("select action, application, rows from syncd.audit")
    assert [tuple(row) for row in audited] == [
        ("retry", "syncd dead", 1),
        ("retry", "syncd dead", 0),
        ("retry", "syncd dead", 2),
    ]


async def test_giving_up_is_asked_for(shell: Shell, pool: asyncpg.Pool) -> None:
    assert shell.run("dead", "skip", "1") == 1
    assert "1 of them?" in shell.output
    assert "1" in await states(pool)
    assert shell.run("dead", "skip", "1", "--yes") == 0
    assert "changes given up until their next event: 1" in shell.output
    assert list(await states(pool)) == ["2", "3", "4", "5"]


@pytest.mark.parametrize("words", [["retry"], ["skip", "--yes"], ["retry", "1", "--all"]])
def test_nobody_touches_everything_by_leaving_something_out(shell: Shell, words: list[str]) -> None:
    assert shell.run("dead", *words) == 2
    assert "--all" in shell.output


async def test_a_shop_is_paused_and_resumed_in_any_spelling(
    shell: Shell, pool: asyncpg.Pool
) -> None:
    assert shell.run("pause", "https://X.myshopify.com/", "--reason", "stock-taking") == 0
    assert "syncd resume x.myshopify.com" in shell.output
    assert shell.run("status") == 0
    assert "paused until `syncd resume x.myshopify.com`: stock-taking" in shell.output
    assert shell.run("resume", "x") == 0
    assert "x.myshopify.com is resumed" in shell.output
    assert shell.run("resume", "x") == 0
    assert "was not paused" in shell.output
    assert shell.run("pause", "x", "--minutes", "30") == 0
    assert await pool.fetchval("select paused_until < now() + interval '1 h' from syncd.shop")
    assert shell.run("pause", "x", "--minutes", "0") == 2


async def test_status_says_what_a_dead_change_waits_for(shell: Shell, pool: asyncpg.Pool) -> None:
    await byhand.skip(pool, cause="no_price")
    assert shell.run("status") == 0
    assert "`syncd dead retry 3`" in shell.output
