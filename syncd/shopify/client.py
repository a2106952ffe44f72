"""Shopify's Admin API of one shop: a document goes out, its data comes back."""

from __future__ import annotations

import copy
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from math import inf
from typing import Any

import aiohttp
import anyio
import orjson
import structlog
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportError

from syncd.errors import CallError, LeaseLostError, ThrottledError, TokenError
from syncd.records import Lane
from syncd.shopify import answers, envelope, outcomes
from syncd.shopify.answers import Answer, lost
from syncd.shopify.auth import Access
from syncd.shopify.budget import MOST, Budget
from syncd.shopify.documents import Call, Document, documents
from syncd.shopify.statuses import RefusedStatus, of_status
from syncd.shopify.tally import Tally
from syncd.shopify.turns import Turn, Turns

API_VERSION = "2026-10"
CALL_S = 20.0  # Shopify itself gives up after about 10 s
DEADLINE_S = 60.0  # for a call with its repeats; the waits for points do not count
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 8.0
CONNECTIONS = MOST + 10  # urgent calls need not wait for one
SESSION = {
    "json_serialize": lambda value: orjson.dumps(value).decode(),
    "timeout": aiohttp.ClientTimeout(total=CALL_S),  # a cancel scope for each call costs a fifth
}
STAY = {"allow_redirects": False}  # aiohttp would carry the token along, to whatever host
now_s = time.monotonic  # asking the loop for its time costs ten times as much, eight times a call
log = structlog.get_logger()


