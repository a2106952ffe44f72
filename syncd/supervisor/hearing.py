"""What a shop tells: its subscriptions kept, its inbox worked off."""

from __future__ import annotations

import anyio
import structlog

from syncd.errors import CallError, KindError
from syncd.flows import ingest, subscribe
from syncd.records import Shop
from syncd.shopify.client import Client
from syncd.shopify.webhooks import SubscriptionRefused
from syncd.supervisor.house import House, Work
from syncd.supervisor.loops import LONG_S
from syncd.supervisor.stepping import TROUBLE_S, keep_stepping

VERIFY_IDLE_S = 15.0  # between two looks whether the address was changed; Shopify is asked hourly
log = structlog.get_logger()


async def hear(house: House, shop: Shop, work: Work, client: Client) -> None:
    """Both, for as long as the shop may be worked at."""
    async with anyio.create_task_group() as group:
        group.start_soon(_subscribe, house, shop, work, client.on("orders"))
        group.start_soon(_ingest, house, shop, work, client)


async def _subscribe(house: House, shop: Shop, work: Work, client: Client) -> None:
    """Trouble with webhooks is no reason to stop the shop: what they tell is pulled anyway."""
    with house.loops.watched(f"webhooks of {shop.domain}", LONG_S) as turned:
        while not house.stop.is_set() and not work.is_left:
            turned()
            pause_s = VERIFY_IDLE_S
            try:
                await subscribe.verify_once(house.pool, client, shop)
            except (CallError, KindError, SubscriptionRefused) as error:
                log.error(
                    "webhooks_unverified", shop=shop.domain, again_s=TROUBLE_S, error=str(error)
                )
                pause_s = TROUBLE_S
            await house.rest(pause_s)


async def _ingest(house: House, shop: Shop, work: Work, client: Client) -> None:
    """Work the inbox off; a kind that may not be read pauses this alone."""

    async def step(current: Shop) -> int:
        return await ingest.ingest_once(house.pool, client, current, work.lease)

    await keep_stepping(house, shop, work, "inbox", step, pauses=(KindError,))
