"""Errors of the server: the page says what is wrong, shows nothing of the inside, recovers."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from syncd.errors import CallError
from syncd.postgres import db, embedded
from syncd.postgres.migrate import migrate
from syncd.vault import Vault
from syncd.web.console import guard, server, trouble
from syncd.web.console.visit import DESK, Desk
from tests.web.console.caller import Caller

SECRET = "shpat_must_not_be_seen"


@pytest.mark.timeout(180)
async def test_while_the_database_is_away_the_page_says_so_and_then_it_is_there_again(
    open_folder: Path, tmp_path: Path
) -> None:
    vault = Vault.open(tmp_path / "key", create=True)
    data = open_folder / "data"
    async with embedded.server(data, is_durable=False) as first:
        url, port = first.url(), first.port
        async with db.connect(url, name="tests", size=1) as pool:
            await migrate(pool)
    # The console's pool is older than the server's second life.
    async with embedded.server(data, port=port, is_durable=False) as second:
        pool = await asyncpg.create_pool(second.url(), init=db.prepare, min_size=1, max_size=4)
        assert pool is not None
        desk = Desk(pool, vault, None)
    async with (
        server.listening(desk, host="127.0.0.1", port=0) as places,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
    ):
        caller = Caller("http://{}:{}".format(*places[0]), session, pool)
        answer = await caller.get("/signin")
        assert answer.status == 503 and "Databasen svarer ikke" in answer.words
        assert int(answer.headers["Refresh"]) < 30
        async with embedded.server(data, port=port, is_durable=False):
            found = [(await caller.get("/signin")).status for _ in range(3)]
            assert found[-1] == 200
            pool.terminate()


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        pytest.param(ZeroDivisionError(SECRET), 500, "Noe gikk galt hos oss", id="a bug of ours"),
        pytest.param(CallError("x"), 502, "x", id="Shopify does not answer"),
    ],
)
async def test_an_error_is_a_page_without_its_inside(
    tmp_path: Path, error: Exception, status: int, words: str
) -> None:
    async def fail(_request: web.Request) -> web.Response:
        token = SECRET
        raise type(error)(f"{error}{token[:0]}")

    app = web.Application(middlewares=[guard.dress, trouble.tell])
    app[DESK] = Desk(None, Vault.open(tmp_path / "key", create=True), None)  # type: ignore[arg-type]
    app.router.add_get("/", fail)
    async with TestServer(app) as running, aiohttp.ClientSession() as session:
        caller = Caller(str(running.make_url("/")).rstrip("/"), session, None)  # type: ignore[arg-type]
        answer = await caller.get("/")
    assert answer.status == status and words in answer.words
    assert SECRET not in answer.text and "Traceback" not in answer.text
    assert "Content-Security-Policy" in answer.headers
