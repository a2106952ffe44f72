"""A running shop, asked over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from syncd.sandbox.options import ShopOptions
from syncd.sandbox.server import Running, running
from tests.sandbox.till import PRODUCT_SET, Hands

TOKEN = {"X-Shopify-Access-Token": "shpat_sandbox"}
SHOP = {"query": "{ shop { name } }"}
LATEST = "/admin/api/2026-10/graphql.json"


@asynccontextmanager
async def open_shop(
    *, file: Path | None = None, port: int | None = None
) -> AsyncIterator[tuple[ClientSession, Running]]:
    """A running shop by a clock that stands still, and a caller who has its token."""
    options = ShopOptions(clock=Hands().clock)
    async with (
        running(options, file=file, port=port) as shop,
        ClientSession(shop.url, headers=TOKEN) as session,
    ):
        yield session, shop


async def answer(session: ClientSession, body: Any, path: str = LATEST, **more: Any) -> Any:
    """Status, body and headers."""
    async with session.post(path, json=body, **more) as response:
        return response.status, await response.json(), response.headers


async def product(session: ClientSession, title: str, **more: Any) -> str:
    """The gid of a new product."""
    body = {"query": PRODUCT_SET, "variables": {"input": {"title": title, **more}}}
    _, answered, _ = await answer(session, body)
    return str(answered["data"]["productSet"]["product"]["id"])


async def read(session: ClientSession, path: str) -> Any:
    async with session.get(path) as response:
        assert response.status == 200
        return await response.json()
