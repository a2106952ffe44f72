"""Three pumps for each shop of this node, two for what is urgent: they push as long as they may."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import anyio
import asyncpg
import structlog

from syncd.errors import (
    ConfigError,
    ContractError,
    KindError,
    LeaseLostError,
    SyncdError,
    innermost,
)
from syncd.flows import carry_run, onboard, pictures, push, signin, stock
from syncd.postgres import leases, nodes, runs, shops
from syncd.postgres.credentials import ShopGoneError
from syncd.postgres.leases import Lease
from syncd.records import Lane, Shop
from syncd.rules import shares
from syncd.rules.lanes import ORDINARY, URGENT
from syncd.shopify import client as shopify
from syncd.shopify import identity
from syncd.shopify.client import Client
from syncd.supervisor.hearing import hear
from syncd.supervisor.house import DATABASE_LOST, House, Work
from syncd.supervisor.loops import LONG_S, RUN_S
from syncd.supervisor.returning import bring_back
from syncd.supervisor.stepping import keep_stepping

SHOPS_S = 2.0  # between two looks for shops that were added, resumed, enabled or left
ALIVE_S = 15.0  # a node that was seen in this time is reckoned with
RUN_IDLE_S = 2.0  # between two looks for a run
CONTRACT_PAUSE_S = 15.0
SHOP_PAUSE_S = 60.0
log = structlog.get_logger()


async def tend(house: House) -> None:
    """Keep a pump for each shop that may be pushed, as far as it is this node's share."""
    with house.loops.watched("sharing out shops") as turned:
        async with anyio.create_task_group() as group:
            while not house.stop.is_set():
                turned()
                ready = {leases.of_shop(one.shop_id): one for one in await house.look()}
                alive = await nodes.seen(house.pool, within_s=ALIVE_S)
                ours = [name for name in house.held if name != leases.ROUTER]
                share = shares.share(len(ready), len(alive))
                for name in shares.surplus(ours, share):
                    house.held[name].is_left = True
                waits: Mapping[str, float] = {}
                if len(ours) < share:
                    waits = await leases.waits(house.pool, ready.keys() - house.held.keys())
                    for name in [name for name, wait_s in waits.items() if not wait_s]:
                        if len(ours) < share and (lease := await _take(house, ready[name])):
                            ours.append(name)
                            group.start_soon(_tend_shop, house, ready[name], lease)
                await house.rest(shares.next_look_s(waits.values(), SHOPS_S))


async def _take(house: House, shop: Shop) -> Lease | None:
    try:
        lease = await leases.take(house.pool, house.node, shop_id=shop.shop_id)
    except asyncpg.ForeignKeyViolationError:  # removed this moment
        return None
    if lease is not None:
        house.held[lease.name] = Work(lease)
        log.info("shop_taken", shop=shop.domain, fence=lease.fence)
    return lease


async def _tend_shop(house: House, shop: Shop, lease: Lease) -> None:
    """Pump one shop until it may not be pushed any more; trouble pauses it for a while."""
    work = house.held[lease.name]
    try:
        with work.lost:
            await _work(house, shop, work)
        if work.lost.cancelled_caught:
            log.warning("shop_lost", shop=shop.domain, fence=lease.fence)
    except (*DATABASE_LOST, ConfigError):
        raise  # a wrong key, say, is this node's trouble and not the shop's
    except LeaseLostError as error:
        log.warning("shop_lost", shop=shop.domain, fence=lease.fence, error=str(error))
    except Exception as error:
        is_ours = not isinstance(error, SyncdError)
        seconds = CONTRACT_PAUSE_S if isinstance(error, ContractError) else SHOP_PAUSE_S
        log.error(
            "shop_paused", shop=shop.domain, pause_s=seconds, error=str(error), exc_info=is_ours
        )
        await shops.pause(
            house.pool, shop.shop_id, seconds=seconds, reason=str(error) or type(error).__name__
        )
    finally:
        with anyio.CancelScope(shield=True):
            await leases.leave(house.pool, [lease])
        del house.held[lease.name]


