"""A proxy between one node and the shops, which notes who asked what, and from when until when."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf

import aiohttp
import anyio
from aiohttp import web

from tests.scribe import TITLE

TOKEN = "X-Shopify-Access-Token"
KEPT = ("Content-Type", "Retry-After", "X-Shopify-API-Version")
DOCUMENT = re.compile(r'"operationName": ?"(\w+)"')
SUBJECT = re.compile(r"\bSyncd(?:Run|Operation)\w+|gid://shopify/Product/\d+")


@dataclass(slots=True)
class Call:
    """One request that has arrived whole; its answer, if any, came at `ended_s`."""

    shop: str
    node: str
    began_s: float
    versions: list[tuple[str, int, bool]]  # key, version, whether it was taken back
    document: str
    subject: str  # the name of the bulk operation that it starts, or the product's id
    ended_s: float = inf


@dataclass(slots=True)
class Snare:
    """Where a node is to be caught: at its `nth` call of a document, and all that follow that one.

    `is_before`: these calls never reach the shop; else they do, and their answers are kept back.
    """

    document: str
    nth: int = 1
    is_before: bool = False
    calls: int = 0
    caught: anyio.Event = field(default_factory=anyio.Event)
    opened: anyio.Event = field(default_factory=anyio.Event)

    def catches(self, document: str) -> bool:
        """Whether this call of the document is one of those; each is asked of once."""
        if document != self.document or self.opened.is_set():
            return False
        self.calls += 1
        return self.calls >= self.nth

    async def hold(self) -> None:
        self.caught.set()
        await self.opened.wait()


class Proxy:
    """Passes a node's calls on, to the shop whose token they carry; a closed gate keeps answers.

    What has arrived is carried out even if the node dies meanwhile, as Shopify would.
    """

    def __init__(
        self, node: str, shops: Mapping[str, str], book: list[Call], session: aiohttp.ClientSession
    ) -> None:
        self.node = node
        self.calls = 0
        self.parked = 0  # answers behind the gate
        self.under_way = 0
        self.url = ""
        self.snares: list[Snare] = []
        self._shops = shops  # token: where the shop is
        self._book = book
        self._session = session
        self._gate = anyio.Event()
        self._gate.set()
        self._server = web.Server(self._pass)

    def close_gate(self) -> None:
        self._gate = anyio.Event()

    def open_gate(self) -> None:
        self._gate.set()

    @property
    def is_quiet(self) -> bool:
        """Whether nothing of a node that is dead can reach a shop any more."""
        return self.under_way == 0 and not self._server.connections

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Proxy]:
        runner = web.ServerRunner(self._server, shutdown_timeout=1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self
        finally:
            self.open_gate()
            await runner.cleanup()

    async def _pass(self, request: web.BaseRequest) -> web.StreamResponse:
        self.under_way += 1
        try:
            body = (await request.read()).decode()
            document = "".join(DOCUMENT.findall(body)[-1:])
            held = [snare for snare in self.snares if snare.catches(document)]
            if any(snare.is_before for snare in held):
                await held[0].hold()
                return web.Response(status=503)
            answer = await self._carried_out(request, body, document)
        finally:
            self.under_way -= 1
        self.parked += 1
        for snare in held:
            await snare.hold()
        await self._gate.wait()
        self.parked -= 1
        return answer

    async def _carried_out(
        self, request: web.BaseRequest, body: str, document: str
    ) -> web.StreamResponse:
        """The shop's answer."""
        token = request.headers[TOKEN]
        found = TITLE.findall(body)
        subject = SUBJECT.search(body)
        call = Call(
            self._shops[token],
            self.node,
            anyio.current_time(),
            [(key, int(version), bool(undone)) for key, version, undone in found],
            document,
            subject[0] if subject else "",
        )
        self._book.append(call)
        self.calls += 1
        headers = {name: request.headers[name] for name in (TOKEN, "Content-Type")}
        async with self._session.post(
            f"{call.shop}{request.path_qs}", data=body.encode(), headers=headers
        ) as answer:
            content = await answer.read()
        call.ended_s = anyio.current_time()
        kept = {name: answer.headers[name] for name in KEPT if name in answer.headers}
        return web.Response(status=answer.status, body=content, headers=kept)


def overlaps(calls: Iterable[Call]) -> Iterator[str]:
    """Calls of one shop that began while one of another node was under way."""
    last: dict[tuple[str, str], float] = {}
    for call in sorted(calls, key=lambda call: call.began_s):
        for (shop, node), ended_s in last.items():
            if shop == call.shop and node != call.node and ended_s > call.began_s:
                yield f"{call.node} began at {call.began_s}, {node} ended at {ended_s}: {shop}"
        place = call.shop, call.node
        last[place] = max(last.get(place, 0.0), call.ended_s)


def steps_back(calls: Iterable[Call]) -> Iterator[str]:
    """Versions that a shop was sent after a newer one, or that were never committed."""
    newest: dict[tuple[str, str], int] = {}
    for call in calls:
        for key, version, is_undone in call.versions:
            if is_undone:
                yield f"{call.node} sent {key} v{version}, which was rolled back"
            if version < newest.get((call.shop, key), 0):
                yield f"{call.node} sent {key} v{version} after v{newest[call.shop, key]}"
            newest[call.shop, key] = max(version, newest.get((call.shop, key), 0))
