"""A web server that is told by webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import orjson
from aiohttp import web

SUBSCRIBE = """
mutation Subscribe(
  $topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!
) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
    webhookSubscription { id topic uri format filter includeFields metafieldNamespaces name
      metafields { namespace key } apiVersion { handle } createdAt updatedAt
      endpoint {
        __typename
        ... on WebhookHttpEndpoint { callbackUrl }
        ... on WebhookPubSubEndpoint { pubSubProject pubSubTopic }
        ... on WebhookEventBridgeEndpoint { arn }
      }
    }
    userErrors { field message }
  }
}
"""


@dataclass(frozen=True)
class Told:
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return orjson.loads(self.raw)

    @property
    def topic(self) -> str:
        return self.headers["X-Shopify-Topic"]


class Receiver:
    """`statuses` are answered one after the other, 200 when there are none left."""

    def __init__(self) -> None:
        self.url = ""
        self.statuses: list[int] = []
        self.sent, self.taken = anyio.create_memory_object_stream[Told](10_000)

    async def take(self, request: web.Request) -> web.Response:
        status = self.statuses.pop(0) if self.statuses else 200
        self.sent.send_nowait(Told(dict(request.headers), await request.read()))
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async def next(self) -> Told:
        with anyio.fail_after(10):
            return await self.taken.receive()

    @property
    def waiting(self) -> int:
        return self.taken.statistics().current_buffer_used


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        made.url = f"http://{host}:{port}/hook"
        yield made
    finally:
        await runner.cleanup()
        made.sent.close()
        made.taken.close()