async def _work(house: House, shop: Shop, work: Work) -> None:
    """Push the shop's changes and carry its run, with one client, until it may not be pushed."""
    lease = work.lease
    try:
        access = await signin.accessing(house.pool, house.vault, shop, url=house.shopify_url)
    except ShopGoneError:
        return  # removed this moment
    async with shopify.connect(
        shop.domain, access, url=house.shopify_url, until_s=lambda: lease.until_s
    ) as client:
        work.client = client
        with house.loops.watched(f"beginning with {shop.domain}", LONG_S):
            await identity.declare(client)
            if await onboard.refresh(house.pool, client, shop):
                log.warning("shop_changed", shop=shop.domain, effect="every product is due")
        if shop.state == "unlinked":
            await _link(house, shop, work, client.on("resync"))
            return
        log.info("pump_started", shop=shop.domain, api_version=client.tally.served_version)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(_carry, house, shop, lease, client.on("resync"))
                group.start_soon(hear, house, shop, work, client)
                group.start_soon(bring_back, house, shop, work, client)
                async with anyio.create_task_group() as pumps:
                    for lanes in (URGENT, ORDINARY):
                        pumps.start_soon(_pump, house, shop, work, client, lanes)
                    pumps.start_soon(_count, house, shop, work, client)
                group.cancel_scope.cancel()
        except ExceptionGroup as errors:
            raise innermost(errors) from errors


async def _link(house: House, shop: Shop, work: Work, client: Client) -> None:
    """Carry the link of a shop that nothing else is sent to, until it is linked or waits."""
    with house.loops.watched(f"linking {shop.domain}", RUN_S, _waits(client)) as turned:
        while not house.stop.is_set() and not work.is_left:
            turned()
            current = await house.current(shop)
            if current is None or current.state == "linked":
                return
            spent = client.tally.lanes.get("resync", 0)
            wait_s = await carry_run.advance_once(house.pool, client, current, work.lease)
            await runs.spend(house.pool, shop.shop_id, client.tally.lanes.get("resync", 0) - spent)
            await house.rest(RUN_IDLE_S if wait_s is None else wait_s)


async def _pump(
    house: House, shop: Shop, work: Work, client: Client, lanes: Sequence[Lane]
) -> None:
    """Push what is due of the lanes."""

    async def step(current: Shop) -> int:
        done = 0
        if current.sync_products:
            done = await push.push_once(
                house.pool, client, current, work.lease, lanes=lanes, stop=house.stop
            )
        if not done and lanes == ORDINARY:
            await pictures.look_once(house.pool, client, current)
        return done

    await keep_stepping(house, shop, work, f"pushing {lanes[0]}", step)


async def _count(house: House, shop: Shop, work: Work, client: Client) -> None:
    """Keep counts in step."""

    async def step(current: Shop) -> int:
        return await stock.stock_once(house.pool, client, current, work.lease)

    await keep_stepping(house, shop, work, "counts", step, pauses=(KindError, ContractError))


def _waits(client: Client) -> Callable[[], bool]:
    """Whether a call of a run waits for points: what is more urgent may take all for hours."""
    return lambda: client.turns.has("resync")


async def _carry(house: House, shop: Shop, lease: Lease, client: Client) -> None:
    """Carry the shop's run on as far as it goes; rest until the bell or the next look."""
    spent = 0
    with house.loops.watched(f"runs of {shop.domain}", RUN_S, _waits(client)) as turned:
        while True:
            turned()
            news = house.bells[shop.shop_id].event
            current = await house.current(shop)
            wait_s = None
            if current is not None and current.sync_products:
                wait_s = await carry_run.advance_once(house.pool, client, current, lease)
            before, spent = spent, client.tally.lanes.get("resync", 0)
            if wait_s is not None and spent > before:
                await runs.spend(house.pool, shop.shop_id, spent - before)
            with anyio.move_on_after(RUN_IDLE_S if wait_s is None else wait_s):
                await news.wait()
