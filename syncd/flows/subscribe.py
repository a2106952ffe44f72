"""Keep Shopify's webhook subscriptions as they should be; what was missing is pulled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

import asyncpg
import structlog

from syncd.postgres import inbox, webhooks
from syncd.postgres.db import transaction
from syncd.postgres.inbox import GapKind
from syncd.postgres.webhooks import Subscription
from syncd.records import Shop
from syncd.rules import subscriptions
from syncd.rules.subscriptions import Plan, Present
from syncd.rules.topics import BY_ENUM, Topic
from syncd.shopify import webhooks as shopify
from syncd.shopify.client import Client
from syncd.shopify.webhooks import SubscriptionRefused

VERIFIED_S = 3600.0
Outcome = Literal["rested", "verified"]
log = structlog.get_logger()


async def verify_once(pool: asyncpg.Pool, client: Client, shop: Shop) -> Outcome:
    """Hold the shop's subscriptions against those declared in rules/topics.py, mend what differs.

    Once an hour, and at once when the address, the switch or the secret has changed. A topic that
    was there and is missing leaves a gap: the next pull of its kind reads over it. Raises what
    `Client.execute` raises; what was done by then is found the next time.
    """
    address = (await webhooks.wiring(pool, shop.shop_id)).wanted_address
    last = await webhooks.last_round(pool, shop.shop_id)
    if last is not None and last[0] < VERIFIED_S and last[1] == address:
        return "rested"
    if address is None and last is None and not await webhooks.known(pool, shop.shop_id):
        return "rested"  # never asked for any: it need not even be looked at
    known = await webhooks.known(pool, shop.shop_id)
    present = await shopify.present(client)
    topics = subscriptions.wanted(await shopify.scopes(client)) if address else []
    ours = {one.gid for one in known if one.gid}
    plan = subscriptions.plan(topics, present, address=address, ours=ours)
    seen = await _carried(client, plan, address)
    async with transaction(pool) as connection:
        for kind in _gaps(known, seen):
            await inbox.gap(connection, shop.shop_id, kind)
            tell = log.warning if address in {one.address for one in known} else log.info
            tell("webhooks_missed", shop=shop.domain, kind=kind, effect="it is pulled")
        await webhooks.keep(connection, shop.shop_id, address, seen)
    _tell(shop, plan, seen)
    return "verified"


async def _carried(client: Client, plan: Plan, address: str | None) -> list[Subscription]:
    """Make, change, delete; returns the topics as they stand afterwards."""
    for one in plan.delete:
        await shopify.delete(client, one.gid)
    if address is None:
        return []
    seen = [Subscription(str(topic.enum), one.gid, address) for topic, one in plan.kept]
    seen += [await _updated(client, topic, one, address) for topic, one in plan.update]
    seen += [await _created(client, topic, address) for topic in plan.create]
    return seen


async def _created(client: Client, topic: Topic, address: str) -> Subscription:
    name = str(topic.enum)
    try:
        return Subscription(name, await shopify.create(client, topic, address), address)
    except SubscriptionRefused as error:
        return Subscription(name, None, None, refusal=error.message)


async def _updated(client: Client, topic: Topic, one: Present, address: str) -> Subscription:
    name = str(topic.enum)
    try:
        await shopify.update(client, topic, one.gid, address)
    except SubscriptionRefused as error:
        return Subscription(name, None, None, refusal=error.message)
    return Subscription(name, one.gid, address)


def _gaps(known: Sequence[Subscription], seen: Sequence[Subscription]) -> list[GapKind]:
    """Kinds of which nothing was told for a while: a topic was gone, or sent elsewhere, until now.

    Also what is asked for the first time: what happened before was never told.
    """
    before = {one.topic: (one.gid, one.address) for one in known}
    anew = [one for one in seen if one.gid and before.get(one.topic) != (one.gid, one.address)]
    kinds = {BY_ENUM[one.topic].kind for one in anew} & {"stock", "order", "customer"}
    return [cast(GapKind, kind) for kind in sorted(kinds)]


def _tell(shop: Shop, plan: Plan, seen: Sequence[Subscription]) -> None:
    refused = {one.topic: one.refusal for one in seen if one.refusal}
    if plan.create or plan.update or plan.delete:
        log.info(
            "webhooks_subscribed",
            shop=shop.domain,
            created=len(plan.create) - len(refused),
            updated=len(plan.update),
            deleted=len(plan.delete),
        )
    for topic, why in refused.items():
        log.warning("webhook_refused", shop=shop.domain, topic=topic, error=why)
