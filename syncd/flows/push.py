"""Push what is due of one shop's products: claim, read, judge, write what differs, settle."""

from __future__ import annotations

from collections.abc import Sequence

import anyio
import asyncpg
import structlog

from syncd.errors import VariantLimitError
from syncd.flows import window
from syncd.flows.keeping import kept
from syncd.flows.outcome import Outcome, interrupted, judged
from syncd.flows.parcel import Parcel
from syncd.flows.push_product import carry, withdraw
from syncd.flows.settling import settle
from syncd.flows.step import Step
from syncd.postgres import outbox
from syncd.postgres.leases import LEASE_S, RENEWED_S, Lease
from syncd.records import Change, Lane, Shop
from syncd.rules import remarks
from syncd.rules.lanes import LANES
from syncd.rules.retry import Ack
from syncd.shopify.client import Client

CLAIMED = 3  # changes a step for each that is on its way; few, so that news soon have their turn
CARRY_S = 150.0  # for one product with all its calls
log = structlog.get_logger()


async def push_once(
    pool: asyncpg.Pool,
    client: Client,
    shop: Shop,
    lease: Lease,
    *,
    lanes: Sequence[Lane] = LANES,
    stop: anyio.Event | None = None,
    renewed_s: float = RENEWED_S,
) -> int:
    """One step: some changes of the lanes reach the shop; returns how many, 0 when idle.

    As many at a time as it takes to spend the shop's points. Once `stop` is set no further product
    is begun and the claims on those are given back. Raises ShopError, KindError, ContractError or
    LeaseLostError when no change can help, asyncpg's errors when the database is lost; what was
    accepted is settled first. A product that is cut off in the middle is due again at once, and is
    read before it is written. The claims are renewed every `renewed_s`.
    """
    most = CLAIMED * client.at_once
    claimed = await outbox.claim(pool, lease, lease_s=LEASE_S, most=most, lanes=lanes)
    outcomes = {change.change_id: Outcome(change, None) for change in claimed}
    step = Step(pool, client, shop, lease, renewed_s)
    try:
        if claimed:
            await _push_all(step, outcomes, stop or anyio.Event())
    finally:
        with anyio.CancelScope(shield=True):
            await settle(step, list(outcomes.values()))
    for outcome in outcomes.values():
        if outcome.halt is not None:
            raise outcome.halt
    return len(claimed)


async def _push_all(step: Step, outcomes: dict[int, Outcome], stop: anyio.Event) -> None:
    """Push the claimed changes, some at a time, until all are done or one says halt."""
    changes = [outcome.change for outcome in outcomes.values()]
    await step.read([change.key for change in changes])
    step.judged = await window.judge(step, changes)
    going = [change for change in changes if change.key not in step.judged.kept]
    places = anyio.CapacityLimiter(step.client.at_once)

    async def push(change: Change) -> None:
        async with places:
            if stop.is_set() or any(outcome.halt for outcome in outcomes.values()):
                return
            outcomes[change.change_id] = interrupted(change)
            outcomes[change.change_id] = await _push(step, change)

    async with kept(step.pool, changes, step.renewed_s), anyio.create_task_group() as group:
        for change in going:
            group.start_soon(push, change)


async def _push(step: Step, change: Change) -> Outcome:
    """Carry one product: the one place where any error becomes a verdict."""
    product, link = step.products.get(change.key), step.known.get(change.key)
    client = step.client.on(change.lane)
    parcel: Parcel | None = None
    try:
        with anyio.fail_after(CARRY_S):
            form, complaint = step.asked(change.key)
            for remark in remarks.of(product, link.known if link else None) if product else ():
                log.warning("product_odd", key=change.key, remark=remark)
            if form is not None:
                parcel = step.parcel(change, form, link)
                await carry(
                    client,
                    step.shop,
                    parcel,
                    product,
                    is_doubtful=change.is_repeated,
                    strangers=step.strangers,
                    limit=step.limit,
                )
            elif change.is_repeated and complaint is None:
                await withdraw(client, change.key)
        if complaint is not None:
            raise complaint
    except VariantLimitError as limit:
        await step.meet(limit)
        return judged(change, limit, parcel)
    except Exception as error:
        return judged(change, error, parcel)
    return Outcome(change, Ack(), parcel=parcel, ended_s=anyio.current_time())
