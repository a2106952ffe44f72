"""Bulk operations against the sandbox, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio

from syncd.sandbox import server as sandbox
from syncd.sandbox.options import ShopOptions
from syncd.sandbox.server import Running
from syncd.shopify import bulk
from syncd.shopify import client as shopify
from syncd.shopify.bulk import Operation
from syncd.shopify.client import Client

TOKEN = "shpat_test"
LONGEST_S = 20
SET = """mutation {name}($input: ProductSetInput!) {{
  productSet(input: $input) {{ product {{ id title }} userErrors {{ field message code }} }}
}}"""
PRODUCTS = "query {name} {{ products {{ edges {{ node {{ id title }} }} }} }}"


@asynccontextmanager
async def opened(**options: Any) -> AsyncIterator[tuple[Running, Client]]:
    """A shop of the largest plan whose bulk operations begin at once."""
    given = {"token": TOKEN, "plan": "enterprise", "bulk_start_s": 0.0, **options}
    async with (
        sandbox.running(ShopOptions(**given)) as running,
        shopify.connect("x", TOKEN, url=running.url) as client,
    ):
        yield running, client


async def until_over(client: Client, gid: str) -> Operation:
    with anyio.fail_after(LONGEST_S):
        while True:
            found = await bulk.look(client, gid)
            assert found
            if found.is_over:
                return found
