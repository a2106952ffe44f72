"""One way to send calls, in a process of its own.

    python -m bench.client_calls WAY CALLS URL

Prints the CPU seconds that these calls took, and the seconds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import cycle, islice
from typing import Any

import aiohttp
import anyio
import orjson
from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport

from bench.client_shop import CREATE, create_variables
from bench.push_client import HEADERS
from bench.push_work import IN_FLIGHT, VARIABLES
from syncd.shopify import client as shopify
from syncd.shopify.documents import documents

WARM_CALLS = 200
LIMIT_S = 60.0
PRODUCTS = [create_variables(number) for number in range(100)]
Send = Callable[[VARIABLES], Awaitable[Mapping[str, Any]]]
"""A product's variables; gives the answer's `data`."""


@asynccontextmanager
async def bare(url: str) -> AsyncIterator[Send]:
    """aiohttp and orjson, nothing between."""
    text = documents()[CREATE].text
    kind = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=HEADERS) as session:

        async def send(variables: VARIABLES) -> Any:
            body = orjson.dumps({"query": text, "variables": variables, "operationName": CREATE})
            async with session.post(_graphql(url), data=body, headers=kind) as answer:
                return orjson.loads(await answer.read())["data"]

        yield send


@asynccontextmanager
async def syncd(url: str) -> AsyncIterator[Send]:
    """Our client, with all that it does for a call."""
    async with shopify.connect("bench.myshopify.com", "shpat_bench", url=url) as client:
        lane = client.on("product")
        yield lambda variables: lane.execute(CREATE, variables)


@asynccontextmanager
async def gql_parsed(url: str) -> AsyncIterator[Send]:
    """gql as its manual shows it, with the document parsed once."""
    parsed = gql(documents()[CREATE].text)
    async with _gql(url) as session:
        yield lambda variables: session.execute(
            GraphQLRequest(parsed, variable_values=dict(variables))
        )


@asynccontextmanager
async def gql_text(url: str) -> AsyncIterator[Send]:
    """gql with the text of the document for each call."""
    text = documents()[CREATE].text
    async with _gql(url) as session:
        yield lambda variables: session.execute(
            GraphQLRequest(text, variable_values=dict(variables))
        )


def _gql(url: str) -> Client:
    return Client(transport=AIOHTTPTransport(_graphql(url), headers=HEADERS))


def _graphql(url: str) -> str:
    return f"{url}/admin/api/{shopify.API_VERSION}/graphql.json"


WAYS: Mapping[str, Callable[[str], AbstractAsyncContextManager[Send]]] = {
    "bare": bare,
    "syncd": syncd,
    "gql_parsed": gql_parsed,
    "gql_text": gql_text,
}


async def call(send: Send, calls: int) -> None:
    """So many products, IN_FLIGHT at a time. Raises what a call raises."""
    products = islice(cycle(PRODUCTS), calls)

    async def work() -> None:
        for variables in products:
            answered = await send(variables)
            assert not answered["productSet"]["userErrors"]

    async with anyio.create_task_group() as workers:
        for _ in range(IN_FLIGHT):
            workers.start_soon(work)


async def measured(way: str, calls: int, url: str) -> dict[str, float]:
    with anyio.fail_after(LIMIT_S):
        async with WAYS[way](url) as send:
            await call(send, WARM_CALLS)
            began_s, cpu_s = time.monotonic(), time.process_time()
            await call(send, calls)
            return {"cpu_s": time.process_time() - cpu_s, "s": time.monotonic() - began_s}


if __name__ == "__main__":
    print(json.dumps(anyio.run(measured, sys.argv[1], int(sys.argv[2]), sys.argv[3])))
