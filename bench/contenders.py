"""The servers that are measured side by side, each a process of its own on a core of its own.

`python -m bench.contenders NAME` prints the port it took, then serves until its stdin ends.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path

import anyio
from aiohttp import web
from graphql import ExecutionResult, execute_sync, parse, validate

from bench import served
from bench.served import Server, serve, until_told
from syncd.sandbox.archive import Archive
from syncd.sandbox.options import Clock, ShopOptions
from syncd.sandbox.schema import executable
from syncd.sandbox.server import opened
from syncd.sandbox.shop import Shop
from syncd.sandbox.versions import NEWEST
from syncd.sandbox.visit import visit

PATH = f"/admin/api/{NEWEST}/graphql.json"
OPTIONS = ShopOptions(plan="enterprise", clock=Clock(lambda: 1_000 * time.monotonic()))
"""A bucket that fills a thousand times as fast, so that nobody is throttled."""

CANNED = json.dumps({"data": {"productSet": {"product": {"id": "1"}, "userErrors": []}}}).encode()


async def sandbox() -> None:
    """What we offer, with its file on disk."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(OPTIONS, Path(folder) / "shop.sqlite", None) as running:
            await until_told(running.port)


async def graphql_core() -> None:
    """What one writes in an evening: each request parsed, validated, executed; the same shop."""
    shop, schema = Shop(OPTIONS, Archive(None)), executable(NEWEST)

    async def answer(request: web.Request) -> web.Response:
        asked = await request.json()
        document = parse(asked["query"])
        if errors := validate(schema, document):
            return web.json_response({"errors": [error.formatted for error in errors]})
        result: ExecutionResult = execute_sync(
            schema, document, context_value=visit(shop), variable_values=asked["variables"]
        )
        shop.save()
        return web.json_response(result.formatted)

    await serve(PATH, answer)


async def canned() -> None:
    """The floor: aiohttp reads the request and answers the same bytes each time."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=CANNED, content_type="application/json")

    await serve(PATH, answer)


CONTENDERS = {"sandbox": sandbox, "graphql_core": graphql_core, "canned": canned}


def started(name: str) -> AbstractContextManager[Server]:
    """A contender, while it serves."""
    return served.started("bench.contenders", name)


if __name__ == "__main__":
    anyio.run(CONTENDERS[sys.argv[1]])
