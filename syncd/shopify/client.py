"""Shopify's Admin API of one shop: a document goes out, its data comes back."""

from __future__ import annotations

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

from syncd.errors import CallError, LeaseLostError, ShopifyError
from syncd.shopify.answers import RefusedStatus, of_errors, of_status
from syncd.shopify.budget import Budget
from syncd.shopify.documents import Call, Document, documents

API_VERSION = "2026-10"
CALL_S = 20.0  # Shopify itself gives up after about 10 s
DEADLINE_S = 60.0  # for a call with its repeats; the waits for points do not count
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 8.0
NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
SESSION = {
    "json_serialize": lambda value: orjson.dumps(value).decode(),
    "timeout": aiohttp.ClientTimeout(total=CALL_S),
}
log = structlog.get_logger()


class Client:
    """Calls of one app in one shop, together never dearer than its cost bucket allows.

    `served_version` is the API version that really answered: Shopify serves an old one by a newer.
    `calls` counts what was sent, `points` what Shopify charged for it, each by document.
    """

    def __init__(
        self,
        transport: AIOHTTPTransport,
        deadline_s: float = DEADLINE_S,
        until_s: Callable[[], float] = lambda: inf,
    ) -> None:
        self.served_version = API_VERSION
        self.calls: dict[str, int] = {}
        self.points: dict[str, int] = {}
        self._transport = transport
        self._deadline_s = deadline_s
        self._until_s = until_s
        self._budget = Budget()
        self._turn = anyio.Lock()
        self._answered = anyio.Event()

    async def execute(self, name: str, variables: Mapping[str, Any] | None = None) -> Any:
        """Send a document of graphql/ and return its `data`, which may hold `userErrors`.

        Repeats for some seconds what may be repeated: reads, and writes that surely did not happen
        or do no harm twice. Raises CallError (`is_unknown` when a write may have happened),
        RowError, KindError, ShopError, ShopifyError when we asked wrongly, or LeaseLostError:
        nothing is sent whose answer could come when the shop may be another node's.
        """
        document = documents()[name]
        given = variables or {}
        points = document.cost_points(given)
        wait_s, spent_s = FIRST_WAIT_S, 0.0
        while True:
            await self._afford(points)
            began_s = anyio.current_time()
            try:
                return await self._try(document, given, points)
            except CallError as error:
                rest_s = error.wait_s if error.wait_s is not None else wait_s
                spent_s += anyio.current_time() - began_s + rest_s
                is_harmless = document.is_repeatable or not error.is_unknown
                if not is_harmless or spent_s > self._deadline_s:
                    raise
                log.info("call_repeated", document=name, wait_s=round(rest_s, 1), error=str(error))
            await anyio.sleep(rest_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    @property
    def restore_points_s(self) -> float:
        """How many points the shop's plan gives back each second; 0 before the first answer."""
        return self._budget.restore_points_s

    def see_version(self, version: str) -> None:
        """Note which API version answered; another one than ours is told once."""
        if version not in (API_VERSION, self.served_version):
            log.warning("api_version_differs", asked=API_VERSION, served=version)
        self.served_version = version

    async def _try(self, document: Document, variables: Mapping[str, Any], points: int) -> Any:
        """Send it once; its points were spent by `_afford`."""
        if anyio.current_time() + CALL_S > self._until_s():
            self._budget.settle(points, None, anyio.current_time())
            raise LeaseLostError(f"{document.name} was not sent: the shop may be another node's")
        self.calls[document.name] = self.calls.get(document.name, 0) + 1
        cost: Mapping[str, Any] | None = None
        try:
            with anyio.fail_after(CALL_S):
                answer = await self._transport.execute(Call(document, variables))
            cost = (answer.extensions or {}).get("cost")
            charged = int((cost or {}).get("actualQueryCost") or 0)
            self.points[document.name] = self.points.get(document.name, 0) + charged
        except RefusedStatus as error:
            raise of_status(error, document.name) from error
        except (TransportError, TimeoutError, OSError) as error:
            raise _lost(error, document.name) from error
        finally:
            self._budget.settle(points, cost, anyio.current_time())
            self._answered.set()
        errors: Any = answer.errors
        if errors:
            refusal = of_errors(errors, data=answer.data, cost=cost, document=document.name)
            if refusal is not None:
                raise refusal
            log.warning("answer_incomplete", document=document.name, errors=errors)
        return answer.data

    async def _afford(self, points: int) -> None:
        """Wait in line until the bucket surely holds the points, then take them."""
        async with self._turn:
            while (wait_s := self._budget.wait_s(points, anyio.current_time())) > 0:
                self._answered = anyio.Event()  # an answer may bring points back, or the first news
                with anyio.move_on_after(min(wait_s, CALL_S)):
                    await self._answered.wait()
            self._budget.spend(points, anyio.current_time())


@asynccontextmanager
async def connect(
    domain: str,
    token: str,
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
    address = f"{url or f'https://{domain}'}/admin/api/{API_VERSION}/graphql.json"
    client: Client

    async def judge(response: aiohttp.ClientResponse) -> None:
        """Look at each answer's head before gql does: gql loses statuses, and mixes up headers."""
        client.see_version(response.headers.get("X-Shopify-API-Version", API_VERSION))
        if response.status >= 400:
            body = await response.text()
            raise RefusedStatus(response.status, body, response.headers.get("Retry-After"))

    transport = AIOHTTPTransport(
        address,
        headers={"X-Shopify-Access-Token": token},
        ssl=True,
        json_deserialize=orjson.loads,
        client_session_args={**SESSION, "raise_for_status": judge},
    )
    client = Client(transport, deadline_s, until_s)
    await transport.connect()
    try:
        yield client
    finally:
        with anyio.CancelScope(shield=True), anyio.move_on_after(5):
            await transport.close()


def _lost(error: Exception, document: str) -> ShopifyError:
    """No answer. Only where no connection was made is it certain that nothing happened."""
    cause = error.__cause__ or error
    is_sent = not isinstance(cause, NOT_SENT)
    what = "got no answer from" if is_sent else "could not reach"
    hint = "check the network here; shopifystatus.com tells whether Shopify is up"
    return CallError(
        f"{document} {what} Shopify: {cause or type(cause).__name__}", hint=hint, is_unknown=is_sent
    )
