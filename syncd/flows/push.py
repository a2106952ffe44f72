"""Push what is due of one shop's products: claim, read the truth, write what differs, settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import anyio
import asyncpg
import structlog

from syncd.errors import RowError, VariantLimitError, innermost
from syncd.flows.outcome import Outcome, interrupted, judged
from syncd.flows.parcel import Parcel
from syncd.flows.push_product import carry, withdraw
from syncd.flows.step import Step
from syncd.postgres import files, history, links, outbox
from syncd.postgres.db import Connection, clock, transaction
from syncd.postgres.leases import LEASE_S, RENEWED_S, Lease
from syncd.postgres.outbox import Settled
from syncd.records import Change, Form, Link, Product, Shop
from syncd.rules import mapping, remarks
from syncd.rules.mapping import Reverted
from syncd.rules.retry import Ack
from syncd.shopify.client import Client

CLAIMED = 24  # changes a step; few, so that urgent news soon have their turn
AT_ONCE = 8  # products on their way at the same time
CARRY_S = 150.0  # for one product with all its calls
log = structlog.get_logger()


async def push_once(
    pool: asyncpg.Pool,
    client: Client,
    shop: Shop,
    lease: Lease,
    *,
    stop: anyio.Event | None = None,
    renewed_s: float = RENEWED_S,
) -> int:
    """One step: up to CLAIMED changes reach the shop; returns how many were claimed, 0 when idle.

    Once `stop` is set no further product is begun and the claims on those are given back. Raises
    ShopError, KindError, ContractError or LeaseLostError when no change can help, asyncpg's errors
    when the database is lost; what was accepted is settled first. A product that is cut off in the
    middle is due again at once, and is read before it is written. The claims are renewed every
    `renewed_s`.
    """
    claimed = await outbox.claim(pool, lease, lease_s=LEASE_S, most=CLAIMED)
    outcomes = {change.change_id: Outcome(change, None) for change in claimed}
    try:
        if claimed:
            await _push_all(Step(pool, client, shop, renewed_s), outcomes, stop or anyio.Event())
    finally:
        with anyio.CancelScope(shield=True):
            await _settle(pool, shop, list(outcomes.values()))
    for outcome in outcomes.values():
        if outcome.halt is not None:
            raise outcome.halt
    return len(claimed)


async def _push_all(step: Step, outcomes: dict[int, Outcome], stop: anyio.Event) -> None:
    """Push the claimed changes, AT_ONCE at a time, until all are done or one says halt."""
    changes = [outcome.change for outcome in outcomes.values()]
    await step.read([change.key for change in changes])
    places = anyio.CapacityLimiter(AT_ONCE)

    async def push(change: Change) -> None:
        async with places:
            if stop.is_set() or any(outcome.halt for outcome in outcomes.values()):
                return
            outcomes[change.change_id] = interrupted(change)
            outcomes[change.change_id] = await _push(step, change)

    try:
        async with anyio.create_task_group() as renewing:
            renewing.start_soon(_renew, step, changes)
            async with anyio.create_task_group() as group:
                for change in changes:
                    group.start_soon(push, change)
            renewing.cancel_scope.cancel()
    except ExceptionGroup as errors:
        raise innermost(errors) from errors


async def _renew(step: Step, changes: Sequence[Change]) -> None:
    """Keep the claims while the products are on their way."""
    while True:
        await anyio.sleep(step.renewed_s)
        with anyio.move_on_after(LEASE_S - 2 * step.renewed_s):
            await outbox.renew(step.pool, changes, lease_s=LEASE_S)


async def _push(step: Step, change: Change) -> Outcome:
    """Carry one product: the one place where any error becomes a verdict."""
    product, link = step.products.get(change.key), step.known.get(change.key)
    parcel: Parcel | None = None
    try:
        with anyio.fail_after(CARRY_S):
            form, complaint = _wanted(product, link, step.shop, step.reverted.get(change.key))
            if form is not None:
                parcel = step.parcel(change, form, link)
                await carry(
                    step.client,
                    step.shop,
                    parcel,
                    product,
                    is_doubtful=change.is_repeated,
                    strangers=step.strangers,
                    limit=step.limit,
                )
            elif change.is_repeated and complaint is None:
                await withdraw(step.client, change.key)
        if complaint is not None:
            raise complaint
    except VariantLimitError as limit:
        await step.meet(limit)
        return judged(change, limit, parcel)
    except Exception as error:
        return judged(change, error, parcel)
    return Outcome(change, Ack(), parcel=parcel, ended_s=anyio.current_time())


def _wanted(
    product: Product | None, link: Link | None, shop: Shop, reverted: Reverted | None
) -> tuple[Form | None, RowError | None]:
    """What the shop should hold, as `mapping.asked` has it; what is odd about it is told."""
    known = link.known if link else None
    if product is not None:
        for remark in remarks.of(product, known):
            log.warning("product_odd", key=product.key, remark=remark)
    return mapping.asked(product, known, shop, reverted)


async def _settle(pool: asyncpg.Pool, shop: Shop, outcomes: Sequence[Outcome]) -> None:
    """One transaction: the ends of the claims with links and history; the rest is given back."""
    ended = [outcome for outcome in outcomes if outcome.verdict]
    if ended:
        async with transaction(pool) as connection:
            now, now_s = await clock(connection), anyio.current_time()
            held = await outbox.settle(
                connection,
                [
                    Settled(one.change, one.verdict, one.error, one.cause)
                    for one in ended
                    if one.verdict
                ],
            )
            for outcome in ended:
                if outcome.change.change_id in held:
                    ago_s = now_s - outcome.ended_s
                    async with connection.transaction():
                        await _note(connection, shop, outcome, now - timedelta(seconds=ago_s))
    left = [outcome.change for outcome in outcomes if not outcome.verdict]
    await outbox.give_back(pool, left)


async def _note(
    connection: Connection, shop: Shop, outcome: Outcome, accepted_at: datetime
) -> None:
    """Write down what Shopify accepted of a product, if it did."""
    parcel = outcome.parcel
    if parcel is None or parcel.link is None:
        return
    link = parcel.link
    if parcel.is_published:
        link = replace(link, published_at=accepted_at)
    if link != parcel.before:
        await links.save(connection, shop.shop_id, link, accepted_at)
        alts = {picture.ref: picture.alt for picture in link.known.pictures or ()}
        await files.save(connection, shop.shop_id, link, alts, accepted_at)
    if parcel.sent:
        await history.add(
            connection,
            shop_id=shop.shop_id,
            change=outcome.change,
            gid=link.gid,
            writes=parcel.sent,
            before=parcel.before.known if parcel.before else None,
            after=link.known,
            accepted_at=accepted_at,
        )
