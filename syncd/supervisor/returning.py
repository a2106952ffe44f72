"""Loops for what comes back by pull, with the orders that are fulfilled once completed."""

from __future__ import annotations

import anyio
import structlog

from syncd.errors import ContractError, KindError, ShopError, ShopifyError
from syncd.flows import fulfil, pull, pull_stock
from syncd.postgres import cursors
from syncd.records import Shop
from syncd.sales import Kind
from syncd.shopify.client import Client
from syncd.supervisor.house import House, Work
from syncd.supervisor.loops import LONG_S
from syncd.supervisor.stepping import TROUBLE_S, keep_stepping

KINDS: tuple[Kind, ...] = ("customer", "order")
PULL_IDLE_S = 5.0  # between two looks whether a pull is due
log = structlog.get_logger()


async def bring_back(house: House, shop: Shop, work: Work, client: Client) -> None:
    """All of them, for as long as the shop may be worked at."""
    async with anyio.create_task_group() as group:
        for kind in KINDS:
            group.start_soon(_pull, house, shop, work, client, kind)
        group.start_soon(_pull_counts, house, shop, work, client)
        group.start_soon(_fulfil, house, shop, work, client)


async def _pull(house: House, shop: Shop, work: Work, client: Client, kind: Kind) -> None:
    """Trouble with one kind is no reason to stop the shop: it is written down, and tried again."""
    with house.loops.watched(f"pulling {kind}s of {shop.domain}", LONG_S) as turned:
        while not house.stop.is_set() and not work.is_left:
            turned()
            current = await house.current(shop)
            if current is None:
                return
            pause_s = PULL_IDLE_S
            if pull.is_wanted(current, kind):
                try:
                    done = await pull.pull_once(house.pool, client, current, work.lease, kind)
                    if done is not None:
                        pause_s = done.wait_s
                except ShopError:
                    raise
                except (ShopifyError, ContractError) as error:
                    log.error("pull_failed", shop=shop.domain, kind=kind, error=str(error))
                    await cursors.failed(
                        house.pool, shop_id=shop.shop_id, kind=kind, error=str(error)
                    )
                    pause_s = TROUBLE_S
            await house.rest(pause_s)


async def _pull_counts(house: House, shop: Shop, work: Work, client: Client) -> None:
    """As `_pull`, for what moved on the shelves."""
    with house.loops.watched(f"pulling counts of {shop.domain}", LONG_S) as turned:
        while not house.stop.is_set() and not work.is_left:
            turned()
            current = await house.current(shop)
            if current is None:
                return
            pause_s = PULL_IDLE_S
            try:
                await pull_stock.pull_once(house.pool, client, current, work.lease)
            except ShopError:
                raise
            except (ShopifyError, ContractError) as error:
                log.error("pull_failed", shop=shop.domain, kind="stock", error=str(error))
                await cursors.failed(
                    house.pool, shop_id=shop.shop_id, kind="stock", error=str(error)
                )
                pause_s = TROUBLE_S
            await house.rest(pause_s)


async def _fulfil(house: House, shop: Shop, work: Work, client: Client) -> None:
    """Mark as sent what the Backoffice has completed."""

    async def step(current: Shop) -> int:
        return await fulfil.fulfil_once(house.pool, client, current, work.lease)

    await keep_stepping(house, shop, work, "fulfilment", step, pauses=(KindError, ContractError))