class Client:
    """Calls of one app in one shop, together never dearer than its cost bucket allows.

    One is the owner of the bucket; what `on` gives shares it, and all else.
    """

    def __init__(
        self,
        transport: AIOHTTPTransport,
        access: Access,
        deadline_s: float = DEADLINE_S,
        until_s: Callable[[], float] = lambda: inf,
        *,
        shop: str = "",
    ) -> None:
        self.tally = Tally(API_VERSION, shop)
        self._lane: Lane = "product"
        self._transport = transport
        self._access = access
        self._deadline_s = deadline_s
        self._until_s = until_s
        self._budget = Budget()
        self.turns = Turns(self._budget)

    def on(self, lane: Lane) -> Client:
        """The same client for calls of another lane: the more urgent one has the points first."""
        other = copy.copy(self)
        other._lane = lane
        return other

    async def execute(self, name: str, variables: Mapping[str, Any] | None = None) -> Any:
        """Send a document of graphql/ and return its `data`, which may hold `userErrors`.

        Repeats for some seconds what may be repeated: reads, and writes that surely did not happen
        or do no harm twice. Raises CallError (`is_unknown` when a write may have happened),
        RowError, KindError, ShopError, ShopifyError when we asked wrongly, or LeaseLostError:
        nothing is sent whose answer could come when the shop may be another node's. Fields that the
        app may not read are null: `read` tells which.
        """
        return (await self.read(name, variables)).data

    async def read(self, name: str, variables: Mapping[str, Any] | None = None) -> Answer:
        """As `execute`, with what the app was not let read."""
        document = documents()[name]
        given = variables or {}
        turn = self.turns.ask(self._asks(document, given), self._lane)
        wait_s, spent_s, is_renewed = FIRST_WAIT_S, 0.0, False
        while True:
            if now_s() >= self._access.renew_at_s:
                await self._access.renew_early()
            await self._afford(turn)
            began_s, token = now_s(), self._access.token
            try:
                return await self._try(document, given, turn)
            except TokenError:  # so nothing happened
                if is_renewed or not self._access.is_renewable:
                    raise
                is_renewed, rest_s = await self._access.replace(token), 0.0
            except CallError as error:
                rest_s = wait_s if error.wait_s is None else error.wait_s
                spent_s += now_s() - began_s + rest_s
                is_harmless = document.is_repeatable or not error.is_unknown
                if not is_harmless or spent_s > self._deadline_s:
                    raise
                log.info("call_repeated", document=name, wait_s=round(rest_s, 1), error=str(error))
                if isinstance(error, ThrottledError):
                    rest_s = 0.0  # it is the first of its lane again: the budget knows when
                    turn.points = self._asks(document, given)
            await anyio.sleep(rest_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def _asks(self, document: Document, variables: Mapping[str, Any]) -> int:
        """What Shopify will ask for it, as far as we know."""
        return document.cost_points(variables) + self.tally.learned.get(document.name, 0)

    @property
    def restore_points_s(self) -> float:
        """How many points the shop's plan gives back each second; 0 before the first answer."""
        return self._budget.restore_points_s

    @property
    def level_points(self) -> float:
        """How many points are there now."""
        return self._budget.level_points(now_s())

    @property
    def maximum_points(self) -> float:
        """How many points the bucket holds when full; 0 before the first answer."""
        return self._budget.maximum_points

    @property
    def latency_s(self) -> float:
        """How long a call took of late; 0 before the first."""
        return self._budget.mean_s

    @property
    def at_once(self) -> int:
        """How many calls must be under way to spend what there is of points."""
        return self._budget.calls(now_s())

    def see_version(self, version: str) -> None:
        """Note which API version answered; another one than ours is told once."""
        if version not in (API_VERSION, self.tally.served_version):
            log.warning("api_version_differs", asked=API_VERSION, served=version)
        self.tally.served_version = version

    async def _try(self, document: Document, variables: Mapping[str, Any], turn: Turn) -> Answer:
        """Send it once; its points were spent by `_afford`."""
        if anyio.current_time() + CALL_S > self._until_s():
            self._settle(document, turn, None)
            raise LeaseLostError(f"{document.name} was not sent: the shop may be another node's")
        cost: Mapping[str, Any] | None = None
        began_s, outcome = now_s(), outcomes.LOST
        answers.REQUEST_ID.set("")
        try:
            answer = await self._transport.execute(Call(document, variables), extra_args=STAY)
            cost = envelope.opened(answer, document.name)
            outcome = outcomes.outcome(answer.errors, answer.data)
            self._budget.took(now_s() - began_s)
        except RefusedStatus as error:
            outcome = error.outcome
            raise of_status(error, document.name) from error
        except (TransportError, TimeoutError, OSError) as error:
            raise lost(error, document.name) from error
        finally:
            self.tally.count(document.name, turn.lane, cost, began_s=began_s, outcome=outcome)
            self._settle(document, turn, cost)
        return envelope.taken(answer, cost, document.name)

    def _settle(self, document: Document, turn: Turn, cost: Mapping[str, Any] | None) -> None:
        """Bring the points back; learn what the document costs if we were wrong."""
        more = int((cost or {}).get("requestedQueryCost", turn.points) - turn.points)
        if more:
            name, learned = document.name, self.tally.learned
            if name not in learned:
                log.warning("cost_differs", document=name, computed=turn.points, by=more)
            learned[name] = learned.get(name, 0) + more
        moment_s = now_s()
        self._budget.settle(turn.points, cost, moment_s)
        self.turns.look(moment_s)

    async def _afford(self, turn: Turn) -> None:
        """Wait in line until the bucket surely holds the points, then take them."""
        moment_s = now_s()
        if self.turns.is_empty and not self._budget.wait_s(turn.points, turn.lane, moment_s):
            self._budget.spend(turn.points, turn.lane, moment_s)
            return
        self.turns.enter(turn)
        try:
            while (wait_s := self.turns.wait_s(turn, now_s())) > 0:
                bell = anyio.Event()
                turn.ring = bell.set
                with anyio.move_on_after(wait_s):
                    await bell.wait()
            self._budget.spend(turn.points, turn.lane, now_s())
        finally:
            self.turns.leave(turn, now_s())


@asynccontextmanager
async def connect(
    domain: str,
    token: str | Access,
    *,
    url: str | None = None,
    deadline_s: float = DEADLINE_S,
    until_s: Callable[[], float] = lambda: inf,
) -> AsyncIterator[Client]:
    """A client of the shop, closed at the end of the block; nothing is sent before the first call.

    `until_s` tells, by the monotonic clock, how long the shop surely is ours to write to.
    `url` stands for `https://<domain>`, for a sandbox. With a short deadline a person need not
    wait while calls are repeated.
    """
    access = Access.fixed(token) if isinstance(token, str) else token
    client: Client

    async def judge(response: aiohttp.ClientResponse) -> None:
        """Look at each answer's head before gql does: gql loses statuses, and mixes up headers."""
        answers.REQUEST_ID.set(response.headers.get("X-Request-Id", ""))
        client.see_version(response.headers.get("X-Shopify-API-Version", API_VERSION))
        if response.status >= 300:
            body = response.headers.get("Location") or await response.text(errors="replace")
            raise RefusedStatus(response.status, body, response.headers.get("Retry-After"))

    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    transport = AIOHTTPTransport(
        f"{url or f'https://{domain}'}/admin/api/{API_VERSION}/graphql.json",
        json_deserialize=orjson.loads,
        client_session_args={**SESSION, "raise_for_status": judge, "connector": connector},
    )
    client = Client(transport, access, deadline_s, until_s, shop=domain)
    await transport.connect()
    assert transport.session is not None
    access.worn_in(transport.session.headers)
    try:
        yield client
    finally:
        with anyio.CancelScope(shield=True), anyio.move_on_after(5):
            await transport.close()
