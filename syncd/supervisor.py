"""Run the router with a pump for each shop, until told to stop."""

from __future__ import annotations

import os
import signal
import socket
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import asyncpg
import structlog

from syncd.errors import ConfigError, ContractError, SyncdError
from syncd.flows import onboard, pictures, push
from syncd.postgres import nodes, router, shops
from syncd.records import Shop
from syncd.shopify import client as shopify
from syncd.shopify import identity
from syncd.vault import Vault

ROUTE_IDLE_S = 0.03  # between two looks into an empty outbox
PUSH_IDLE_S = 1.0  # between two looks for changes whose back-off is over
SHOPS_S = 2.0  # between two looks for shops that were added, resumed or enabled
BEAT_S = 5.0
CONTRACT_PAUSE_S = 15.0
SHOP_PAUSE_S = 60.0
STOP_S = 8.0  # what is under way may end in this time; then it is cut off
DATABASE_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
log = structlog.get_logger()


class Bell:
    """Wakes who waits for news; a ring between two waits is not lost."""

    def __init__(self) -> None:
        self.event = anyio.Event()

    def ring(self) -> None:
        self.event.set()
        self.event = anyio.Event()


@dataclass(slots=True)
class House:
    """What all pumps share. `stop` ends them, `bells` wake the pump of a shop."""

    pool: asyncpg.Pool
    vault: Vault
    shopify_url: str | None
    node: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    stop: anyio.Event = field(default_factory=anyio.Event)
    bells: dict[int, Bell] = field(default_factory=lambda: defaultdict(Bell))
    running: set[int] = field(default_factory=set)

    async def rest(self, seconds: float) -> None:
        """Sleep, but not longer than until the stop."""
        with anyio.move_on_after(seconds):
            await self.stop.wait()


async def serve(house: House) -> None:
    """Work until `house.stop` is set; then end what is under way, within STOP_S.

    Raises asyncpg's errors and OSError when the database is lost: that is for whoever started us
    to mend. Trouble of one shop pauses that shop and no other.
    """
    await nodes.beat(house.pool, house.node)
    log.info("service_started", node=house.node)
    async with anyio.create_task_group() as group:
        for loop in (_route, _beat, _tend):
            group.start_soon(loop, house)
        await house.stop.wait()
        for bell in house.bells.values():
            bell.ring()
        group.cancel_scope.deadline = anyio.current_time() + STOP_S
    await nodes.leave(house.pool, house.node)
    log.info("service_stopped", node=house.node)


@asynccontextmanager
async def stopped_by_signal(house: House) -> AsyncIterator[None]:
    """Let SIGTERM and SIGINT set `house.stop` inside the block; a second one ends us at once."""

    async def listen() -> None:
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as received:
            async for number in received:
                if house.stop.is_set():
                    os._exit(128 + number)  # the leases run out by themselves
                log.info("stop_requested", signal=signal.Signals(number).name)
                house.stop.set()

    async with anyio.create_task_group() as group:
        group.start_soon(listen)
        yield
        group.cancel_scope.cancel()


async def stop_signal() -> None:
    """Wait for SIGTERM or SIGINT."""
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as received:
        async for _ in received:
            return


async def _route(house: House) -> None:
    """Move events to changes, and wake the pumps of the shops they concern."""
    while not house.stop.is_set():
        try:
            routed = await router.route_once(house.pool)
        except ContractError as error:
            log.error("router_paused", pause_s=CONTRACT_PAUSE_S, error=str(error))
            await house.rest(CONTRACT_PAUSE_S)
            continue
        for shop_id in routed.shops:
            house.bells[shop_id].ring()
        if not routed.events:
            await house.rest(ROUTE_IDLE_S)


async def _beat(house: House) -> None:
    while not house.stop.is_set():
        await house.rest(BEAT_S)
        await nodes.beat(house.pool, house.node)


async def _tend(house: House) -> None:
    """Start a pump for each shop that may be pushed and has none."""
    async with anyio.create_task_group() as group:
        while not house.stop.is_set():
            for shop in await shops.ready(house.pool):
                if shop.shop_id not in house.running:
                    house.running.add(shop.shop_id)
                    group.start_soon(_tend_shop, house, shop)
            await house.rest(SHOPS_S)


async def _tend_shop(house: House, shop: Shop) -> None:
    """Pump one shop until it may not be pushed any more; trouble pauses it for a while."""
    try:
        await _pump(house, shop)
    except (*DATABASE_LOST, ConfigError):
        raise  # a wrong key, say, is this node's trouble and not the shop's
    except Exception as error:
        is_ours = not isinstance(error, SyncdError)
        seconds = CONTRACT_PAUSE_S if isinstance(error, ContractError) else SHOP_PAUSE_S
        log.error(
            "shop_paused", shop=shop.domain, pause_s=seconds, error=str(error), exc_info=is_ours
        )
        await shops.pause(
            house.pool, shop.shop_id, seconds=seconds, reason=str(error) or repr(error)
        )
    finally:
        house.running.discard(shop.shop_id)


async def _pump(house: House, shop: Shop) -> None:
    """Push while there is something due; rest until the bell or the next look."""
    token = house.vault.unseal(await shops.credentials(house.pool, shop.shop_id))
    async with shopify.connect(shop.domain, token, url=house.shopify_url) as client:
        await identity.declare(client)
        if await onboard.refresh(house.pool, client, shop):
            log.warning("shop_changed", shop=shop.domain, effect="every product is due")
        log.info("pump_started", shop=shop.domain, api_version=client.served_version)
        while not house.stop.is_set():
            news = house.bells[shop.shop_id].event
            ready = {one.shop_id: one for one in await shops.ready(house.pool)}
            current = ready.get(shop.shop_id)
            if current is None:
                return
            if await push.push_once(house.pool, client, current, node=house.node, stop=house.stop):
                continue
            await pictures.look_once(house.pool, client, current)
            with anyio.move_on_after(PUSH_IDLE_S):
                await news.wait()
