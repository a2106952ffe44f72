"""Bring what moved on one side's shelf to the other side, for one shop."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import anyio
import asyncpg
import structlog

from syncd.errors import RowError, ShopifyError, SyncdError
from syncd.flows import counted, stock_calls, stock_guard, stock_lost
from syncd.flows.keeping import kept
from syncd.phrases import phrase
from syncd.postgres import outbox, stock
from syncd.postgres.db import Connection, is_lost, transaction
from syncd.postgres.leases import LEASE_S, RENEWED_S, Lease
from syncd.postgres.outbox import Settled
from syncd.postgres.stock import Moved, Row
from syncd.records import Change, Shop
from syncd.rules import retry, stock_refusals
from syncd.rules import stock as rule
from syncd.rules.retry import Ack, Dead, Retry
from syncd.rules.stock import Forget, Level, Look, Lost, Merge, Plan, Rest, Shelf, Stock
from syncd.shopify import stock as shopify
from syncd.shopify.answers import named, request_id
from syncd.shopify.client import Client
from syncd.shopify.stock import Refusal

ROUNDS = 5  # a count that moves more often than that between two looks waits for the next step
AGAIN = Retry(1.0, blame=False)
log = structlog.get_logger()
Merges = dict[str, tuple[Shelf, Merge]]


@dataclass(slots=True)
class _Step:
    """`open` are claimed changes by variant key, `moved` those of which Shopify must be asked."""

    pool: asyncpg.Pool
    client: Client
    shop: Shop
    lease: Lease
    open: dict[str, Change]
    moved: set[str] = field(default_factory=set)
    error: Exception | None = None
    is_through: bool = False

    @property
    def location(self) -> str:
        assert self.shop.location is not None  # rule.is_kept
        return self.shop.location

    def ack(self, key: str) -> Settled:
        return Settled(self.open.pop(key), Ack())

    def refuse(self, key: str, error: RowError) -> Settled:
        log.warning("change_dead", kind="stock", key=key, error=str(error))
        return Settled(self.open.pop(key), Dead(), str(error), error.cause)


async def stock_once(
    pool: asyncpg.Pool, client: Client, shop: Shop, lease: Lease, *, renewed_s: float = RENEWED_S
) -> int:
    """One step: some counts that moved reach the other side; returns how many, 0 when idle.

    A call whose answer was lost is sent again first, as it was: only then is it known what the
    counts that Shopify shows are made of. Raises ShopError, KindError, ContractError or
    LeaseLostError when no change can help, asyncpg's errors when the database is lost.
    """
    if not rule.is_kept(shop):
        return 0
    most = shopify.ITEMS_A_CALL
    changes = await outbox.claim(pool, lease, kind="stock", lease_s=LEASE_S, most=most)
    if not changes:
        return 0
    step = _Step(pool, client.on("stock"), shop, lease, {one.key: one for one in changes})
    try:
        async with kept(pool, changes, renewed_s):
            await stock_calls.finish(pool, step.client, shop)
            for _ in range(ROUNDS):
                if step.open:
                    await _round(step)
        step.is_through = True
    except Exception as error:
        step.error = error
    finally:
        with anyio.CancelScope(shield=True):
            await _leave(step)
    return len(changes)


async def _round(step: _Step) -> None:
    """Carry what is open as far as it goes: look, take in, send."""
    shelves = await stock.shelves(step.pool, step.shop, list(step.open))
    plans, ends = await _plan(step, shelves)
    merges = {key: (shelves[key], one) for key, one in plans.items() if isinstance(one, Merge)}
    for key, error in (await stock_guard.held(step.pool, step.shop, merges)).items():
        del merges[key]
        ends.append(step.refuse(key, error))
    async with transaction(step.pool) as connection:
        forgotten = {key: None for key, one in plans.items() if isinstance(one, Forget)}
        if forgotten:
            await stock.note(connection, step.shop, forgotten)
        sends, ended = await _receive(step, connection, merges)
        gone = [shelves[key] for key, one in plans.items() if isinstance(one, Lost)]
        await stock_lost.look_at_products(connection, step.shop, gone)
        rests = [key for key, one in plans.items() if isinstance(one, Rest | Forget | Lost)]
        await counted.settle(connection, step.shop, "stock", [*ends, *ended, *map(step.ack, rests)])
    for key, one in plans.items():
        if isinstance(one, Stock):
            await _activate(step, shelves[key], one)
    if sends:
        await _send(step, sends)


async def _plan(step: _Step, shelves: Mapping[str, Shelf]) -> tuple[dict[str, Plan], list[Settled]]:
    """What is to be done of each count; Shopify is asked where it must be."""
    plans: dict[str, Plan] = {}
    ends: list[Settled] = []

    def plan(keys: Iterable[str], levels: Mapping[str, Level] | None) -> None:
        for key in keys:
            try:
                plans[key] = _one(step, key, shelves.get(key), levels)
            except RowError as error:
                plans.pop(key, None)
                ends.append(step.refuse(key, error))

    plan(list(step.open), None)
    asked = [key for key, one in plans.items() if isinstance(one, Look)]
    if asked:
        items = [shelves[key].item for key in asked]
        plan(asked, await shopify.look(step.client, step.location, items))
    return plans, ends


def _one(step: _Step, key: str, shelf: Shelf | None, levels: Mapping[str, Level] | None) -> Plan:
    if shelf is None:
        return Rest(phrase("not in the shop yet: it takes its count along"))
    if levels is None:
        change = step.open[key]
        is_ours = change.changed == ("quantity",) and not change.is_repeated
        return rule.plan(shelf, step.shop, None, is_ours=is_ours and key not in step.moved)
    if (level := levels.get(shelf.item)) is None:
        return Lost()
    return rule.plan(shelf, step.shop, level)


async def _receive(
    step: _Step, connection: Connection, merges: Merges
) -> tuple[Merges, list[Settled]]:
    """Give the warehouse what moved in Shopify; what is to be sent then, and what has ended."""
    due = {
        key: (shelf, merge)
        for key, (shelf, merge) in merges.items()
        if merge.target != merge.here or merge.there != shelf.agreed
    }
    found = await stock.receive(connection, step.shop, due) if due else {}
    sends: Merges = {}
    ends, moved = [], []
    for key, (shelf, merge) in merges.items():
        match found.get(key):
            case stock.Received(outcome="stale"):
                step.moved.add(key)  # what Shopify showed is old by now, too
                continue
            case stock.Received(outcome="refused", error=said):
                ends.append(step.refuse(key, stock_refusals.by_backoffice(shelf, merge, said)))
                continue
        if merge.target != merge.here:
            row = Row(key, shelf.item, merge.here, merge.target)
            moved.append(Moved(row, "receive_stock", step.open[key]))
        if merge.target != merge.there:
            sends[key] = (shelf, merge)
        else:
            ends.append(step.ack(key))
    await counted.remember(connection, step.shop, moved)
    return sends, ends


async def _send(step: _Step, sends: Merges) -> None:
    """Set counts in Shopify; what moved there meanwhile stays open."""
    rows = [Row(key, shelf.item, one.there, one.target) for key, (shelf, one) in sends.items()]
    writing, refused = await stock_calls.begin(
        step.pool, step.client, step.lease, step.location, rows
    )
    ends = []
    for key, refusal in _by_key(rows, refused).items():
        if refusal.code in (shopify.STALE, shopify.UNKNOWN):
            step.moved.add(key)
        else:
            shelf, _ = sends[key]
            error = stock_refusals.by_shopify(shelf, refusal.code, refusal.message)
            ends.append(step.refuse(key, named(error)))
    changes = dict(step.open)
    async with transaction(step.pool) as connection:
        done = await stock.end(connection, writing.write_id, [] if refused else list(sends))
        moved = [Moved(row, stock_calls.DOCUMENT, changes[row.key], request_id()) for row in done]
        ends += [step.ack(row.key) for row in done]
        await counted.settle(connection, step.shop, "stock", ends)
        await counted.remember(connection, step.shop, moved)
    whole = [one for one in refused if one.place is None and one.code != stock_calls.SPENT]
    if whole:
        raise ShopifyError(phrase("Shopify refused counts: {why}", why=whole[0].message))


def _by_key(rows: list[Row], refused: list[Refusal]) -> dict[str, Refusal]:
    return {rows[one.place].key: one for one in refused if one.place is not None}


async def _activate(step: _Step, shelf: Shelf, plan: Stock) -> None:
    """Let the location stock a variant; its first count is written down before."""
    if not shelf.is_known:
        await stock.note(step.pool, step.shop, {shelf.key: plan.quantity})
    intention = f"{step.shop.domain} {shelf.item} {step.location} {step.open[shelf.key].change_id}"
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{intention} {plan.quantity}"))
    said = await shopify.activate(step.client, step.location, shelf.item, plan.quantity, key=key)
    step.moved.add(shelf.key)
    if said:
        error = named(stock_refusals.by_shopify(shelf, "NOT_STOCKED", said))
        refused = step.refuse(shelf.key, error)
        await counted.settle(step.pool, step.shop, "stock", [refused])


async def _leave(step: _Step) -> None:
    """End the claims that are left; raises the step's error when no change can help."""
    left, error = list(step.open.values()), step.error
    if error is None:
        why = phrase("the count moves faster than it can be set")
        ends = [Settled(change, AGAIN if step.is_through else None, why) for change in left]
        await counted.settle(step.pool, step.shop, "stock", ends)
        return
    if is_lost(error):
        raise error  # the claims run out by themselves
    is_ours = not isinstance(error, SyncdError | TimeoutError)
    said = phrase("syncd made a mistake: {error}", error=repr(error)) if is_ours else str(error)
    try:
        chance = random.random()  # nosec B311  # spreads a wait
        ends = [
            Settled(one, retry.decide(error, one.attempt, chance), said, "failed_too_often")
            for one in left
        ]
    except SyncdError:
        await outbox.give_back(step.pool, left)
        raise
    log.warning("counts_retried", counts=len(left), error=said, exc_info=error if is_ours else None)
    await counted.settle(step.pool, step.shop, "stock", ends)
