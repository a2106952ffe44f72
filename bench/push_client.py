"""One contender of `make bench NAME=push` in Python, a process of its own.

    python -m bench.push_client NAME WORK URL

Prints how long the products took, what failed, how long each urgent call took from when it was
wanted, the CPU seconds of all that (not of the start), and the most memory.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import anyio
import orjson
import tenacity
from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError

from bench.push_work import PUSH, URGENT, VARIABLES, Work, read
from bench.reading import peak_kb
from syncd.shopify import client as shopify

LIMIT_S = 100.0
HEADERS = {"X-Shopify-Access-Token": "shpat_bench"}
Send = Callable[[str, VARIABLES], Awaitable[Any]]
"""A document's name, its variables; gives the answer's `data`."""


@dataclass(slots=True)
class Told:
    """What a contender tells of its work; `faults` holds the first few."""

    seconds: float = 0.0
    failed: int = 0
    urgent_s: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    faults: list[str] = field(default_factory=list)

    async def send(self, send: Send, name: str, variables: VARIABLES) -> bool:
        """Whether it was answered well."""
        try:
            (payload,) = (await send(name, variables)).values()
            if not payload["userErrors"]:
                return True
            fault = repr(payload)
        except Exception as error:
            fault = repr(error)
        self.failed += 1
        self.faults = [*self.faults, fault[:300]][:3]
        return False


async def drive(work: Work, send: Send) -> Told:
    """Do the work; the urgent calls come by the clock, however slowly others are answered."""
    told, done = Told(), anyio.Event()
    began_s, cpu_s = time.monotonic(), time.process_time()
    with anyio.fail_after(LIMIT_S):
        async with anyio.create_task_group() as hurried:
            hurried.start_soon(_hurry, work, send, told, done)
            async with anyio.create_task_group() as workers:
                products = iter(work.products)
                for _ in range(work.in_flight):
                    workers.start_soon(_push, products, send, told)
            if work.products:
                told.seconds = time.monotonic() - began_s
                done.set()
    told.cpu_s = time.process_time() - cpu_s
    told.peak_mb = peak_kb() / 1024
    return told


async def _push(products: Iterator[VARIABLES], send: Send, told: Told) -> None:
    for variables in products:
        await told.send(send, PUSH, variables)


async def _hurry(work: Work, send: Send, told: Told, done: anyio.Event) -> None:
    began_s = anyio.current_time()
    async with anyio.create_task_group() as calls:
        for number, variables in enumerate(work.urgent):
            with anyio.move_on_after(began_s + number * work.urgent_every_s - anyio.current_time()):
                await done.wait()
            if done.is_set():
                return
            calls.start_soon(_urge, variables, send, told)


async def _urge(variables: VARIABLES, send: Send, told: Told) -> None:
    began_s = time.monotonic()
    if await told.send(send, URGENT, variables):
        told.urgent_s.append(time.monotonic() - began_s)


async def syncd(work: Work, url: str) -> Told:
    """Our client; the urgent calls are of another lane."""
    async with shopify.connect("bench.myshopify.com", "shpat_bench", url=url) as client:
        lanes = {PUSH: client.on("product"), URGENT: client.on("stock")}
        return await drive(work, lambda name, variables: lanes[name].execute(name, variables))


async def gql_tenacity(work: Work, url: str) -> Told:
    """gql with documents parsed once; what is throttled is sent again after ever longer waits."""
    requests = {name: gql(text) for name, text in work.texts.items()}
    transport = AIOHTTPTransport(_graphql(url), headers=HEADERS)
    retry = tenacity.retry(
        retry=tenacity.retry_if_exception(is_throttled),
        wait=tenacity.wait_random_exponential(multiplier=0.5, max=10),
    )
    async with Client(transport=transport, execute_timeout=60) as session:

        @retry
        async def send(name: str, variables: VARIABLES) -> Any:
            request = GraphQLRequest(requests[name], variable_values=dict(variables))
            return await session.execute(request)

        return await drive(work, send)


def is_throttled(error: BaseException) -> bool:
    return isinstance(error, TransportQueryError) and any(
        one.get("extensions", {}).get("code") == "THROTTLED" for one in error.errors or ()
    )


async def bare(work: Work, url: str) -> Told:
    """aiohttp and orjson with nothing between; what is throttled has failed."""
    async with aiohttp.ClientSession(headers=HEADERS) as session:
        address, kind = _graphql(url), {"Content-Type": "application/json"}

        async def send(name: str, variables: VARIABLES) -> Any:
            text = orjson.dumps({"query": work.texts[name], "variables": variables})
            async with session.post(address, data=text, headers=kind) as answer:
                return orjson.loads(await answer.read())["data"]

        return await drive(work, send)


CONTENDERS: dict[str, Callable[[Work, str], Awaitable[Told]]] = {
    "syncd": syncd,
    "gql": gql_tenacity,
    "bare": bare,
}


def _graphql(url: str) -> str:
    return f"{url}/admin/api/2026-10/graphql.json"


def main(name: str, path: str, url: str) -> None:
    print(json.dumps(asdict(anyio.run(CONTENDERS[name], read(Path(path)), url))))


if __name__ == "__main__":
    main(*sys.argv[1:])
