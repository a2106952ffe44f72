"""A console before a sandbox's shop: what a person sets up, changes, links."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import asyncpg

from syncd.vault import Vault
from syncd.web.console import server
from syncd.web.console.visit import Desk
from tests.web.console.caller import Caller


@asynccontextmanager
async def visited(pool: asyncpg.Pool, vault: Vault, url: str) -> AsyncIterator[Caller]:
    """An administrator, signed in to a console whose shops are at this address."""
    desk = Desk(pool, vault, url)
    async with (
        server.listening(desk, host="127.0.0.1", port=0) as places,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
    ):
        caller = Caller("http://{}:{}".format(*places[0]), session, pool)
        await caller.add()
        assert (await caller.sign_in()).status == 303
        yield caller


async def become(caller: Caller, role: str) -> None:
    """The same person with another role."""
    await caller.pool.execute("update syncd.person set role = $1", role)


async def deeds(caller: Caller) -> list[str]:
    """What was noted, by whoever is signed in."""
    rows = await caller.pool.fetch(
        "select action from syncd.audit where actor = 'console:kari' order by audit_id"
    )
    return [row["action"] for row in rows]
