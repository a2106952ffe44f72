"""The console over HTTP, on a real Postgres; a browser without scripts in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from syncd.postgres.embedded import Server
from syncd.vault import Vault
from syncd.web.console import server
from syncd.web.console.visit import Desk
from tests.web.console.caller import Caller


@pytest.fixture(scope="session")
def postgres(embedded: Server) -> Server:
    """The statements behind the pages are held on both servers by tests/postgres."""
    return embedded


@pytest.fixture
def address() -> str:
    """The console's public address; a module may give another one."""
    return ""


@pytest.fixture
async def caller(pool: asyncpg.Pool, tmp_path: Path, address: str) -> AsyncIterator[Caller]:
    """Somebody who is not signed in yet."""
    desk = Desk(pool, Vault.open(tmp_path / "key", create=True), None, address)
    async with (
        server.listening(desk, host="127.0.0.1", port=0) as places,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
    ):
        yield Caller("http://{}:{}".format(*places[0]), session, pool)


@pytest.fixture
async def admin(caller: Caller) -> Caller:
    """An administrator, signed in."""
    await caller.add("kari", "admin")
    assert (await caller.sign_in()).status == 303
    return caller
