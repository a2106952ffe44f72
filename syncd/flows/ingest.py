"""Work off the inbox: read what deliveries tell of, store it, settle.

A handler for each kind says how.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from syncd.deliveries import InboxKind, Item
from syncd.flows import ingest_sales, ingest_stock
from syncd.postgres import inbox
from syncd.postgres.db import Connection, transaction
from syncd.postgres.inbox import Ended
from syncd.postgres.leases import Lease
from syncd.records import Shop
from syncd.rules import retry
from syncd.rules.retry import Ack
from syncd.shopify.client import Client

MOST = 250  # things in one `nodes` call
CLAIM_S = 90.0  # a read with its repeats takes a minute at most
GONE = "gone"
Outcome = str | Exception  # a word for what became of it; an error is judged as a push's is
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Handler:
    """How a kind is read, by GID (None: gone), then stored inside the caller's transaction.

    `store` sets a savepoint a thing, so that one that cannot be stored keeps no other back.
    `concerns` tells deliveries that need not even be read; `ended` what deliveries tell of things
    that no read would show.
    """

    read: Callable[[Client, str, Sequence[str]], Awaitable[Mapping[str, Any]]]
    store: Callable[[Connection, Shop, str, Mapping[str, Any]], Awaitable[Mapping[str, Outcome]]]
    concerns: Callable[[Shop, Item], bool] = lambda _shop, _item: True
    ended: Callable[[Sequence[Item]], Mapping[str, Any]] = lambda _items: {}


SALES = Handler(ingest_sales.read, ingest_sales.store, ingest_sales.concerns, ingest_sales.ended)
HANDLERS: Mapping[InboxKind, Handler] = {
    "stock": Handler(
        ingest_stock.read, ingest_stock.store, ingest_stock.concerns, ingest_stock.told
    ),
    "customer": SALES,
    "order": SALES,
}
"""Kinds without a handler wait in the inbox; privacy and app: flows/obey.py."""


async def ingest_once(
    pool: asyncpg.Pool,
    client: Client,
    shop: Shop,
    lease: Lease,
    *,
    handlers: Mapping[InboxKind, Handler] = HANDLERS,
) -> int:
    """Work off what is due, MOST deliveries at most; returns how many there were.

    Raises what no delivery is to blame for (retry.decide), with the claims given back.
    """
    items = await inbox.claim(pool, lease, most=MOST, lease_s=CLAIM_S, kinds=list(handlers))
    left = list(items)
    try:
        for kind, handler in handlers.items():
            if of_kind := [one for one in items if one.kind == kind]:
                await _ingest(pool, client, shop, of_kind, handler)
                left = [one for one in left if one.kind != kind]
    finally:
        if left:
            async with transaction(pool) as connection:
                await inbox.settle(connection, [Ended(one, None) for one in left])
    return len(items)


async def _ingest(
    pool: asyncpg.Pool, client: Client, shop: Shop, items: Sequence[Item], handler: Handler
) -> None:
    """One kind: read each thing once, however many deliveries told of it; store; settle."""
    kind = items[0].kind
    asked = [one for one in items if one.gid and handler.concerns(shop, one)]
    gids = list(dict.fromkeys(str(one.gid) for one in asked))
    things: Mapping[str, Any] = {}
    failure: Exception | None = None
    if gids:
        try:
            things = await handler.read(client.on(_lane(kind)), kind, gids)
        except Exception as error:
            retry.decide(error, 1)  # raises it when no delivery is to blame
            failure = error
    async with transaction(pool) as connection:
        held = await inbox.hold(connection, items)
        ours = [one for one in asked if one.inbox_id in held and one.gid in things]
        found = {str(one.gid): things[str(one.gid)] for one in ours} | dict(handler.ended(ours))
        stored = await handler.store(connection, shop, kind, found) if found else {}
        fates = {one.inbox_id: _fate(one, stored, failure) for one in asked}
        ended = [_ended(one, fates.get(one.inbox_id, "skipped")) for one in items]
        await inbox.settle(connection, ended)
    _tell(shop, kind, ended)


def _lane(kind: str) -> Any:
    return "stock" if kind == "stock" else "orders"


def _fate(item: Item, stored: Mapping[str, Outcome], failure: Exception | None) -> Outcome:
    return failure if failure is not None else stored.get(str(item.gid), GONE)


def _ended(item: Item, fate: Outcome) -> Ended:
    if isinstance(fate, str):
        return Ended(item, Ack(), outcome=fate)
    chance = random.random()  # nosec B311  # spreads a wait
    return Ended(item, retry.decide(fate, item.attempt, chance), error=str(fate))


def _tell(shop: Shop, kind: str, ended: Sequence[Ended]) -> None:
    """One line a batch; whose data it was stands nowhere."""
    words: dict[str, int] = {}
    for one in ended:
        word = one.outcome if isinstance(one.verdict, Ack) else type(one.verdict).__name__.lower()
        words[word] = words.get(word, 0) + 1
    log.info("ingested", shop=shop.domain, kind=kind, **words)
