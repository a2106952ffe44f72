"""Fulfil in Shopify what was completed in the Backoffice: claim, read, decide, send, settle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import anyio
import asyncpg
import structlog

from syncd.errors import CallError, LeaseLostError
from syncd.flows import counted
from syncd.flows.keeping import kept
from syncd.flows.outcome import Outcome, interrupted, judged
from syncd.phrases import phrase
from syncd.postgres import history, outbox, received
from syncd.postgres.db import clock, transaction
from syncd.postgres.leases import LEASE_S, RENEWED_S, Lease
from syncd.postgres.outbox import Settled
from syncd.records import Change, Lane, Shop
from syncd.rules import fulfilment
from syncd.rules.retry import Ack, Retry
from syncd.sales import Completion, Sending
from syncd.shopify import answers, fulfillments
from syncd.shopify.client import Client

MOST = 20
CARRY_S = 100.0  # for one order with its calls
LANES: tuple[Lane, ...] = ("orders", "resync")
log = structlog.get_logger()


@dataclass(slots=True)
class Way:
    """One order's way: what Shopify accepted of it, by document, with the ids of these calls."""

    change: Change
    outcome: Outcome
    gid: str = ""
    sent: dict[str, list[str]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Step:
    """What the orders of one step share."""

    pool: asyncpg.Pool
    client: Client
    shop: Shop
    completions: Mapping[str, Completion]
    gids: Mapping[str, str | None]
    sendings: Mapping[str, Sending | None]


async def fulfil_once(
    pool: asyncpg.Pool,
    client: Client,
    shop: Shop,
    lease: Lease,
    *,
    renewed_s: float = RENEWED_S,
) -> int:
    """One step: some completed orders are fulfilled in the shop; how many were claimed.

    What is left to send is read before anything is sent, each time: when an answer was lost, or
    somebody else was faster, the read shows it, and nothing is sent twice. Raises ShopError,
    KindError, ContractError or LeaseLostError when no order can help; what was accepted is settled.
    """
    if not shop.fulfil_orders:
        return 0
    claimed = await outbox.claim(pool, lease, kind="order", lease_s=LEASE_S, most=MOST, lanes=LANES)
    ways = [Way(change, Outcome(change, None)) for change in claimed]
    try:
        if ways:
            async with kept(pool, claimed, renewed_s):
                await _carry_all(pool, client.on("orders"), shop, ways)
    finally:
        with anyio.CancelScope(shield=True):
            await _settle(pool, shop, ways)
    for way in ways:
        if way.outcome.halt is not None:
            raise way.outcome.halt
    return len(claimed)


async def _carry_all(pool: asyncpg.Pool, client: Client, shop: Shop, ways: Sequence[Way]) -> None:
    """One after the other until all are done or one says halt: orders are few."""
    keys = [way.change.key for way in ways]
    try:
        completions = await received.completions(pool, account_id=shop.account_id, keys=keys)
        gids = await received.gids_of(
            pool, shop_id=shop.shop_id, kind="order", keys=list(completions)
        )
        sendings = await fulfillments.read(client, [gid for gid in gids.values() if gid])
    except Exception as error:
        for way in ways:
            way.outcome = judged(way.change, error, None)
        return
    step = Step(pool, client, shop, completions, gids, sendings)
    for way in ways:
        way.outcome = interrupted(way.change)
        way.outcome = await _carried(step, way)
        if way.outcome.halt is not None:
            return


async def _carried(step: Step, way: Way) -> Outcome:
    """Carry one order: the one place where any error becomes a verdict."""
    try:
        with anyio.fail_after(CARRY_S):
            await _carry(step, way)
    except Exception as error:
        return judged(way.change, error, None)
    return Outcome(way.change, Ack(), ended_s=anyio.current_time())


async def _carry(step: Step, way: Way) -> None:
    key, client, shop = way.change.key, step.client, step.shop
    completion, gid = step.completions.get(key), step.gids.get(key)
    if completion is None:
        return  # not completed any more
    if gid is None:
        if key in step.gids:
            return  # another shop's of the same retailer
        raise fulfilment.unknown(key)
    way.gid = gid
    sending = step.sendings[gid]
    if sending is None:
        raise fulfilment.gone(key, gid)
    plan = fulfilment.plan(sending, completion, shop.location)
    notify = shop.notify_customer
    for parcel in plan.track:
        await _check_held(step, way)
        said = await fulfillments.track(client, parcel, completion.tracking, notify=notify)
        _note(way, sending, said, "FulfillmentTrackingInfoUpdate", [parcel.gid])
    if plan.send:
        await _check_held(step, way)
        try:
            said = await fulfillments.send(client, plan.send, completion.tracking, notify=notify)
        except CallError as error:
            error.wait_s = fulfilment.wait_s(plan, error)
            raise
        _note(way, sending, said, "FulfillmentCreate", [one.portion for one in plan.send])
    if plan.left_to:
        log.warning(
            "order_left_in_part", shop=shop.domain, order=sending.number, left_to=plan.left_to
        )
    if plan.later is not None:
        raise plan.later


async def _check_held(step: Step, way: Way) -> None:
    if not await outbox.is_held(step.pool, way.change):
        raise LeaseLostError(
            phrase("order {key} is another's by now: nothing was sent", key=way.change.key)
        )


def _note(way: Way, sending: Sending, said: str, document: str, gids: Sequence[str]) -> None:
    if said:
        raise answers.named(fulfilment.refused(sending, said))
    way.requests.append(answers.request_id())
    way.sent.setdefault(document, []).extend(gids)


async def _settle(pool: asyncpg.Pool, shop: Shop, ways: Sequence[Way]) -> None:
    """One transaction: the ends of the claims with history; the rest is given back."""
    for way in ways:
        if way.sent and way.outcome.verdict is None:  # halted behind what was accepted
            way.outcome = replace(way.outcome, verdict=Retry(0.0, blame=False))
    ended = [way for way in ways if way.outcome.verdict is not None]
    if ended:
        async with transaction(pool) as connection:
            held = await counted.settle(
                connection,
                shop,
                "order",
                [
                    Settled(way.change, way.outcome.verdict, way.outcome.error, way.outcome.cause)
                    for way in ended
                ],
            )
            for way in ended:
                if way.sent and way.change.change_id in held:
                    await history.add_order(
                        connection,
                        shop_id=shop.shop_id,
                        change=way.change,
                        gid=way.gid,
                        writes=list(way.sent),
                        sent=way.sent,
                        request_ids=way.requests,
                    )
                    counted.accepted(shop, "order", way.change, way.sent, await clock(connection))
    left = [way.change for way in ways if way.outcome.verdict is None]
    await outbox.give_back(pool, left)
