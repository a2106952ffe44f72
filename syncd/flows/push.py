"""Push what is due of one shop's products: claim, read the truth, write what differs, settle."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import anyio
import asyncpg
import structlog

from syncd.errors import CallError, SyncdError
from syncd.flows.push_product import Parcel, carry
from syncd.postgres import backoffice, history, links, outbox
from syncd.postgres.db import Connection, clock, transaction
from syncd.postgres.outbox import Settled
from syncd.records import Change, Form, Link, Product, Shop
from syncd.rules import mapping, retry
from syncd.rules.retry import Ack, Dead, Retry, Verdict
from syncd.shopify.client import Client

CLAIMED = 24  # changes a step; few, so that urgent news soon have their turn
AT_ONCE = 8  # products on their way at the same time
CARRY_S = 150.0  # for one product with all its calls
LEASE_S = 30.0  # what a killed daemon held is due again after this
RENEWED_S = 10.0
INTERRUPTED = "interrupted while it was being sent"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one change fared: `parcel` tells what Shopify accepted, None if nothing was to be sent.

    Without a verdict the change is given back; `halt` is the error that no change can help.
    `ended_s` is the time of Shopify's last answer by the monotonic clock.
    """

    change: Change
    verdict: Verdict | None
    error: str = ""
    parcel: Parcel | None = None
    ended_s: float = 0.0
    halt: SyncdError | None = None


async def push_once(
    pool: asyncpg.Pool, client: Client, shop: Shop, *, node: str, stop: anyio.Event | None = None
) -> int:
    """One step: up to CLAIMED changes reach the shop; returns how many were claimed, 0 when idle.

    Once `stop` is set no further product is begun and the claims on those are given back. Raises
    ShopError, KindError or ContractError when no change can help, CallError never; what was
    accepted is settled first, also when the step is cancelled.
    """
    claimed = await outbox.claim(
        pool, shop_id=shop.shop_id, worker=node, lease_s=LEASE_S, most=CLAIMED
    )
    outcomes = {change.change_id: Outcome(change, None) for change in claimed}
    try:
        if claimed:
            await _push_all(pool, client, shop, outcomes, stop=stop or anyio.Event())
    finally:
        with anyio.CancelScope(shield=True):
            await _settle(pool, shop, list(outcomes.values()))
    for outcome in outcomes.values():
        if outcome.halt is not None:
            raise outcome.halt
    return len(claimed)


async def _push_all(
    pool: asyncpg.Pool,
    client: Client,
    shop: Shop,
    outcomes: dict[int, Outcome],
    *,
    stop: anyio.Event,
) -> None:
    """Push the claimed changes, AT_ONCE at a time, until all are done or one says halt."""
    changes = [outcome.change for outcome in outcomes.values()]
    keys = [change.key for change in changes]
    products = await backoffice.products(
        pool,
        account_id=shop.account_id,
        department_key=shop.price_department,
        warehouse_key=shop.stock_warehouse,
        keys=keys,
    )
    known = await links.known(pool, shop_id=shop.shop_id, keys=keys)
    places = anyio.CapacityLimiter(AT_ONCE)

    async def push(change: Change) -> None:
        async with places:
            if stop.is_set() or any(outcome.halt for outcome in outcomes.values()):
                return
            outcomes[change.change_id] = _interrupted(change)
            outcomes[change.change_id] = await _push(
                client,
                shop,
                change,
                product=products.get(change.key),
                link=known.get(change.key),
            )

    async with anyio.create_task_group() as renewing:
        renewing.start_soon(_renew, pool, changes)
        async with anyio.create_task_group() as group:
            for change in changes:
                group.start_soon(push, change)
        renewing.cancel_scope.cancel()


async def _renew(pool: asyncpg.Pool, changes: Sequence[Change]) -> None:
    """Keep the claims while the products are on their way."""
    while True:
        await anyio.sleep(RENEWED_S)
        await outbox.renew(pool, changes, lease_s=LEASE_S)


async def _push(
    client: Client, shop: Shop, change: Change, *, product: Product | None, link: Link | None
) -> Outcome:
    """Carry one product: the one place where any error becomes a verdict."""
    parcel: Parcel | None = None
    try:
        form = _wanted(product, link, shop)
        if form is not None:
            parcel = Parcel(change.key, form, link)
            with anyio.fail_after(CARRY_S):
                await carry(client, shop, parcel, product, is_doubtful=change.is_repeated)
    except Exception as error:
        return _judged(change, error, parcel)
    return Outcome(change, Ack(), parcel=parcel, ended_s=anyio.current_time())


def _wanted(product: Product | None, link: Link | None, shop: Shop) -> Form | None:
    """What the shop should hold; None for a product that is neither here nor there."""
    if product is not None:
        return mapping.wanted(product, shop)
    return mapping.gone(link.known) if link is not None else None


def _judged(change: Change, error: Exception, parcel: Parcel | None) -> Outcome:
    """A verdict on a failed attempt, or its halt; a bug of ours is one, with its traceback."""
    ended_s = anyio.current_time()
    try:
        verdict = retry.decide(_timed(error), change.attempt, random.random())
    except SyncdError as halt:
        # Fenced by its claim, as any settling is, if there is something to write down.
        is_moved = parcel is not None and parcel.link is not parcel.before
        kept = Retry(0.0, blame=False) if is_moved else None
        return Outcome(change, kept, str(halt), parcel, ended_s, halt)
    is_ours = not isinstance(error, SyncdError | TimeoutError)
    said = f"syncd made a mistake: {error!r}" if is_ours else str(_timed(error))
    event = "change_dead" if isinstance(verdict, Dead) else "change_retried"
    log.warning(
        event,
        key=change.key,
        attempt=change.attempt,
        error=said,
        exc_info=error if is_ours else None,
    )
    return Outcome(change, verdict, error=said, parcel=parcel, ended_s=ended_s)


def _timed(error: Exception) -> Exception:
    """Our own deadline is nobody's fault; Shopify may have carried out what was under way."""
    if isinstance(error, TimeoutError):
        return CallError(f"no end in sight after {CARRY_S:.0f} s", is_unknown=True)
    return error


def _interrupted(change: Change) -> Outcome:
    """What it is while it is under way: nobody knows yet whether Shopify accepted anything."""
    return Outcome(change, Retry(0.0, blame=False), error=INTERRUPTED)


async def _settle(pool: asyncpg.Pool, shop: Shop, outcomes: Sequence[Outcome]) -> None:
    """One transaction: the ends of the claims with links and history; the rest is given back."""
    ended = [outcome for outcome in outcomes if outcome.verdict]
    if ended:
        async with transaction(pool) as connection:
            now, now_s = await clock(connection), anyio.current_time()
            held = await outbox.settle(
                connection,
                [Settled(one.change, one.verdict, one.error) for one in ended if one.verdict],
            )
            for outcome in ended:
                if outcome.change.change_id in held:
                    ago_s = now_s - outcome.ended_s
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
