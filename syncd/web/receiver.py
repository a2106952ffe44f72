"""The web server that Shopify's webhooks are sent to: verify, write down, 200."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import asyncpg
import structlog
from aiohttp import ClientConnectionError, web
from aiohttp.web_exceptions import HTTPException

from syncd.errors import ConfigError
from syncd.postgres import webhooks as wired
from syncd.rules import webhooks
from syncd.rules.webhooks import MalformedError, UnknownTopicError
from syncd.vault import Vault
from syncd.web.serving import serving
from syncd.web.takings import AWAY, Takings

PATH = "/webhooks"
# Ours ask for a few fields, below 1 kB. A whole order, as a subscription of the app's own file
# would send it, has about 2.5 kB a line: 1 MiB holds some 400. Larger ones are left to the pull.
MAX_BODY_BYTES = 1024 * 1024
READ_S = 5.0  # Shopify's own limit for the whole exchange
KEPT_S = 75.0  # a connection without requests
LINGER_S = 1.0  # for what is left of a body that is refused
BACKLOG = 1024
LOOK_S = 2.0  # between two looks for shops that were added, secrets that were changed
LOOK_LIMIT_S = 10.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Known:
    """A shop that webhooks are accepted from, its secrets opened."""

    shop_id: int
    secrets: tuple[bytes, ...] = field(repr=False)


NOBODY = Known(0, ())


@dataclass(slots=True)
class Receiver:
    """What the requests share: the shops by domain, the way into the inbox."""

    pool: asyncpg.Pool
    vault: Vault
    takings: Takings
    shops: Mapping[str, Known] = field(default_factory=dict)
    opened: dict[bytes, bytes] = field(default_factory=dict, repr=False)

    async def learn(self) -> None:
        """Which shops there are, with which secrets; raises what the database raises."""
        senders = await wired.receiving(self.pool)
        sealed = {one for sender in senders for one in sender.secrets}
        self.opened = {
            one: self.opened.get(one) or self.vault.unseal(one).encode() for one in sealed
        }
        self.shops = {
            sender.domain: Known(sender.shop_id, tuple(self.opened[one] for one in sender.secrets))
            for sender in senders
        }

    async def keep_learning(self, turned: Callable[[], None]) -> None:
        """Learn again and again; what was known stays while the database is away."""
        while True:
            turned()
            await anyio.sleep(LOOK_S)
            try:
                with anyio.fail_after(LOOK_LIMIT_S):
                    await self.learn()
            except (*AWAY, TimeoutError, ConfigError) as error:
                log.error("shops_unseen", again_s=LOOK_S, error=str(error) or repr(error))

    async def receive(self, request: web.Request) -> web.Response:
        """Answer a POST. Who is not Shopify learns nothing, not even which shops there are."""
        raw = await _body(request)
        domain = request.headers.get(webhooks.SHOP, "").strip().lower()
        known = self.shops.get(domain, NOBODY)
        signature = request.headers.get(webhooks.SIGNATURE, "")
        if not webhooks.is_signed(raw, signature, known.secrets):
            return web.Response(status=401)
        try:
            delivery = webhooks.read(known.shop_id, request.headers, raw)
        except UnknownTopicError:
            log.warning("topic_unknown", shop=domain, effect="refused: nobody here asks for it")
            return web.Response(status=404)
        except MalformedError as error:
            log.warning("delivery_malformed", shop=domain, error=str(error))
            return web.Response(status=400)
        match await self.takings.take(delivery):
            case "kept":
                return web.Response()
            case "refused":
                return web.Response(status=400)
            case "away":
                return web.Response(status=503, headers={"Retry-After": "5"})


async def _body(request: web.Request) -> bytes:
    """All bytes of the body as they came. Raises 413, 408, 400, before more is read than needed."""
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise _refusal(413)
    parts: list[bytes] = []
    size = 0
    try:
        with anyio.fail_after(READ_S):
            async for part in request.content.iter_any():
                parts.append(part)
                size += len(part)
                if size > MAX_BODY_BYTES:
                    raise _refusal(413)
    except TimeoutError as error:
        raise _refusal(408) from error
    except (web.RequestPayloadError, ClientConnectionError, OSError, ValueError) as error:
        raise _refusal(400) from error  # cut short, or chunks that are none
    return b"".join(parts)


def _refusal(status: int) -> HTTPException:
    """Ends the connection, too: what is left of the body is not waited for."""
    refusal = {400: web.HTTPBadRequest, 408: web.HTTPRequestTimeout}.get(status)
    found = web.HTTPRequestEntityTooLarge(0, 0) if refusal is None else refusal()
    found.text = ""
    found.force_close()
    return found


async def probe(_request: web.Request) -> web.Response:
    """Somebody asks whether the address leads here."""
    return web.Response(status=204)


@web.middleware
async def quiet(request: web.Request, handler: object) -> web.StreamResponse:
    """No answer has a body, whoever gives it: a wrong path, a wrong method."""
    try:
        answer: web.StreamResponse = await handler(request)  # type: ignore[operator]
    except HTTPException as refused:
        refused.text = ""
        raise
    return answer


def application(receiver: Receiver) -> web.Application:
    app = web.Application(middlewares=[quiet], client_max_size=MAX_BODY_BYTES)
    app.router.add_post(PATH, receiver.receive)
    app.router.add_get(PATH, probe)
    return app


def _runner(app: web.Application) -> web.AppRunner:
    return web.AppRunner(
        app,
        access_log=None,
        auto_decompress=False,  # what is signed are the bytes as they travel
        keepalive_timeout=KEPT_S,
        lingering_time=LINGER_S,
        shutdown_timeout=READ_S,
    )


@asynccontextmanager
async def listening(
    pool: asyncpg.Pool,
    vault: Vault,
    *,
    host: str,
    port: int,
    turned: Callable[[], None] = lambda: None,
) -> AsyncIterator[Sequence[tuple[str, int]]]:
    """Take webhooks until the block ends; gives the addresses that are listened on.

    `turned` is called every few seconds. Raises ConfigError when the port cannot be had.
    """
    receiver = Receiver(pool, vault, Takings(pool))
    await receiver.learn()
    runner = _runner(application(receiver))
    async with (
        serving(
            runner,
            host=host,
            port=port,
            name="the receiver of webhooks",
            setting="SYNCD_RECEIVER_PORT",
            backlog=BACKLOG,
        ) as places,
        anyio.create_task_group() as group,
    ):
        group.start_soon(receiver.takings.run)
        group.start_soon(receiver.keep_learning, turned)
        yield places
        await runner.cleanup()  # answers what has come, while the writer still writes
        group.cancel_scope.cancel()
