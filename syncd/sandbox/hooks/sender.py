"""Sends the deliveries that are due, to addresses on this machine only."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import aiohttp
import anyio
import orjson

from syncd.sandbox.apps import known
from syncd.sandbox.hooks.addresses import is_loopback
from syncd.sandbox.hooks.bodies import body_of
from syncd.sandbox.hooks.filters import is_wanted
from syncd.sandbox.hooks.records import Attempt, Delivery
from syncd.sandbox.hooks.spread import later
from syncd.sandbox.hooks.topics import header
from syncd.sandbox.shop import Shop

TICK_S = 0.02
BUSY_TICK_S = 0.1
FEW, SIDE_BY_SIDE = 20, 10
CONNECT_S, TOTAL_S = 1.0, 5.0
GAPS_S = (60, 120, 300, 600, 1_200, 2_400, 3_600, 6_120)
"""Before each of the eight retries; four hours in all."""

ELSEWHERE = "not sent: not this machine"


@dataclass(slots=True)
class Sender:
    """Several addresses get theirs side by side; one address a few at a time if many wait.

    Of few it gets one after another: Shopify promises no order, and tests want one.
    """

    shop: Shop
    busy: set[str] = field(default_factory=set)
    bell: anyio.Event = field(default_factory=anyio.Event)
    """Rung when there may be something to do before the next look."""
    idle: anyio.Event = field(default_factory=anyio.Event)
    """Set by the next look that finds nothing due."""

    async def emptied(self) -> None:
        """Wait until all that is due has been sent, its answers included."""
        while self.busy or self._due():
            self.bell.set()
            await self.idle.wait()

    async def run(self) -> None:
        """Send what is due, for ever."""
        limits = aiohttp.ClientTimeout(total=TOTAL_S, sock_connect=CONNECT_S)
        async with (
            aiohttp.ClientSession(timeout=limits) as session,
            anyio.create_task_group() as group,
        ):
            while True:
                for uri, queue in self._due().items():
                    self.busy.add(uri)
                    group.start_soon(self._send, session, uri, queue)
                if not self.busy:
                    self.idle.set()
                    self.idle = anyio.Event()
                self.bell = anyio.Event()
                with anyio.move_on_after(BUSY_TICK_S if self.busy else TICK_S):
                    await self.bell.wait()

    def _due(self) -> dict[str, list[Delivery]]:
        now = later(self.shop, 0)
        queues: dict[str, list[Delivery]] = {}
        for one in self.shop.held["Delivery"].values():
            uri = one.subscription.uri
            if one.state == "waiting" and one.due_at <= now and uri not in self.busy:
                queues.setdefault(uri, []).append(one)
        return queues

    async def _send(
        self, session: aiohttp.ClientSession, uri: str, queue: Sequence[Delivery]
    ) -> None:
        places = anyio.CapacityLimiter(SIDE_BY_SIDE if len(queue) > FEW else 1)
        async with anyio.create_task_group() as group:
            for one in queue:
                group.start_soon(self._send_one, session, one, places)
        self.busy.discard(uri)
        self.bell.set()

    async def _send_one(
        self, session: aiohttp.ClientSession, one: Delivery, places: anyio.CapacityLimiter
    ) -> None:
        shop = self.shop
        async with places:
            # It may have been merged with a later hint, or emptied away with the shop.
            current = shop.held["Delivery"].get(one.id)
            if current is not None and current.state == "waiting":
                ready = prepared(shop, current)
                shop.put("Delivery", ready)
                if ready.state == "waiting":
                    _note(shop, ready, await _outcome(shop, session, ready))
                shop.save()


def prepared(shop: Shop, delivery: Delivery) -> Delivery:
    """With its body, or with the reason why it is not sent."""
    if delivery.body is not None:
        return delivery
    body = body_of(shop, delivery)
    if body is None:
        return replace(delivery, state="gone")
    if not is_wanted(body, delivery.subscription.filter):
        return replace(delivery, state="unwanted")
    delivery = replace(delivery, body=_text(body, delivery.subscription.include_fields))
    return delivery if is_here(delivery.subscription.uri) else replace(delivery, state=ELSEWHERE)


def _text(body: dict[str, object], fields: Sequence[str]) -> str:
    kept = {name: value for name, value in body.items() if not fields or name in fields}
    return orjson.dumps(kept).decode()


def is_here(uri: str) -> bool:
    """Whether the address is on this machine."""
    parts = urlsplit(uri)
    return parts.scheme in ("http", "https") and is_loopback(parts.hostname or "")


def headers(shop: Shop, delivery: Delivery) -> dict[str, str]:
    subscription, hint = delivery.subscription, delivery.hint
    secret = next((app.secret for app in known(shop) if app.client_id == subscription.app), "")
    sent = {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": header(hint.topic),
        "X-Shopify-Hmac-Sha256": signature(secret, (delivery.body or "").encode()),
        "X-Shopify-Shop-Domain": shop.options.domain,
        "X-Shopify-API-Version": subscription.version,
        "X-Shopify-Webhook-Id": delivery.webhook_id,
        "X-Shopify-Event-Id": hint.event,
        "X-Shopify-Triggered-At": hint.at.replace("+00:00", "Z"),
    }
    if subscription.name is not None:
        sent["X-Shopify-Name"] = subscription.name
    return sent


def signature(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


async def _outcome(shop: Shop, session: aiohttp.ClientSession, delivery: Delivery) -> str:
    """The status of the answer, or in words why there is none."""
    try:
        async with session.post(
            delivery.subscription.uri,
            data=(delivery.body or "").encode(),
            headers=headers(shop, delivery),
            allow_redirects=False,
        ) as answer:
            return str(answer.status)
    except TimeoutError:
        return "timeout"
    except aiohttp.ClientError as error:
        return type(error).__name__


def _note(shop: Shop, delivery: Delivery, outcome: str) -> None:
    """Keep what came of an attempt; after the last one the subscription goes."""
    if delivery.id not in shop.held["Delivery"]:
        return
    attempt = Attempt(later(shop, 0), outcome)
    tried = replace(delivery, attempts=(*delivery.attempts, attempt))
    subscription = shop.held["WebhookSubscription"].get(delivery.subscription.id)
    if outcome.startswith("2"):
        tried = replace(tried, state="delivered")
        if subscription is not None:
            shop.put("WebhookSubscription", replace(subscription, answered_at=attempt.at))
    elif len(tried.attempts) <= len(GAPS_S):
        tried = replace(tried, due_at=_next(delivery, len(delivery.attempts)))
    else:
        tried = replace(tried, state="failed")
        if subscription is not None and subscription.answered_at < tried.attempts[0].at:
            shop.remove("WebhookSubscription", subscription)
    shop.put("Delivery", tried)


def _next(delivery: Delivery, retry: int) -> str:
    # Counted from when it was due, so that a clock put forward by hours finds all that it passed.
    due = datetime.fromisoformat(delivery.due_at) + timedelta(seconds=GAPS_S[retry])
    return due.isoformat(timespec="microseconds")
